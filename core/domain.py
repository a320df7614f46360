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
"""The lexical encoder, which is a part of the program and can always be opened."""

OWN_MODEL = ModelName("mikke")
"""The neural model that comes with the program."""

PARTS_OF_MIKKE = (OWN_MODEL, BUILT_IN_MODEL)
"""The models that are always there and stay as they are."""

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


class Order(StrEnum):
    """In which order results are shown: the best first, or by the time at which their files were modified."""

    BEST = "best"
    NEWEST = "newest"
    OLDEST = "oldest"


class Mode(StrEnum):
    """What looks for answers: the model, words as they are written, or both, which finds most."""

    MAXSIM = "maxsim"
    KEYWORD = "keyword"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A parsed question. `text` is what is asked in plain words; all else restricts where answers come from.

    `limit` counts results. Empty `folders`, `formats` or `languages` (of the passage) mean no restriction,
    and so does None. The time at which a file was last modified is in
    `[modified_from_ns, modified_before_ns)`. A passage, with its heading, holds each of `phrases` (exact
    words); a document with any of `without` in one of its passages or its name is left out; each of `names`
    is a part of the name of the file. `document_ids` and `passage_ids` name what may be found ("search in
    these results"); an empty set finds nothing. `like`: passages like this one are asked for, and `text` is
    not looked at.
    """

    text: str
    folders: tuple[Path, ...] = ()
    formats: tuple[str, ...] = ()
    limit: int = 20
    modified_from_ns: int | None = None
    modified_before_ns: int | None = None
    document_ids: frozenset[DocumentId] | None = None
    passage_ids: frozenset[PassageId] | None = None
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    like: PassageId | None = None
    order: Order = Order.BEST
    mode: Mode = Mode.HYBRID


class FilterKind(StrEnum):
    """What of a typed question is no plain word; the value is how it is written in front of the colon."""

    TYPE = "type"
    FOLDER = "in"
    AFTER = "after"
    BEFORE = "before"
    NAME = "name"
    LANGUAGE = "lang"
    EXACT = "exact"
    WITHOUT = "without"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter as it was typed: `span` is its place in the typed question, `value` what it says (`pdf`)."""

    kind: FilterKind
    value: str
    span: Span


class HintKind(StrEnum):
    """What is odd about a typed question. `app.messages` has the wording."""

    UNKNOWN_FILTER = "unknown-filter"
    BAD_DATE = "bad-date"
    UNKNOWN_FOLDER = "unknown-folder"
    UNKNOWN_TYPE = "unknown-type"
    UNKNOWN_LANGUAGE = "unknown-language"
    EMPTY_FILTER = "empty-filter"
    OPEN_QUOTE = "open-quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Something in a typed question that was probably meant otherwise; the search goes on without it.

    `typed` is what stands there, `suggestion` what to type instead (empty: nothing comes to mind).
    """

    kind: HintKind
    typed: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedQuestion:
    """What a person typed, understood: the query, the filters in the order of the text, and hints."""

    query: Query
    filters: tuple[Filter, ...] = ()
    hints: tuple[Hint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """A stretch of a passage that answered a stretch of the question.

    `span` is in characters of the passage, `asked` in those of `Query.text`; `strength` is in (0, 1] (1: the
    same word in the same context), `query` is the text of what was answered.
    """

    span: Span
    strength: float
    query: str
    asked: Span = Span(start=0, end=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A scored passage, as shown. `span` is in the document's text, `snippet` and highlights in `text`.

    `unanswered` are the words of the question (spans in `Query.text`) that nothing in the passage or in its
    heading answered.
    """

    passage_id: PassageId
    span: Span
    page: int | None
    text: str
    score: float
    snippet: Span
    highlights: tuple[Highlight, ...]
    unanswered: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A document with its hits, best first. One that only its name answers has no hits."""

    document: Document
    score: float
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchReply:
    """The answer to a query. `passages_searched` counts the passages that the filters allowed.

    `final` is False for what names and keywords alone have found: the model has not been asked yet, `model`
    is empty and `passages_searched` is 0.
    """

    query: Query
    model: str
    elapsed_ms: float
    passages_searched: int
    results: tuple[Result, ...]
    final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredToken:
    """A query token, and the passage token that answered it best.

    `asked` is its span in `Query.text` (empty: a marker or mask, which stands for no characters); `weight`
    its norm; `similarity` the largest cosine with any token of the passage; `strength` that cosine above the
    encoder's noise, in [0, 1], 0 where it is no answer. `answer` is the span of that token in `Hit.text`,
    None if it stands in the heading or for no characters; `answer_text` its text, in either. `weight *
    similarity`, over all tokens, sums to the MaxSim.
    """

    asked: Span
    weight: float
    similarity: float
    strength: float
    answer: Span | None
    answer_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a passage has its place. `text` is what was asked; `tokens` in the order of the question.

    `maxsim` and `keyword` (BM25, 0: none of its words) are the scores of the two lanes, `score` that of both
    together. `unanswered` as in Hit.
    """

    passage_id: PassageId
    text: str
    tokens: tuple[AnsweredToken, ...]
    unanswered: tuple[Span, ...]
    maxsim: float
    keyword: float
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageInPlace:
    """A passage with its document. `span` is in the document's text."""

    passage_id: PassageId
    document: Document
    span: Span
    page: int | None
    heading: str
    language: Language
    text: str


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
class Companion:
    """What comes with a model beside its encoder. `keyword_weight`: of words against its score in the ranking
    (None: the usual one). `codebook`: a file that can compress its vectors from the first on. `unrelated`:
    texts that no question is about, where what is noise has to be found out for each token of a question.
    """

    keyword_weight: float | None = None
    codebook: Path | None = None
    unrelated: tuple[str, ...] = ()


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
