"""The bytes of a file as text and back: the index and the writer read with the same eyes."""

import pytest

from darner_context.request import Unreadable
from darner_context.workspace.encoding import Decoded, decode

VIM = "#!/bin/x\n# vim: set fileencoding=cp1252 :\n€"


def coded(name: str, text: str = "x = 'é'\n", by: str | None = None) -> bytes:
    return f"# coding: {name}\n{text}".encode(by or name)


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"", "", "utf-8"),
        (b"x\r\ny\r", "x\r\ny\r", "utf-8"),
        ("π = 3\n".encode(), "π = 3\n", "utf-8"),
        (b"\xef\xbb\xbfx\r\n", "\ufeffx\r\n", "utf-8"),
        ("\ufeffwide\n".encode("utf-16-le"), "\ufeffwide\n", "utf-16-le"),
        ("\ufeffwide\n".encode("utf-16-be"), "\ufeffwide\n", "utf-16-be"),
        ("\ufeffwider é\n".encode("utf-32-le"), "\ufeffwider é\n", "utf-32-le"),
        ("\ufeffwider é\n".encode("utf-32-be"), "\ufeffwider é\n", "utf-32-be"),
        (coded("latin-1"), "# coding: latin-1\nx = 'é'\n", "latin-1"),
        (coded("latin-1-unix", by="latin-1"), "# coding: latin-1-unix\nx = 'é'\n", "latin-1"),
        (coded("Windows-1252"), "# coding: Windows-1252\nx = 'é'\n", "Windows-1252"),
        (coded("koi8-r", "ы"), "# coding: koi8-r\nы", "koi8-r"),
        (coded("shift_jis", "表"), "# coding: shift_jis\n表", "shift_jis"),
        (coded("gb18030", "表"), "# coding: gb18030\n表", "gb18030"),
        (coded("big5", "表"), "# coding: big5\n表", "big5"),
        (coded("euc-kr", "한"), "# coding: euc-kr\n한", "euc-kr"),
        (coded("mac-roman"), "# coding: mac-roman\nx = 'é'\n", "mac-roman"),
        (VIM.encode("cp1252"), VIM, "cp1252"),
        (b"# coding: rot13\nx = 1\n", "# coding: rot13\nx = 1\n", "utf-8"),  # what is UTF-8 needs no word about it
    ],
)  # fmt: skip
def test_text_and_back(data: bytes, text: str, encoding: str) -> None:
    found = decode(data)
    assert found == Decoded(text, encoding)
    assert isinstance(found, Decoded)
    assert found.encode(found.text) == data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x7fELF\0\0", "it is binary"),
        (b"x" * 100_000 + b"\0", "it is binary"),
        ("wide".encode("utf-16-le"), "it is binary"),
        (b"caf\xe9", "it is not UTF-8"),
        (b"\n\n# coding: latin-1\n\xe9", "it is not UTF-8"),
        (b"\xff\xfex", "it begins with a byte order mark of UTF-16-LE, but it is not UTF-16-LE"),
        (b"\xff\xfe\0\0x", "it begins with a byte order mark of UTF-32-LE, but it is not UTF-32-LE"),
        (b"\xff\xfe\0\xd8", "it begins with a byte order mark of UTF-16-LE, but it is not UTF-16-LE"),  # half of a pair
        (b"\xef\xbb\xbf\xe9", "it begins with a byte order mark of UTF-8, but it is not UTF-8"),
    ],
)
def test_no_text(data: bytes, reason: str) -> None:
    assert decode(data) == Unreadable("binary" if reason == "it is binary" else "encoding", reason)


@pytest.mark.parametrize(
    "name",
    [
        "nonsense", "hex", "rot13", "rot_13", "zlib", "bz2", "base64", "uu", "quopri", "undefined", "idna", "punycode",
        "unicode_escape", "raw_unicode_escape", "utf-7", "utf-16", "utf_32", "mbcs", "oem", "utf-8", "ascii", "charmap",
        "..", "encodings.hex", "__init__", "aliases", "-", "x" * 40, "0", "utf-8-sig", "cp037x",
    ],
)  # fmt: skip
def test_a_coding_line_that_names_no_set_of_characters(name: str) -> None:
    data = f"# -*- coding: {name} -*-\nx = ".encode() + b"\xe9\n"
    assert decode(data) == Unreadable("encoding", f"its coding line names {name}, but it is not {name}")


def test_text_that_the_encoding_cannot_say() -> None:
    assert Decoded("a", "latin-1").encode("€") is None
    assert Decoded("a", "utf-8").encode("\ud800") is None
