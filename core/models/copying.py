"""A checkpoint that is on this machine already: which it is, and a copy of the files that are wanted."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.domain import PARTS_OF_MIKKE, ModelName
from core.errors import (
    FULL_DISK,
    DiskFullError,
    FolderNotFoundError,
    ModelDamagedError,
    ModelUnsupportedError,
)
from core.models.files import EVERY, missing, wanted
from core.models.known import Published
from core.models.record import RecordedFile
from core.models.space import need_space
from core.progress import CancelToken, Fetching

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

_CHUNK_BYTES = 2**20

_EVENT_S = 1 / 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a folder's content was published, if its place in the hub's own cache says so."""

    repository: str = ""
    revision: str = ""


def origin_of(folder: Path) -> Origin:
    """The cache keeps `models--OWNER--NAME/snapshots/COMMIT`."""
    where = folder.resolve()
    cached = re.fullmatch(r"models--(.+?)--(.+)", where.parent.parent.name)
    if where.parent.name != "snapshots" or not cached or not re.fullmatch(r"[0-9a-f]{40}", where.name):
        return Origin()
    return Origin(repository=f"{cached[1]}/{cached[2]}", revision=where.name)


def name_for(folder: Path, origin: Origin, published: Sequence[Published]) -> ModelName:
    """What a copy is called if the person does not say: as the model that it is, else as its folder."""
    for each in published:
        if each.repository == origin.repository:
            return each.name
    plain = re.sub(r"[^a-z0-9._-]+", "-", (origin.repository or str(folder.resolve())).lower().split("/")[-1])
    return checked_name(ModelName(plain.strip("-._") or "model"))


def checked_name(name: ModelName) -> ModelName:
    """`name`, which becomes the name of a folder. Raises ModelUnsupportedError."""
    if not _NAME.fullmatch(name) or name in PARTS_OF_MIKKE:
        allowed = "a name has up to 64 of the characters a-z, 0-9, dot, hyphen and underscore"
        raise ModelUnsupportedError(name, f"{name!r} is no name for a model: {allowed}")
    return name


def copy_checkpoint(
    folder: Path, target: Path, model: ModelName, cancel: CancelToken
) -> Generator[Fetching, None, tuple[RecordedFile, ...]]:
    """Copy the wanted files of `folder`, links as what they point to.

    Raises FolderNotFoundError, ModelDamagedError, DiskFullError, CancelledError.
    """
    if not folder.is_dir():
        raise FolderNotFoundError(folder)
    names = _names(folder, model)
    sizes = {name: (folder / name).stat().st_size for name in names}
    total = sum(sizes.values())
    need_space(target, total)
    copied: list[RecordedFile] = []
    done = 0
    try:
        for name in names:
            copied.append(
                (
                    yield from _copy(
                        folder / name,
                        target / name,
                        Fetching(file=name, done=done, total=total),
                        cancel,
                        name,
                    )
                )
            )
            done += sizes[name]
    except OSError as error:
        if error.errno in FULL_DISK:
            raise DiskFullError(target, str(error)) from error
        raise ModelDamagedError(model, f"{error.filename or folder}: {error.strerror or error}") from error
    yield Fetching(file=names[-1], done=total, total=total)
    return tuple(copied)


def _names(folder: Path, model: ModelName) -> tuple[str, ...]:
    for name in EVERY:
        if (folder / name).is_symlink() and not (folder / name).exists():
            raise ModelDamagedError(model, f"{name} is a link to a file that is not there")
    there = {name for name in EVERY if (folder / name).is_file()}
    if missing(there):
        raise ModelDamagedError(model, f"{missing(there)} is missing in {folder}")
    return wanted(there)


def _copy(
    source: Path, target: Path, at: Fetching, cancel: CancelToken, name: str
) -> Generator[Fetching, None, RecordedFile]:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size, told = hashlib.sha256(), 0, 0.0
    with source.open("rb") as content, target.open("wb") as output:
        while chunk := content.read(_CHUNK_BYTES):
            cancel.checkpoint()
            digest.update(chunk)
            output.write(chunk)
            size += len(chunk)
            if time.monotonic() - told >= _EVENT_S:
                told = time.monotonic()
                yield Fetching(file=name, done=at.done + size, total=at.total)
        output.flush()
        os.fsync(output.fileno())
    return RecordedFile(name=name, size=size, sha256=digest.hexdigest())
