"""Which file a block is about: by the words above it, in its fence, behind its marker. Never another file in silence."""

import pytest

from darner_server.patch import apply_reply

OLD = "port: 80\nname: x\n"
NEW = "port: 81\nname: x\n"
BLOCK = "```\n<<<<<<< SEARCH\nport: 80\n=======\nport: 81\n>>>>>>> REPLACE\n```\n"
FIRST = "main.py\n```\n<<<<<<< SEARCH\na = 1\n=======\na = 2\n>>>>>>> REPLACE\n```\n\n"
MAIN = "a = 1\nport: 80\n"


def check(above: str, path: str, *, first: str = FIRST, target: str | None = "main.py") -> None:
    """The block goes to `path` although the file before it, and the target, hold its text too."""
    files = {"main.py": MAIN, path: OLD}
    applied = apply_reply(f"{first}{above}\n{BLOCK}", files, target=target)
    assert applied.refused == ()
    assert applied.files == {"main.py": MAIN.replace("a = 1", "a = 2") if first else MAIN, path: NEW}


NAMED = [
    ("config/dev.yaml\n\nHere the port moves.\n", "config/dev.yaml"),
    ("### config/dev.yaml\n\nHere the port moves.\n\nAnd nothing else.\n", "config/dev.yaml"),
    ("Pipfile", "Pipfile"), ("### Pipfile", "Pipfile"), ("`Caddyfile`:", "Caddyfile"), ("BUILD", "BUILD"), ("**VERSION**", "VERSION"),
    ("ops/Caddyfile", "ops/Caddyfile"), ("tools/BUILD", "tools/BUILD"), ("justfile", "justfile"), ("CODEOWNERS", "CODEOWNERS"),
    ("`Brewfile.local`", "Brewfile.local"), ("File: deploy", "deploy"), ("`deploy`", "deploy"), ("deploy", "deploy"), ("## deploy", "deploy"),
    ("bin/run", "bin/run"), ("### bin/run", "bin/run"), ("`.env`", ".env"), (".env.local", ".env.local"), (".github/CODEOWNERS", ".github/CODEOWNERS"),
    ("dev.yaml (updated)", "dev.yaml"), ("**dev.yaml** (new port)", "dev.yaml"), ("`dev.yaml` (lines 1-2)", "dev.yaml"), ("dev.yaml [modified]", "dev.yaml"),
    ("dev.yaml:1-2", "dev.yaml"), ("dev.yaml:1", "dev.yaml"), ("`dev.yaml:1:3`", "dev.yaml"), ("dev.yaml#L1-L2", "dev.yaml"), ("dev.yaml, lines 1-2", "dev.yaml"),
    ("dev.yaml - the port moves", "dev.yaml"), ("**dev.yaml** \u2013 port", "dev.yaml"), ("`dev.yaml`: the new port", "dev.yaml"), ("dev.yaml lines 1 to 2:", "dev.yaml"),
    ("my notes.md", "my notes.md"), ("`my notes.md`", "my notes.md"), ("docs/my notes.md", "docs/my notes.md"), ("**release plan 2.txt**", "release plan 2.txt"),
    ("it's.md", "it's.md"), ("`it's.md`", "it's.md"), ("docs/it's.md", "docs/it's.md"), ('"dev.yaml"', "dev.yaml"), ("'dev.yaml':", "dev.yaml"),
    ("\u201cdev.yaml\u201d", "dev.yaml"), ("<path>config/dev.yaml</path>", "config/dev.yaml"), ("<file>dev.yaml</file>", "dev.yaml"),
    ('<file path="dev.yaml">', "dev.yaml"), ("<file_path>dev.yaml</file_path>", "dev.yaml"), ("<dev.yaml>", "dev.yaml"), ("[dev.yaml](dev.yaml)", "dev.yaml"),
    ("[`dev.yaml`](./config/dev.yaml)", "dev.yaml"), ("[dev.yaml]", "dev.yaml"), ("=== dev.yaml ===", "dev.yaml"), ("--- dev.yaml ---", "dev.yaml"),
    ("// FILE: dev.yaml", "dev.yaml"), ("<!-- dev.yaml -->", "dev.yaml"), ("1) dev.yaml", "dev.yaml"), ("- [ ] dev.yaml", "dev.yaml"), ("Step 2: `dev.yaml`", "dev.yaml"),
    ("File 2: dev.yaml", "dev.yaml"), ("New file: dev.yaml", "dev.yaml"), ("Filename: dev.yaml", "dev.yaml"), ("Datei: dev.yaml", "dev.yaml"),
    ("文件: dev.yaml", "dev.yaml"), ("\U0001f4c4 dev.yaml", "dev.yaml"), ("➡️ `dev.yaml`", "dev.yaml"), ("path = dev.yaml", "dev.yaml"),
    ("конфиг/порт.yaml", "конфиг/порт.yaml"), ("a+b.c++", "a+b.c++"), ("50%.txt", "50%.txt"), ("pages/[id] (old).tsx", "pages/[id] (old).tsx"),
    ("file.v2.final.txt", "file.v2.final.txt"), ("~/x.yaml", "~/x.yaml"), ("src\\dev.yaml", "src/dev.yaml"), ("my-notes_2.md", "my-notes_2.md"),
    ("In `dev.yaml` set the port:", "dev.yaml"), ("in `dev.yaml` set the port to 81, as `main.py` has it:", "dev.yaml"), ("In dev.yaml set the port:", "dev.yaml"),
    ("Now for config/dev.yaml, where the port moves:", "config/dev.yaml"), ("`dev.yaml` needs the same:", "dev.yaml"), ("The port in `dev.yaml` moves:", "dev.yaml"),
    ("Then update dev.yaml:", "dev.yaml"), ("Update **dev.yaml** as well:", "dev.yaml"), ("And finally, in `dev.yaml`:", "dev.yaml"),
    ("Next, let's change the file `dev.yaml`.", "dev.yaml"), ("Finally change the port in `config/dev.yaml`.\n\nLike so:", "config/dev.yaml"),
    ("The `Pipfile` has the port too:", "Pipfile"), ("Change the `VERSION` file:", "VERSION"), ("In the `deploy` script:", "deploy"),
    ("Here is the new `dev.yaml`, which no longer needs `main.py`:", "dev.yaml"), ("1. Move the port in `dev.yaml`:", "dev.yaml"),
    ("Same thing for `dev.yaml` (it is read first):", "dev.yaml"), ('Change "dev.yaml" like this:', "dev.yaml"),
]  # fmt: skip


@pytest.mark.parametrize(("above", "path"), NAMED)
def test_the_file_that_is_named(above: str, path: str) -> None:
    check(above, path)
    check(above, path, first="")


@pytest.mark.parametrize(
    "above",
    [
        "Node.js", "### Node.js", "# client/server", "## CI/CD", "CI/CD", "Input/Output", "### Input/Output:", "The change", "### Change the port",
        "Here is the edit for Next.js:", "Use `console.log`:", "As before:", "Example:", "**Port**", "TCP/IP", "### 1. The port", "v1.2", "Then:",
        "See https://example.org/dev.yaml", "Mail me@example.org:", "Call `self.port` there:", "e.g.", "It's Vue.js/React.js:", "#!/bin/sh",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_name(above: str) -> None:
    files = {"main.py": OLD, "dev.yaml": OLD}
    applied = apply_reply(f"{above}\n\n{BLOCK}", files, target="main.py")
    assert applied.refused == ()
    assert applied.files == {"main.py": NEW, "dev.yaml": OLD}


@pytest.mark.parametrize(
    "above",
    [
        "dev.yaml", "`Portfile`", "`conf/prod.yaml` (new port)", "In `prod.yaml` set the port:", "other notes.md", "Vagrantfile", "`deploy`:",
        "Unlike `prod.yaml` and `test.yaml`, `a.yaml` and `b.yaml` change:", "File: run", "<path>prod.yaml</path>", "Files:\n- a.yaml\n- b.yaml\n\nNow:",
    ],
)  # fmt: skip
def test_a_name_of_no_file_is_refused(above: str) -> None:
    files = {"main.py": OLD}
    for first in ("", "main.py\n" + BLOCK.replace("81", "80\nx: 1")):
        applied = apply_reply(f"{first}{above}\n\n{BLOCK}", files, target="main.py")
        assert applied.refused != ()
        assert applied.files == files
