"""Installs a model: its files come into a folder of their own, are checked and tried, and get their place in
one step. Whatever happens before, nothing is installed; what was fetched stays for the next try.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core.domain import ModelName
from core.encode.checkpoint.files import digest_of
from core.errors import (
    FULL_DISK,
    DiskFullError,
    DownloadError,
    LibraryInUseError,
    LibraryUnwritableError,
    ModelDamagedError,
    ModelInUseError,
)
from core.layout import ModelsLayout
from core.models.copying import Origin, copy_checkpoint
from core.models.hub import Request, fetch
from core.models.known import Published
from core.models.parts import need_parts
from core.models.plan import PLAN, Plan
from core.models.process import in_a_process
from core.models.record import Checked, Record, RecordedFile, save_record
from core.models.trying import Trial, try_out
from core.progress import CancelToken, CheckingModel, Fetching

Events = Generator[Fetching | CheckingModel, None, Record]

_PRIVATE = 0o700

SECONDS = 2.0
"""How long the speed of a model is measured, on each device and in each precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """Where models are fetched from: `endpoint` and `retry_s` as in core.models.hub.Request."""

    endpoint: str | None = None
    retry_s: float = 1.0


def install_published(layout: ModelsLayout, published: Published, hub: Hub, cancel: CancelToken) -> Events:
    """Fetch it from the hub, check it and try it.

    Raises PartMissingError, DownloadError, ModelDamagedError, ModelUnsupportedError, DiskFullError,
    LibraryInUseError, LibraryUnwritableError, CancelledError.
    """
    name = published.name
    need_parts(name, published.parts)
    with alone(layout):
        folder = _unfinished(layout, name)
        checkpoint = folder / layout.checkpoint(name).name
        request = Request(
            model=name,
            repository=published.repository,
            revision=published.revision,
            folder=folder,
            endpoint=hub.endpoint,
            retry_s=hub.retry_s,
        )
        try:
            plan: Plan = yield from in_a_process(
                fetch, (request, checkpoint), cancel, lambda told: DownloadError(name, told)
            )
        finally:
            if not (folder / PLAN).exists():  # nothing was fetched
                shutil.rmtree(folder, ignore_errors=True)
        record = Record(
            name=name,
            repository=plan.repository,
            revision=plan.revision,
            files=_recorded(checkpoint, plan),
            checked=NOT_YET,
        )
        return (yield from _finish(layout, record, published, cancel))


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A checkpoint on this machine, to be installed as `name`; `published` if that is a known one."""

    folder: Path
    name: ModelName
    origin: Origin
    published: Published | None


def install_copy(layout: ModelsLayout, copy: Copy, cancel: CancelToken) -> Events:
    """Copy it, check it and try it; no network is used.

    Raises what `install_published` raises but DownloadError, and FolderNotFoundError.
    """
    need_parts(copy.name, copy.published.parts if copy.published else ("models",))
    with alone(layout):
        folder = _unfinished(layout, copy.name)
        checkpoint = folder / layout.checkpoint(copy.name).name
        try:
            shutil.rmtree(checkpoint, ignore_errors=True)
            checkpoint.mkdir(mode=_PRIVATE)
            files = yield from copy_checkpoint(copy.folder, checkpoint, copy.name, cancel)
            record = Record(
                name=copy.name,
                repository=copy.origin.repository or (copy.published.repository if copy.published else ""),
                revision=copy.origin.revision,
                files=files,
                checked=NOT_YET,
            )
            return (yield from _finish(layout, record, copy.published, cancel))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # the original is still there
            raise


def try_with(layout: ModelsLayout, record: Record, values: Mapping[str, Any], cancel: CancelToken) -> Events:
    """Try the installed model with what the person set, and remember that. Raises as `install_copy` does."""
    with alone(layout):
        record = replace(record, person=dict(values))
        trial = Trial(
            name=record.name,
            checkpoint=layout.checkpoint(record.name),
            weights_digest=record.weights_digest,
            person=record.person,
            seconds=SECONDS,
        )
        record = yield from _tried(record, trial, cancel)
        save_record(layout.record(record.name), record)
        return record


def delete(layout: ModelsLayout, name: ModelName) -> bool:
    """Delete an installed model and what is left of an unfinished installation. False if there was nothing.

    Raises ModelInUseError where the system keeps the files of an open model, LibraryInUseError.
    """
    with alone(layout):
        unfinished = layout.unfinished(name)
        found = layout.folder(name).is_dir() or unfinished.is_dir()
        shutil.rmtree(unfinished, ignore_errors=True)
        _set_aside(layout, name)
        return found


# --- The steps -------------------------------------------------------------------------------------

NOT_YET = Checked(dim=0, noise_floor=0.0, passages_per_second=0.0, profile=())


@contextmanager
def alone(layout: ModelsLayout) -> Iterator[None]:
    """One program at a time changes the models. Raises LibraryInUseError, LibraryUnwritableError."""
    try:
        layout.root.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
        # A generator may be ended by another thread than the one that began it.
        lock = FileLock(layout.lock, thread_local=False)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LibraryInUseError(layout.root) from error
    except OSError as error:
        if error.errno in FULL_DISK:
            raise DiskFullError(layout.root, str(error)) from error
        raise LibraryUnwritableError(layout.root, str(error)) from error
    try:
        yield
    finally:
        lock.release()


def _unfinished(layout: ModelsLayout, name: ModelName) -> Path:
    folder = layout.unfinished(name)
    try:
        folder.mkdir(exist_ok=True, mode=_PRIVATE)
    except OSError as error:
        raise LibraryUnwritableError(folder, str(error)) from error
    return folder


def _recorded(checkpoint: Path, plan: Plan) -> tuple[RecordedFile, ...]:
    """With the checksum of every file: the hub states those of large ones only, and they are checked."""
    return tuple(
        RecordedFile(name=file.name, size=file.size, sha256=file.sha256 or digest_of(checkpoint / file.name))
        for file in plan.files
    )


def _finish(layout: ModelsLayout, record: Record, published: Published | None, cancel: CancelToken) -> Events:
    folder = layout.unfinished(record.name)
    trial = Trial(
        name=record.name,
        checkpoint=folder / layout.checkpoint(record.name).name,
        published=published,
        weights_digest=record.weights_digest,
        seconds=SECONDS,
    )
    record = yield from _tried(record, trial, cancel)
    save_record(folder / layout.record(record.name).name, record)
    (folder / PLAN).unlink(missing_ok=True)
    _set_aside(layout, record.name)
    folder.replace(layout.folder(record.name))
    return record


def _tried(record: Record, trial: Trial, cancel: CancelToken) -> Events:
    yield CheckingModel(model=record.name)
    checked: Checked = yield from in_a_process(
        try_out, (trial,), cancel, lambda told: ModelDamagedError(record.name, told)
    )
    return replace(record, checked=checked)


def _set_aside(layout: ModelsLayout, name: ModelName) -> None:
    """Take a model out of its place in one step, and delete it."""
    aside = layout.removed(name)
    shutil.rmtree(aside, ignore_errors=True)  # of an earlier time, when the program was ended
    try:
        layout.folder(name).replace(aside)
    except FileNotFoundError:
        return
    except OSError as error:  # on Windows, while a program has its files open
        raise ModelInUseError(name, str(error)) from error
    shutil.rmtree(aside, ignore_errors=True)
