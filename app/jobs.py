"""Job and JobRunner: the only bridge from core's generators to Qt signals.

A job is a generator function of a CancelToken. It runs in the thread of one lane; its events arrive in
the thread of the runner (the GUI thread), where all signals of the job are emitted. A lane runs one job at
a time, in order: the writer lane so that there is one writer, the search lane so that searches do not
crowd each other.

How often: whoever works in a lane posts at most one wake-up to the GUI thread at a time, and the GUI
thread answers at most 30 times a second. Between two answers a newer progress event takes the place of the
older one, so a fast job cannot flood the window and the newest progress is always the one that is shown.
All other events arrive, each and in order.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.errors import CancelledError
from core.progress import (
    CancelToken,
    Fetching,
    FileDone,
    Merging,
    NotingWords,
    Reading,
    Reencoding,
    Scanning,
    Training,
)

MIN_INTERVAL_MS = 33
"""Between two deliveries to the GUI thread: 30 a second."""

_REPLACEABLE = (Scanning, Reading, FileDone, Merging, Training, NotingWords, Reencoding, Fetching)

Work = Callable[[CancelToken], Iterator[Any]]


def call(function: Callable[[], Any]) -> Work:
    """Work that yields nothing and whose result is `function()`."""

    def work(_cancel: CancelToken) -> Generator[Any, None, Any]:
        return function()
        yield  # makes this a generator

    return work


class Job(QObject):
    """One background run. Exactly one of finished, failed and cancelled is emitted, last."""

    happened = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.token = CancelToken()
        self._work = work
        self._lock = threading.Lock()
        self._inbox: deque[Any] = deque()
        self._progress: Any = None
        self._ending: tuple[str, Any] | None = None
        self._over = False

    def cancel(self) -> None:
        self.token.cancel()

    def run(self, wake: Callable[[], None]) -> None:
        """Work through the generator, in a lane's thread; `wake` asks for a delivery."""
        try:
            ending = ("finished", self._consume(self._work(self.token), wake))
        except CancelledError:
            ending = ("cancelled", None)
        except Exception as error:  # noqa: BLE001 - a job's failure is shown to the person, whatever it is
            ending = ("failed", error)
        self._ending = ending
        wake()

    def _consume(self, events: Iterator[Any], wake: Callable[[], None]) -> Any:
        try:
            while not self.token.cancelled:
                self._post(next(events), wake)
            # Thrown in, not just left: a job ends itself in good order, so that what it has read is kept.
            if isinstance(events, Generator):
                self._post(events.throw(CancelledError()), wake)
                for event in events:
                    self._post(event, wake)
            raise CancelledError
        except StopIteration as stop:
            return stop.value
        finally:
            if isinstance(events, Generator):
                events.close()

    def _post(self, event: Any, wake: Callable[[], None]) -> None:
        with self._lock:
            if isinstance(event, _REPLACEABLE):
                self._progress = event
            else:
                if self._progress is not None:  # else old progress would come after what followed it
                    self._inbox.append(self._progress)
                    self._progress = None
                self._inbox.append(event)
        wake()

    def deliver(self) -> bool:
        """Emit what has arrived, in the GUI thread; True once the job has ended."""
        if self._over:  # the last event and the end may both have asked for a delivery
            return False
        ending = self._ending  # read before the inbox: what came before the end is then in it
        with self._lock:
            events = [*self._inbox]
            self._inbox.clear()
            if self._progress is not None:
                events.append(self._progress)
                self._progress = None
        for event in events:
            self.happened.emit(event)
        if ending is None:
            return False
        self._over = True
        name, value = ending
        if name == "cancelled" or self.token.cancelled:
            self.cancelled.emit()
        elif name == "failed":
            self.failed.emit(value)
        else:
            self.finished.emit(value)
        return True


class _Lane:
    """A daemon thread that runs jobs one after the other; the thread starts with the first job."""

    def __init__(self, name: str, wake: Callable[[Job], None]) -> None:
        self._name = name
        self._wake = wake
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._stopped = False
        self._current: Job | None = None
        self._thread: threading.Thread | None = None

    def put(self, job: Job) -> None:
        with self._changed:
            self._waiting.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"mikke-{self._name}", daemon=True)
                self._thread.start()
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            for job in (*self._waiting, *([self._current] if self._current else ())):
                job.cancel()
            self._waiting.clear()
            self._changed.notify()

    def join(self, timeout_s: float) -> bool:
        if self._thread is None:
            return True
        self._thread.join(max(0.0, timeout_s))
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._current = None
                self._changed.wait_for(lambda: self._stopped or self._waiting)
                if self._stopped:
                    return
                job = self._current = self._waiting.popleft()
            job.run(lambda job=job: self._wake(job))  # type: ignore[misc]


class JobRunner(QObject):
    """Starts jobs in named lanes and delivers their events in its own thread. Close it before quitting."""

    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, _Lane] = {}
        self._lock = threading.Lock()
        self._noisy: dict[Job, None] = {}
        self._posted = False
        self._closed = False
        self._last_delivery = 0.0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._deliver)
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)

    def start(self, lane: str, work: Work) -> Job:
        """Queue `work` in `lane`; connect to the job's signals before returning to the event loop."""
        job = Job(work, self)
        if self._closed:
            job.cancel()
            return job
        if lane not in self._lanes:
            self._lanes[lane] = _Lane(lane, self._wake)
        self._lanes[lane].put(job)
        return job

    def close(self, timeout_s: float = 1.0) -> bool:
        """Cancel everything and wait for the threads; False if one did not stop in time."""
        with self._lock:
            self._closed = True
        for lane in self._lanes.values():
            lane.stop()
        deadline = time.monotonic() + timeout_s
        stopped = [lane.join(deadline - time.monotonic()) for lane in self._lanes.values()]
        return all(stopped)

    def _wake(self, job: Job) -> None:
        """From any thread: `job` has something to deliver."""
        with self._lock:
            self._noisy[job] = None
            if self._posted or self._closed:
                return
            self._posted = True
            # inside the lock: close() then knows that no signal is on its way from a lane
            self._woken.emit()

    def _on_woken(self) -> None:
        since_ms = (time.monotonic() - self._last_delivery) * 1000
        hurry = any(job._ending is not None for job in [*self._noisy])  # noqa: SLF001 - an end never waits
        if hurry or since_ms >= MIN_INTERVAL_MS:
            self._deliver()
        else:
            self._later.start(round(MIN_INTERVAL_MS - since_ms) + 1)

    def _deliver(self) -> None:
        with self._lock:
            if self._closed:
                return
            noisy = [*self._noisy]
            self._noisy.clear()
            self._posted = False
        self._last_delivery = time.monotonic()
        for job in noisy:
            if job.deliver():
                job.deleteLater()
