"""Folders of source and an index over them: what the tests of the context begin with."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from darner_context.index import ContextBundle, ContextRequest, Focus, Index
from darner_context.text.tokenizer import tokenizer

Files = Mapping[str, str | bytes]


def write(root: Path, files: Files) -> Path:
    """Write files below a folder, bytes as they are and text with its own line ends."""
    for name, held in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held if isinstance(held, bytes) else held.encode())
    root.mkdir(parents=True, exist_ok=True)
    return root


@asynccontextmanager
async def indexed(
    root: Path, files: Files | None = None, *, cache: Path | None = None, ignore: tuple[str, ...] = ()
) -> AsyncGenerator[Index]:
    """An index that knows the files below `root`."""
    write(root, files or {})
    index = Index([root], cache_dir=cache, ignore=[ignore], workers=1)
    try:
        await index.refresh()
        yield index
    finally:
        await index.close()


def ask(
    index: Index, path: str | None = None, line: int | None = None, *, said: str = "", budget: int = 4_000
) -> ContextBundle:
    """Ask for the context of a place, counted by the exact tokenizer."""
    focus = Focus(path, line, line) if path else None
    return index.context(ContextRequest(said, focus, budget), tokenizer("o200k_base"))


def shown(bundle: ContextBundle) -> str:
    """The snippets' text in the order of their paths."""
    return "".join(each.text for each in sorted(bundle.snippets, key=lambda each: (each.path, each.start_line)))
