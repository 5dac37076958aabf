"""What holds for every text."""

from hypothesis import given
from hypothesis import strategies as st

from darner_server.patch import Edit, Located, Parser, Splice, apply_reply, locate, spliced
from darner_server.patch.edit import Format
from darner_server.patch.formats import apply_patch, find_replace, search_replace, unified_diff, whole_text
from darner_server.patch.reply.edit_scripts import foreign
from darner_server.patch.reply.wrappers import unwrapped
from darner_server.patch.text.indexed_text import Document

PIECES = [
    "<<<<<<< SEARCH\n", "=======\n", ">>>>>>> REPLACE\n", "```python\n", "```\n", "a.py\n",
    "*** Begin Patch\n", "*** Update File: a.py\n", "*** Add File: b.py\n", "*** Delete File: a.py\n",
    "*** Move to: c.py\n", "@@\n", "@@ -1,2 +1,2 @@\n", "*** End of File\n", "*** End Patch\n",
    "--- a/a.py\n", "+++ b/a.py\n", "-x = 1\n", "+x = 2\n", " y\n", "x = 1\n", "\n",
    '[{"old_string": "x = 1", "new_string": "x = 2"}]\n', "# ... existing code ...\n", "<think>\n",
    "</think>\n", "...\n", ":start_line:1\n", "-------\n", "\\ No newline at end of file\n", "\r\n", "\r",
    "1 | x = 1\n", "def f():\n", "    pass\n", "diff --git a/a.py b/a.py\n", "rename from a.py\n",
    "rename to d.py\n", "<source>\n", "</source>\n", "\ufeff", "\x00", "{\n",
]  # fmt: skip
LINE = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)
ODD_LINE = st.one_of(LINE, st.sampled_from(["\f", "a\x85b", "\u2028", "😀 x", "    indented", "\ttab", "}", ""]))
REPLY = st.lists(st.one_of(st.sampled_from(PIECES), LINE), max_size=25).map("".join)
ENDED = st.tuples(ODD_LINE, st.sampled_from(["\n", "\r\n", "\r"])).map("".join)


@given(REPLY, st.lists(ENDED, max_size=8).map("".join), st.booleans(), st.data())
def test_no_reply_raises_and_chunks_do_not_matter(reply: str, text: str, cut_off: bool, data: st.DataObject) -> None:
    files = {"a.py": text}
    applied = apply_reply(reply, files, target="a.py")
    assert applied.refused == () or applied.files == files
    one = Parser(target="a.py")
    edits = [*one.feed(reply), *one.close(cut_off=cut_off)]
    many, found, at = Parser(target="a.py"), list[Edit](), 0
    while at < len(reply):
        size = data.draw(st.integers(1, 9))
        found += many.feed(reply[at : at + size])
        at += size
    found += many.close(cut_off=cut_off)
    if not any(edit.problem is not None and edit.problem.kind == "late" for edit in found):
        assert (
            found == edits
        )  # else drafts were out before their end came: see test_a_draft_that_is_out_already_is_told


@given(REPLY, st.data())
def test_after_a_prefix_only_edits_of_the_whole(reply: str, data: st.DataObject) -> None:
    parser = Parser()
    whole_edits = [*parser.feed(reply), *parser.close()]
    cut = Parser()
    part = reply[: data.draw(st.integers(0, len(reply)))]
    streamed = cut.feed(part)
    assert list(streamed) == whole_edits[: len(streamed)]


@given(st.lists(ENDED, min_size=1, max_size=12), st.data())
def test_outside_the_hunk_every_byte_is_kept(raw: list[str], data: st.DataObject) -> None:
    raw = [f"{number} {line}" for number, line in enumerate(raw)]
    text = data.draw(st.sampled_from(["", "\ufeff"])) + "".join(raw)
    mark = len(text) - len("".join(raw))
    text = text.removesuffix(data.draw(st.sampled_from(["", "\n", "\r"])))
    first = data.draw(st.integers(0, len(raw) - 1))
    last = data.draw(st.integers(first + 1, len(raw)))
    before = "".join(line.rstrip("\r\n") + "\n" for line in raw[first:last])
    after = "".join(f"new {line}\n" for line in data.draw(st.lists(LINE, max_size=3)))
    found = locate(Edit("a", before, after), text)
    if not isinstance(found, Located):
        return
    made = spliced(text, found.splices)
    head, tail = text[: mark + len("".join(raw[:first]))], text[mark + len("".join(raw[:last])) :]
    assert made.startswith(head)
    assert made.endswith(tail)


SPECIAL = st.sampled_from([
    "=======", "========", "<<<<<<< SEARCH", ">>>>>>> REPLACE", "```", "````", "```python", "--- a/x.py",
    "+++ b/x.py", "-- x", "++ y", "@@ -1 +1 @@", "@@", "*** End Patch", "*** Update File: z", "\\ No newline",
    "</source>", "-------", "", "diff --git a/x b/x", "# ... existing code ...", "[", "{}", "a.py",
])  # fmt: skip
WRITTEN = st.one_of(LINE, SPECIAL)
PATH = st.sampled_from(["a.py", "src/b.ts", "deep/er/c.txt"])
TEXT = st.lists(WRITTEN, max_size=5).map(lambda lines: "".join(f"{line}\n" for line in lines))
SOME_TEXT = st.lists(WRITTEN, min_size=1, max_size=5).map(lambda lines: "".join(f"{line}\n" for line in lines))


def read(text: str, reply_format: str | None = None) -> list[Edit]:
    parser = Parser(reply_format)
    return [*parser.feed(text), *parser.close()]


@given(st.lists(st.builds(Edit, PATH, TEXT, TEXT, format=st.just("search-replace")), min_size=1, max_size=4))
def test_search_replace_reads_back(edits: list[Edit]) -> None:
    assert read("".join(map(search_replace.render, edits))) == edits


WHOLE = st.builds(Edit, PATH, st.none(), TEXT, st.just("whole"), format=st.just("whole"))


def _reads_as_text(edit: Edit) -> bool:
    """Whether it is no edit's marks or script, which are refused, and not in a fence of its own, which is taken off."""
    text = edit.after or ""
    script = foreign(text.split("\n"), "", edit.path)
    return "<<<<<<< SEARCH" not in text and script is None and unwrapped(edit) == edit


@given(st.lists(WHOLE.filter(_reads_as_text), min_size=1, max_size=3))
def test_whole_reads_back(edits: list[Edit]) -> None:
    assert read("".join(map(whole_text.render, edits)), "whole") == edits


@given(
    st.lists(
        st.builds(
            Edit, PATH, LINE, LINE, every=st.booleans(), inline=st.sampled_from([True]), format=st.just("find-replace")
        ),
        min_size=1,
    )
)
def test_find_replace_reads_back(edits: list[Edit]) -> None:
    assert read(find_replace.render(edits)) == edits


def hunk(path: str, lines: list[tuple[str, str]], reply_format: Format) -> Edit:
    before = "".join(f"{line}\n" for op, line in lines if op != "+")
    after = "".join(f"{line}\n" for op, line in lines if op != "-")
    return Edit(path, before, after, line=None, hunk=tuple(lines), format=reply_format)


HUNK = st.lists(st.tuples(st.sampled_from([" ", "-", "+"]), WRITTEN), min_size=1, max_size=6)


@given(st.lists(st.builds(hunk, PATH, HUNK, st.just("apply-patch")), min_size=1, max_size=4))
def test_apply_patch_reads_back(edits: list[Edit]) -> None:
    assert read(apply_patch.render(edits)) == edits


@given(st.lists(st.builds(hunk, PATH, HUNK, st.just("unified-diff")), min_size=1, max_size=4))
def test_unified_diff_reads_back(edits: list[Edit]) -> None:
    assert read("```diff\n" + unified_diff.render(edits, numbers=False) + "```\n") == edits


@given(st.lists(ENDED, max_size=10).map("".join), st.data())
def test_a_document_is_the_text_that_was_spliced(text: str, data: st.DataObject) -> None:
    document = Document(text)
    document.find(["x"])
    document.find_folded(["x"])
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        splice = Splice(start, end, data.draw(st.lists(st.one_of(ENDED, LINE), max_size=3).map("".join)))
        text = spliced(text, (splice,))
        document.replace((splice,))
        fresh = Document(text)
        assert (document.text, document.raw, document.bodies) == (text, fresh.raw, fresh.bodies)
        assert [document.offset(line) for line in range(len(fresh) + 1)] == [
            fresh.offset(n) for n in range(len(fresh) + 1)
        ]
        for body in set(fresh.bodies):
            assert document.find([body]) == fresh.find([body])
            assert document.find_folded([body]) == fresh.find_folded([body])
