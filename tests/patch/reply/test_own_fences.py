"""Fences that a new file holds itself: told from the reply's, or the reply is refused; never half of the file."""

import pytest

from darner_server.patch import apply_reply

INSIDE = [
    ("a.html", "<pre>\n```\nx\n```\n</pre>\n"), ("a.vue", "<template>\n```\nx\n```\n</template>\n"), ("a.html", "<!--\n```\nx\n```\n-->\n<p>a</p>\n"),
    ("a.xml", "<a><![CDATA[\n```\nx\n```\n]]></a>\n"), ("a.toml", 'a = """\n```\nx\n```\n"""\nb = 2\n'), ("a.sh", "cat <<EOF\n```\nx\n```\nEOF\necho a\n"),
    ("a.sh", "cat > a.md << 'MD'\n```\nx\n```\nMD\n"), ("a.rb", "X = <<~MD\n```\nx\n```\nMD\nputs X\n"), ("a.rb", "=begin\n```\nx\n```\n=end\nputs 1\n"),
    ("a.pl", "print <<'E';\n```\nx\n```\nE\n"), ("a.php", "<?php\n$x = <<<MD\n```\nx\n```\nMD;\n"), ("a.tf", "x = <<-EOT\n```\ny\n```\nEOT\n"),
    ("a.lua", "--[[\n```\ny\n```\n]]\nprint(x)\n"), ("a.hs", "{-\n```\ny\n```\n-}\nmain = x\n"), ("a.cpp", 'auto x = R"(\n```\ny\n```\n)";\n'),
    ("a.ps1", '$x = @"\n```\ny\n```\n"@\nWrite $x\n'), ("a.ml", "(*\n```\ny\n```\n*)\nlet x = 1\n"), ("a.html", "<p>\n```c++\nx\n```\n</p>\n"),
    ("a.md", '# A\n\n```objective-c\nx\n```\n\n```js title="x.js"\ny\n```\n'), ("a.svelte", "<pre>\n````\nx\n````\n</pre>\n"),
]  # fmt: skip
UNCLEAR = [
    ("a.yaml", "a: 1\n```\nx\n```\nb: 2\n"), ("a.toml", "a = 1\n```\nx\n```\nb = 2\n"), ("a.sql", "SELECT '\n```\ny\n```\n';\n"), ("a.xyz", "one\n```\ntwo\n```\nthree\n"),
    ("Makefile", "a:\n\tx\n```\ny\n```\nb:\n\tz\n"), ("a.clj", '(def x "\n```\ny\n```\n")\n'), ("a.csv", "a,b\n```\n1,2\n```\n3,4\n"), ("a.html", "<p>\n```\nx\n```\n</p>\n"),
    ("README.md", "# P\n```\nsrc/\n  main.py\n```\nMore\n"), ("README.md", "# P\n```\npython main.py\n```\nMore\n"), ("README.md", "# P\n\n```\nmain.py\n```\n\nMore\n"),
]  # fmt: skip


@pytest.mark.parametrize("named", ["{}\n", "Here is the new `{}`:\n\n"])
@pytest.mark.parametrize("info", [False, True])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(("path", "text"), [*INSIDE, *UNCLEAR])
def test_a_file_is_never_cut_at_its_own_fence(path: str, text: str, named: str, info: bool, ending: str) -> None:
    word = path.rsplit(".", 1)[-1] if info else ""
    applied = apply_reply(f"{named.format(path)}```{word}\n{text}```\n".replace("\n", ending), {})
    if (path, text) in UNCLEAR or applied.refused:
        assert applied.refused
        assert applied.files == {}
        assert path == "a.sh" or (path, text) in UNCLEAR
    else:
        assert applied.files == {path: text}


@pytest.mark.parametrize(
    "below",
    [
        "\nRun it:\n\n```\nnpm start\n```\n", "Run it with this command:\n```\nnpm start\n```\n", "\n```\nnpm start\n```\n", "Then open the page.\n",
        "\nThe output is\n```\nok\n```\n", "Then start it again:\n```sh\nnpm start\n```\n",
    ],
)  # fmt: skip
def test_another_fence_below_is_no_part_of_the_file(below: str) -> None:
    assert apply_reply(f"a.html\n```html\n<p>x</p>\n```\n{below}", {}).files == {"a.html": "<p>x</p>\n"}


@pytest.mark.parametrize("below", ["b.py\n", "\nb.py\n", "And `b.py`:\n", "\nNow the second file.\n\n### b.py\n"])
def test_the_next_file_s_fence(below: str) -> None:
    applied = apply_reply(f"a.html\n```\n<p>x</p>\n```\n{below}```\nx = 1\n```\n", {})
    assert applied.files == {"a.html": "<p>x</p>\n", "b.py": "x = 1\n"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.rb", 'a << ITEM\na << "foo"\n'), ("a.sh", "x=$((1 << N))\ncat <<< FOO\n"), ("a.fs", "let f = (*)\n"), ("a.html", "<html>\n<body>\n<h1>x</h1>\n"),
        ("a.yaml", "a: &d\n  b: 1\nc:\n  <<: *d\n"), ("README.md", "Use `<script>` and `<!--`.\n"), ("Dockerfile", "FROM a\nRUN <<EOF\nx\nEOF\n"), ("a.lua", "a[b[1]] = 2\n"),
    ],
)  # fmt: skip
def test_what_only_looks_open_ends_at_the_fence(path: str, text: str) -> None:
    assert apply_reply(f"{path}\n```\n{text}```\n", {}).files == {path: text}
