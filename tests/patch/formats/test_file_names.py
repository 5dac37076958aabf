"""Which file a block is about: by the words above it, in its fence, behind its marker. Never another file in silence."""

import pytest

from darner_server.patch import apply_reply

OLD = "port: 80\nname: x\n"
NEW = "port: 81\nname: x\n"
BLOCK = "```\n<<<<<<< SEARCH\nport: 80\n=======\nport: 81\n>>>>>>> REPLACE\n```\n"
FIRST = "main.py\n```\n<<<<<<< SEARCH\na = 1\n=======\na = 2\n>>>>>>> REPLACE\n```\n\n"
MAIN = "a = 1\nport: 80\n"


FORMS = """\
Then, {}:
And finally: {}
({})
({}):
[{}]
| {} |
--- {} ---
**2. {}**
**2) `{}`**
## 2 {}
{}(updated)
[EDIT] {}
Updating {}
Editing `{}`...
Updated {}
Update File: {}
#### In {}:
@file {}
\u201e{}\u201c
**`{}`:**"""
FORMED = ["BUILD.bazel", ".env.example", "Dockerfile.prod", "LICENSE-MIT", "app/bin/console", ".husky/pre-commit", "src/(group)/page.tsx", "app/@modal/page.tsx", "Makefile.am"]  # fmt: skip


@pytest.mark.parametrize("form", [*FORMS.split("\n"), "### {}\n\n| old | new |\n|---|---|\n| 80 | 81 |\n"])
def test_names_that_only_the_files_tell(form: str) -> None:
    """No list of suffixes has them; the block before it, and the target, hold the same text."""
    for path in FORMED:
        check(form.format(path), path)


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
    ("src/dom/render.ts", "src/dom/render.ts"), ("lib/node.js", "lib/node.js"), ("ops/Caddyfile", "ops/Caddyfile"), ("tools/BUILD", "tools/BUILD"), ("justfile", "justfile"), ("CODEOWNERS", "CODEOWNERS"),
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
    ("**`dev.yaml`** (new)", "dev.yaml"), ("**`dev.yaml`:** new port", "dev.yaml"), ("*dev.yaml*", "dev.yaml"), ("__dev.yaml__", "dev.yaml"),
    ("## `dev.yaml` changes", "dev.yaml"), ("## Changes to `dev.yaml`", "dev.yaml"), ("## Changes in dev.yaml", "dev.yaml"), ("### Modify dev.yaml", "dev.yaml"),
    ("### dev.yaml changes", "dev.yaml"), ("#### 2.1 dev.yaml", "dev.yaml"), ("#### 2.1. `dev.yaml`", "dev.yaml"), ("### (2) dev.yaml", "dev.yaml"),
    ("### 2️⃣ dev.yaml", "dev.yaml"), ("File 2 of 3: `dev.yaml`", "dev.yaml"), ("[2/3] dev.yaml", "dev.yaml"), ("2/3: dev.yaml", "dev.yaml"),
    ("Patch for dev.yaml:", "dev.yaml"), ("Diff for `dev.yaml`:", "dev.yaml"), ("dev.yaml =>", "dev.yaml"), ("dev.yaml ->", "dev.yaml"),
    (">>> dev.yaml", "dev.yaml"), ("@ dev.yaml", "dev.yaml"), ("@dev.yaml", "dev.yaml"), ("$ cat dev.yaml", "dev.yaml"), ("# File: dev.yaml", "dev.yaml"),
    ("/* dev.yaml */", "dev.yaml"), ("-- dev.yaml", "dev.yaml"), ("; dev.yaml", "dev.yaml"), ("% dev.yaml", "dev.yaml"), ("{/* dev.yaml */}", "dev.yaml"),
    ("<filename>dev.yaml</filename>", "dev.yaml"), ("<!-- file: dev.yaml -->", "dev.yaml"), ("<code>dev.yaml</code>", "dev.yaml"), ("<b>dev.yaml</b>", "dev.yaml"),
    ("<h3>dev.yaml</h3>", "dev.yaml"), ('<document path="dev.yaml">', "dev.yaml"), ("<source path='dev.yaml'>", "dev.yaml"),
    ("<summary>dev.yaml</summary>", "dev.yaml"), ('<file name="dev.yaml" lang="yaml">', "dev.yaml"), ("dev.yaml (was: port 80)", "dev.yaml"),
    ("dev.yaml <- here", "dev.yaml"), ("dev.yaml \u2190 new", "dev.yaml"), ("dev.yaml (L1-L2)", "dev.yaml"), ("dev.yaml:L1", "dev.yaml"),
    ("dev.yaml:1,2", "dev.yaml"), ("dev.yaml line 1", "dev.yaml"), ("dev.yaml @ line 1", "dev.yaml"), ("dev.yaml, line 1:", "dev.yaml"),
    ("dev.yaml (1 change)", "dev.yaml"), ("dev.yaml*", "dev.yaml"), ("dev.yaml†", "dev.yaml"), ("dev.yaml [1]", "dev.yaml"),
    ("dev.yaml (updated) \u2013 port", "dev.yaml"), ("dev.yaml is updated:", "dev.yaml"), ("dev.yaml changes:", "dev.yaml"),
    ("dev.yaml looks like this now:", "dev.yaml"), ("dev.yaml should become", "dev.yaml"), ("the dev.yaml file:", "dev.yaml"), ("The file dev.yaml:", "dev.yaml"),
    ("the file `dev.yaml`", "dev.yaml"), ("For the `dev.yaml`:", "dev.yaml"), ("Likewise `dev.yaml`:", "dev.yaml"), ("Don't forget `dev.yaml`:", "dev.yaml"),
    ("Also needed is a change of `dev.yaml`:", "dev.yaml"), ("Dans `dev.yaml`, changez le port :", "dev.yaml"), ("In der Datei `dev.yaml`:", "dev.yaml"),
    ("En `dev.yaml`:", "dev.yaml"), ("在 `dev.yaml` 中:", "dev.yaml"), ("`dev.yaml` を変更:", "dev.yaml"), ("\u0412 файл\u0435 `dev.yaml`:", "dev.yaml"),
    ("修改 dev.yaml\uff1a", "dev.yaml"), ("Set the port (dev.yaml):", "dev.yaml"), ("My File", "My File"), ("`My File`:", "My File"), ("**My File**", "My File"),
    ("File: My File", "My File"), ("Release Notes 2", "Release Notes 2"), ("conf.d/50 port", "conf.d/50 port"), ("a b/c d.yaml", "a b/c d.yaml"),
    ("`a b/c d.yaml` (updated)", "a b/c d.yaml"), ('"my notes.md"', "my notes.md"), ("In `my notes.md` set the port:", "my notes.md"),
    ('In "my notes.md":', "my notes.md"), ("my notes.md:1", "my notes.md"), ("my notes.md (new port)", "my notes.md"), ("O'Brien.txt", "O'Brien.txt"),
    ("`O'Brien's list.txt`", "O'Brien's list.txt"), ('say "hi".txt', 'say "hi".txt'), ("a&b.ini", "a&b.ini"), ("a;b.ini", "a;b.ini"), ("what?.md", "what?.md"),
    ("a,b.csv", "a,b.csv"), ("x=1.env", "x=1.env"), ("(draft).md", "(draft).md"), ("[draft].md", "[draft].md"), ("{{name}}.yaml", "{{name}}.yaml"),
    ("$id.yaml", "$id.yaml"), ("~tmp.yaml", "~tmp.yaml"), ("#x#.yaml", "#x#.yaml"), ("-x.yaml", "-x.yaml"), ("a*.yaml", "a*.yaml"), ("été.yaml", "été.yaml"),
    ("файл.yaml", "файл.yaml"), ("日本.yaml", "日本.yaml"), ("😀.yaml", "😀.yaml"), ("Procfile.dev", "Procfile.dev"), ("Dockerfile.prod", "Dockerfile.prod"),
    ("docker/Dockerfile", "docker/Dockerfile"), ("Jenkinsfile", "Jenkinsfile"), (".dockerignore", ".dockerignore"), (".bashrc", ".bashrc"),
    ("WORKSPACE", "WORKSPACE"), ("LICENSE", "LICENSE"), ("go.mod", "go.mod"), ("Cargo.lock", "Cargo.lock"), ("BUILD.bazel", "BUILD.bazel"),
    ("meson.build", "meson.build"), ("nginx", "nginx"), ("etc/hosts", "etc/hosts"), ("postinst", "postinst"), ("debian/rules", "debian/rules"),
    ("hooks/pre-push", "hooks/pre-push"), ("x.1", "x.1"), ("v1.2", "v1.2"), ("lib.so.1", "lib.so.1"), ("a.tar.gz", "a.tar.gz"), ("Node.js", "Node.js"),
    ("CI/CD", "CI/CD"), ("client/server", "client/server"), ("Example", "Example"), ("README", "README"), ("### TODO", "TODO"),
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


@pytest.mark.parametrize(
    "first",
    [
        "#!/usr/bin/env python3", "#!/bin/bash", "#!/usr/bin/python", "# -*- coding: utf-8 -*-", "# frozen_string_literal: true", "// @ts-check",
        "/* eslint-disable */", "// eslint-disable-next-line import/first", "# syntax=docker/dockerfile:1", "# Node.js", "# client/server", "# CI/CD", "// Next.js",
        "# src/", "# v1.2.x", "# TODO/FIXME", "# e.g.", "// https://a.b/c.js", "# @file a.py", "# TCP/IP", "-- sqlfluff:dialect:postgres", "; input/output",
        "# https://x.y/z.py", "// TypeScript/JavaScript", "# read/write", "#region", "#!/bin/sh -e", "# 1/2", "# and/or", "# copyright.me", "#include <a.h>",
        "// clang-format off", "# pylint: disable=all", "# noqa", "# etc/hosts", "/* styles/base */", "// MIT/Apache-2.0", "# Ubuntu/Debian", "# mac/linux",
        "# Windows/Mac.", "# Vue.js", "# .NET", "# README", "# LICENSE", "# build", "<!-- Node.js -->",
    ],
)  # fmt: skip
def test_a_comment_in_a_text_names_no_file(first: str) -> None:
    new = f"{first}\na = 5\nb = 2\n"
    applied = apply_reply(f"```\n{new}```\n", {"app.py": f"{first}\na = 1\nb = 2\n"}, target="app.py")
    assert (applied.refused, applied.files) == ((), {"app.py": new})


@pytest.mark.parametrize(
    "heading",
    [
        "### Node.js", "## CI/CD", "# client/server", "**Input/Output**", "### Next.js app", "#### REST/GraphQL", "## Docker/Podman", "### Express.js",
        "## Changes", "### 1. Setup", "## Step 1", "### a.k.a. x", "## v1.2", "### TypeScript", "### e.g.", "## Windows/macOS", "### Request/Response",
        "## pros/cons", "### Three.js scene", "## D3.js",
    ],
)  # fmt: skip
def test_a_heading_names_no_file(heading: str) -> None:
    for block in (BLOCK, f"```\n{NEW}```\n"):
        applied = apply_reply(f"{heading}\n\n{block}", {"main.py": OLD}, target="main.py")
        assert (applied.refused, applied.files) == ((), {"main.py": NEW})


@pytest.mark.parametrize(
    ("above", "files"),
    [
        ("Since `b.py` already imports this, only the port changes:", {"b.py": "b\n"}), ("- The port moves in `main.py`\n- `b.py` stays\n", {"b.py": "b\n"}),
        ("### main.py\n\nLike `b.py`, it needs another port.\n", {"b.py": OLD}), ("### main.py\n\n- the port\n- uses `b.py`\n", {"b.py": OLD}),
        ("The function `foo.bar` calls `baz.qux()`.", {}), ("I move the port. The `b.py` that imports it needs no change.", {"b.py": "b\n"}),
        ("| File | Change |\n|---|---|\n| main.py | port |\n", {}), ("The import from `b.py` is kept:", {"b.py": "b\n"}), ("**File: `main.py`**", {}),
        ("### `main()`", {}), ("### `class Shop`", {}), ("The port (see b.py):", {"b.py": "b\n"}),
    ],
)  # fmt: skip
def test_a_file_that_is_only_mentioned(above: str, files: dict[str, str]) -> None:
    before = {"main.py": OLD, **files}
    applied = apply_reply(f"{above}\n\n{BLOCK}", before, target="main.py")
    assert (applied.refused, applied.files) == ((), {**before, "main.py": NEW})


def test_a_mentioned_file_that_has_the_text_too_is_refused() -> None:
    files = {"main.py": OLD, "b.py": OLD}
    applied = apply_reply(f"Since `b.py` imports this, the port changes:\n\n{BLOCK}", files, target="main.py")
    assert applied.files == files
    assert applied.refused[0].kind == "unclear-file"


@pytest.mark.parametrize("words", ["### `port`", "The constant `port`:", "`port` becomes", "### `Config.port`"])
def test_a_word_of_the_block_is_no_file(words: str) -> None:
    files = {"main.py": MAIN, "b.py": OLD}
    applied = apply_reply(f"{FIRST}{words}\n\n{BLOCK}", files)
    assert (applied.refused, applied.files) == ((), {**files, "main.py": "a = 2\nport: 81\n"})


@pytest.mark.parametrize(
    ("rest", "made"),
    [
        ("And create `util.py`:\n\n```python\nu = 1\n```\n", {"util.py": "u = 1\n"}), ("```python\n# lib/util.py\nu = 1\n```\n", {"lib/util.py": "u = 1\n"}),
        ("New file `x/.env`:\n```bash\nA=1\n```\n", {"x/.env": "A=1\n"}), ("Add a `Dockerfile`:\n\n```dockerfile\nFROM x\n```\n", {"Dockerfile": "FROM x\n"}),
        ("```docs/it's.md\nx\n```\n", {"docs/it's.md": "x\n"}), ('```python title="a b.py"\nu = 1\n```\n', {"a b.py": "u = 1\n"}),
        ("```1:2:lib/u.py\nu = 1\n```\n", {"lib/u.py": "u = 1\n"}), ("Use it so:\n```python\nimport main\n```\n", {}),
        ("Then run `pytest tests/test_a.py`:\n```bash\npytest\n```\n", {}), ("Example `c.json`:\n```json\n{}\n```\n", {}),
        ('The response:\n\n```json\n{"path": "/x", "content": "y"}\n```\n', {}), ("`main.py` had:\n```python\nold\n```\n", {}),
    ],
)  # fmt: skip
def test_a_fence_beside_other_edits(rest: str, made: dict[str, str]) -> None:
    applied = apply_reply(FIRST + rest, {"main.py": MAIN})
    assert (applied.refused, applied.files) == ((), {"main.py": MAIN.replace("a = 1", "a = 2"), **made})


@pytest.mark.parametrize("heading", ["## README", "### os.path", "## self.assertEqual", "### a.b"])
def test_a_heading_of_one_word_makes_no_file(heading: str) -> None:
    applied = apply_reply(f"{heading}\n\n```\nport: 81\nname: x\n```\n", {"dev.yaml": OLD}, target="dev.yaml")
    assert applied.files in ({"dev.yaml": OLD}, {"dev.yaml": NEW})


@pytest.mark.parametrize(
    "again",
    ["```diff\n-port: 80\n+port: 81\n```\n", "```diff\n--- a/dev.yaml\n+++ b/dev.yaml\n@@ -1,2 +1,2 @@\n-port: 80\n+port: 81\n name: x\n```\n"],
)  # fmt: skip
def test_an_edit_shown_again_as_a_diff_is_made_already(again: str) -> None:
    applied = apply_reply(f"dev.yaml\n{BLOCK}\nAs a diff:\n\n{again}", {"dev.yaml": OLD})
    assert (applied.refused, applied.files) == ((), {"dev.yaml": NEW})


@pytest.mark.parametrize("sign", ["\0", "\x01", "\x08", "\x0b", "\x1b", "\x1c", "\x7f", "\x85", "\x9b", "\u2028"])
@pytest.mark.parametrize("name", ["sub/a{}b.yaml", "{}b.yaml", "c{}b.yaml"])
def test_a_name_with_a_control_character_is_none(name: str, sign: str) -> None:
    files = {"b.yaml": OLD, "a.yaml": OLD}
    done = apply_reply(f"{name.format(sign)}\n{BLOCK}", files)
    assert (dict(done.files), len(done.refused)) == (files, 1)


@pytest.mark.parametrize("sign", ["…", "⋯", "‥", "⋮", "..."])
@pytest.mark.parametrize("name", ["{}/c.py", "src/{}/c.py", "src/{}.py", "{}c.py"])
def test_a_shortened_name_makes_no_file(name: str, sign: str) -> None:
    done = apply_reply(f"{name.format(sign)}\n```python\nx = 1\n```\n", {"b.yaml": OLD})
    assert dict(done.files) == {"b.yaml": OLD}


@pytest.mark.parametrize("name", ["app/[...slug]/c.py", "app/[[...slug]]/c.py", "src/[...path].py"])
def test_a_route_with_dots_is_a_name(name: str) -> None:
    assert apply_reply(f"{name}\n```python\nx = 1\n```\n", {"b.yaml": OLD}).files[name] == "x = 1\n"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("~/b.yaml", False), ("~root/c.yaml", False), ("$HOME/b.yaml", False), ("${HOME}/sub/c.yaml", False), ("%TEMP%\\c.yaml", False),
        ("$id/c.yaml", True), ("routes/$USER/c.yaml", True), ("~/there.yaml", True), ("sub/~/c.yaml", True),
    ],
)  # fmt: skip
def test_a_home_folder_or_a_variable_is_no_folder_of_the_workspace(name: str, made: bool) -> None:
    files = {"b.yaml": OLD, "~/there.yaml": OLD}
    done = apply_reply(
        f"{name}\n```\n<<<<<<< SEARCH\n{OLD if name in files else ''}=======\n{NEW}>>>>>>> REPLACE\n```\n", files
    )
    assert dict(done.files) == (files | {name: NEW} if made else files)
    assert len(done.refused) == (not made)


@pytest.mark.parametrize("name", ["~/a.py", "`~/a.py`", "**~/src/a.py**", "File: ~/a.py", "# ~/a.py", "(~/a.py)", "~me/a.py", "### `~me/src/a.py` (updated)"])  # fmt: skip
def test_a_file_of_the_home_folder_is_none_of_the_workspace(name: str) -> None:
    files: dict[str, str] = dict.fromkeys(("a.py", "src/a.py", "me/a.py", "me/src/a.py"), "x = 1\n")
    block = "```python\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n```\n"
    applied = apply_reply(f"{name}\n{block}", files)
    assert (applied.files, len(applied.refused)) == (files, 1)


@pytest.mark.parametrize("name", ["a.py~", "~ a.py ~", "~~~a.py~~~"])
def test_a_name_between_tildes_is_that_name(name: str) -> None:
    applied = apply_reply(
        f"{name}\n```python\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n```\n", {"a.py": "x = 1\n"}
    )
    assert applied.files == {"a.py": "x = 2\n"}
