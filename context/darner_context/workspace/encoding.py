"""From the bytes of a file to its text and back, the same way for whoever reads and whoever writes."""

import codecs
import re
from dataclasses import dataclass

from darner_context.request import Unreadable

MARK = "\ufeff"  # the byte order mark, as a character
_MARKS = (  # the longer ones first: UTF-32's begins as UTF-16's does
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]{1,40})")
_ENDS = re.compile(r"-(?:unix|dos|mac)$")  # Emacs names the line endings there
# Character sets that hold ASCII. Python knows codecs of other kinds: some raise errors of their own, some take minutes.
_CHARSET = re.compile(
    r"utf-8|iso8859-\d+|cp\d+|koi8-\w|mac-\w+|gb\w+|big5\w*|euc_\w+|shift_jis\w*|johab|ptcp154|kz1048|tis-620|hp-roman8"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text. A byte order mark stays in it as the first character, so that encoding gives it back."""

    text: str
    encoding: str

    def encode(self, text: str) -> bytes | None:
        """Return another text as this file's bytes; None if its encoding has no bytes for it."""
        try:
            return text.encode(self.encoding)
        except UnicodeError:
            return None


def decode(data: bytes) -> Decoded | Unreadable:
    """Return a file's text, or why there is none: it is binary, or not in UTF-8 or the encoding that it names."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding) or Unreadable(
                "encoding", f"it begins with a byte order mark of {encoding.upper()}, but it is not {encoding.upper()}"
            )
    if b"\0" in data:
        return Unreadable("binary", "it is binary")
    found = _decoded(data, "utf-8")
    if found is not None:
        return found
    for line in data.split(b"\n", 2)[:2]:
        named = _CODING.match(line)
        if named is not None:
            name = _ENDS.sub("", named[1].decode("ascii", "replace"))
            found = _decoded(data, name) if _is_charset(name) else None
            return found or Unreadable("encoding", f"its coding line names {name}, but it is not {name}")
    return Unreadable("encoding", "it is not UTF-8")


def _is_charset(name: str) -> bool:
    try:
        return _CHARSET.fullmatch(codecs.lookup(name).name) is not None
    except (LookupError, ValueError):
        return False


def _decoded(data: bytes, encoding: str) -> Decoded | None:
    try:
        text = data.decode(encoding)
        same = encoding == "utf-8" or text.encode(encoding) == data
    except UnicodeError:
        return None
    return Decoded(text, encoding) if same else None
