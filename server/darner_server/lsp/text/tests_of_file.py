"""Which file holds the tests of a file, by the conventions of its language."""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath


def tests_of(path: str, exists: Callable[[str], bool]) -> str:
    """The test file that is there already, else the one to create."""
    candidates = list(_candidates(PurePosixPath(path)))
    return next((each for each in candidates if exists(each)), candidates[0])


def _candidates(path: PurePosixPath) -> Iterator[str]:
    stem, ending = path.stem, path.suffix
    inner = PurePosixPath(*path.parts[1:]) if len(path.parts) > 1 else path
    match ending:
        case ".py":
            yield f"tests/test_{stem}.py"
            yield str(PurePosixPath("tests") / inner.parent / f"test_{stem}.py")
            yield str(path.with_name(f"test_{stem}.py"))
            yield f"test/test_{stem}.py"
        case ".go":
            yield str(path.with_name(f"{stem}_test.go"))
        case ".rs":
            yield str(path)
        case ".java":
            yield str(path).replace("src/main/", "src/test/").removesuffix(".java") + "Test.java"
        case ".ts" | ".tsx" | ".js" | ".jsx" | ".mjs":
            for word in ("test", "spec"):
                yield str(path.with_name(f"{stem}.{word}{ending}"))
                yield str(path.parent / "__tests__" / f"{stem}.{word}{ending}")
                yield f"test/{stem}.{word}{ending}"
        case _:
            yield f"tests/test_{stem}{ending}"
