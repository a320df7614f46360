"""Standard input as lines that can be ended from outside: by a signal as by the program at the other end.

The SDK's own reader waits for input in a thread that nothing can interrupt: SIGTERM would have to kill.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from types import FrameType

_WAITING = 64
"""Lines that are read before anybody has asked for them; then whoever writes has to wait."""


class Lines:
    """Lines of a file descriptor, read by a thread of their own; made and used in one event loop."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str] = asyncio.Queue(_WAITING)
        self._ended = asyncio.Event()

    def start(self) -> None:
        # A daemon: a read that waits for input ends with the process, not before.
        threading.Thread(target=self._read, name="mikke-stdin", daemon=True).start()

    def end(self) -> None:
        """No line comes any more. From any thread, and from a signal handler."""
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self._ended.set)

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            line = await self._next()
            if line is None:
                return
            yield line

    async def _next(self) -> str | None:
        """None at the end. What was read before the end is still given out."""
        if not self._lines.empty():
            return self._lines.get_nowait()
        waits = [asyncio.ensure_future(self._lines.get()), asyncio.ensure_future(self._ended.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
        got = waits[0]
        return str(got.result()) if got.done() and not got.cancelled() else None

    def _read(self) -> None:
        try:
            with open(self._descriptor, "rb", closefd=False) as file:
                for line in file:
                    text = line.decode("utf-8", "replace")
                    asyncio.run_coroutine_threadsafe(self._lines.put(text), self._loop).result()
        except (OSError, RuntimeError, asyncio.CancelledError):  # nobody listens any more
            return
        finally:
            self.end()


@contextmanager
def ended_by_signals(lines: Lines) -> Iterator[None]:
    """SIGINT and SIGTERM end the input; a second one ends the process as it would without us."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def end(_number: int, _frame: FrameType | None) -> None:
        restore()
        lines.end()

    for number in numbers:
        signal.signal(number, end)
    try:
        yield
    finally:
        restore()
