import pytest

from darner_server.engine.syntax_gate import LARGE, final_gate, syntax_gate, whole_gate

FILLER = "".join(f"def filler_{number}(value):\n    return value + {number}\n\n\n" for number in range(900))
MIDDLE = "def middle(value):\n    if value:\n        return [value]\n    return None\n\n\n"
TEXT = FILLER + MIDDLE + FILLER


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ("return [value]", "return (value)", False),
        ("return [value]", "return [value", True),
        ("        return [value]\n", "    return [value]\n", True),
        (MIDDLE, "", False),
        (MIDDLE, MIDDLE + MIDDLE, False),
        (MIDDLE, MIDDLE.replace("def middle(", "def middle)"), True),
        ("def middle", '"""open\ndef middle', True),
    ],
)
def test_a_large_file_is_judged_as_its_pieces_are(old: str, new: str, refused: bool) -> None:
    assert len(TEXT) > LARGE
    after = TEXT.replace(old, new)
    assert (whole_gate("a.py", TEXT, after) is not None) == refused
    assert (syntax_gate("a.py", TEXT, after) is not None) == refused


def test_the_first_and_the_last_piece() -> None:
    assert syntax_gate("a.py", FILLER, "import os\n\n" + FILLER) is None
    assert syntax_gate("a.py", FILLER, "import (\n\n" + FILLER) is not None
    assert syntax_gate("a.py", FILLER, FILLER + "x = 1\n") is None
    assert syntax_gate("a.py", FILLER, FILLER + "x = (\n") is not None


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ("words = 1", "words = 2", False),
        ("words = 1", 'words = """1"""', True),  # right where the text is code, and it is not
        ("words = 1", '"""\nwords = """1"""\n"""', False),
    ],
)
def test_what_no_piece_shows_is_found_in_the_end(old: str, new: str, *, refused: bool) -> None:
    before = f'{FILLER}TEXT = """\n\n{old}\n\n"""\n\n{FILLER}'
    after = before.replace(old, new)
    assert syntax_gate("a.py", before, after) is None
    assert (final_gate("a.py", before, after) is not None) == refused
    assert (whole_gate("a.py", before, after) is not None) == refused


@pytest.mark.parametrize(
    ("path", "before", "after", "refused"),
    [
        ("a.ipynb", '{"cells": []}\n', '{"cells": [1]}\n', False),
        ("a.ipynb", '{"cells": []}\n', '{"cells": [1,]}\n', True),
        ("a.ipynb", '{"cells": []}\n', '{"cells": [] // none\n}\n', True),
        ("a.ipynb", '{"cells": [}\n', '{"cells": [1}\n', False),  # broken before
        ("a.geojson", "{}\n", '{"a": }\n', True),
        ("a.jsonc", "{}\n", '{\n  // one\n  "a": [1, 2,], /* "b": , */\n}\n', False),
        ("a.jsonc", "{}\n", '{"a": "// no, ] comment",}\n', False),
        ("a.jsonc", "{}\n", '{"a": 1 "b": 2}\n', True),
        ("a.jsonc", "{}\n", '{"a": [1, 2}\n', True),
        ("a.jsonc", "{}\n", '{"a": ,}\n', True),
        ("ui/tsconfig.build.json", "{}\n", '{\n  // why\n  "a": 1,\n}\n', False),
        (".vscode/settings.json", "{}\n", '{"a": 1,}\n', False),
        ("a.code-workspace", "{}\n", '{"a": 1,, }\n', True),
        ("package.json", "{}\n", '{"a": 1,}\n', True),
    ],
)
def test_json_by_other_names(path: str, before: str, after: str, *, refused: bool) -> None:
    for gate in (syntax_gate, final_gate, whole_gate):
        assert (gate(path, before, after) is not None) == refused


@pytest.mark.parametrize(
    ("after", "refused"),
    [
        ("class A { val x = 1 }\n", False),
        ("class A { companion object { val y = 1 } }\n", False),
        ("class A {\n    val x = 1 }\n", False),
        ('class A { val s = "a }" }\n', False),
        ("class A { val l = { x: Int -> x } }\n", False),
        ("class A { val x = }\n", True),
        ("class A { fun f( }\n", True),
        ("class A { val x = 1 } }\n", True),
        ("class A { val x = 1\n", True),
    ],
)
def test_bodies_on_one_line(after: str, *, refused: bool) -> None:
    for gate in (syntax_gate, whole_gate):
        assert (gate("a.kt", "class Z\n", after) is not None) == refused


@pytest.mark.parametrize(
    ("path", "after", "refused"),
    [
        ("a.cpp", "ACME_INLINE acme::logger *raw() ACME_NOEXCEPT { return x; }\n", False),
        ("a.cpp", "ACME_API(core) std::vector<int> list_all(int a) { return {}; }\n", False),
        ("a.cpp", "DWORD WINAPI ThreadProc(void *p) { return 0; }\n", False),
        ("a.cpp", "template <class T> ACME_INLINE T Box<T>::get() const { return t; }\n", False),
        ("a.c", "ACME_API struct foo *get_foo(void) { return 0; }\n", False),
        ("a.c", "JNIEXPORT jint JNICALL Java_a_b(JNIEnv *e, int x) { return 1; }\n", False),
        ("a.c", "ACME_API unsigned long size_of(int a) ACME_PURE;\n", False),
        ("a.cpp", "ACME_INLINE acme::logger *raw( { return x; }\n", True),
        ("a.cpp", "ACME_API int total(int a) { return (a; }\n", True),
        ("a.c", "ACME_API struct foo *get_foo(void) { return 0;\n", True),
    ],
)
def test_macros_before_and_behind_a_function(path: str, after: str, *, refused: bool) -> None:
    for gate in (syntax_gate, whole_gate):
        assert (gate(path, "int z;\n", after) is not None) == refused
