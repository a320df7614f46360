"""Here are folders: which of their files may have changed just now?

File events are hints and nothing more: they come twice, late, in the wrong order or not at all, so whoever
is called looks at the disk again (`scan.rescan`). Where events do not come (network drives, a system that
has run out of watches), the folder is named as a whole every `poll_s`; everywhere, every `sweep_s`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from core.watch.events import EventSource, WatchProblem
from core.watch.hints import Hint, Hints
from core.watch.ignore import IgnoreRules
from core.watch.scan import topmost

_CLOSE_S = 10.0
"""How long `close` waits for the thread, which may hang on a drive that does not answer."""

_LOOK_AT_FOLDERS_S = 1.0
"""How often a watched folder itself is looked at: its own removal and return make no event below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchTiming:
    """`quiet_s` and `patience_s` collect hints (see Hints.wait); `poll_s` and `sweep_s`: see above.

    A file that is saved, moved or deleted must be found, re-found or gone within two seconds. Measured in
    the window over 554 documents (3.9 million tokens, a search of 0.35 to 0.5 s included; two cores; ten
    times each): saved 0.7 s (worst 1.5 s: the first one also starts a worker process), moved or deleted
    0.7 s (worst 0.9 s), moved out of the folder 1.2 s (worst 1.3 s), since the event library holds back the
    first half of a move for half a second.
    """

    quiet_s: float = 0.15
    patience_s: float = 1.0
    poll_s: float = 60.0
    sweep_s: float = 900.0


class Watcher:
    """Watches folders until it is closed.

    `on_change` gets the paths (files or folders, at or below a watched folder as it was named, none below
    another) that may have changed, `on_problem` a folder that cannot be watched as it should be. Both are
    called from the watcher's own thread, one at a time, and must not raise; while one runs, hints collect.
    """

    def __init__(
        self,
        rules: IgnoreRules,
        on_change: Callable[[frozenset[Path]], None],
        on_problem: Callable[[WatchProblem], None],
        timing: WatchTiming,
    ) -> None:
        self._rules = rules
        self._on_change = on_change
        self._timing = timing
        self._hints = Hints(quiet_s=timing.quiet_s, patience_s=timing.patience_s)
        self._events = EventSource(self._hints.add, on_problem)
        self._lock = threading.Lock()
        self._wanted: frozenset[Path] = frozenset()
        self._ready = threading.Event()
        self._closing = threading.Event()
        self._next_poll = self._next_sweep = 0.0
        self._thread = threading.Thread(target=self._run, name="mikke-watcher", daemon=True)

    @classmethod
    def open(
        cls,
        folders: Iterable[Path],
        *,
        rules: IgnoreRules,
        on_change: Callable[[frozenset[Path]], None],
        on_problem: Callable[[WatchProblem], None],
        timing: WatchTiming = WatchTiming(),
    ) -> Self:
        """Start watching. Returns before all folders are watched: large ones take seconds (`wait_ready`)."""
        watcher = cls(rules, on_change, on_problem, timing)
        watcher.set_folders(folders)
        watcher._thread.start()
        return watcher

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def set_folders(self, folders: Iterable[Path]) -> None:
        """Watch these folders from now on, and no others. Returns at once."""
        with self._lock:
            self._wanted = frozenset(folders)
            self._ready.clear()
        self._hints.wake()

    def wait_ready(self, timeout_s: float) -> bool:
        """Wait until every folder is watched (or reported). Changes from then on are not missed."""
        return self._ready.wait(timeout_s)

    def close(self) -> None:
        """Stop; no call comes after this returns, and no thread is left (unless called from a callback)."""
        self._closing.set()
        self._hints.wake()
        if self._thread is not threading.current_thread() and self._thread.ident is not None:
            self._thread.join(_CLOSE_S)

    def _run(self) -> None:
        now = time.monotonic()
        self._next_poll, self._next_sweep = now + self._timing.poll_s, now + self._timing.sweep_s
        try:
            while not self._closing.is_set():
                self._look_at_folders()
                hints = self._hints.wait(self._pause())
                self._report(self._unignored(hints))
                if any(hint.is_dir for hint in hints):
                    self._events.look_for_limit()
        finally:
            self._events.close()

    def _pause(self) -> float:
        until = min(self._next_poll, self._next_sweep) - time.monotonic()
        return min(max(until, 0.0), _LOOK_AT_FOLDERS_S)

    def _look_at_folders(self) -> None:
        """Follow `set_folders`, notice folders that went or came back, and name those whose time it is."""
        with self._lock:
            wanted = self._wanted
        self._report(self._events.watch(wanted))
        with self._lock:
            if wanted == self._wanted:
                self._ready.set()
        now = time.monotonic()
        if now >= self._next_sweep:
            self._next_sweep = now + self._timing.sweep_s
            self._events.try_again()
            self._report(wanted)
        if now >= self._next_poll:
            self._next_poll = now + self._timing.poll_s
            self._report(self._events.without_events())

    def _unignored(self, hints: frozenset[Hint]) -> frozenset[Path]:
        return frozenset(
            hint.path for hint in hints if not self._rules.ignores(hint.folder, hint.path, is_dir=hint.is_dir)
        )

    def _report(self, paths: frozenset[Path]) -> None:
        if paths and not self._closing.is_set():
            self._on_change(topmost(paths))
