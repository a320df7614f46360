"""Runs pip, and says in a sentence what its errors mean."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import deque
from pathlib import Path

from bootstrap.steps import CannotContinueError

NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|Max retries exceeded"
    r"|Could not fetch|Network is unreachable|Temporary failure in name resolution"
)
NOT_OFFERED = re.compile(r"No matching distribution found|ResolutionImpossible")
DISK_FULL = re.compile(r"No space left on device|Errno 28")


def run_pip(python: Path, root: Path, *words: str, quiet: bool = False) -> int:
    """Leaves the terminal to pip, which draws its own progress bars; only its errors pass through here.

    Raises CannotContinueError when the errors tell what is wrong.
    """
    command = [str(python), "-m", "pip", "--disable-pip-version-check", *words]
    stdout = subprocess.DEVNULL if quiet else None
    with subprocess.Popen(
        command,
        cwd=root,
        env=clean_environ(),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        assert process.stderr is not None
        last: deque[str] = deque(maxlen=60)
        for line in process.stderr:
            last.append(line)
            if not quiet:
                sys.stderr.write(line)
        code = process.wait()
    if code != 0 and not quiet:
        explain("".join(last))
    return code


def explain(errors: str) -> None:
    """Raise what pip's errors mean where they are of a kind that a person can do something about."""
    if DISK_FULL.search(errors):
        raise CannotContinueError("The disk is full: free about 2 GB and start again.")
    if NO_NETWORK.search(errors):
        raise CannotContinueError(
            "pip could not reach the package index. Check the network and your pip configuration "
            "(`pip config list`), then start again; what was fetched is kept."
        )
    if NOT_OFFERED.search(errors):
        raise CannotContinueError(
            "Your package index does not offer a version that packaging/constraints.txt names (see above). "
            "`python3 packaging/tasks.py lock` remakes that file from what it offers."
        )


def clean_environ() -> dict[str, str]:
    """The person's own, pip's configuration among it, less what would mix another Python's packages in."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONPATH", "PYTHONHOME", "PIP_USER"}
    }
