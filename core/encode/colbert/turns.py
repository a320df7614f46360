"""Who computes next? A question goes before all passages that wait, and waits for one batch at most."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """One computation at a time, on a device that several threads share."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = False
        self._questions = 0

    @contextmanager
    def question(self) -> Iterator[None]:
        """Compute as soon as the batch that is at work is done."""
        with self._changed:
            self._questions += 1
            try:
                self._changed.wait_for(lambda: not self._busy)
            finally:
                self._questions -= 1
            self._busy = True
        yield from self._computing()

    @contextmanager
    def passages(self) -> Iterator[None]:
        """Compute when nobody else does and no question waits. Take a turn for every batch."""
        with self._changed:
            self._changed.wait_for(lambda: not self._busy and not self._questions)
            self._busy = True
        yield from self._computing()

    def _computing(self) -> Iterator[None]:
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
