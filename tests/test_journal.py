"""A process that dies at any operation of a patch: the next one finds all of it or nothing, and no litter."""

import os
from pathlib import Path

import pytest
from tests.test_file_writer import AFTER, BEFORE, CHANGES, Failing, fill, operations, tree

from darner_server.file_writer import write
from darner_server.journal import Settled, settle, unfinished

DEAD = 9


class Dying(Failing):
    """A disk on which the process ends right after operation number `fails`."""

    def _fault(self, *, done: bool) -> None:
        self.count += not done
        if self.count == self._fails and done:
            os._exit(DEAD)


def die(root: Path, journals: Path, at: int) -> None:
    """Have a process die while it writes."""
    fill(root, BEFORE)
    child = os.fork()
    if not child:
        write(root, CHANGES, disk=Dying(at, OSError()), journals=journals)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DEAD


def test_killed_at_any_operation(tmp_path: Path) -> None:
    for at in range(1, operations(tmp_path) + 1):
        root, journals = tmp_path / str(at), tmp_path / f"journals {at}"
        die(root, journals, at)
        assert len(unfinished(journals, root)) == 1
        settled = settle(journals, root)
        found = tree(root)
        assert found in (BEFORE, AFTER), f"operation {at}"
        assert (root / "new").exists() == (found == AFTER), f"operation {at}"
        assert settled.changed == ()
        assert not settled.back or found == BEFORE, f"operation {at}"
        assert list(journals.iterdir()) == []
        assert settle(journals, root) == Settled()


def test_what_was_changed_since_is_kept(tmp_path: Path) -> None:
    for at in range(1, operations(tmp_path)):
        root, journals = tmp_path / str(at), tmp_path / f"journals {at}"
        die(root, journals, at)
        if (root / "a.txt").read_bytes() == AFTER["a.txt"]:
            (root / "a.txt").write_bytes(b"mine")
            ((file, kept),) = settle(journals, root).changed
            assert (Path(file).name, Path(kept).read_bytes()) == ("a.txt", BEFORE["a.txt"])
            Path(kept).unlink()
            assert tree(root) == BEFORE | {"a.txt": b"mine"}
            return
    pytest.fail("no operation exchanges a.txt")


def test_another_root_and_a_journal_that_is_cut_off_itself(tmp_path: Path) -> None:
    root, journals = tmp_path / "root", tmp_path / "journals"
    die(root, journals, 3)
    assert unfinished(journals, tmp_path / "other") == []
    (journal,) = unfinished(journals, root)
    journal.write_bytes(journal.read_bytes()[:10])
    assert settle(journals, root) == Settled()
    assert unfinished(journals, root) == []


@pytest.mark.parametrize("whose", ["the folder", "the one around it", "the journal"])
def test_what_others_could_have_left_takes_nothing_back(tmp_path: Path, whose: str) -> None:
    root, journals = tmp_path / "root", tmp_path / "state" / "journals"
    die(root, journals, 3)
    (journal,) = unfinished(journals, root)
    before = tree(root)
    place = {"the folder": journals, "the one around it": journals.parent, "the journal": journal}[whose]
    if whose == "the journal":
        kept = journal.rename(tmp_path / "planted.json")
        journal.symlink_to(kept)
    else:
        place.chmod(0o1777)  # as the system's folder for temporary files
    assert settle(journals, root) == Settled()
    assert tree(root) == before


@pytest.mark.parametrize(
    "text", ["[]", "{}", "7", '{"files": 1}', '{"files": [{"file": 1}], "folders": []}', "[" * 100_000]
)
def test_a_journal_of_another_form_is_passed_over(tmp_path: Path, text: str) -> None:
    root, journals = tmp_path / "root", tmp_path / "journals"
    die(root, journals, 3)
    (journal,) = unfinished(journals, root)
    journal.write_text(text)
    journal.with_name(f"{journal.name.split('.')[0]}.x.y.json").write_text("{}")
    assert settle(journals, root) == Settled()
