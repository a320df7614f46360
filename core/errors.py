"""Everything that core raises on purpose. Fields, not sentences: `app.messages` has the wording.

CoreError
├── LibraryError
│   ├── LibraryMissingError     there is none in the folder, and none is to be made
│   ├── LibraryInUseError       another process is writing to the library
│   ├── LibraryTooNewError      written by a newer Mikke
│   ├── LibraryDamagedError     a file of the library cannot be read
│   ├── LibraryUnwritableError  the folder cannot be made, entered or written
│   ├── DiskFullError           no space left where the library is
│   └── TrainingError           no codebook could be made; all stays searchable as it is
├── SourceError
│   ├── FolderNotFoundError     not there, or not a folder
│   └── UnknownSourceError      not a folder of this library
├── ModelError
│   ├── ModelMissingError       not installed, and not a name that we know
│   ├── ModelDamagedError       a file of it is missing, damaged or not what was published
│   ├── ModelUnsupportedError   a checkpoint that Mikke cannot encode with exactly
│   ├── ModelInUseError         the library answers with it
│   ├── PartMissingError        needs a part of Mikke that is not installed (torch; the Japanese dictionary)
│   └── DownloadError           the hub could not be reached, or refused
├── ExtractionError             one file could not be read; becomes that file's state
└── CancelledError              the person stopped the job
"""

from __future__ import annotations

import errno
from pathlib import Path

from core.domain import Reason, StateReason

FULL_DISK = (errno.ENOSPC, errno.EDQUOT)
"""What the system says when there is no space on the disk, or none left of this person's share of it."""


class CoreError(Exception):
    """Base of everything that core raises on purpose."""


class LibraryError(CoreError):
    """Something is wrong with the library folder."""

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(path, detail)
        self.path = path
        self.detail = detail


class LibraryMissingError(LibraryError):
    """No library is in the folder; raised by whoever must not make one."""


class LibraryInUseError(LibraryError):
    """Another process holds the writer's lock."""


class LibraryTooNewError(LibraryError):
    """The library was written by a newer version: both numbers are fields."""

    def __init__(self, path: Path, *, found: int, supported: int) -> None:
        super().__init__(path, f"version {found}, this program reads up to {supported}")
        self.found = found
        self.supported = supported


class LibraryDamagedError(LibraryError):
    """A file of the library is damaged; `path` is that file, `detail` what is wrong with it."""


class TrainingError(LibraryError):
    """The process that trains a codebook failed; `detail` is what it said."""


class LibraryUnwritableError(LibraryError):
    """The library folder cannot be created or written."""


class DiskFullError(LibraryError):
    """No space left on the disk of the library."""


class SourceError(CoreError):
    """Something is wrong with a folder that was named."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


class FolderNotFoundError(SourceError):
    """The folder does not exist or is not a folder."""


class UnknownSourceError(SourceError):
    """The folder is not one of the library's sources."""


class ModelError(CoreError):
    """Something is wrong with a model. `model` is its name, or its folder when it has none yet."""

    def __init__(self, model: str, detail: str = "") -> None:
        super().__init__(model, detail)
        self.model = model
        self.detail = detail


class ModelMissingError(ModelError):
    """No model of this name is installed (`detail`: whether one could be)."""


class ModelDamagedError(ModelError):
    """A file of the model is missing or damaged; `detail` names it and what is wrong."""


class ModelUnsupportedError(ModelError):
    """The checkpoint asks for something that Mikke does not do; `detail` says what."""


class ModelInUseError(ModelError):
    """The model cannot be removed: a library answers with it, or is on the way to it."""


class PartMissingError(ModelError):
    """An optional part of the program is not installed: `part` is an extra of pyproject.toml."""

    def __init__(self, model: str, *, part: str, detail: str = "") -> None:
        super().__init__(model, detail)
        self.part = part


class DownloadError(ModelError):
    """The model could not be fetched. What has been fetched stays, and a second try goes on from there."""


class ExtractionError(CoreError):
    """One file could not be turned into text; carries the state that the file ends in.

    Survives pickling, because it is raised in a worker process.
    """

    def __init__(self, code: Reason, detail: str = "") -> None:
        super().__init__(code, detail)
        self.reason = StateReason(code=code, detail=detail)


class CancelledError(CoreError):
    """The person stopped the job."""
