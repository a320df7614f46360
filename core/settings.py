"""What a person can set: frozen records, their defaults, and one JSON file with a version."""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.errors import LibraryDamagedError, LibraryTooNewError, LibraryUnwritableError

SETTINGS_VERSION = 2
"""2 has `keep_history`, which an older program would take for damage; without it, as in 1, it is on."""

RESIDUAL_BITS = (2, 4)

MOST_WORKERS = 64
"""More reading processes than this are a slip of the pen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    """How much one file may cost before Mikke gives up on it or stops reading (sizes are uncompressed).

    A book has about 1 million characters; 5 million make about 150 MB of index.
    """

    text_chars: int = 5_000_000
    plain_file_bytes: int = 64 * 2**20
    document_file_bytes: int = 1 * 2**30
    timeout_s: float = 120.0
    memory_bytes: int = 2 * 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of a library. `workers` is the number of reading processes (0: chosen by the machine).

    `residual_bits`, 4 or 2, is what a dimension takes in large libraries, whose vectors are compressed: 2
    halve the size of the index and find a little less. A change re-compresses the library; what 2 bits have
    lost comes back only for documents that are read again. `keep_history`: remember what was asked.
    """

    limits: ReadingLimits = field(default_factory=ReadingLimits)
    workers: int = 0
    include_hidden: bool = False
    residual_bits: int = 4
    ignore: tuple[str, ...] = ()
    keep_history: bool = True

    def worker_count(self) -> int:
        """The reading processes to start: half of the processors, so that the machine stays usable."""
        return self.workers or max(1, min(4, (os.cpu_count() or 2) // 2))


def load_settings(path: Path) -> Settings:
    """Read `path`; a file that is not there means defaults.

    Raises LibraryTooNewError, LibraryDamagedError when the file is not what we wrote, LibraryUnwritableError
    when the folder may not be entered.
    """
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):  # whoever opens the library says what is wrong with it
        return Settings()
    except PermissionError as error:
        raise LibraryUnwritableError(path, str(error)) from error
    except (OSError, ValueError) as error:
        raise LibraryDamagedError(path, str(error)) from error
    try:
        version = int(raw.pop("version"))
        if version > SETTINGS_VERSION:
            raise LibraryTooNewError(path, found=version, supported=SETTINGS_VERSION)
        limits = ReadingLimits(**raw.pop("limits"))
        ignore = tuple(str(pattern) for pattern in raw.pop("ignore"))
        return _checked(Settings(limits=limits, ignore=ignore, **raw))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LibraryDamagedError(path, f"unexpected content: {error}") from error


def _checked(settings: Settings) -> Settings:
    """A person may have edited the file: raises ValueError for what would only fail much later."""
    for name, value in asdict(settings.limits).items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            raise ValueError(f"limits: {name} is {value!r}")
    if type(settings.workers) is not int or not 0 <= settings.workers <= MOST_WORKERS:
        raise ValueError(f"workers is {settings.workers!r}")
    if type(settings.residual_bits) is not int or settings.residual_bits not in RESIDUAL_BITS:
        raise ValueError(f"residual_bits is {settings.residual_bits!r}")
    for name in ("include_hidden", "keep_history"):
        if type(getattr(settings, name)) is not bool:
            raise ValueError(f"{name} is {getattr(settings, name)!r}")
    return settings


def save_settings(path: Path, settings: Settings) -> None:
    """Write `settings` to `path` in one step: a crash leaves the old file or the new one."""
    draft = path.with_suffix(".tmp")
    content = {"version": SETTINGS_VERSION, **asdict(settings)}
    with draft.open("w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
