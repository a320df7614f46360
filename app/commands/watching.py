"""`mikke watch`: stays, and keeps the library current."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue

from app.commands.failures import OK, kind_of
from app.commands.running import open_app
from app.commands.watch_events import ForPeople, ForPrograms, Told
from app.composition import App
from app.messages import explain, explain_watching
from app.model_messages import explain_fallback
from core.errors import CancelledError, CoreError
from core.progress import CancelToken, IndexEvent
from core.watch.events import WatchProblem
from core.watch.watcher import Watcher

_WATCH_READY_S = 60.0
"""What changed before the watches were set is found by the sync after them; large folders take long."""

_LOOK_AGAIN_S = 2.0
"""How often `watch` asks which folders the library has, and tries again what failed."""


def watch(parsed: argparse.Namespace) -> int:
    """Stay until interrupted; changes come from the watcher's thread through a queue."""
    news: SimpleQueue[frozenset[Path]] = SimpleQueue()
    cancel = CancelToken()

    def stop(*_: object) -> None:
        cancel.cancel()
        news.put(frozenset())

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)

    told: Told = ForPrograms() if parsed.json else ForPeople()

    def problem(what: WatchProblem) -> None:
        told.problem(explain_watching(what.folder, what.trouble), what.trouble)

    with open_app(parsed) as app, app.watch(news.put, problem) as watcher:
        watcher.wait_ready(_WATCH_READY_S)
        told.looking(app.collection.sync(cancel))
        if (error := app.collection.fell_back) is not None:  # at once: the end may be days away
            told.problem(explain_fallback(error), kind_of(error))
        told.watching(app.collection.status())
        with ThreadPoolExecutor(2, "mikke-background") as background:
            # A switch may take days, and the index should not grow slow meanwhile.
            jobs = [
                _Background(job, background, cancel, told)
                for job in (app.collection.maintain, app.collection.switch)
            ]
            _follow_changes(app, watcher, news, cancel, jobs, told)
    return OK


class _Background:
    """A job that runs in the background, so that the next change need not wait for it."""

    def __init__(
        self,
        job: Callable[[CancelToken], Iterator[IndexEvent]],
        background: ThreadPoolExecutor,
        cancel: CancelToken,
        told: Told,
    ) -> None:
        self._job = job
        self._told = told
        self._background = background
        self._cancel = cancel
        self._running: Future[None] | None = None

    def wake(self) -> None:
        """Begin, unless it is going on."""
        if self._running is None or self._running.done():
            self._running = self._background.submit(self._run)

    def _run(self) -> None:
        try:
            self._told.happening(self._job(self._cancel))
        except CancelledError:
            return
        except (CoreError, OSError) as error:
            self._told.problem(explain(error), kind_of(error))


def _follow_changes(
    app: App,
    watcher: Watcher,
    news: SimpleQueue[frozenset[Path]],
    cancel: CancelToken,
    jobs: Sequence[_Background],
    told: Told,
) -> None:
    """Refresh what changed, until cancelled; try again what cannot be done now (another program writes)."""
    waiting: frozenset[Path] = frozenset()
    last = ""
    _wake(jobs)
    while not cancel.cancelled:
        try:
            waiting |= news.get(timeout=_LOOK_AGAIN_S)
        except Empty:
            # Another program may have added or forgotten folders.
            watcher.set_folders(source.path for source in app.collection.sources())
        if not waiting:
            continue
        try:
            told.happening(app.collection.refresh(waiting, cancel))
        except CancelledError:
            return
        except CoreError as error:
            message = explain(error)
            if message.in_one_line != last:
                told.problem(message, kind_of(error))
            last = message.in_one_line
        else:
            waiting, last = frozenset(), ""
            _wake(jobs)


def _wake(jobs: Sequence[_Background]) -> None:
    for job in jobs:
        job.wake()
