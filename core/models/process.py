"""Runs a piece of an installation in a process of its own, which ends at once when the person stops it.

A read from a network, or the loading of gigabytes, cannot be interrupted in a thread; and what a fetched file
might do to the libraries that parse it stays out of the program.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator
from multiprocessing.connection import Connection
from typing import Any, Protocol

from core.errors import CoreError, ModelError
from core.progress import CancelToken

_POLL_S = 0.05
"""How soon a stop is noticed."""

_LAST_WORDS_S = 1.0
"""A process that ends may have written something that is still on its way."""


class Send(Protocol):
    """Hands an event to the program."""

    def __call__(self, event: Any) -> None: ...


Work = Callable[..., Any]
"""A function at module level: `work(send, *arguments)`; what it returns and raises must survive pickling."""


def in_a_process(
    work: Work, arguments: tuple[Any, ...], cancel: CancelToken, crashed: Callable[[str], ModelError]
) -> Generator[Any, None, Any]:
    """Yields what `work` sends and returns what it returns. Raises the CoreErrors that `work` raises, a
    RuntimeError for any other exception, CancelledError, and what `crashed` makes if the process ended by
    itself.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(there, work, arguments), name="mikke-models", daemon=True)
    try:
        process.start()
        there.close()  # the process has the only other end: when it ends, the pipe does
        while True:
            while not here.poll(_POLL_S):
                cancel.checkpoint()
            try:
                kind, content = here.recv()
            except EOFError:
                process.join(_LAST_WORDS_S)
                raise crashed(f"its process ended with exit code {process.exitcode}") from None
            cancel.checkpoint()
            if kind == _RETURNED:
                return content
            if kind == _RAISED:
                raise _rebuilt(*content)
            yield content
    finally:
        here.close()
        if process.pid is not None:
            process.kill()
            process.join()
            process.close()


_SENT, _RETURNED, _RAISED = "sent", "returned", "raised"


def _run(there: Connection, work: Work, arguments: tuple[Any, ...]) -> None:
    _prepare_process()
    try:
        there.send((_RETURNED, work(lambda event: there.send((_SENT, event)), *arguments)))
    except BrokenPipeError:
        return  # nobody wants it any more
    except Exception as error:  # noqa: BLE001 - raised again where somebody can tell the person
        there.send((_RAISED, _taken_apart(error)))


def _taken_apart(error: Exception) -> tuple[type[Exception], tuple[Any, ...], dict[str, Any]]:
    """An exception whose constructor takes other arguments than it keeps does not survive pickling whole."""
    if isinstance(error, CoreError):
        return type(error), error.args, vars(error)
    return RuntimeError, (f"{type(error).__name__}: {error}",), {}


def _rebuilt(kind: type[Exception], arguments: tuple[Any, ...], fields: dict[str, Any]) -> Exception:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    vars(error).update(fields)
    return error


def _prepare_process() -> None:
    """Ctrl+C is the program's business; when the program is gone, so is this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_program, name="parent", daemon=True).start()


def _end_with_the_program() -> None:
    program = multiprocessing.parent_process()
    if program is not None:
        program.join()
        os._exit(1)  # at once: whoever tries again must not meet a second writer
