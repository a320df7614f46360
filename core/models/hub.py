"""Fetches a checkpoint from the hub: one commit, the files that are wanted, every byte checked.

The only module that opens a network connection, and it runs in a process of its own. What has been fetched
stays: a file that is not whole yet is `NAME.part`, and the next try goes on at its end. Which commit that is,
with the sizes and checksums that the hub states, is in a plan beside it: a second try fetches the same.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain import ModelName
from core.errors import FULL_DISK, DiskFullError, DownloadError, ModelDamagedError
from core.models.files import missing, wanted
from core.models.plan import PLAN, HubFile, Plan, read_plan, save_plan
from core.models.process import Send
from core.models.space import need_space
from core.progress import Fetching

PART = ".part"

_TIMEOUT_S = 30.0
"""For a connection, and for the next bytes."""

_TRIES = 6
"""In a row without a byte."""

_EVENT_S = 1 / 20
"""Between two events: at most 30 a second are promised."""

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Fetch `repository` at `revision` (None: the newest commit) into `folder`.

    `endpoint` is another hub than the usual one. `retry_s`: before the second try; it doubles with each.
    """

    model: ModelName
    repository: str
    revision: str | None
    folder: Path
    endpoint: str | None = None
    retry_s: float = 1.0


def fetch(send: Send, request: Request, checkpoint: Path) -> Plan:
    """Have all wanted files in `checkpoint`. Sends `Fetching` events; returns what was fetched.

    Raises DownloadError, ModelDamagedError (a file is not what the hub says it is), DiskFullError.
    """
    try:
        plan = _plan(request, checkpoint)
        total, done = plan.bytes, 0
        send(Fetching(file=f"{plan.repository} {plan.revision[:7]}", done=0, total=total))
        need_space(request.folder, total - _bytes_in(checkpoint))
        for file in plan.files:
            if not (checkpoint / file.name).is_file():
                _fetch_file(_Progress(send, file.name, done, total), request, plan, file, checkpoint)
            done += file.size
            send(Fetching(file=file.name, done=done, total=total))
    except OSError as error:
        if error.errno in FULL_DISK:
            raise DiskFullError(request.folder, str(error)) from error
        raise DownloadError(request.model, str(error)) from error
    return plan


# --- What to fetch ---------------------------------------------------------------------------------


def _plan(request: Request, checkpoint: Path) -> Plan:
    """The one that an earlier try began with, if it is still right; else a new one, and nothing is kept."""
    path = request.folder / PLAN
    earlier = read_plan(path)
    same = earlier and earlier.repository == request.repository
    if earlier and same and request.revision in (None, earlier.revision):
        return earlier
    plan = _ask(request)
    shutil.rmtree(checkpoint, ignore_errors=True)
    checkpoint.mkdir(parents=True, mode=0o700)
    save_plan(path, plan)
    return plan


def _ask(request: Request) -> Plan:
    """Ask the hub which files the commit has."""
    from huggingface_hub import HfApi  # noqa: PLC0415 - an extra, and half a second

    # No token: all of this is public, and nobody needs to know who asks.
    api = HfApi(endpoint=request.endpoint, token=False, library_name="mikke")
    for waited in _waits(request):
        try:
            info = api.model_info(
                request.repository, revision=request.revision, files_metadata=True, timeout=_TIMEOUT_S
            )
            break
        except Exception as error:  # the hub's and the network library's errors have no common base
            if _final(error) or waited is None:
                raise DownloadError(request.model, _told(error)) from error
            time.sleep(waited)
    revision = str(info.sha or "")
    if not _COMMIT.fullmatch(revision) or (request.revision and revision != request.revision):
        raise DownloadError(request.model, f"the hub answered with the commit {revision!r}")
    published = {str(each.rfilename): each for each in info.siblings or ()}
    lacking = missing(published)
    if lacking:
        raise ModelDamagedError(request.model, f"{request.repository} has no {lacking}")
    files = tuple(_hub_file(request, name, published[name]) for name in wanted(published))
    return Plan(repository=request.repository, revision=revision, files=files)


def _hub_file(request: Request, name: str, stated: Any) -> HubFile:
    if type(stated.size) is not int or stated.size < 0:
        raise DownloadError(request.model, f"the hub does not say how large {name} is")
    sha256 = str(stated.lfs.sha256) if stated.lfs else ""
    return HubFile(name=name, size=stated.size, blob=str(stated.blob_id or ""), sha256=sha256)


# --- One file --------------------------------------------------------------------------------------


class _Progress:
    """Tells how far it is, not too often."""

    def __init__(self, send: Send, file: str, before: int, total: int) -> None:
        self._send, self._file, self._before, self._total = send, file, before, total
        self._next = 0.0

    def at(self, size: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _EVENT_S
            self._send(Fetching(file=self._file, done=self._before + size, total=self._total))


def _fetch_file(progress: _Progress, request: Request, plan: Plan, file: HubFile, checkpoint: Path) -> None:
    """Goes on where an earlier try ended; gives up after some tries in a row that brought nothing."""
    path = checkpoint / file.name
    part = path.with_name(path.name + PART)
    part.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    waits = _waits(request)
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            if before < file.size or not file.size:
                _append(progress, request, plan, file, part)
        except _BrokenError as error:
            if part.stat().st_size > before:
                waits = _waits(request)
            waited = next(waits)
            if waited is None:
                raise DownloadError(request.model, f"{file.name}: {error}") from error
            time.sleep(waited)
            continue
        break
    _check(request, file, part)
    part.replace(path)


class _BrokenError(Exception):
    """The connection broke: try again."""


def _append(progress: _Progress, request: Request, plan: Plan, file: HubFile, part: Path) -> None:
    """Ask for the rest of the file and write it as it comes. Raises _BrokenError when it ends too early."""
    from huggingface_hub import hf_hub_url  # noqa: PLC0415
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # noqa: PLC0415

    url = hf_hub_url(plan.repository, file.name, revision=plan.revision, endpoint=request.endpoint)
    headers = build_hf_headers(token=False, library_name="mikke")
    headers["Accept-Encoding"] = "identity"  # or sizes and ranges would mean something else
    with part.open("ab") as output:
        have = output.tell()
        if have:
            headers["Range"] = f"bytes={have}-"
        with closing(_chunks(request, url, headers, file, have)) as chunks:
            for chunk in chunks:
                if not chunk:
                    output.truncate(0)
                    have = 0
                    continue
                have += len(chunk)
                if have > file.size:
                    raise ModelDamagedError(request.model, f"{file.name} has more than {file.size} bytes")
                output.write(chunk)
                progress.at(have)
        output.flush()
        os.fsync(output.fileno())
    if have < file.size:
        raise _BrokenError(f"ended after {have} of {file.size} bytes")


def _chunks(
    request: Request, url: str, headers: dict[str, str], file: HubFile, have: int
) -> Generator[bytes, None, None]:
    """What the network brings; an empty chunk first if it is the whole file in spite of what was asked for.

    Raises _BrokenError for whatever may be better the next time, DownloadError, ModelDamagedError.
    """
    from huggingface_hub import get_session  # noqa: PLC0415
    from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined]  # noqa: PLC0415

    try:
        with get_session().stream("GET", url, headers=headers, timeout=_TIMEOUT_S) as response:
            hf_raise_for_status(response)
            if have and response.status_code != 206:
                yield b""
                have = 0
            _expect(request, file, have, response.headers.get("Content-Length", ""))
            for chunk in response.iter_bytes():
                if chunk:
                    yield chunk
    except (ModelDamagedError, GeneratorExit):
        raise
    except Exception as error:  # the hub's and the network library's errors have no common base
        if _final(error):
            raise DownloadError(request.model, f"{file.name}: {_told(error)}") from error
        raise _BrokenError(_told(error)) from error


def _expect(request: Request, file: HubFile, have: int, rest: str) -> None:
    """Raises ModelDamagedError if the server is about to send another file than the hub described."""
    if rest.isdecimal() and have + int(rest) != file.size:
        detail = f"{file.name} has {have + int(rest)} bytes, not {file.size}"
        raise ModelDamagedError(request.model, detail)


def _check(request: Request, file: HubFile, part: Path) -> None:
    """Raises ModelDamagedError, and the file is gone, unless it is what the hub says it is."""
    size = part.stat().st_size
    with part.open("rb") as content:
        if file.sha256:
            right = hashlib.file_digest(content, "sha256").hexdigest() == file.sha256
        else:
            # Git's own checksum, which is what the hub knows of small files.
            blob = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
            blob.update(content.read())
            right = not file.blob or blob.hexdigest() == file.blob
    if size != file.size or not right:
        part.unlink()
        raise ModelDamagedError(request.model, f"{file.name} is not what was published: its checksum differs")


# --- Trying again ----------------------------------------------------------------------------------


def _waits(request: Request) -> Iterator[float | None]:
    """Seconds to wait after each try; None after the last."""
    for number in range(_TRIES - 1):
        yield request.retry_s * 2**number
    yield None


def _final(error: Exception) -> bool:
    """Whether the hub has refused: another try would not help."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled  # noqa: PLC0415

    if isinstance(error, OfflineModeIsEnabled):
        return True
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
    return status is not None and status < 500 and status not in (408, 425, 429)


def _told(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
