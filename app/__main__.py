"""Where `mikke` and `python -m app` start. Only the window imports Qt."""

from __future__ import annotations

import sys

from app import commands


def main() -> int:
    """Run the command line; returns the exit code."""
    return commands.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
