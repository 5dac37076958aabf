"""A server for bench/clients.py: the model "RATE/TOKENS" is answered with that many made-up tokens at that pace.

One thread a connection, blocking sockets, bytes made beforehand: as little in the way as Python allows. The prompt
"closed" is answered with the time at which a client was last seen to have gone.
"""

import json
import re
import socket
import ssl
import sys
import threading
import time
from contextlib import suppress

WORDS = (" def", " foo", "(", "self", ",", " value", ")", ":", "\n", "    return", " value", " + ", "1")
gone = 0.0


def event(content: str | None, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": content} if content else {}, "logprobs": None, "finish_reason": finish}
    data = {"id": "chatcmpl-8f4c2e", "object": "chat.completion.chunk", "created": 1790000000, "model": "gpt-oss-120b",
            "system_fingerprint": "fp_7c3d0f2e", "choices": [choice]}  # fmt: skip  # as it comes
    return framed(b"data: " + json.dumps(data).encode() + b"\n\n")


def framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


EVENTS = [event(word) for word in WORDS]
END = event(None, "stop") + framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def answer(sock: socket.socket, rate: int, tokens: int) -> None:
    global gone  # noqa: PLW0603 - read by the next request
    try:
        sock.sendall(HEAD)
        if not rate:
            block = b"".join(EVENTS[n % len(EVENTS)] for n in range(200))
            for _ in range(tokens // 200):
                sock.sendall(block)
            sock.sendall(b"".join(EVENTS[n % len(EVENTS)] for n in range(tokens % 200)) + END)
            return
        begun = time.perf_counter()
        for n in range(tokens):
            wait = begun + n / rate - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            sock.sendall(EVENTS[n % len(EVENTS)])
        sock.sendall(END)
    except OSError:
        gone = time.time()  # noqa: TID251 - two processes compare their clocks
        raise


def serve(sock: socket.socket) -> None:
    buffer = b""
    with sock, suppress(OSError):
        while True:
            while b"\r\n\r\n" not in buffer:
                data = sock.recv(65536)
                if not data:
                    return
                buffer += data
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            size = int(length[1]) if length else 0
            while len(buffer) < size:
                buffer += sock.recv(65536)
            body, buffer = json.loads(buffer[:size]), buffer[size:]
            if "closed" in json.dumps(body):
                sock.sendall(HEAD + event(repr(gone)) + END)
                continue
            rate, tokens = body["model"].split("/")
            answer(sock, int(rate), int(tokens))


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    context = None
    if len(sys.argv) > 1:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[1])
    print(f"{'https' if context else 'http'}://127.0.0.1:{listener.getsockname()[1]}/v1", flush=True)
    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context:
            sock = context.wrap_socket(sock, server_side=True)
        threading.Thread(target=serve, args=(sock,), daemon=True).start()


if __name__ == "__main__":
    main()
