"""What is done already? A step is done again only when what it is made from has changed."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """`work` holds a note of each step that was finished."""

    work: Path
    say: Say = print

    def do(self, name: str, inputs: Sequence[str], output: Path, action: Callable[[], None]) -> str:
        """Make `output` unless a note says that it was made from the same inputs, and it is there.

        Returns a digest that stands for it among the inputs of other steps.
        """
        digest = hashlib.sha256(json.dumps([name, *inputs]).encode()).hexdigest()
        note = self.work / "steps" / f"{name}.json"
        if output.exists() and _noted(note) == digest:
            self.say(f"==> {name}: done before")
            return digest
        self.say(f"==> {name}")
        note.unlink(missing_ok=True)
        began = time.monotonic()
        action()
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps({"digest": digest}), encoding="utf-8")
        self.say(f"    {name}: {time.monotonic() - began:.0f} s")
        return digest


def code_digest(*names: str) -> str:
    """Of modules of this package: another way of making something makes another thing."""
    folder = Path(__file__).parent
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in names)).hexdigest()


def folder_digest(folder: Path) -> str:
    """Of the names and contents of all files in a folder."""
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(path.relative_to(folder).as_posix().encode() + b"\0")
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()


def _noted(note: Path) -> str | None:
    try:
        found: str = json.loads(note.read_text(encoding="utf-8"))["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found
