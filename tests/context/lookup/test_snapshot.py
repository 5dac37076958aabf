"""What is shown instead of stored files."""

from darner_context.facts.live_buffer import LiveFile
from darner_context.lookup.snapshot import Snapshot


def shown(snapshot: Snapshot) -> tuple[dict[str, LiveFile], frozenset[str]]:
    return dict(snapshot.live), snapshot.gone


def test_buffers_are_shown_before_changed_files_and_deleted_ones() -> None:
    changed, buffer = LiveFile("a.py", "on disk"), LiveFile("a.py", "typed")
    on_disk = Snapshot().with_changed({"a.py": changed, "b.py": None})
    assert shown(on_disk) == ({"a.py": changed}, frozenset({"b.py"}))
    opened = on_disk.with_buffers({"a.py": buffer, "b.py": buffer})
    assert shown(opened) == ({"a.py": buffer, "b.py": buffer}, frozenset())
    closed = opened.without_buffer("b.py")
    assert shown(closed) == ({"a.py": buffer}, frozenset({"b.py"}))
    assert shown(on_disk) == ({"a.py": changed}, frozenset({"b.py"})), "a snapshot never changes"


def test_what_the_store_holds_by_now_is_dropped_unless_it_has_changed_since() -> None:
    first, second = LiveFile("a.py", "1"), LiveFile("a.py", "2")
    begun = Snapshot().with_changed({"a.py": first, "b.py": None, "c.py": None})
    now = begun.with_changed({"a.py": second}).without_changed(begun.changed)
    assert shown(now) == ({"a.py": second}, frozenset())
    assert not begun.without_changed(begun.changed).changed
