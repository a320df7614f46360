"""Where `mikke` and `python -m app` start. Only the window imports Qt."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from app import commands
from app.composition import App


def main() -> int:
    """Run the command line; returns the exit code."""
    return commands.run(sys.argv[1:], _open_window)


def _open_window(app: App, folders: Sequence[Path]) -> int:
    from app.window import run  # noqa: PLC0415 - the command line must work, and start, without Qt

    return run(app, folders)


if __name__ == "__main__":
    sys.exit(main())
