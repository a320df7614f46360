"""The virtual environment `.venv-golden`: the reference implementations that the golden files come from.

Kept apart, because they want an older transformers than the program, and because nothing of the program may
come to depend on them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bootstrap.installer import clean_environ
from bootstrap.peers import PinnedEnvironment
from bootstrap.stamp import Stamp
from bootstrap.steps import CannotContinueError, say, step

GOLDEN_FILE = Path("packaging", "golden.txt")

FETCHED = "about 2.5 GB to fetch the first time, 6 GB on the disk"
"""torch and its CUDA libraries, nearly all of it (Linux, Python 3.11)."""


@dataclass(frozen=True, slots=True)
class GoldenEnvironment(PinnedEnvironment):
    """Filled from packaging/golden.txt, all of it or not at all."""

    @property
    def folder(self) -> Path:
        return self.root / ".venv-golden"

    @property
    def pins_file(self) -> Path:
        return GOLDEN_FILE

    def environ(self) -> dict[str, str]:
        """For what runs in it: offline, without an accelerator, one thread."""
        # colbert-ai compiles a kernel when it is imported, with the ninja of this environment.
        path = os.pathsep.join([str(self.python.parent), os.environ.get("PATH", "")])
        modules = os.pathsep.join([str(self.root), str(self.root / "packaging")])
        fixed = {"CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
        return (
            clean_environ() | {"PATH": path, "PYTHONPATH": modules, "TOKENIZERS_PARALLELISM": "false"} | fixed
        )

    def provide_golden(self) -> None:
        """At once when nothing changed. Raises CannotContinueError."""
        self.provide_pinned(self.set_up_golden)

    def set_up_golden(self) -> None:
        say(f"Setting up the reference implementations in {self.folder} ({FETCHED})")
        with self.changing(), step("Reference implementations"):
            if self.run_pip("install", "-r", str(GOLDEN_FILE)) != 0:
                raise CannotContinueError("pip could not install the reference implementations (see above).")
        Stamp(root=str(self.root), digest=self.digest(), extras=(), libraries=()).write(self.stamp_file)
