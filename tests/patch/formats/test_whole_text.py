"""Whole texts: fences of their own, line numbers and list indentation of the reply are told from the text."""

import pytest

from darner_server.patch import apply_reply

OWN = ["Intro\n\n```\ncode\n```\n\nMore\n", "Intro\n\n```sh\ncode\n```\n\nMore\n"]
PROSE = [
    *("a.txt", "a.mdc", "a.rst", "a.adoc", "README", "docs/x.md", ".cursorrules", "a.qmd", "a.org", "NOTES", "CHANGELOG", "a.tex", "prompt.j2"),
    *("a.mdx", "AGENTS.md", "x.prompt", "a.jinja", "a.tmpl", "llms.txt", "a.log", "a.textile", "a.pod", "a.wiki"),
]  # fmt: skip


@pytest.mark.parametrize("path", PROSE)
@pytest.mark.parametrize("text", OWN)
def test_fences_of_its_own_do_not_cut_a_text(path: str, text: str) -> None:
    for mark, sure in (("```", False), ("````", True), ("~~~", True)):
        applied = apply_reply(f"{path}\n{mark}\n{text}{mark}\n", {})
        assert applied.files in ({path: text}, {})
        assert applied.refused == () if sure else bool(applied.refused) == (applied.files == {})
    other = "b.py\n```\n<<<<<<< SEARCH\nb = 1\n=======\nb = 2\n>>>>>>> REPLACE\n```\n"
    applied = apply_reply(f"{path}\n```\n{text}```\n\n{other}", {"b.py": "b = 1\n"})
    assert applied.files in ({path: text, "b.py": "b = 2\n"}, {"b.py": "b = 1\n"})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", '"""Doc.\n\n```\nx\n```\n"""\ny = 1\n'), ("a.ex", '@doc """\n```\nx\n```\n"""\n'), ("a.go", "/*\n```\nx\n```\n*/\npackage a\n"),
        ("a.py", "X = '''\n```\n'''\n"), ("a.kt", 'val x = """\n```\n"""\n'), ("a.c", "/* A\n```\nb\n```\n*/\nint a;\n"), ("a.py", "QUOTE = '\"\"\"'\ny = 1\n"),
    ],
)  # fmt: skip
def test_a_fence_within_a_string_or_a_comment(path: str, text: str) -> None:
    applied = apply_reply(f"{path}\n```\n{text}```\n", {})
    assert (applied.refused, applied.files) == ((), {path: text})


def news(path: str, text: str) -> list[str]:
    """A new file in every format."""
    plus = "".join(f"+{line}\n" for line in text.split("\n")[:-1])
    return [
        f"{path}\n```\n{text}```\n",
        f"{path}\n```\n<<<<<<< SEARCH\n=======\n{text}>>>>>>> REPLACE\n```\n",
        f"*** Begin Patch\n*** Add File: {path}\n{plus}*** End Patch\n",
        f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{plus.count('+')} @@\n{plus}",
    ]


@pytest.mark.parametrize(
    "path", ["a.py", "a.go", "a.yaml", "a.css", "a.xyz", "Gemfile", "a.json", "a.sql", "src/a.rs", "a.html"]
)
@pytest.mark.parametrize("mark", [" | ", "\t", " \u2502 ", "\u2192", "|", ": ", ":"])
def test_line_numbers_are_dropped_or_refused(path: str, mark: str) -> None:
    clean = "def f():\n    x = 1\n\n    return x\n"
    for width in (1, 6):
        text = "".join(f"{number:>{width}}{mark}{line}\n" for number, line in enumerate(clean.split("\n")[:-1], 1))
        for reply in news(path, text):
            applied = apply_reply(reply, {})
            if ":" in mark:
                assert applied.files == {}
                assert applied.refused[0].kind == "line-numbers"
            else:
                assert (applied.refused, applied.files) == ((), {path: clean})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.csv", "1|a\n2|b\n"), ("a.tsv", "1\ta\n2\tb\n"), ("a.md", "1 | a\n2 | b\n"), ("a.txt", "1: a\n2: b\n"), ("a.py", "1 | x\n"), ("a.py", "5 | 3\n1 | 2\n"),
        ("a.yaml", "8080: a\n9090: b\n"),
    ],
)  # fmt: skip
def test_numbers_of_the_text_stay(path: str, text: str) -> None:
    for reply in news(path, text):
        applied = apply_reply(reply, {})
        assert (applied.refused, applied.files) == ((), {path: text})


@pytest.mark.parametrize("margin", ["  ", "   ", "    ", "\t"])
@pytest.mark.parametrize("bullet", ["1. ", "- ", "* "])
def test_the_indentation_of_a_list_is_not_the_text_s(margin: str, bullet: str) -> None:
    text = "def f():\n    return 1\n\nx = 2\n"
    files = {"b.py": "b = 1\n"}
    for reply in (
        *news("a.py", text)[:2],
        "```\n" + news("a.py", text)[2] + "```\n",
        "```diff\n" + news("a.py", text)[3] + "```\n",
    ):
        head, _, rest = reply.partition("\n")
        inner = "".join(f"{margin}{line}\n" if line.strip() else "\n" for line in rest.split("\n")[:-1])
        listed = f"{bullet}{head}\n{inner}" if head == "a.py" else f"{bullet}New:\n{margin}{head}\n{inner}"
        applied = apply_reply(listed, files)
        assert (applied.refused, applied.files) == ((), {**files, "a.py": text})
