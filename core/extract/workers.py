"""Functions called in worker processes, by pebble: whatever happens there becomes an ExtractionError."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from core.domain import Reason
from core.errors import ExtractionError
from core.extract.worker import call, prepare_worker

T = TypeVar("T")

_CALLS_PER_WORKER = 200
"""A worker is replaced after so many calls, so that what libraries leak does not add up."""
_ATTEMPTS = 3
"""Calls that were lost because a worker died between two calls are made again, so often at most."""


class _Call(Future[T]):
    """A call as the caller sees it. It outlives the pool that it was first given to."""

    def __init__(self, function: Callable[..., T], arguments: tuple[Any, ...], timeout_s: float) -> None:
        super().__init__()
        self.function = function
        self.arguments = arguments
        self.timeout_s = timeout_s
        self.attempts = 0
        self.inner: Future[T] | None = None

    def cancel(self) -> bool:
        """Also a call that runs is cancelled: its process is ended."""
        cancelled = super().cancel()
        if cancelled and self.inner is not None:
            self.inner.cancel()
        return cancelled

    def finish(self, result: T) -> None:
        try:
            self.set_result(result)
        except InvalidStateError:
            return  # cancelled meanwhile

    def fail(self, error: ExtractionError) -> None:
        try:
            self.set_exception(error)
        except InvalidStateError:
            return


class Workers:
    """A fixed number of processes, started by the first call. Thread-safe."""

    def __init__(self, count: int, *, memory_bytes: int, niceness: int) -> None:
        self._count = count
        self._limits = (memory_bytes, niceness)
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._calls: set[_Call[Any]] = set()
        self._disposals: list[threading.Thread] = []
        self._closed = False

    def submit(self, function: Callable[..., T], *arguments: Any, timeout_s: float) -> Future[T]:
        """Call a module-level function. The future's exception, if any, is an ExtractionError."""
        wanted = _Call(function, arguments, timeout_s)
        self._schedule(wanted)
        return wanted

    def close(self) -> None:
        """End all processes at once; what is not done is cancelled."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
            unfinished = list(self._calls)
        for each in unfinished:
            each.cancel()
        if pool is not None:
            _dispose(pool)
        for thread in self._disposals:
            thread.join()

    def _schedule(self, wanted: _Call[Any]) -> None:
        wanted.attempts += 1
        with self._lock:
            scheduled = None if self._closed else self._scheduled_in_pool(wanted)
            if scheduled is not None:
                wanted.inner = scheduled[1]
                self._calls.add(wanted)
        if scheduled is None:
            wanted.cancel()
            return
        pool, inner = scheduled
        if wanted.cancelled():
            inner.cancel()
        inner.add_done_callback(lambda done: self._finished(wanted, done, pool))

    def _scheduled_in_pool(self, wanted: _Call[Any]) -> tuple[ProcessPool, Future[Any]]:
        """With the lock held. A pool that broke while idle refuses, and is replaced."""
        arguments = (wanted.function, wanted.arguments, wanted.timeout_s)
        if self._pool is not None:
            try:
                return self._pool, self._pool.schedule(call, args=arguments, timeout=wanted.timeout_s)
            except RuntimeError:
                self._retire(self._pool)
        self._pool = ProcessPool(
            max_workers=self._count,
            max_tasks=_CALLS_PER_WORKER,
            initializer=prepare_worker,
            initargs=self._limits,
            context=multiprocessing.get_context("spawn"),
        )
        return self._pool, self._pool.schedule(call, args=arguments, timeout=wanted.timeout_s)

    def _finished(self, wanted: _Call[Any], inner: Future[Any], pool: ProcessPool) -> None:
        """In a thread of the pool, or of whoever cancelled."""
        if wanted.inner is not inner:
            return  # it was given to another pool meanwhile
        error = None if inner.cancelled() else inner.exception()
        if isinstance(error, BrokenProcessPool):
            self._recover(pool)
            return
        with self._lock:
            self._calls.discard(wanted)
        if inner.cancelled():
            wanted.cancel()
        elif error is None:
            wanted.finish(inner.result())
        else:
            wanted.fail(_as_reason(error, wanted.timeout_s))

    def _recover(self, broken: ProcessPool) -> None:
        """Pebble gives up a pool when an idle worker dies. Give its calls to a new one."""
        with self._lock:
            if self._pool is not broken:
                return
            self._pool = None
            self._retire(broken)
            lost, self._calls = self._calls, set()
            for each in lost:
                each.inner = None
        for each in lost:
            if each.attempts < _ATTEMPTS:
                self._schedule(each)
            else:
                each.fail(ExtractionError(Reason.CRASHED, "the reading processes end again and again"))

    def _retire(self, pool: ProcessPool) -> None:
        """End a broken pool's processes in a thread of its own: this may be one of the pool's threads."""
        thread = threading.Thread(target=_dispose, args=[pool], name="dispose of workers", daemon=True)
        self._disposals.append(thread)
        thread.start()


def _dispose(pool: ProcessPool) -> None:
    pool.stop()
    pool.join()


def _as_reason(error: BaseException, timeout_s: float) -> ExtractionError:
    if isinstance(error, ExtractionError):
        return error
    if isinstance(error, concurrent.futures.TimeoutError):
        return ExtractionError(Reason.TIMED_OUT, f"after {timeout_s:g} s")
    if isinstance(error, MemoryError):
        return ExtractionError(Reason.OUT_OF_MEMORY)
    if isinstance(error, ProcessExpired):
        return _as_exit(error.exitcode)
    return ExtractionError(Reason.CRASHED, f"{type(error).__name__}: {error}")


def _as_exit(code: int) -> ExtractionError:
    if code >= 0:
        return ExtractionError(Reason.CRASHED, f"exit code {code}")
    if hasattr(signal, "SIGXCPU") and -code == signal.SIGXCPU:
        return ExtractionError(Reason.TIMED_OUT, "it used up its processor time")
    try:
        return ExtractionError(Reason.CRASHED, signal.Signals(-code).name)
    except ValueError:
        return ExtractionError(Reason.CRASHED, f"signal {-code}")
