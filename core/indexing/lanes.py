"""Who may change what: a lane is held by one job at a time, in this process and across processes.

There are three. The **writer's** lane: looking at the disk, reading files, committing what was read. The
**maintainer's** lane: merging segments, which takes long and must not hold up a writer. The **switcher's**
lane: encoding everything with another model, which may take days; when all is done it asks for the writer's
lane as well, so that nothing new comes while the other model takes over. What they all change, the catalogue,
changes in short transactions. A file that the catalogue does not list may be a fresh one of any of them, so
only who holds all lanes may take it for garbage (see garbage.py). Whoever holds one never waits for another,
but the switcher for the writer's, who waits for nobody.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import FULL_DISK, DiskFullError, LibraryInUseError, LibraryUnwritableError
from core.progress import CancelToken

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

    @contextmanager
    def held_within(self, wait_s: float, cancel: CancelToken) -> Iterator[bool]:
        """Wait for the lane so long at most; the block is told whether it has it.

        Raises CancelledError, LibraryUnwritableError, DiskFullError.
        """
        deadline = time.monotonic() + wait_s
        while True:
            with self.held_if_free() as free:
                if free or time.monotonic() >= deadline:
                    yield free
                    return
            cancel.checkpoint()
            time.sleep(_POLL_S)

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


@contextmanager
def all_held_if_free(*lanes: Lane) -> Iterator[bool]:
    """Take all of these lanes if nobody has any of them; the block is told whether it was so. Never waits."""
    with ExitStack() as stack:
        yield all(stack.enter_context(lane.held_if_free()) for lane in lanes)
