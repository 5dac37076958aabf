"""An endpoint's own words, found in whatever shape its errors come: JSON of any make, pages, XML, packed, plain."""

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, cast

LONGEST_QUOTE = 300  # characters of an endpoint's own words worth showing
MOST_UNPACKED = 16 * 1024 * 1024  # bytes
MOST_ERROR = 512 * 1024  # bytes of an error that are looked at
MOST_PAGE = 100_000  # characters of one that is no JSON ...
MOST_WORDS = 8_000  # ... and of its words
_DEEPEST = 8  # objects within objects, and JSON within its strings


def content_of(body: bytes) -> Any:  # noqa: ANN401 - JSON
    """What an answer that is no stream holds: JSON, or else the text as {"message": …}."""
    text = readable(body[:MOST_ERROR], MOST_ERROR)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    text = text[:MOST_PAGE]
    for line in re.split(r"\r\n|\r|\n", text):  # an event stream, or a line of JSON among others
        data = line.removeprefix("data:").strip()
        if data.startswith(("{", "[{")):
            try:
                return json.loads(data)
            except (ValueError, RecursionError):
                continue
    return {"message": text}


def readable(body: bytes, most: int = MOST_UNPACKED) -> str:
    """Text, unpacked where it is packed, whatever its coding."""
    if body.startswith((b"\x1f\x8b", b"\x78\x9c", b"\x78\x01", b"\x78\xda")):
        try:
            body = zlib.decompressobj(47).decompress(body, most)
        except zlib.error:
            return ""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace").strip()
    try:
        return body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        pass
    if sum(each < 9 or 13 < each < 32 for each in body[:400]) > len(body[:400]) // 20:  # noqa: PLR2004 - no text at all
        return ""
    return body.decode("utf-8" if b"\xef\xbf\xbd" in body else "cp1252", "replace").strip()


def fields_of(content: object) -> dict[str, Any]:
    """The object with an error's code, type and message."""
    found = object_of(content)
    for _ in range(_DEEPEST):
        inner = next((object_of(found[name]) for name in _WRAPPERS if object_of(found.get(name))), None)
        if inner is None:
            break
        found = {**{name: value for name, value in found.items() if name not in _WRAPPERS}, **inner}
    return found


def message_of(content: object) -> str:
    """The words of an error in full, without marks of a page; "" where there are none."""
    said = [_clean(each) for each in _words(content, 0)]
    return "; ".join(dict.fromkeys(each for each in said if each))


def quoted(message: str, secrets: Iterable[str | None]) -> str:
    """An endpoint's words as they may be shown: no key in any spelling, no control character, and not too long."""
    from darner_clients.refusals.redaction import redacted  # noqa: PLC0415 - errors only
    from darner_clients.transport.proxies import proxy_secrets  # noqa: PLC0415 - as above

    message = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", message)
    message = message[:MOST_WORDS]
    words = " ".join("".join(each if each.isprintable() else " " for each in message).split())
    words = redacted(words, (*secrets, *proxy_secrets()))
    words = re.sub(r"\b(?:csk|sk|gsk|pk|xai|nvapi|hf)[-_][\w-]{8,}", "…", words)
    return words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1] + "…"


def _words(content: object, depth: int) -> list[str]:
    if depth > _DEEPEST:
        return []
    if isinstance(content, str):
        return _of_text(content, depth)
    if isinstance(content, list):
        return [each for row in cast("list[object]", content)[:3] for each in _words(row, depth + 1)]
    if not isinstance(content, dict):
        return []
    fields = cast("dict[str, Any]", content)
    raw = _fields_at(fields, "metadata").get("raw")  # OpenRouter: the provider's own message
    if raw and (found := _words(raw, depth + 1)):
        return found
    for names in _WORD_NAMES:
        found = [each for name in names for each in _words(fields.get(name), depth + 1)]
        if found:
            if "error" in names and isinstance(fields.get("error"), str):  # a code, mostly; the words are beside it
                found += [each for name in _BESIDE for each in _words(fields.get(name), depth + 1)]
            return _with_place(found, fields) if "msg" in names else found
    return [each for value in fields.values() for each in _words(value, depth + 1) if " " in each][:3]


def _fields_at(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object below a name; {} if there is none."""
    value = fields.get(name)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _of_text(text: str, depth: int) -> list[str]:
    """A sentence; where it holds JSON, or a dict as Python shows it, the words in that."""
    plain = text[:MOST_PAGE].strip()
    brace = plain.find("{")
    if brace >= 0:
        start = brace - 1 if plain[:brace].endswith("[") else brace
        try:
            content, _ = json.JSONDecoder().raw_decode(plain[start:])
        except (ValueError, RecursionError):
            content = _quoted_within(plain[start:])
        inner = _words(content, depth + 1) if content else []
        if inner:
            before = _LEADING_IN.sub("", plain[:start])
            return [before, *inner] if len(before) > 3 else inner  # noqa: PLR2004 - a word
    return [plain] if plain else []


def _quoted_within(text: str) -> str:
    """The message in JSON that is cut off, or in a dict as Python shows it: {'error': {'message': "…"}}."""
    found = _WITHIN.search(text)
    if found is None:
        return ""
    words = found["single"] or found["double"] or ""
    try:
        return str(json.loads(f'"{words}"')) if found["double"] else re.sub(r"\\(.)", _unescaped, words)
    except ValueError:
        return re.sub(r"\\(.)", _unescaped, words)


def _unescaped(match: re.Match[str]) -> str:
    return " " if match[1] in "nrt" else match[1]


def _with_place(found: list[str], fields: Mapping[str, Any]) -> list[str]:
    """FastAPI lists what is wrong and where: {"loc": ["body", "stream"], "msg": "…"}."""
    place = fields.get("loc")
    if not isinstance(place, list) or not place:
        return found
    names = ".".join(str(each) for each in cast("list[object]", place) if isinstance(each, (str, int)))
    return [f"{names}: {found[0]}", *found[1:]]


def _clean(text: str) -> str:
    """Without the markup of a page or of XML: the title, and the text below it."""
    from html import unescape  # noqa: PLC0415 - large, and few errors need it

    if re.search(r"<\?xml|<!doctype|<html|<head|<body|<title|<h1|</[a-zA-Z]+>\s*$", text[:2000], re.IGNORECASE):
        text = re.sub(r"<(script|style|svg|noscript)\b.*?(?:</\1\s*>|$)", " ", text, flags=re.IGNORECASE | re.DOTALL)
        text = re.sub(r"<!--.*?(?:-->|$)", " ", text, flags=re.DOTALL)
        text = text[:MOST_WORDS]
        message = re.search(r"<(message|title)\b[^>]*>(.*?)</\1\s*>", text, re.IGNORECASE | re.DOTALL)
        heads = re.findall(r"<h[1-3]\b[^>]*>(.*?)</h[1-3]\s*>", text, re.IGNORECASE | re.DOTALL)
        parts = ([message[2]] if message else []) + heads[:2]
        parts = [_untagged(each) for each in parts] or [_untagged(text)]
        text = ": ".join(dict.fromkeys(each for each in parts if each)) or _untagged(text)
    elif re.search(r"</?[a-zA-Z][^<>]*>", text := text[:MOST_WORDS]):
        text = re.sub(r"</?(?:b|i|p|br|a|code|pre|span|div|center|hr|h\d|strong|em|html|body)\b[^<>]*>", " ", text)
    return " ".join(unescape(text).split())


def _untagged(text: str) -> str:
    from html import unescape  # noqa: PLC0415 - see above

    return " ".join(unescape(re.sub(r"<[^<>]*>?", " ", text)).split())


def object_of(value: object) -> dict[str, Any]:
    """The object itself, the first of a list, or JSON in a string; {} if there is none."""
    if isinstance(value, list):
        value = next(iter(cast("list[object]", value)), None)
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


_WRAPPERS = ("error", "errors", "fault", "Error", "err", "exception")
_BESIDE = ("message", "error_description", "detail", "msg", "reason")
_WORD_NAMES: tuple[tuple[str, ...], ...] = (
    ("error", "errors"),
    ("fault", "Error", "err", "exception"),
    ("message", "Message"),
    ("msg",),
    ("faultstring", "errorMessage", "error_message", "error_msg", "errmsg", "ErrorMessage"),
    ("error_description",),
    ("detail", "details"),
    ("description", "reason", "title", "statusText", "status_text", "info"),
    ("status_msg", "base_resp", "data", "response", "body"),
    ("code", "type", "status"),
)
_LEADING_IN = re.compile(
    r"[\s:\-\u2013(\[]*(?:(?:Error code|HTTP|status)[ :]*[0-9]+)?[\s:\-\u2013(\[]*b?['\"]?$", re.IGNORECASE
)
_WITHIN = re.compile(
    r"""['"](?:message|msg|detail|error)['"]\s*:\s*(?:'(?P<single>(?:[^'\\]|\\.)+)(?:'|$)|"(?P<double>(?:[^"\\]|\\.)+)(?:"|$))"""
)
