"""Keys that an endpoint repeats, however it spells them."""

import base64
import html
import json
from urllib.parse import quote

import pytest

from darner_clients.refusals.redaction import redacted

KEY = "sk-test-Fast/4e81c07a9b35d2+Zq"
CODES = KEY.encode()

SPELT = {
    "plain": KEY,
    "with its scheme": f"Bearer {KEY}",
    "capitals": KEY.upper(),
    "for an address": quote(KEY, safe=""),
    "for an address, twice": quote(quote(KEY, safe=""), safe=""),
    "every letter for an address": "".join(f"%{each:02x}" for each in CODES),
    "JSON": json.dumps({"key": KEY}).replace("/", "\\/"),
    "JSON within JSON": json.dumps(json.dumps(KEY)),
    "every letter escaped": "".join(f"\\u{each:04X}" for each in CODES),
    "every letter escaped for Python": "".join(f"\\x{each:02x}" for each in CODES),
    "HTML": html.escape(KEY),
    "every letter for HTML": "".join(f"&#{each};" for each in CODES),
    "every letter for HTML, in hex": "".join(f"&#x{each:x};" for each in CODES),
    "hex": CODES.hex(),
    "hex, in capitals and pairs": CODES.hex(":").upper(),
    "hex, for C": ", ".join(f"0x{each:02x}" for each in CODES),
    "a list of codes": str(list(CODES)),
    "with blanks": " ".join(KEY),
    "over two lines": f"{KEY[:11]}\n    {KEY[11:]}",
    "as a sum": f'"{KEY[:14]}" + "{KEY[14:]}"',
    "in two places": f"it begins with {KEY[:15]} and ends in {KEY[15:]}",
    "its end": KEY[-12:],
    "in signs of no width": "\u200b".join(KEY),
    "in colours": "\x1b[0m".join(KEY),
    "in colours that are written out": "\\x1b[31m".join(KEY),
    "in wide letters": "".join(chr(ord(each) + 0xFEE0) for each in KEY),
    "backwards": KEY[::-1],
    "every letter escaped for C": "".join(f"\\{each:03o}" for each in CODES),
    "hex, of two bytes each": KEY.encode("utf-16-le").hex(),
} | {
    f"base64, {before!r} before it": base64.b64encode(before.encode() + CODES + b":tail").decode()
    for before in ("", "u", "u:", "Bearer ", "user:", "Authorization: Bearer ")
} | {
    f"base32, {before!r} before it": base64.b32encode(before.encode() + CODES + b"!").decode() for before in ("", "a", "ab", "abc", "abcd")
} | {
    "base64 for addresses": base64.urlsafe_b64encode(b"?>" + CODES).decode().rstrip("="),
    "base64 in lines": "\n".join(base64.encodebytes(b"Bearer " + CODES + b" " * 40).decode().split("\n")),
    "base64, for an address": quote(base64.b64encode(CODES).decode(), safe=""),
    "base64, twice": base64.b64encode(base64.b64encode(CODES)).decode(),
    "base64, three times": base64.b64encode(base64.b64encode(base64.b64encode(CODES))).decode(),
    "base64 of hex": base64.b64encode(CODES.hex().encode()).decode(),
    "base64 of an escaped key": base64.b64encode("".join(f"%{each:02x}" for each in CODES).encode()).decode(),
    "hex of base64": base64.b64encode(b"Bearer " + CODES).hex(),
    "base64, backwards": base64.b64encode(CODES).decode()[::-1],
    "hex, backwards": CODES.hex()[::-1],
    "base64 of two bytes each": base64.b64encode(KEY.encode("utf-16-le")).decode(),
    "base64 of two bytes each, the higher first": base64.b64encode(KEY.encode("utf-16-be")).decode(),
    "in braces": "".join(f"\\u{{{each:x}}}" for each in CODES),
    "by the names of characters": "".join(f"\\N{{U+{each:04X}}}" for each in CODES),
    "for an old address": "".join(f"%u{each:04X}" for each in CODES),
    "for CSS": "".join(f"\\{each:06x}" for each in CODES),
    "in padded entities": "".join(f"&#{each:07d};" for each in CODES),
    "in entities without an end": " ".join(f"&#x{each:x}" for each in CODES),
}  # fmt: skip


@pytest.mark.parametrize("spelt", SPELT)
def test_a_key_is_masked_in_every_spelling(spelt: str) -> None:
    said = redacted(f"the key {SPELT[spelt]} is wrong", [None, KEY])
    assert said.startswith("the key ")
    assert said.endswith(" is wrong")
    assert "…" in said
    flat = "".join(each for each in said.lower() if each.isalnum())
    for word in ("4e81c07a", "c07a9b35d2", CODES[12:20].hex(), "NGU4MWMwN2E5YjM1ZD".lower(), "nhgxyza3ytlimzvkm"):
        assert word not in flat


@pytest.mark.parametrize(
    "words",
    [
        "Incorrect API key provided: sk-****3a9. You can find your key at https://example.com/keys.",
        "This model's maximum context length is 16384 tokens (112946 in the messages, 10000 in the completion).",
        "the fast test is about a key",
        "%41%zz \\u00zz &#99999999; 0x",
        "",
        "x" * 5000,
        "the digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 of dGhlIGZhc3QgdGVzdCBpcyBhYm91dCBhIGtleQ==",
    ],
)
def test_what_is_no_key_stays(words: str) -> None:
    assert redacted(words, [KEY]) == words[:2000]


def test_a_short_key_is_masked_as_a_word_only() -> None:
    assert redacted("EMPTY is wrong, NONEMPTY is not", ["EMPTY"]) == "… is wrong, NONEMPTY is not"
    assert redacted("anything", []) == "anything"
