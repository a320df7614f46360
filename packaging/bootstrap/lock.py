"""Remakes `packaging/constraints.txt`: every version that a set-up may install, resolved by pip."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from bootstrap.environment import BUILD_TOOLS, Environment
from bootstrap.installer import clean_environ
from bootstrap.stamp import read_pyproject
from bootstrap.steps import CannotContinueError, step

HELD = ["torch==2.13.0"]
"""Versions that are chosen by hand: a machine that has a CPU build of this torch uses it."""

ELSEWHERE = ["colorama"]
"""What a dependency asks for on Windows only, so that a resolution on Linux does not meet it."""

WINDOWS_ONLY = ["pywin32==312"]
"""What a dependency asks for on Windows only and what has no files for Linux, so that pip cannot resolve it
there: versions chosen by hand."""

LEFT_OUT = {"mikke", "pip"}
"""pip: the one that Python brings does, and a pin would make it replace itself while it runs."""

HEADER = """\
# Every version that set-up installs, on all platforms; what a platform does not need, pip ignores.
# Made by `python3 packaging/tasks.py lock` from pyproject.toml, on Linux (x86-64) with Python 3.11.
# Held by hand, in packaging/bootstrap/lock.py: {held}.
"""


def remake(environment: Environment) -> Path:
    """Write the file anew from what the package index offers now. The environment stays as it is."""
    pyproject = read_pyproject(environment.root)
    extras = ",".join(pyproject["project"]["optional-dependencies"])
    tools = [tool for several in BUILD_TOOLS.values() for tool in several]
    builders = [*pyproject["build-system"]["requires"], "editables", *tools]
    wanted = [*builders, *HELD, *ELSEWHERE, f".[{extras}]"]
    with step("Resolving all dependencies and extras"):
        pins = sorted([*resolve(environment, wanted), *WINDOWS_ONLY], key=str.lower)
    path = environment.root / "packaging" / "constraints.txt"
    header = HEADER.format(held=", ".join([*HELD, *WINDOWS_ONLY]))
    path.write_text(header + "".join(f"{pin}\n" for pin in pins), encoding="utf-8")
    return path


def resolve(environment: Environment, wanted: list[str]) -> list[str]:
    """`name==version` of everything that pip would install for these into an empty environment."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        options = [
            "--dry-run",
            "--ignore-installed",
            "--no-build-isolation",
            "--quiet",
            "--report",
            str(report),
        ]
        command = [str(environment.python), "-m", "pip", "install", *options, *wanted]
        if subprocess.run(command, cwd=environment.root, env=clean_environ(), check=False).returncode != 0:
            raise CannotContinueError(
                "pip could not resolve the dependencies (see above); constraints.txt is as it was."
            )
        installs = json.loads(report.read_text(encoding="utf-8"))["install"]
    found = [(item["metadata"]["name"], item["metadata"]["version"]) for item in installs]
    # A local version (2.13.0+cpu) names one machine's build; the public one matches it too.
    return [f"{name}=={version.split('+')[0]}" for name, version in found if name.lower() not in LEFT_OUT]
