"""What is being fetched, written beside it: a second try fetches the same commit, with the same checksums."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

PLAN = "plan.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFile:
    """A file as the hub describes it. `sha256` is known of large ones, `blob` (git's SHA-1 of it) of all."""

    name: str
    size: int
    blob: str
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is fetched: one commit of a repository."""

    repository: str
    revision: str
    files: tuple[HubFile, ...]

    @property
    def bytes(self) -> int:
        return sum(file.size for file in self.files)


def save_plan(path: Path, plan: Plan) -> None:
    """In one step."""
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(asdict(plan)), encoding="utf-8")
    draft.replace(path)


def read_plan(path: Path) -> Plan | None:
    """The plan of an unfinished installation; None if there is none, or none that can be read."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        files = tuple(HubFile(**each) for each in raw.pop("files"))
        return Plan(files=files, **raw)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
