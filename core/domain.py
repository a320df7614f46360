"""The nouns of Mikke: ids and the frozen records that pass between stages. Imports nothing of ours.

Character positions count Unicode code points (Python string indices) and spans are half-open.
Times are nanoseconds since the epoch (`*_ns`) or durations in milliseconds (`*_ms`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NewType

import numpy as np
from numpy.typing import NDArray

SourceId = NewType("SourceId", int)
DocumentId = NewType("DocumentId", int)
PassageId = NewType("PassageId", int)
SegmentId = NewType("SegmentId", int)
CodebookId = NewType("CodebookId", int)

ModelName = NewType("ModelName", str)
"""What a person calls a model: `jacolbert-v2.5`, or the name that they gave one of their own."""

BUILT_IN_MODEL = ModelName("built-in")

Language = NewType("Language", str)
"""A language as the first part of a BCP 47 tag: `ja`, `en`, `zh`."""

UNKNOWN_LANGUAGE = Language("")

Float32Array = NDArray[np.float32]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open range of characters `[start, end)`."""

    start: int
    end: int

    def shifted(self, by: int) -> Span:
        return Span(start=self.start + by, end=self.end + by)


# --- What is on the disk -------------------------------------------------------------------------


class DocumentState(StrEnum):
    """Every file that a scan meets is in exactly one of these states; a truncated one is searchable."""

    PENDING = "pending"
    INDEXED = "indexed"
    TRUNCATED = "truncated"
    SKIPPED = "skipped"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a document is not (wholly) searchable. `app.messages` has the wording."""

    # skipped: Mikke chose not to read it
    EMPTY = "empty"
    UNSUPPORTED = "unsupported"
    BINARY = "binary"
    NO_TEXT = "no-text"
    SYMLINK = "symlink"
    SPECIAL_FILE = "special-file"
    OTHER_FILE_SYSTEM = "other-file-system"
    # failed: Mikke tried and could not
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_PERMISSION = "no-permission"
    VANISHED = "vanished"
    READ_ERROR = "read-error"
    TIMED_OUT = "timed-out"
    OUT_OF_MEMORY = "out-of-memory"
    CRASHED = "crashed"
    # truncated: searchable up to a point, or but for some pages
    TOO_LONG = "too-long"
    PARTLY_DAMAGED = "partly-damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateReason:
    """A reason and what exactly happened (`detail` is for people, in English, and may be empty)."""

    code: Reason
    detail: str = ""

    @property
    def state(self) -> DocumentState:
        """The state that a document with this reason is in."""
        if self.code in (Reason.TOO_LONG, Reason.PARTLY_DAMAGED):
            return DocumentState.TRUNCATED
        return DocumentState.SKIPPED if self.code in _SKIPPING else DocumentState.FAILED


_SKIPPING = frozenset(
    {
        Reason.EMPTY,
        Reason.UNSUPPORTED,
        Reason.BINARY,
        Reason.NO_TEXT,
        Reason.SYMLINK,
        Reason.SPECIAL_FILE,
        Reason.OTHER_FILE_SYSTEM,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """What tells a changed file from an unchanged one without reading it."""

    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedFile:
    """A file as a scan met it. `skip` says why it will not be read at all (a symbolic link, say)."""

    path: Path
    stamp: FileStamp
    skip: StateReason | None = None


# --- Documents and their text --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A folder that the person asked to search. `language`: of all in it; unknown: each passage's own."""

    id: SourceId
    path: Path
    language: Language = UNKNOWN_LANGUAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file, as the catalogue knows it. `format` is a short name such as `pdf`, `md`, `txt`."""

    id: DocumentId
    source_id: SourceId
    path: Path
    title: str
    format: str
    stamp: FileStamp
    state: DocumentState
    reason: StateReason | None
    page_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a document: its number (from 1) and the span of its text."""

    number: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and the character at which its section starts; it ends where the next one starts."""

    heading: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedText:
    """A document's text with its page and section map.

    `pages` is empty where the format has none; `truncated` tells where reading stopped, if it did.
    """

    text: str
    title: str
    format: str
    pages: tuple[Page, ...] = ()
    sections: tuple[Section, ...] = ()
    truncated: StateReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A contiguous span of a document's text: the unit of encoding and scoring.

    `heading` (title and section, possibly empty) is encoded in front of the passage as context.
    """

    span: Span
    page: int | None
    heading: str


# --- Vectors -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TokenEmbeddings:
    """One vector per kept token.

    `vectors`: `(tokens, dim)` float32. Passage tokens have unit norm; the norm of a query token is its
    weight. `spans`: `(tokens, 2)` int32, `[start, end)` in characters of the encoded string; a token
    that stands for no characters (a marker) has an empty span.
    """

    vectors: Float32Array
    spans: Int32Array


# --- Questions and answers -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A parsed question. `limit` counts results; what follows it restricts where they may come from.

    Empty `folders` or `formats` mean no restriction, and so does None. The time at which a file was last
    modified is in `[modified_from_ns, modified_before_ns)`. `document_ids` and `passage_ids` name what may be
    found ("search in these results"); an empty set finds nothing.
    """

    text: str
    folders: tuple[Path, ...] = ()
    formats: tuple[str, ...] = ()
    limit: int = 20
    modified_from_ns: int | None = None
    modified_before_ns: int | None = None
    document_ids: frozenset[DocumentId] | None = None
    passage_ids: frozenset[PassageId] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """A stretch of a passage that answered a word of the question.

    `span` is in characters of the passage, `strength` in (0, 1] (1: the same word in the same context),
    `query` is the text of the strongest query token that it answered.
    """

    span: Span
    strength: float
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A scored passage, as shown. `span` is in the document's text, `snippet` and highlights in `text`."""

    passage_id: PassageId
    span: Span
    page: int | None
    text: str
    score: float
    snippet: Span
    highlights: tuple[Highlight, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A document with its hits, best first."""

    document: Document
    score: float
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchReply:
    """The answer to a query. `passages_searched` counts the passages that the filters allowed."""

    query: Query
    model: str
    elapsed_ms: float
    passages_searched: int
    results: tuple[Result, ...]


# --- Models --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileValue:
    """One thing that a model's profile says, for people: `doc_length`, `300`, and where that is from."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model that is installed, or could be.

    `languages` are those that it was trained for, None: any. `licence` is an SPDX identifier, `restriction`
    what it forbids, in a few words (empty: nothing that matters here). `bytes` are on the disk if it is
    installed, otherwise to be fetched. `passages_per_second`, of 300 characters on this machine, is measured
    with the model itself if `measured`, otherwise estimated from its shape; None: not known yet. `repository`
    and `revision` say where it is published (empty: nowhere that we know).
    """

    name: ModelName
    title: str
    languages: frozenset[Language] | None
    licence: str
    restriction: str
    repository: str
    revision: str
    bytes: int
    installed: bool
    passages_per_second: float | None = None
    measured: bool = False
    profile: tuple[ProfileValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSwitch:
    """On the way to another model: `done` of `total` passages are encoded with it; the old one answers."""

    model: ModelName
    done: int
    total: int


# --- The library as a whole ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionChanges:
    """What a mutation changed, so that screens can refresh just that."""

    documents: frozenset[DocumentId] = field(default_factory=frozenset)
    sources: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryStatus:
    """Counts and sizes. `documents` has a count for every DocumentState.

    `model` answers questions; `switch` is under way, if any. `languages` counts the passages in each
    language, the most frequent first.
    """

    model: ModelName
    switch: ModelSwitch | None
    languages: dict[Language, int]
    sources: tuple[Source, ...]
    documents: dict[DocumentState, int]
    passages: int
    tokens: int
    index_bytes: int

    @property
    def needed_models(self) -> frozenset[ModelName]:
        """The models that the library answers with, or is about to."""
        return frozenset({self.model} | ({self.switch.model} if self.switch else set()))


# --- A rendered page, for the preview ------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on a rendered page, in pixels, origin at the top left."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RenderedPage:
    """A page as pixels: `rgb` is `height * width * 3` bytes, row by row.

    `boxes[i]` are the rectangles of the i-th span that was asked for (one per line of text that it
    touches; none if the file no longer has those characters there).
    """

    width: int
    height: int
    rgb: bytes
    boxes: tuple[tuple[Box, ...], ...]
