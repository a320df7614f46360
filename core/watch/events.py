"""Here are folders: let the system tell us about every file event in them, as far as it can."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from watchdog.events import (
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from core.layout import IGNORE_FILE
from core.watch.hints import Hint
from core.watch.mounts import is_network_folder

# Not: opened, and closed without writing. Our own reading makes those. Nor a folder's own modification, which
# only repeats what an event of the file in it says.
_EVENTS: list[type[FileSystemEvent]] = [
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]


class WatchTrouble(StrEnum):
    """Why a folder is not watched as it should be. It is then looked at from time to time instead."""

    MISSING = "missing"
    NO_PERMISSION = "no-permission"
    LIMIT = "limit"
    """The system allows no more watches (Linux: fs.inotify.max_user_watches, max_user_instances)."""
    NETWORK = "network"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchProblem:
    """`folder` has this trouble; `detail` is what the system said and may be empty."""

    folder: Path
    trouble: WatchTrouble
    detail: str = ""


@dataclass(slots=True)
class _Watched:
    """One folder. `identity` (device, inode) is None while it is not there."""

    identity: tuple[int, int] | None
    watch: ObservedWatch | None = None
    problem: WatchProblem | None = None


class EventSource:
    """Turns the system's file events into hints. For one thread, except that hints come from another."""

    def __init__(self, on_hint: Callable[[Hint], None], on_problem: Callable[[WatchProblem], None]) -> None:
        self._on_hint = on_hint
        self._on_problem = on_problem
        self._observer: BaseObserver | None = None
        self._folders: dict[Path, _Watched] = {}
        self._deleted: set[Path] = set()

    def watch(self, folders: frozenset[Path]) -> frozenset[Path]:
        """Watch these folders and no others. Returns those that went or came back since the last call."""
        for folder in self._folders.keys() - folders:
            self._unschedule(self._folders.pop(folder))
        changed = set()
        fresh = False
        for folder in sorted(folders):
            before = self._folders.get(folder)
            if before is not None and before.problem and before.problem.trouble is WatchTrouble.NETWORK:
                continue  # a network drive that hangs would hang us
            identity = _identity(folder)
            if before is not None and before.identity == identity and folder not in self._deleted:
                continue
            if before is not None:
                self._unschedule(before)
                changed.add(folder)
            self._deleted.discard(folder)
            self._folders[folder] = self._start(folder, identity)
            fresh = True
        if fresh:
            self.look_for_limit()
        return frozenset(changed)

    def without_events(self) -> frozenset[Path]:
        """The folders that are there, but about which the system will not tell us (everything)."""
        return frozenset(
            folder
            for folder, watched in self._folders.items()
            if watched.problem and watched.problem.trouble is not WatchTrouble.MISSING
        )

    def try_again(self) -> None:
        """Let the next `watch` start the folders with problems afresh: the reason may have passed."""
        for folder in [folder for folder, watched in self._folders.items() if watched.problem]:
            self._unschedule(self._folders.pop(folder))

    def look_for_limit(self) -> None:
        """Find out whether watches have run out.

        The event library passes over subfolders that it gets no watch for, so ask for one more watch: if
        that is refused, some of those may have been as well.
        """
        healthy = [folder for folder, watched in self._folders.items() if watched.problem is None]
        if not healthy or sys.platform != "linux":
            return
        try:
            with Observer() as probe:
                probe.schedule(FileSystemEventHandler(), str(healthy[0].resolve()), recursive=False)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                return
            for folder in healthy:
                self._folders[folder].problem = self._tell(folder, WatchTrouble.LIMIT, error.strerror)

    def close(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None
        self._folders.clear()

    def _start(self, folder: Path, identity: tuple[int, int] | None) -> _Watched:
        watched = _Watched(identity=identity)
        if identity is None:
            watched.problem = self._tell(folder, WatchTrouble.MISSING)
        elif is_network_folder(folder):
            watched.problem = self._tell(folder, WatchTrouble.NETWORK)
        elif not os.access(folder, os.R_OK | os.X_OK):
            watched.problem = self._tell(folder, WatchTrouble.NO_PERMISSION)
        else:
            self._schedule(folder, watched)
        return watched

    def _schedule(self, folder: Path, watched: _Watched) -> None:
        # The system names events by the path that it was given, and does not follow a link there.
        real = folder.resolve()
        handler = _Handler(folder, real, self._on_hint, self._deleted)
        try:
            if self._observer is None:
                self._observer = Observer()
                self._observer.start()
            watched.watch = self._observer.schedule(handler, str(real), recursive=True, event_filter=_EVENTS)
        except OSError as error:
            limit = error.errno in {errno.ENOSPC, errno.EMFILE}
            trouble = WatchTrouble.LIMIT if limit else WatchTrouble.FAILED
            watched.problem = self._tell(folder, trouble, error.strerror or str(error))

    def _unschedule(self, watched: _Watched) -> None:
        if watched.watch is not None and self._observer is not None:
            self._observer.unschedule(watched.watch)

    def _tell(self, folder: Path, trouble: WatchTrouble, detail: str | None = None) -> WatchProblem:
        problem = WatchProblem(folder=folder, trouble=trouble, detail=detail or "")
        self._on_problem(problem)
        return problem


class _Handler(FileSystemEventHandler):
    """Hints at both ends of an event, named below the folder as the person named it.

    Notes in `deleted` that the folder itself was, after which its watch is dead: the folder that comes in its
    place often has the same inode, so a look at the disk may show no difference.
    """

    def __init__(self, folder: Path, real: Path, on_hint: Callable[[Hint], None], deleted: set[Path]) -> None:
        self._folder = folder
        self._real = real
        self._on_hint = on_hint
        self._deleted = deleted

    def on_any_event(self, event: FileSystemEvent) -> None:
        if isinstance(event, DirDeletedEvent) and Path(os.fsdecode(event.src_path)) == self._real:
            self._deleted.add(self._folder)
        for end in (event.src_path, event.dest_path):
            if end:
                self._hint(Path(os.fsdecode(end)), is_dir=event.is_directory)

    def _hint(self, real: Path, *, is_dir: bool) -> None:
        if not real.is_relative_to(self._real):
            return
        path = self._folder / real.relative_to(self._real)
        if path.name == IGNORE_FILE:
            path, is_dir = path.parent, True
        self._on_hint(Hint(folder=self._folder, path=path, is_dir=is_dir))


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None
