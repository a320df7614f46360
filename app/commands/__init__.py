"""The command line: everything that the window can do, without a window.

Exit codes: 0 it ran, 1 the library is damaged (`verify`), 2 wrong usage, 3 it could not (one line on stderr
says why).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from app import terminal
from app.commands.parser import make_parser
from app.commands.running import FAILED, OK, one_line
from app.composition import App
from app.messages import explain
from core.errors import CancelledError, CoreError

OpenWindow = Callable[[App, Sequence[Path]], int]
"""Shows the window with these folders added and returns the exit code."""


def run(arguments: Sequence[str], open_window: OpenWindow) -> int:
    """Parse and run one command; returns the exit code. Only `open_window` knows Qt."""
    terminal.prepare_streams()
    parsed = make_parser().parse_args(arguments, argparse.Namespace(open_window=open_window))
    try:
        code = int(parsed.command(parsed))
        sys.stdout.flush()  # here a failure can still be told
    except BrokenPipeError:
        terminal.abandon_stdout()
        return OK
    except (CancelledError, KeyboardInterrupt):
        terminal.complain("stopped; what was done so far is kept")
        return FAILED
    except (CoreError, OSError) as error:
        terminal.complain(one_line(explain(error)))
        terminal.settle_stdout()
        return FAILED
    return code
