"""Standard output and standard error: what is written to them, and what never reaches them."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), "?")
"""A file may be named after an escape sequence, and its text may hold one: none reaches the terminal."""


Tell = Callable[[str], None]
"""`say` or `complain`: takes a line for people."""


def prepare_streams() -> None:
    """UTF-8 whatever the locale says, and no crash on a file name that is not text, or without a stream."""
    # Python has None for a stream that is closed already when it starts (`>&-`).
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for good
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for good
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def abandon_stdout() -> None:
    """Nobody reads any more (`| head -1`): what is still buffered goes nowhere, and no second error comes."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def settle_stdout() -> None:
    """Write what is still buffered, or give it up: at its end Python would try again and complain itself."""
    try:
        sys.stdout.flush()
    except OSError:
        abandon_stdout()


def shown(what: Path | str) -> str:
    """A path or title for people: bytes that are no text, and control characters, become question marks."""
    return str(what).encode("utf-8", "replace").decode("utf-8").translate(CONTROLS)


def say(line: str) -> None:
    console().print(line, markup=False, highlight=False, soft_wrap=True)


def complain(line: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"mikke: {shown(' '.join(line.splitlines()))}\n")


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to whoever runs the command; rich would exit with 1."""
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """For standard output, or standard error."""
    return _Console(highlight=False, emoji=False, stderr=stderr)
