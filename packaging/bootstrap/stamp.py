"""Is anything left to set up? The answer is one small file inside the virtual environment.

The stamp is written last and taken away first, so an environment without one is unfinished, strange or new.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

SETUP_VERSION = 1
"""Raise it when set-up itself changes so that finished environments must be gone over again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a task needs: `extras` of pyproject's optional dependencies, groups of `libraries.LIBRARIES`."""

    extras: frozenset[str]
    libraries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a finished set-up had made ready, in which checkout (`root`) and from what (`digest`)."""

    root: str
    digest: str
    extras: tuple[str, ...]
    libraries: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """None when there is none, or when it is not one of ours."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                root=str(fields["root"]),
                digest=str(fields["digest"]),
                extras=tuple(map(str, fields["extras"])),
                libraries=tuple(map(str, fields["libraries"])),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def covers(self, needs: Needs) -> bool:
        return needs.extras <= set(self.extras) and needs.libraries <= set(self.libraries)


def digest(root: Path) -> str:
    """Changes when an environment made before must be gone over again.

    Of pyproject.toml only what an installation depends on, so that a new lint rule does not start pip. The
    Python version is the running one's: an upgraded distribution moves `.venv/bin/python` to a new version
    whose site-packages are empty.
    """
    pyproject = read_pyproject(root)
    parts = [
        SETUP_VERSION,
        sys.version_info[:2],
        pyproject.get("build-system"),
        pyproject.get("project"),
        pyproject.get("tool", {}).get("hatch"),
        (root / "packaging" / "constraints.txt").read_text(encoding="utf-8"),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_pyproject(root: Path) -> dict[str, Any]:
    with (root / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)
