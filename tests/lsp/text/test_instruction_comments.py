"""`darner:` comments: in which syntax, what they say, and what is left when one goes."""

from contextlib import suppress
from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException
from tests.engine.scene import block
from tests.lsp.editor import editing
from tests.lsp.handlers.test_code_action import actions, place, run

from darner_clients.testing import Fault, Script, ScriptedEndpoint
from darner_context.syntax import comments as syntax_comments
from darner_server.lsp.text.instruction_comments import comment_at, removal
from darner_server.lsp.text.positions import split_lines


def asked(path: str, text: str) -> tuple[str, str] | None:
    """What the comment says and what the text is without it."""
    lines = split_lines(text)
    comment = comment_at(path, lines, 0, len(lines) - 1)
    if comment is None:
        return None
    start, end = removal(lines, comment)
    return comment.instruction, text[:start] + text[end:]


@pytest.mark.parametrize(
    ("path", "text", "said", "left"),
    [
        ("a.py", "x = 1  # darner: make it two\ny\n", "make it two", "x = 1\ny\n"),
        ("a.ts", "    // darner:  make this async\r\nx\r\n", "make this async", "x\r\n"),
        ("a.c", "int x = f(/* darner: rename it */ y);\n", "rename it", "int x = f(y);\n"),
        ("a.c", "/* darner: faster */ int g(void) { return 1; }\n", "faster", "int g(void) { return 1; }\n"),
        ("a.c", "/*\n * darner: faster,\n * and shorter\n */\nint g;\n", "faster, and shorter", "int g;\n"),
        ("a.java", "/** darner: name it */\nint g;\n", "name it", "int g;\n"),
        ("a.css", "a { color: red; /* darner: use blue */ }\n", "use blue", "a { color: red; }\n"),
        ("a.html", "<p><!-- darner: reword this -->Hello</p>\n", "reword this", "<p>Hello</p>\n"),
        ("a.html", "<!-- darner: reword\n  all of this -->\n<p>\n", "reword all of this", "<p>\n"),
        ("a.vue", "<template>\n<!-- darner: add a slot --> <div/>\n", "add a slot", "<template>\n<div/>\n"),
        ("a.vue", "<script>\nlet x // darner: y\n</script>\n", "y", "<script>\nlet x\n</script>\n"),
        ("a.jsx", "const a = <ul>{/* darner: add a key */}<li/></ul>;\n", "add a key", "const a = <ul><li/></ul>;\n"),
        ("a.tsx", "f(/* darner: why */)\n", "why", "f()\n"),
        ("a.hbs", "<p>{{!-- darner: x --}}{{name}}</p>\n", "x", "<p>{{name}}</p>\n"),
        ("a.hbs", "{{! darner: x }}\n<p>\n", "x", "<p>\n"),
        ("a.j2", "a {# darner: x #} b\n", "x", "a b\n"),
        ("a.erb", "<%# darner: x %>\n<p>\n", "x", "<p>\n"),
        ("a.jsp", "<%-- darner: x --%>\n", "x", ""),
        ("a.cshtml", "@* darner: x *@\n", "x", ""),
        ("a.gotmpl", "{{/* darner: x */}}y\n", "x", "y\n"),
        ("a.gotmpl", "{{- /* darner: x */ -}}\n", "x", ""),
        ("a.tpl", "{* darner: x *}\n", "x", ""),
        ("a.sql", "-- darner: go\nselect 1;\n", "go", "select 1;\n"),
        ("a.lua", "--[[ darner: go\nfar ]]\nx = 1\n", "go far", "x = 1\n"),
        ("a.hs", "x = 1 {- darner: go -} + 2\n", "go", "x = 1 + 2\n"),
        ("a.ml", "let x = (* darner: go *) 1\n", "go", "let x = 1\n"),
        ("a.clj", "(f ;; darner: go\n x)\n", "go", "(f\n x)\n"),
        ("a.tex", "% darner: go\n", "go", ""),
        ("a.f90", "! darner: go\n", "go", ""),
        ("a.ps1", "<# darner: go #>\n$x\n", "go", "$x\n"),
        ("a.jl", "#= darner: go =# x\n", "go", "x\n"),
        ("a.bat", "REM darner: go\n", "go", ""),
        ("a.rst", ".. darner: go\n", "go", ""),
        ("a.py", '"""darner: go"""\n', "go", ""),
        ("a.py", "# darner: make it async\n# and give it a limit\n# Fetches.\nx\n",
         "make it async and give it a limit", "# Fetches.\nx\n"),
        ("a.go", "// darner: do this\n//   and that\nx\n", "do this and that", "x\n"),
        ("a.py", "# darner: one\n# darner: two\n", "one", "# darner: two\n"),
        ("a.py", "s = '#'  # darner: go\n", "go", "s = '#'\n"),
        ("a.js", "f(`${/* darner: go */ x}`)\n", "go", "f(`${x}`)\n"),
        ("a.js", "return/* darner: go */ x\n", "go", "return x\n"),
        ("", "# darner: go\n", "go", ""),
    ],
)  # fmt: skip
def test_a_comment_says_and_leaves(path: str, text: str, said: str, left: str) -> None:
    assert asked(path, text) == (said, left)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("s.py", "s = 'darner: no'\n"),
        ("s.py", "s = '# darner: no'\n"),
        ("s.py", "s = '''\n# darner: no\n'''\n"),
        ("s.js", "s = `\n// darner: no\n`\n"),
        ("s.js", 's = "/* darner: no */"\n'),
        ("s.go", "s := `\n# darner: no\n`\n"),
        ("s.rs", 'let s = "// darner: no";\n'),
        ("s.sh", "cat <<EOF\n# darner: no\nEOF\n"),
        ("s.txt", 's = "# darner: no"\n'),
        ("s.md", "see https://darner:8080/x and x#darner: no\n"),
        ("s.py", "# darner:\n"),
        ("s.py", "# see darner: no\n"),
        ("s.c", "/* darner: no end\n"),
        ("s.py", "#" * 20_000 + " darner: no\n"),
        ("s.py", ""),
    ],
)
def test_what_is_no_comment_of_ours(path: str, text: str) -> None:
    assert asked(path, text) is None


CODE = "import os\n# darner: make it two\nx = 1\n"
GOOD = block("a.py", "x = 1\n", "x = 2\n")
LOST = block("a.py", "y = 1\n", "y = 2\n")


PATCHED = CODE.replace("x = 1", "x = 2")


@pytest.mark.parametrize(
    ("script", "text"),
    [
        (Script(otherwise=LOST), CODE),
        (Script(otherwise=GOOD + LOST), PATCHED),
        (Script(otherwise="That is a fine line."), CODE),
        (Script(otherwise=GOOD, faults=(Fault("status", status=500),) * 9), CODE),
        (Script(otherwise=GOOD, faults=(Fault("status", status=401),)), CODE),
        (Script(otherwise=GOOD[:-30]), CODE),
    ],
)
async def test_the_comment_stays_unless_its_patch_is_in(tmp_path: Path, script: Script, text: str) -> None:
    async with (
        ScriptedEndpoint(script) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        (action,) = await actions(editor, place((1, 5)))
        with suppress(JsonRpcException):
            await run(editor, action)
        assert buffer.text == text
        editor.shown.clear()
        editor.logged.clear()


def test_many_places_cost_no_more_than_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much is selected, and however long its lines: little is parsed."""
    parsed: list[int] = []
    known = syntax_comments.comment_span

    def counted(path: str, text: str, line: int, column: int) -> object:
        parsed.append(len(text))
        return known(path, text, line, column)

    monkeypatch.setattr(syntax_comments, "comment_span", counted)
    for text in (
        "x = 'darner: y'\n" * 5_000,
        "x = '" + "darner: " * 1_000 + "'\n",
        ("#" + "y" * 9_000 + "\n") * 50 + "'darner: z'\n",
    ):
        assert asked("a.py", text) is None
    assert len(parsed) <= 24
    assert max(parsed) <= 41_000
    assert asked("a.py", ("#" + "y" * 9_000 + "\n") * 50 + "# darner: go on\n") == (
        "go on",
        ("#" + "y" * 9_000 + "\n") * 50,
    )
