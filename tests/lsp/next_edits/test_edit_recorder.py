"""What the edit history takes in of the changes of documents, and what it never does."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darner_context.next_edits.edit import RecordedEdit
from darner_server.lsp.next_edits.edit_recorder import EditRecorder
from darner_server.lsp.next_edits.line_changes import line_changes
from darner_server.lsp.text.documents import OpenDocument
from darner_server.lsp.text.positions import Mapper, Point, split_lines

Change = tuple[tuple[int, int], tuple[int, int], str]
CODE = "".join(f"line_{number} = call({number})\n" for number in range(40))


class Window:
    """A document of a session, its path, and the recorder that follows it."""

    def __init__(self, path: str, text: str, *, encoding: str = "utf-16", recorder: EditRecorder | None = None) -> None:
        self.path = path
        self.document = OpenDocument(f"file:///w/{path}", "", 1, text, Mapper(encoding))
        self.recorder = recorder or EditRecorder()
        self.seconds = 0.0
        self.recorder.opened(self.document, path)

    def message(self, *changes: Change | str, wait: float = 0.1) -> None:
        """One message of the client: ranges, or whole texts."""
        self.seconds += wait
        before = self.document.lines.copy()
        for each in changes:
            if isinstance(each, str):
                self.document.replace_all(each)
            else:
                first, last, text = each
                self.document.replace(Point(*first), Point(*last), text)
        self.document.settle(2)
        self.recorder.changed(self.document, before, self.seconds)

    def edits(self) -> tuple[RecordedEdit, ...]:
        return self.recorder.edits(lambda document: document.uri.removeprefix("file:///w/"))

    def summary(self) -> list[tuple[int, str, str, str]]:
        return [(each.first, "".join(each.before), "".join(each.after), each.kind) for each in self.edits()]


def typed(line: int, character: int, text: str) -> list[Change]:
    """Text typed letter by letter, a change each."""
    return [((line, character + number), (line, character + number), letter) for number, letter in enumerate(text)]


def formatted(text: str) -> str:
    return text.replace(" = ", "  =  ")


# name: the text, what the editor sends (a list a message), what is recorded
CASES: dict[str, tuple[str, Sequence[Sequence[Change | str]], list[tuple[int, str, str, str]]]] = {
    "keystrokes, a message each": ("a\nb\n", [[each] for each in typed(1, 1, "cd")], [(2, "b\n", "bcd\n", "typing")]),
    "keystrokes, all in one message": ("a\nb\n", [typed(1, 1, "cdefgh")], [(2, "b\n", "bcdefgh\n", "typing")]),
    "the whole text again at each keystroke": (CODE, [[CODE.replace("call(7)", "call(77)")]], [
        (8, "line_7 = call(7)\n", "line_7 = call(77)\n", "typing")
    ]),
    "the whole text again, as it was": (CODE, [[CODE]], []),
    "typed and deleted at once": ("a\nb\n", [[((1, 1), (1, 1), "x"), ((1, 1), (1, 2), "")]], []),
    "brackets closed by the editor": ("a\nb\n", [[((1, 1), (1, 1), "(")], [((1, 2), (1, 2), ")")], [((1, 2), (1, 2), "x")]], [
        (2, "b\n", "b(x)\n", "typing")
    ]),
    "undo": ("a\nb\n", [[((1, 1), (1, 1), "x")], [((1, 1), (1, 2), "")]], []),
    "undo, redo": ("a\nb\n", [[((1, 1), (1, 1), "x")], [((1, 1), (1, 2), "")], [((1, 1), (1, 1), "x")]], []),
    "undo, redo, then something else": ("a\nb\nc\n", [[((1, 1), (1, 1), "x")], [((1, 1), (1, 2), "")], [((1, 1), (1, 1), "x")], [((2, 1), (2, 1), "y")]], [
        (2, "b\nc\n", "bx\ncy\n", "typing")
    ]),
    "undo in two steps, redo in two": ("a\n", [*([each] for each in typed(0, 1, "xy")), [((0, 2), (0, 3), "")], [((0, 1), (0, 2), "")], [((0, 1), (0, 1), "x")], [((0, 2), (0, 2), "y")]], []),
    "undo, then something else": ("a\nb\nc\n", [[((1, 1), (1, 1), "x")], [((1, 1), (1, 2), "")], [((2, 1), (2, 1), "y")]], [
        (3, "c\n", "cy\n", "typing")
    ]),
    "a snippet of several lines": ("a\n", [[((1, 0), (1, 0), "for x in y:\n    pass\n")]], [
        (2, "", "for x in y:\n    pass\n", "typing")
    ]),
    "a paste": ("a\n", [[((1, 0), (1, 0), "b = 1\n" * 9)]], [(2, "", "b = 1\n" * 9, "bulk")]),
    "a paste on one line": ("a\n", [[((0, 1), (0, 1), "b" * 250)]], [(1, "a\n", "a" + "b" * 250 + "\n", "bulk")]),
    "a completion and the import it adds": (CODE, [[((30, 0), (30, 0), "Path"), ((0, 0), (0, 0), "import Path\n")]], [
        (1, "", "import Path\n", "typing"), (32, "line_30 = call(30)\n", "Pathline_30 = call(30)\n", "typing")
    ]),
    "several cursors": (CODE, [[((line, 0), (line, 0), "x") for line in (35, 24, 13, 2)]], [
        (line + 1, f"line_{line} = call({line})\n", f"xline_{line} = call({line})\n", "bulk") for line in (2, 13, 24, 35)
    ]),
    "a tab is a character": ("a\n\tb\n", [[((1, 2), (1, 2), "c")]], [(2, "\tb\n", "\tbc\n", "typing")]),
    "lines that end in CR LF": ("a\r\nb\r\n", [[((1, 1), (1, 1), "c")]], [(2, "b\r\n", "bc\r\n", "typing")]),
    "a last line without an end": ("a\nb", [[((1, 1), (1, 1), "c")]], [(2, "b", "bc", "typing")]),
    "emoji, in UTF-16 units": ("x = '😀'\n", [[((0, 7), (0, 7), "é")]], [(1, "x = '😀'\n", "x = '😀é'\n", "typing")]),
    "a secret": ("a\nb\n", [[((1, 0), (1, 1), 'aws = "AKIAQ3EGRWKZ5Y7XB2MD"')]], []),
    "a secret, after other edits": (CODE, [typed(30, 0, "x"), [((1, 0), (1, 0), 'aws = "AKIAQ3EGRWKZ5Y7XB2MD"\n')]], []),
    "lines around a secret": ('a\naws = "AKIAQ3EGRWKZ5Y7XB2MD"\nb\n', [typed(0, 1, "x"), typed(2, 1, "y")], []),
    "a very long line": ("a\nb\n", [[((1, 1), (1, 1), "x" * 5_000)]], []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_recorded(name: str) -> None:
    text, messages, expected = CASES[name]
    window = Window("a.py", text)
    for each in messages:
        window.message(*each)
    assert window.summary() == expected


def test_a_formatter_is_no_intent() -> None:
    window = Window("a.py", CODE)
    window.message(formatted(CODE))
    assert {each.kind for each in window.edits()} == {"bulk"}


def test_units_of_utf_8() -> None:
    window = Window("a.py", "x = '😀'\n", encoding="utf-8")
    window.message(((0, 9), (0, 9), "é"))
    assert window.summary() == [(1, "x = '😀'\n", "x = '😀é'\n", "typing")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "a\n"),
        ("id_rsa", "a\n"),
        ("secrets.yaml", "a: b\n"),
        ("key.py", "-----BEGIN RSA PRIVATE KEY-----\n"),
        ("a.py", "# Code generated by protoc. DO NOT EDIT.\n"),
        ("a.ts", "// @generated\n"),
        ("vendor/a.go", "package a\n"),
        ("third_party/a.py", "a\n"),
        ("package-lock.json", "{}\n"),
        ("pnpm-lock.yaml", "a: b\n"),
        ("poetry.lock", "a = 1\n"),
        ("a.min.js", "a\n"),
        ("a.js", "a" * 5_000),
        ("a.log", "a\n"),
        ("a.diff", "a\n"),
        ("COMMIT_EDITMSG", "a\n"),
        ("a.py", "a\n" * 60_000),
        ("a.py", "a = 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1\n" * 48_000),
    ],
)
def test_documents_that_are_not_followed(path: str, text: str) -> None:
    window = Window(path, text)
    window.message(((0, 0), (0, 0), "x"))
    assert (window.recorder.follows(window.document), window.edits()) == (False, ())


def test_a_document_that_grows_too_large_is_dropped() -> None:
    window = Window("a.py", CODE)
    window.message(*typed(0, 0, "x"))
    window.message(((1, 0), (1, 0), "a\n" * 60_000))
    assert (window.recorder.follows(window.document), window.edits()) == (False, ())


def test_what_darner_writes_is_its_own() -> None:
    window = Window("a.py", CODE)
    with window.recorder.writing([window.document.uri]):
        window.message(*typed(3, 0, "own"))
    window.message(*typed(30, 0, "mine"), wait=5.0)
    assert [each.kind for each in window.edits()] == ["own", "typing"]


def test_what_a_patch_offered_is_its_own_wherever_the_client_applies_it() -> None:
    window = Window("a.py", CODE)
    window.recorder.offered(
        window.document.uri, CODE.replace("call(7)", "call(8, 9)").replace("line_30 = call(30)\n", "")
    )
    window.message(((7, 9), (7, 16), "call(8, 9)"))
    window.message(((30, 0), (31, 0), ""), wait=5.0)
    window.message(*typed(20, 0, "mine"), wait=5.0)
    assert [each.kind for each in window.edits()] == ["own", "own", "typing"]


def test_a_next_edit_that_was_taken_continues_what_was_typed() -> None:
    window = Window("a.py", CODE)
    window.recorder.offered(window.document.uri, CODE.replace("call(7)", "call(8)"), accepted=True)
    window.message(*typed(3, 0, "mine"))
    window.message(((7, 14), (7, 15), "8"), wait=0.1)
    assert window.summary()[1:] == [(8, "line_7 = call(7)\n", "line_7 = call(8)\n", "accepted")]
    window.message(((7, 14), (7, 15), "9"), wait=5.0)
    assert [each.kind for each in window.edits()] == ["typing", "typing"]


@pytest.mark.parametrize("drop", ["closed", "excluded", "opened again"])
def test_a_document_that_is_closed_opened_again_or_excluded_has_no_edits(drop: str) -> None:
    window = Window("a.py", CODE)
    window.message(*typed(3, 0, "x"))
    assert len(window.edits()) == 1
    match drop:
        case "closed":
            window.recorder.closed(window.document.uri)
        case "excluded":
            window.recorder.exclude(window.document.uri)
        case _:
            window.recorder.opened(window.document, "a.py")
    assert window.edits() == ()


def test_two_windows_on_one_file_are_one_document_by_any_spelling_of_its_uri() -> None:
    window = Window("a b.py", CODE)
    window.message(*typed(3, 0, "x"))
    window.recorder.closed("file:///w/a%20b.py")
    assert window.edits() == ()


def test_a_text_that_is_uncertain_is_not_followed() -> None:
    window = Window("a.py", CODE)
    window.message(*typed(3, 0, "x"))
    window.document.out_of_step = True
    window.message(*typed(4, 0, "x"))
    assert window.edits() == ()


def test_a_branch_switch_is_no_intent() -> None:
    recorder = EditRecorder()
    windows = [Window(f"{name}.py", CODE, recorder=recorder) for name in "abc"]
    for each in windows:
        each.message(CODE.replace("call(7)", "call(8)"))
    assert {each.kind for each in windows[0].edits()} == {"bulk"}


def test_a_cell_of_a_notebook_is_a_document_of_its_own() -> None:
    window = Window("book.ipynb-cell1.py", "a = 1\nb = a\n")
    window.message(*typed(0, 1, "x"))
    assert window.summary() == [(1, "a = 1\n", "ax = 1\n", "typing")]


_LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n"]), max_size=30)


@given(old=_LINES, new=_LINES)
def test_line_changes_make_one_text_of_the_other(old: list[str], new: list[str]) -> None:
    lines = list(old)
    for each in line_changes(old, new):
        assert tuple(lines[each.first - 1 : each.first - 1 + len(each.before)]) == each.before != each.after
        lines[each.first - 1 : each.first - 1 + len(each.before)] = each.after
    assert lines == new


def test_lines_of_a_long_text_are_compared_to_its_ends() -> None:
    old = split_lines("".join(f"{number}\n" for number in range(3_000)))
    for at in (0, 511, 512, 513, 1_500, 2_487, 2_488, 2_999):
        new = [*old[:at], "x\n", *old[at + 1 :]]
        assert [(each.first, each.before, each.after) for each in line_changes(old, new)] == [
            (at + 1, (f"{at}\n",), ("x\n",))
        ]
