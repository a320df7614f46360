"""How a long job is stopped, paused and watched: the CancelToken and the events that it yields."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from core.domain import CollectionChanges, DocumentState, Model, ModelName, StateReason
from core.errors import CancelledError


class CancelToken:
    """Shared by a job and whoever may stop or pause it. Thread-safe."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()

    def cancel(self) -> None:
        self._cancelled.set()
        self._running.set()

    def pause(self) -> None:
        self._running.clear()

    def resume(self) -> None:
        self._running.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        return not self._running.is_set()

    def checkpoint(self) -> None:
        """Wait while paused; raise CancelledError once cancelled. Jobs call it between small steps."""
        self._running.wait()
        if self._cancelled.is_set():
            raise CancelledError


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanning:
    """Looking through a folder; `files` seen so far."""

    folder: Path
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMissing:
    """A source is not there now (a drive not plugged in, say); what was read from it is kept."""

    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """About to wait for this file; `done` of `total` files are finished."""

    path: Path
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDone:
    """One file reached a state."""

    path: Path
    state: DocumentState
    reason: StateReason | None
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A batch is on disk and can be found from now on."""

    changes: CollectionChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """About to put so many segments, with so many tokens together, into one. No answer changes by it."""

    segments: int
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """About to look for so many centroids that describe a library of so many tokens: a minute or two."""

    tokens: int
    centroids: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotingWords:
    """Noting which words stand in which passages, for searches by keywords; `done` of `total` passages."""

    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """Something in the library is not what was written: a file of the index, the catalogue, or (`path` is the
    document's) a stored text. `detail` says what is wrong.
    """

    path: Path
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reencoding:
    """On the way to another model: `done` of `total` passages are encoded with it."""

    model: ModelName
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChanged:
    """From now on this model answers."""

    model: ModelName


IndexEvent = (
    Scanning
    | SourceMissing
    | Reading
    | FileDone
    | Committed
    | Merging
    | Training
    | NotingWords
    | Damaged
    | Reencoding
    | ModelChanged
)
"""What indexing and maintenance yield, in order; a closed union to be matched exhaustively."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """About to read this file of the library; `done` of `total` bytes are read."""

    path: Path
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The last event of a verification: what was read, what was damaged, and what of it still is."""

    files: int
    bytes: int
    damaged: tuple[Damaged, ...]
    unmended: tuple[Damaged, ...]


VerifyEvent = Checking | Verified | IndexEvent
"""What a verification yields; the events of indexing come while it makes things again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """Fetching or copying the files of a model: `done` of `total` bytes."""

    file: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckingModel:
    """All files are there; whether they are what was published, and whether the model encodes, is tried."""

    model: ModelName


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInstalled:
    """The last event of an installation."""

    model: Model


InstallEvent = Fetching | CheckingModel | ModelInstalled
"""What installing a model yields."""
