"""Stores that nobody needs any more."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from darner_context.store.database import throw_away

_MONTH = 30 * 24 * 3600.0  # seconds
_PRUNED = 400  # stores looked at in one go


def prune(own: Path) -> None:
    """Delete the stores beside this one of workspaces that are gone, and those that nobody has opened for a month."""
    now = own.stat().st_mtime  # it was opened just now
    for path in sorted(own.parent.glob("index-*.sqlite"))[:_PRUNED]:
        if path == own:
            continue
        with suppress(OSError, sqlite3.Error):
            if now - path.stat().st_mtime > _MONTH or _abandoned(path):
                throw_away(path)


def _abandoned(path: Path) -> bool:
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as base:
        try:
            roots = [Path(row[0]) for row in base.execute("SELECT path FROM roots")]
        except sqlite3.OperationalError:
            return False  # of an earlier version: its time will come
    return bool(roots) and not any(root.exists() for root in roots)
