from pathlib import Path

import pytest

from darner_server.file_writer import Unwritten, write
from darner_server.patch import apply_reply
from darner_server.patch.protected_paths import is_of_repository

OWN = (
    ".git/config", ".git", "sub/.git/hooks/x", ".GIT/config", ".Git./config", ".git /config", ".git. . /x", ".git::$INDEX_ALLOCATION/x",
    ".git:stream", "GIT~1/config", "git~12/config", "GI7EBA~1/x", ".g\u200cit/config", ".gi\u00adt/x", ".\u2060git/x", ".gi\U000e0074t/x",
    ".g\ufe0fit/x", "\uff0egit/x", ".\uff27it/x", ".git\\config", "a\\.git\\config", ".hg/hgrc", ".HG/hgrc", "HG~1/hgrc", ".svn/x",
    ".\u017fvn/x", ".jj/repo/x", ".sl/config", "SL~1/config", ".bzr/x", ".pijul/config", "_darcs/prefs/x", "_DARCS/x", "CVS/Root",
    "cvs/Entries", ".fossil", ".fslckout", "_FOSSIL_", ".repo/x", ".got/x", "server.git/hooks/update", ".hg\x00/x", ".sl./x",
)  # fmt: skip
ORDINARY = (
    ".github/workflows/ci.yml", ".gitignore", ".gitattributes", "git/config", "src/git.py", "a.git.py", "hg.py", "sl/config", ".slides/x",
    "svn", "darcs/x", "fossil.py", "digit/x", "cvs.py", "jj.md", "git~x", "x~1/a", "repo/x", ".git_/x", "got/x",
)  # fmt: skip


@pytest.mark.parametrize("path", OWN)
def test_what_version_control_keeps_is_never_written(path: str) -> None:
    assert is_of_repository(path)
    reply = f"*** Begin Patch\n*** Add File: {path}\n+x\n*** End Patch\n"
    applied = apply_reply(reply, {"a.py": "x\n"})
    assert applied.files == {"a.py": "x\n"}


@pytest.mark.parametrize("path", [each for each in OWN if "\0" not in each and "\\" not in each])
def test_nor_when_a_name_gets_as_far_as_the_disk(tmp_path: Path, path: str) -> None:
    assert isinstance(write(tmp_path, {path: b"x"}), Unwritten)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ORDINARY)
def test_other_names_are_free(path: str) -> None:
    assert not is_of_repository(path)


@pytest.mark.parametrize(
    "name",
    [
        "a\u202egpj.py",
        "a\u200b.py",
        "a\x1b[1m.py",
        "a\x7f.py",
        "a\U000e0041.py",
        "a\u2066.py",
        "a\u00ad.py",
        "-rf",
        "src/--checkpoint-action=exec=sh",
    ],
)
def test_no_new_name_hides_a_part_of_itself(name: str) -> None:
    moved = f"*** Begin Patch\n*** Update File: a.py\n*** Move to: {name}\n*** End Patch\n"
    for reply in (f"*** Begin Patch\n*** Add File: {name}\n+x = 1\n*** End Patch\n", moved):
        applied = apply_reply(reply, {"a.py": "x = 1\n"})
        assert (applied.files, len(applied.refused)) == ({"a.py": "x = 1\n"}, 1)


@pytest.mark.parametrize("name", ["naïve.py", "日本.py", "❤\ufe0f.py", "👩\u200d💻.py", "a b.py", "src/-parts/-a.ts"])
def test_other_new_names(name: str) -> None:
    applied = apply_reply(f"*** Begin Patch\n*** Add File: {name}\n+x = 1\n*** End Patch\n", {})
    assert applied.files == {name: "x = 1\n"}
