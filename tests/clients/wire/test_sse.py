import json

from hypothesis import given
from hypothesis import strategies as st

from darner_clients.wire.sse import Decoder

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=20)


def decode(*chunks: bytes) -> list[str]:
    decoder = Decoder()
    found = [data for chunk in chunks for data in decoder.feed(chunk)]
    last = decoder.close()
    return [data.decode() for data in (found if last is None else [*found, last])]


def check(stream: bytes, expected: list[str]) -> None:
    """Whole, and a byte at a time."""
    assert decode(stream) == expected
    assert decode(*(stream[at : at + 1] for at in range(len(stream)))) == expected


def test_forms() -> None:
    check(b"", [])
    check(b"data: a\n\ndata: b\n\n", ["a", "b"])
    check(b"data:a\n\n", ["a"])
    check(b"data:  a\n\n", [" a"])
    check(b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"])
    check(b"data: a\r\rdata: b\r\r", ["a", "b"])
    check(b"data: a\r\n\ndata: b\n\r\n", ["a", "b"])
    check(b"data: a\ndata: b\n\n", ["a\nb"])
    check(b"data\n\n", [""])
    check(b": a comment\n\ndata: a\n\n: ping\n\n", ["a"])
    check(b": a comment\ndata: a\n\n", ["a"])
    check(b"event: delta\nid: 7\nretry: 5\ndata: a\n\n", ["a"])
    check(b"event: error\nid: 7\nretry: 5\ndata: a\n\n", ['{"error": "a"}'])
    check(b'event:error\ndata: {"message": "a"}\n\n', ['{"error": {"message": "a"}}'])
    check(b"data:\nevent: error\n\n", ['{"error": true}'])
    check(b"data: a\nid: 7\n\n", ["a"])
    check(b"\n\n\n\ndata: a\n\n\n\n\ndata: b\n\n\n", ["a", "b"])
    check(b"\xef\xbb\xbfdata: a\n\n", ["a"])
    check("data: zwölf 🎈\n\n".encode(), ["zwölf 🎈"])
    check(b"data: a\n\ndata: cut", ["a", "cut"])
    check(b"data: a\n", ["a"])
    check(b"event: nothing\n\nda", [])
    check(b'error: {"code": 500}\n\n', ['{"error": {"code": 500}}'])
    check(b"error: boom\n\ndata: a\n\n", ['{"error": "boom"}', "a"])
    check(b'{"detail": "boom"}\n\n', ['{"detail": "boom"}'])
    check(b"{cut\n\n", ['{"message": "{cut"}'])
    check(b"data: a\n\nboom\nagain\n\n", ["a", '{"message": "boom\\nagain"}'])
    check(b"data: a\nboom\n\n", ["a"])
    check("data: one\u2028two\x0bthree\x85\n\n".encode(), ["one\u2028two\x0bthree\x85"])


@given(
    events=st.lists(st.lists(TEXT, min_size=1, max_size=3), max_size=6),
    ends=st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=1, max_size=4),
    comments=st.booleans(),
    data=st.data(),
)
def test_any_chunking_gives_the_same(
    events: list[list[str]], ends: list[str], comments: bool, data: st.DataObject
) -> None:
    stream = ""
    for number, lines in enumerate(events):
        end = ends[number % len(ends)]
        stream += (f": {number}{end}" if comments else "") + "".join(f"data: {line}{end}" for line in lines) + end
    encoded = stream.encode()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(encoded)), max_size=12)))
    chunks = [encoded[a:b] for a, b in zip([0, *cuts], [*cuts, len(encoded)], strict=True)]
    assert decode(*chunks) == ["\n".join(lines) for lines in events]


@given(st.binary(max_size=200), st.data())
def test_rubbish_never_fails_and_never_depends_on_the_chunking(rubbish: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(rubbish)), max_size=8)))
    chunks = [rubbish[a:b] for a, b in zip([0, *cuts], [*cuts, len(rubbish)], strict=True)]

    def found(pieces: list[bytes]) -> list[bytes | None]:
        decoder = Decoder()
        return [*(each for piece in pieces for each in decoder.feed(piece)), decoder.close()]

    assert found(chunks) == found([rubbish])


@given(st.lists(st.dictionaries(TEXT, TEXT, max_size=3), max_size=5))
def test_json_comes_back(objects: list[dict[str, str]]) -> None:
    stream = "".join(f"data: {json.dumps(each)}\n\n" for each in objects).encode()
    assert [json.loads(each) for each in decode(stream)] == objects
