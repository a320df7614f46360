"""Who may change what: a lane is held by one job at a time, in this process and across processes.

There are two. The **writer's** lane: looking at the disk, reading files, committing what was read. The
**maintainer's** lane: merging segments, which takes long and must not hold up a writer. What both change, the
catalogue, changes in short transactions. A file that the catalogue does not list may be a fresh one of
either, so only who holds both lanes may take it for garbage (see garbage.py).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import FULL_DISK, DiskFullError, LibraryInUseError, LibraryUnwritableError

_POLL_S = 0.01
"""Between two tries for a lane that another process has: a saved file should not wait much longer."""


class Lane:
    """A lock file. Not re-entrant."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = threading.Lock()

    @contextmanager
    def held(self, *, wait_s: float) -> Iterator[None]:
        """Wait for jobs of this process as long as it takes, and then `wait_s` for another process.

        Raises LibraryInUseError, LibraryUnwritableError, DiskFullError.
        """
        with self._thread:
            lock = self._locked(wait_s)
            try:
                yield
            finally:
                lock.release()

    @contextmanager
    def held_if_free(self) -> Iterator[bool]:
        """Take the lane if nobody has it; the block is told whether it was so. Never waits.

        Raises LibraryUnwritableError, DiskFullError.
        """
        if not self._thread.acquire(blocking=False):
            yield False
            return
        try:
            try:
                lock = self._locked(0.0)
            except LibraryInUseError:
                yield False
                return
            try:
                yield True
            finally:
                lock.release()
        finally:
            self._thread.release()

    def _locked(self, wait_s: float) -> FileLock:
        lock = FileLock(self._path, timeout=wait_s, thread_local=False)
        try:
            lock.acquire(poll_interval=_POLL_S)
        except Timeout as error:
            raise LibraryInUseError(self._path.parent) from error
        except OSError as error:
            kind = DiskFullError if error.errno in FULL_DISK else LibraryUnwritableError
            raise kind(self._path.parent, str(error)) from error
        return lock
