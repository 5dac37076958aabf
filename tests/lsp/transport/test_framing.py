from hypothesis import given
from hypothesis import strategies as st

from darner_server.lsp.transport.framing import Framing, frame


def fed(data: bytes, size: int) -> list[bytes]:
    framing = Framing()
    return [body for at in range(0, len(data), size) for body in framing.feed(data[at : at + size])]


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 50))
def test_any_chunking(bodies: list[bytes], size: int) -> None:
    assert fed(b"".join(map(frame, bodies)), size) == bodies


@given(st.binary(max_size=60), st.integers(1, 20))
def test_noise_before_a_header_is_passed_over(noise: bytes, size: int) -> None:
    noise = noise.replace(b"\r\n\r\n", b"").rstrip(b"\r\n")
    assert fed(noise + b"\r\n" + frame(b'{"a":1}'), size)[-1] == b'{"a":1}'


def test_headers_of_all_kinds() -> None:
    assert fed(b"Content-Type: x\r\ncontent-length:2\r\n\r\n{}", 3) == [b"{}"]
    assert fed(b"Content-Length: 2\r\nContent-Type: x\r\n\r\n{}", 3) == [b"{}"]
    assert fed(b"Content-Length: -5\r\n\r\n" + frame(b"{}"), 7) == [b"{}"]
    assert fed(b"Content-Length: 99999999999999\r\n\r\n" + frame(b"{}"), 7) == [b"{}"]
    assert fed(b"Content-Length: 3\r\n\r\n{}" + frame(b"1") + frame(b"{}"), 9)[-1] == b"{}"
