"""The virtual environment `.venv-peers`: the engines that a benchmark measures beside ours.

They are kept apart because each wants its own versions (of torch above all), and because nothing of the
program may come to depend on them.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bootstrap.environment import Environment, alone, requirement_name
from bootstrap.installer import DISK_FULL, NO_NETWORK, clean_environ
from bootstrap.stamp import Stamp
from bootstrap.steps import CannotContinueError, say, step

PEERS_FILE = Path("packaging", "peers.txt")

FETCHED = "about 2.5 GB to fetch the first time, 5.5 GB on the disk"
"""torch and its CUDA libraries, nearly all of it (Linux, Python 3.11)."""

NO_INDEX = "pip could not reach the package index"

ERROR_LINE = re.compile(r"^\s*(?:ERROR|error|fatal|FileNotFoundError|ModuleNotFoundError)\b:? ?(.*)")


@dataclass(frozen=True, slots=True)
class PinnedEnvironment(Environment):
    """Beside `.venv`, made, kept and repaired as that is, but filled from a file of its own."""

    @property
    def pins_file(self) -> Path:
        """From the root of the checkout."""
        raise NotImplementedError

    def provide_pinned(self, set_up: Callable[[], None]) -> None:
        """Call `set_up` unless nothing changed since it last finished."""
        if self.is_ready():
            return
        with alone(self.root):
            # Asked again: another set-up may have done it while this one waited.
            if not self.is_ready():
                set_up()

    def is_ready(self) -> bool:
        last = self.last_stamp()
        return last is not None and last.digest == self.digest()

    def digest(self) -> str:
        parts = [sys.version_info[:2], (self.root / self.pins_file).read_text(encoding="utf-8")]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PeersEnvironment(PinnedEnvironment):
    """Filled from packaging/peers.txt."""

    @property
    def folder(self) -> Path:
        return self.root / ".venv-peers"

    @property
    def pins_file(self) -> Path:
        return PEERS_FILE

    @property
    def missing_file(self) -> Path:
        """JSON: why a peer is not there, by its name. tests/bench/peers/run.py reads it."""
        return self.folder / "mikke-missing-peers.json"

    def provide_peers(self) -> None:
        """Install every peer that can be, at once when nothing changed.

        A peer that could not be installed is not tried again until peers.txt changes or `clean` was called,
        unless it was for want of a network. Raises CannotContinueError when not even an environment can be
        made, or no peer comes at all.
        """
        self.provide_pinned(self.set_up_peers)

    def peers(self) -> list[str]:
        """The lines of peers.txt that name one: `lancedb==0.40.0`."""
        lines = (self.root / PEERS_FILE).read_text(encoding="utf-8").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]

    def set_up_peers(self) -> None:
        say(f"Setting up the engines to compare with in {self.folder} ({FETCHED})")
        with self.changing():
            tried = {pin: self.install_peer(pin) for pin in self.peers()}
            missing = {requirement_name(pin): reason for pin, reason in tried.items() if reason}
            if len(missing) == len(tried):
                raise CannotContinueError("None of the engines to compare with could be installed.")
            self.missing_file.write_text(json.dumps(missing, indent=1) + "\n", encoding="utf-8")
        if NO_INDEX not in missing.values():
            present = tuple(pin for pin, reason in tried.items() if reason is None)
            stamp = Stamp(root=str(self.root), digest=self.digest(), extras=present, libraries=())
            stamp.write(self.stamp_file)

    def install_peer(self, pin: str) -> str | None:
        """Why it could not be installed; None when it was. Raises CannotContinueError for a full disk."""
        with step(f"Peer {pin}"):
            # The file as constraints too: no later one may change an earlier one.
            words = ["--disable-pip-version-check", "install", "-c", str(PEERS_FILE), pin]
            command = [str(self.python), "-m", "pip", *words]
            done = subprocess.run(
                command,
                cwd=self.root,
                env=clean_environ(),
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                check=False,
            )
            if done.returncode == 0:
                return None
            if DISK_FULL.search(done.stderr):
                raise CannotContinueError("The disk is full: the engines to compare with need about 6 GB.")
            reason = why(done.stderr)
            say(f"    left out: {reason}")
            return reason


def why(errors: str) -> str:
    """The one line of pip's errors that says most: the first cause that a build or pip itself names."""
    if NO_NETWORK.search(errors):
        return NO_INDEX
    causes = re.findall(r"^\s*Caused by:\s*\n?\s*(.+)$", errors, re.MULTILINE)
    found = [match[1] for line in errors.splitlines() if (match := ERROR_LINE.match(line)) and match[1]]
    return (causes or found or ["pip failed without a reason"])[0].strip()
