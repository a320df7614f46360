"""The virtual environment `.venv` of the checkout: made, filled, repaired, and left alone when ready."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bootstrap import gpu, system
from bootstrap.installer import clean_environ, run_pip
from bootstrap.stamp import Needs, Stamp, digest, read_pyproject
from bootstrap.steps import CannotContinueError, say, step

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ACCELERATORS = frozenset({"cpu", "gpu"})
"""Extras of which exactly one is installed: their packages own the same files."""


FETCHED_MB = {
    "cpu": 185,
    "gpu": 885,
    "test": 45,
    "models": 2800,
    "japanese": 50,
    "assistants": 10,
    "making": 10,
}
"""What pip fetches for an extra, the program itself counted under the accelerator (Linux, Python 3.11).

Two thirds of `models` are NVIDIA's libraries, which the package index's torch for Linux brings whether there
is a card or not; where pip is set to find a CPU build of the same version (190 MB in all), it takes that.
"""

BUILD_TOOLS = {"japanese": ("setuptools",)}
"""What builds the packages of an extra that come as source only (unidic-lite). Python 3.12 brings none."""


@dataclass(frozen=True, slots=True)
class Environment:
    """`root`: the checkout."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.script("python")

    @property
    def stamp_file(self) -> Path:
        return self.folder / "mikke-setup.json"

    @property
    def unfinished_file(self) -> Path:
        """Stands from the first change to the last; found at a start, it means an interrupted set-up."""
        return self.folder / "mikke-setup-unfinished"

    def script(self, name: str) -> Path:
        # The Windows half is untested.
        return self.folder / "Scripts" / f"{name}.exe" if os.name == "nt" else self.folder / "bin" / name

    def last_stamp(self) -> Stamp | None:
        """Of the last set-up that finished here; None when one was interrupted or its Python has gone."""
        if self.unfinished_file.exists() or not self.python.exists():
            return None
        stamp = Stamp.read(self.stamp_file)
        return stamp if stamp and stamp.root == str(self.root) else None

    def provide(self, needs: Needs, accelerator: str | None = None) -> None:
        """Make ready what a task needs. `accelerator` None: the one that is there, else by the machine.

        What was set up for other tasks stays. Raises CannotContinueError.
        """
        if self.lacks(needs, accelerator):
            with alone(self.root):
                # Asked again: another set-up may have done it while this one waited.
                lacking = self.lacks(needs, accelerator)
                if lacking:
                    self.set_up(lacking)

    def lacks(self, needs: Needs, accelerator: str | None) -> Needs | None:
        """All that has to be there, an accelerator among it, when some of it is not; None when it is."""
        last = self.last_stamp()
        wanted = Needs(
            extras=needs.extras | self.choose_accelerator(last, accelerator), libraries=needs.libraries
        )
        return None if last and last.digest == digest(self.root) and last.covers(wanted) else wanted

    def set_up(self, wanted: Needs) -> None:
        say(f"Setting up in {self.folder} (only the first time, and when something changed)")
        system.provide(wanted.libraries)
        last = self.last_stamp()
        extras = wanted.extras | (set(last.extras) - ACCELERATORS if last else set())
        libraries = wanted.libraries | set(last.libraries if last else ())
        with self.changing():
            self.fill(extras)
        Stamp(
            root=str(self.root),
            digest=digest(self.root),
            extras=tuple(sorted(extras)),
            libraries=tuple(sorted(libraries)),
        ).write(self.stamp_file)
        say("Set-up is complete.")

    @staticmethod
    def choose_accelerator(last: Stamp | None, asked: str | None) -> AbstractSet[str]:
        present = ACCELERATORS & set(last.extras) if last else set()
        return {asked} if asked else present or {"gpu" if gpu.works() else "cpu"}

    @contextmanager
    def changing(self) -> Iterator[None]:
        """The environment counts as unfinished inside, so that an interrupted set-up is found and made anew.

        When pip refuses before it changed anything (no network), what was there goes on counting.
        """
        before = Stamp.read(self.stamp_file) if self.is_usable() else None
        self.make()
        self.unfinished_file.touch()
        self.stamp_file.unlink(missing_ok=True)
        try:
            yield
        except CannotContinueError:
            if before and self.run_pip("check", quiet=True) == 0:
                before.write(self.stamp_file)
                self.unfinished_file.unlink()
            raise
        self.unfinished_file.unlink()

    def make(self) -> None:
        """A usable environment stays; one that is broken, unfinished or of another Python is made anew."""
        if self.is_usable():
            return
        if self.folder.exists():
            say("The environment is unfinished, moved or of another Python: making it anew.")
            shutil.rmtree(self.folder)
        with step(f"Virtual environment with Python {sys.version_info.major}.{sys.version_info.minor}"):
            self.folder.mkdir()
            self.unfinished_file.touch()
            self.create()

    def create(self) -> None:
        # From inside a virtual environment, of the Python that it stands on.
        base = getattr(sys, "_base_executable", None) or sys.executable
        made = subprocess.run([base, "-m", "venv", str(self.folder)], env=clean_environ(), check=False)
        if made.returncode != 0:
            raise CannotContinueError(f"Python's venv module failed in {self.folder} (see above).")

    def is_usable(self) -> bool:
        if self.unfinished_file.exists() or not self.python.exists():
            return False
        stamp = Stamp.read(self.stamp_file)
        if stamp and stamp.root != str(self.root):
            # Moved or copied: its scripts name the place where they were made.
            return False
        code = f"import pip, sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
        # -I: a folder called pip in the current directory proves nothing.
        probe = [str(self.python), "-I", "-c", code]
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0

    def fill(self, extras: Iterable[str]) -> None:
        """The build backend first, pinned like the rest: an isolated build would fetch any version of it."""
        pyproject = read_pyproject(self.root)
        self.remove_other_accelerator(pyproject, extras)
        tools = [tool for extra in sorted(extras) for tool in BUILD_TOOLS.get(extra, ())]
        with step("Build backend"):
            self.install([*pyproject["build-system"]["requires"], *tools, "editables"])
        target = f".[{','.join(sorted(extras))}]"
        size = sum(FETCHED_MB.get(extra, 0) for extra in extras)
        with step(f"Mikke and what it builds on: {target} (the first time about {size} MB to fetch)"):
            self.install(["--no-build-isolation", "-e", target])

    def remove_other_accelerator(self, pyproject: dict[str, Any], extras: Iterable[str]) -> None:
        """Before the new one comes: both own the folder `faiss`, and removing takes the files away."""
        others = ACCELERATORS - set(extras)
        optional = pyproject["project"]["optional-dependencies"]
        names = [requirement_name(line) for extra in others for line in optional[extra]]
        present = [name for name in names if self.has_distribution(name)]
        if present:
            with step(f"Removing {' '.join(present)}"):
                self.run_pip("uninstall", "-y", *present)

    def has_distribution(self, name: str) -> bool:
        """By its metadata folder, whose name has `_` for every `-` and `.`."""
        pattern = f"{re.sub('[-.]+', '_', name)}-*.dist-info"
        return next(self.folder.rglob(pattern), None) is not None

    def install(self, what: list[str]) -> None:
        code = self.run_pip("install", "-c", str(Path("packaging", "constraints.txt")), *what)
        if code != 0:
            raise CannotContinueError("pip could not install what is needed (see above).")

    def run_pip(self, *words: str, quiet: bool = False) -> int:
        return run_pip(self.python, self.root, *words, quiet=quiet)


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Two set-ups of one checkout take turns. The lock is on the folder itself and ends with its process."""
    if fcntl is None:
        yield
        return
    folder = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up is at work here; waiting for it.")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def requirement_name(line: str) -> str:
    """`faiss-cpu>=1.12` -> `faiss-cpu`."""
    return re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
