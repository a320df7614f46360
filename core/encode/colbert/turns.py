"""Who computes next? Passages let a question go first: while one is computed, no batch of them begins."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Shared by all threads that use one network. A question waits for nobody: batches that have begun go on
    beside it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._questions = 0

    @contextmanager
    def question(self) -> Iterator[None]:
        """While this is held, no batch of passages begins."""
        with self._changed:
            self._questions += 1
        try:
            yield
        finally:
            with self._changed:
                self._questions -= 1
                self._changed.notify_all()

    def let_questions_go_first(self) -> None:
        """Before every batch of passages."""
        with self._changed:
            self._changed.wait_for(lambda: not self._questions)
