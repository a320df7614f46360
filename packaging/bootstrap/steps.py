"""How set-up talks: a line when a step starts, a time when it ends, a sentence when it cannot go on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class CannotContinueError(Exception):
    """Set-up stops; the text is the one thing a person should read, and says what to do.

    `exit_code`: 3 where the machine lacks something, as everywhere in Mikke.
    """

    def __init__(self, text: str, *, exit_code: int = 3) -> None:
        super().__init__(text)
        self.exit_code = exit_code


def say(text: str) -> None:
    """Flushed at once: the output of pip and apt-get goes to the same place and must come after it."""
    print(text, flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    say(f"==> {what}")
    start = time.monotonic()
    yield
    say(f"    done in {duration(time.monotonic() - start)}")


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `2 min 05 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
