"""Many file events, few wake-ups: hints wait here until the disk is quiet for a moment."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

MANY_EVENTS = 4_000
"""More events than this in one batch, and its hints are worth no more than "look at the whole source".

Well below the 16,384 that Linux queues by default before it drops events, because a reader that is this far
behind cannot know that none was dropped.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Something may have changed at `path`, which lies at or below the watched `folder`."""

    folder: Path
    path: Path
    is_dir: bool


class Hints:
    """Collects hints of any thread for one thread that waits. `quiet_s`, `patience_s`: see `wait`."""

    def __init__(self, *, quiet_s: float = 0.15, patience_s: float = 1.0) -> None:
        self._quiet_s = quiet_s
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._hints: set[Hint] = set()
        self._events: dict[Path, int] = {}
        self._first = 0.0
        self._last = 0.0
        self._woken = False

    def add(self, hint: Hint) -> None:
        with self._changed:
            self._last = time.monotonic()
            if not self._events:
                self._first = self._last
                self._changed.notify_all()
            count = self._events.get(hint.folder, 0) + 1
            self._events[hint.folder] = count
            if count <= MANY_EVENTS:
                self._hints.add(hint)

    def wake(self) -> None:
        """Make `wait` return at once, this time or, if nobody waits, the next."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> frozenset[Hint]:
        """The hints of one batch; none if `timeout_s` passed without any or somebody called `wake`.

        A batch ends when nothing has come for `quiet_s`, but no later than `patience_s` after its first hint.
        """
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while not self._woken:
                now = time.monotonic()
                due = self._due() if self._events else deadline
                if now >= due:
                    return self._take()
                self._changed.wait(due - now)
            self._woken = False
            return frozenset()

    def _due(self) -> float:
        return min(self._last + self._quiet_s, self._first + self._patience_s)

    def _take(self) -> frozenset[Hint]:
        flooded = {folder for folder, count in self._events.items() if count > MANY_EVENTS}
        hints = {hint for hint in self._hints if hint.folder not in flooded}
        hints |= {Hint(folder=folder, path=folder, is_dir=True) for folder in flooded}
        self._hints.clear()
        self._events.clear()
        return frozenset(hints)
