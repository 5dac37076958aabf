"""The lines above the hunks of a file in a diff: its names and, if git wrote it, what else happens to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from darner_server.patch.lazy_pattern import lazy_pattern

NOWHERE = "/dev/null"
_LINKS = ("120000", "160000")  # modes of a symbolic link and of a submodule
_QUOTED = r"(\"(?:[^\"\\]|\\.)*\")"
_GIT = lazy_pattern(rf"diff --git (?:{_QUOTED} (.+)|(.+) {_QUOTED}|(\S+) (\S+)|(.+))")
_PREFIXES = (
    *(("a/", "b/"), ("b/", "a/"), ("i/", "w/"), ("w/", "i/"), ("c/", "i/"), ("i/", "c/")),
    *(("c/", "w/"), ("w/", "c/"), ("o/", "w/"), ("w/", "o/"), ("1/", "2/")),
)
_ESCAPE = lazy_pattern(r"\\([0-7]{1,3}|.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_BINARY = lazy_pattern(r"(?:literal|delta) \d+|[A-Za-z]\S{5,65}")


@dataclass(slots=True)
class GitHeader:
    """One file's header, line by line."""

    old: str | None = None
    new: str | None = None
    source: str | None = None  # of a rename
    target: str | None = None
    made: bool = False
    gone: bool = False
    unsupported: str = ""  # what happens to the file that a text edit cannot do
    binary: bool = False
    nameless: bool = False  # git's line is there, and its two names cannot be separated
    _prefixes: tuple[str, str] | None = field(default=None, repr=False)

    def take(self, line: str) -> bool:
        """Take a line; False if it is none of git's own."""
        if line.startswith(("old mode", "new mode", "new file", "deleted file", "index ")):
            self._mode(line)
        elif line.startswith(("copy from ", "copy to ")):
            self.unsupported = "it copies a file"
        elif line.startswith(("Binary files ", "GIT binary patch")):
            self.unsupported, self.binary = "it changes a binary file", True
        elif line.startswith("rename from "):
            self.source = name_of(line.removeprefix("rename from "))
        elif line.startswith("rename to "):
            self.target = name_of(line.removeprefix("rename to "))
        else:
            data = self.binary and _BINARY.fullmatch(line) is not None
            return data or line.startswith(("similarity ", "dissimilarity ", "Index: ", "=" * 20))
        return True

    def _mode(self, line: str) -> None:
        if line.endswith(_LINKS):
            self.unsupported = "it creates or changes a link or a submodule"
        elif line.startswith(("old mode", "new mode")):
            self.unsupported = self.unsupported or "it changes the file's mode"
        self.made = self.made or line.startswith("new file")
        self.gone = self.gone or line.startswith("deleted")

    def paths(self) -> tuple[str | None, str | None]:
        """Return the old and the new name without the prefixes that git gives them."""
        old, new = self.old, self.new
        if self._prefixes is not None:
            first, second = self._prefixes
            return _without(old, first), _without(new, second)
        if old and new and NOWHERE not in (old, new):
            for first, second in _PREFIXES:
                if old.startswith(first) and new.startswith(second):
                    return old[2:], new[2:]
        if old == NOWHERE and new and new.startswith("b/"):
            return old, new[2:]
        if new == NOWHERE and old and old.startswith("a/"):
            return old[2:], new
        return old, new

    def path(self) -> str | None:
        """Return the name of the file as it is before the diff; of a new one, its name."""
        old, new = self.paths()
        return self.source or (new if new not in (None, NOWHERE) else old)


def read(line: str) -> GitHeader | None:
    """Return the header that a `diff --git` line begins.

    Two names with blanks in them can be separated only if they are the same.
    """
    git = _GIT.fullmatch(line)
    if git is None:
        return None
    halves = next(((git[at], git[at + 1]) for at in (1, 3, 5) if git[at]), None)
    if halves is None:
        rest = git[7]
        middle = len(rest) // 2
        halves = (rest[:middle], rest[middle + 1 :])
        if rest[middle : middle + 1] != " " or _bare(halves[0]) != _bare(halves[1]):
            return GitHeader(nameless=True)
    old, new = name_of(halves[0]), name_of(halves[1])
    found = (each for each in _PREFIXES if old.startswith(each[0]) and new.startswith(each[1]))
    return GitHeader(old, new, _prefixes=next(found, ("", "")))


def name_of(text: str) -> str:
    """Return a name without the date behind it, and as it is: git quotes what is not ASCII."""
    name = text.split("\t", 1)[0].strip()
    if not (name.startswith('"') and name.endswith('"') and len(name) > 1):
        return name
    raw = bytearray()
    at = 0
    inner = name[1:-1]
    for escape in _ESCAPE.finditer(inner):
        raw += _bytes(inner[at : escape.start()])
        told = escape[1]
        raw += bytes([int(told, 8) & 255]) if told[0] in "01234567" else _bytes(_ESCAPES.get(told, told))
        at = escape.end()
    return (raw + _bytes(inner[at:])).decode("utf-8", "replace")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _bare(name: str) -> str:
    return name[2:] if name[1:2] == "/" else name


def _without(name: str | None, prefix: str) -> str | None:
    return name if name is None or name == NOWHERE else name.removeprefix(prefix)
