"""What is written beside an installed checkpoint: where it is from, what was checked and measured, and what
the person set.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.domain import ModelName, ProfileValue
from core.encode.checkpoint.files import PICKLED, SAFETENSORS
from core.errors import ModelDamagedError

RECORD_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFile:
    """A file as it was when it was checked; `name` is its path inside the checkpoint."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What trying a model found. `noise_floor`: see core.encode.encoder. Passages have 300 characters and are
    encoded on `device` in `precision`, the fastest of those that are as good as exact.
    """

    dim: int
    noise_floor: float
    passages_per_second: float
    profile: tuple[ProfileValue, ...]
    device: str = "cpu"
    precision: str = "fp32"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`repository` and `revision` are empty for a copy that does not say where it is from. `person` is what
    the person set: values of the profile, `device`, `precision`.
    """

    name: ModelName
    repository: str
    revision: str
    files: tuple[RecordedFile, ...]
    checked: Checked
    person: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def weights_digest(self) -> str | None:
        """The SHA-256 of the file with the backbone's weights."""
        return next((file.sha256 for file in self.files if file.name in (SAFETENSORS, PICKLED)), None)


def save_record(path: Path, record: Record) -> None:
    """In one step: a crash leaves the old file or the new one."""
    draft = path.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as file:
        json.dump({"version": RECORD_VERSION, **asdict(record)}, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def load_record(path: Path, name: ModelName) -> Record:
    """Raises FileNotFoundError if nothing is installed there, ModelDamagedError if it is not ours."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(path) from None
    except (OSError, ValueError) as error:
        raise ModelDamagedError(name, f"{path.name} cannot be read: {error}") from error
    try:
        version = int(raw.pop("version"))
        if version > RECORD_VERSION:
            raise ModelDamagedError(name, f"it was installed by a newer Mikke (version {version})")
        checked = dict(raw.pop("checked"))
        profile = tuple(ProfileValue(**each) for each in checked.pop("profile"))
        return Record(
            name=name,
            repository=str(raw["repository"]),
            revision=str(raw["revision"]),
            files=tuple(RecordedFile(**each) for each in raw["files"]),
            checked=Checked(profile=profile, **checked),
            person=dict(raw["person"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelDamagedError(name, f"{path.name} has unexpected content: {error}") from error
