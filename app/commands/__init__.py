"""The command line: everything that the window can do, without a window.

Exit codes: 0 it ran, 1 the library is damaged (`verify`), 2 wrong usage, 3 it could not (one line on stderr
says why).

With --json a command prints one object on stdout (`watch`: one a line for every event), and nothing else is
there; progress and warnings are on stderr. A command that fails has the same exit code and the same line on
stderr as without --json, and its object (the last one of `watch`) is
{"error": {"kind": …, "title": …, "detail": …, "action": …}}: the kind is for programs, the rest for people.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from app import terminal
from app.commands.failures import OK, CommandError, failed
from app.commands.parser import make_parser
from app.composition import App
from core.errors import CancelledError, CoreError

OpenWindow = Callable[[App, Sequence[Path]], int]
"""Shows the window with these folders added and returns the exit code."""


def run(arguments: Sequence[str], open_window: OpenWindow) -> int:
    """Parse and run one command; returns the exit code. Only `open_window` knows Qt."""
    terminal.prepare_streams()
    as_json = "--json" in arguments  # as far as it is known before they are parsed
    try:
        parsed = make_parser().parse_args(arguments, argparse.Namespace(open_window=open_window))
        as_json = getattr(parsed, "json", False)
        code = int(parsed.command(parsed))
        sys.stdout.flush()  # here a failure can still be told
    except BrokenPipeError:
        terminal.abandon_stdout()
        return OK
    except (CancelledError, KeyboardInterrupt, CommandError, CoreError, OSError) as error:
        code = failed(error, as_json=as_json)
    return code
