"""How a command fails: its exit code, one line on stderr, and with --json an object on stdout, too."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from typing import NoReturn

from app import terminal
from app.commands.as_json import print_json
from app.messages import UserMessage, explain
from core.errors import CancelledError

OK, DAMAGED, USAGE, FAILED = 0, 1, 2, 3


class CommandError(Exception):
    """A command cannot do what it was asked, for a reason that core knows nothing of.

    `kind` is for programs and stays the same whatever the wording is.
    """

    def __init__(self, message: UserMessage, *, kind: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.code = code


class WrongUsageError(CommandError):
    """The command line itself is wrong; `usage` is how it should look."""

    def __init__(self, title: str, usage: str = "") -> None:
        super().__init__(UserMessage(title=title), kind="usage", code=USAGE)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """Raises WrongUsageError where argparse would print and exit: whoever called decides how it is told."""

    def error(self, message: str) -> NoReturn:
        raise WrongUsageError(message, self.format_usage())


def failed(error: BaseException, *, as_json: bool) -> int:
    """Tell of an error; returns the exit code."""
    message, kind = _message(error), kind_of(error)
    if isinstance(error, WrongUsageError):
        sys.stderr.write(error.usage)
    terminal.complain(message.in_one_line)
    with contextlib.suppress(OSError):  # a full disk, say, or nobody reads: that may be the very failure
        if as_json:
            print_json(error_json(message, kind))
    terminal.settle_stdout()
    return error.code if isinstance(error, CommandError) else FAILED


def error_json(message: UserMessage, kind: str) -> dict[str, object]:
    told = {"title": message.title, "detail": message.detail, "action": message.action}
    return {"error": {"kind": kind} | told}


def kind_of(error: BaseException) -> str:
    """What kind of failure this is, for programs: LibraryInUseError is `library-in-use`."""
    match error:
        case CommandError():
            return error.kind
        case KeyboardInterrupt():
            return "cancelled"
        case OSError():
            return "system"
        case _:
            words = re.findall("[A-Z][a-z]*", type(error).__name__.removesuffix("Error"))
            return "-".join(words).lower()


def _message(error: BaseException) -> UserMessage:
    match error:
        case CommandError():
            return error.message
        case CancelledError() | KeyboardInterrupt():
            return UserMessage(title="stopped; what was done so far is kept")
        case Exception():
            return explain(error)
        case _:
            raise error
