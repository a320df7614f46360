"""Documents that are read and encoded, waiting to become one segment and one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from core.catalogue import codebooks, documents, keywords, passages, segments, texts
from core.catalogue.catalogue import Catalogue
from core.domain import (
    UNKNOWN_LANGUAGE,
    CollectionChanges,
    DocumentId,
    DocumentState,
    ExtractedText,
    FileStamp,
    Language,
    Passage,
    PassageId,
    StateReason,
)
from core.encode.encoder import Encoder
from core.index.codebook import codebook_file
from core.index.codec import Codec
from core.index.segment import EncodedPassages, Segment, header_of, write_segment
from core.indexing.keywords import rows_of
from core.indexing.languages import languages_of
from core.passages import encoded_text, split
from core.progress import CancelToken

ENCODED_AT_ONCE = 32
"""Passages given to the encoder in one call: a cancel waits no longer than for these, which take a neural
model some seconds on a processor."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EncodedDocument:
    """A document's passages, split and encoded, with the language of each; `encoded` in order, in pieces of
    ENCODED_AT_ONCE.
    """

    passages: tuple[Passage, ...]
    languages: tuple[Language, ...]
    encoded: tuple[EncodedPassages, ...]


def encode_document(
    text: ExtractedText,
    encoder: Encoder,
    codec: Codec,
    cancel: CancelToken,
    language: Language = UNKNOWN_LANGUAGE,
) -> EncodedDocument:
    """Split and encode a text. Passage ids are given at the commit; here they count from 0.

    `language`: of all of it; unknown: each passage's own is looked for. Raises CancelledError.
    """
    found = tuple(split(text))
    languages = [language] * len(found) if language else languages_of(text, found)
    pieces = []
    for first in range(0, len(found), ENCODED_AT_ONCE):
        cancel.checkpoint()
        some = found[first : first + ENCODED_AT_ONCE]
        strings = [string_of(text, passage) for passage in some]
        made = encoder.encode_passages(strings, languages[first : first + len(some)], cancel)
        ids = [PassageId(first + i) for i in range(len(some))]
        pieces.append(EncodedPassages.compress(ids, made, codec))
    return EncodedDocument(passages=found, languages=tuple(languages), encoded=tuple(pieces))


def string_of(text: ExtractedText, passage: Passage) -> str:
    """What of a passage is encoded."""
    return encoded_text(passage.heading, text.text[passage.span.start : passage.span.end])[0]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadDocument:
    """A document on its way into the library. `content_hash` and `stamp` are of the file as it was read."""

    document_id: DocumentId
    text: ExtractedText
    stamp: FileStamp
    content_hash: bytes
    encoded: EncodedDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadDocument:
    """A document that is not searchable, and why. `stamp` is the one that the scan saw."""

    document_id: DocumentId
    stamp: FileStamp
    reason: StateReason


class Batch:
    """Collects documents and failures; `commit` makes all of them visible at once."""

    def __init__(self, catalogue: Catalogue, index: Path, encoder: Encoder, fingerprint: str) -> None:
        self._catalogue = catalogue
        self._index = index
        self._encoder = encoder
        self._fingerprint = fingerprint
        self._read: list[ReadDocument] = []
        self._unread: list[UnreadDocument] = []
        self.tokens = 0

    def __len__(self) -> int:
        return len(self._read) + len(self._unread)

    def add(self, document: ReadDocument) -> None:
        self._read.append(document)
        self.tokens += sum(piece.token_count for piece in document.encoded.encoded)

    def add_unread(self, document: UnreadDocument) -> None:
        self._unread.append(document)

    def commit(self) -> CollectionChanges:
        """Segment file first, flushed; then one transaction. Empties the batch.

        Raises DiskFullError and what Catalogue.write raises; then nothing has changed.
        """
        with self._catalogue.read() as db:
            first = passages.next_id(db)
        stored = list(self._numbered(first))
        rows = self._keyword_rows(first)
        path = self._write_segment(first)
        try:
            with self._catalogue.write() as db:
                self._record(db, path, stored, rows)
        except Exception:
            # Not after a KeyboardInterrupt: it may have come when the file was listed already.
            if path:
                path.unlink(missing_ok=True)
            raise
        changed = self._document_ids()
        self._read, self._unread, self.tokens = [], [], 0
        return CollectionChanges(documents=frozenset(changed))

    def _document_ids(self) -> list[DocumentId]:
        return [each.document_id for each in self._read] + [each.document_id for each in self._unread]

    def _numbered(self, first: PassageId) -> Iterator[passages.Stored]:
        number = first
        for document in self._read:
            encoded = document.encoded
            for passage, language in zip(encoded.passages, encoded.languages, strict=True):
                yield passages.Stored(
                    id=number, document_id=document.document_id, passage=passage, language=language
                )
                number = PassageId(number + 1)

    def _keyword_rows(self, first: PassageId) -> list[keywords.Row]:
        """In one pass over all texts; before the transaction, for which others wait."""
        found = [(document.text, each) for document in self._read for each in document.encoded.passages]
        return rows_of([(PassageId(first + number), *each) for number, each in enumerate(found)])

    def _write_segment(self, first: PassageId) -> Path | None:
        parts, number = [], int(first)
        for document in self._read:
            for piece in document.encoded.encoded:
                parts.append(piece.numbered_from(number))
                number += len(piece.ids)
        if not parts:
            return None
        model = bytes.fromhex(self._encoder.digest)
        return write_segment(self._index, header_of(parts, model), parts)

    def _record(
        self, db: Database, path: Path | None, stored: list[passages.Stored], rows: list[keywords.Row]
    ) -> None:
        passages.remove(db, self._document_ids())
        for document in self._read:
            documents.set_read(db, document.document_id, self._reading(document))
            texts.put(db, document.document_id, document.text)
        for unread in self._unread:
            documents.set_stamp(db, unread.document_id, unread.stamp)
            documents.set_state(db, unread.document_id, unread.reason, self._fingerprint)
        if path:
            counts = [int(n) for each in self._read for piece in each.encoded.encoded for n in piece.counts]
            segment_id = segments.insert(db, path.name, segment_content(db, path, self._encoder.digest))
            passages.insert(db, segment_id, stored, counts)
            keywords.insert(db, rows)

    def _reading(self, document: ReadDocument) -> documents.Reading:
        truncated = document.text.truncated
        return documents.Reading(
            stamp=document.stamp,
            content_hash=document.content_hash,
            format=document.text.format,
            title=document.text.title,
            state=DocumentState.TRUNCATED if truncated else DocumentState.INDEXED,
            reason=truncated,
            page_count=len(document.text.pages),
            fingerprint=self._fingerprint,
        )


def segment_content(db: Database, path: Path, model: str) -> segments.Content:
    """What the catalogue keeps about a segment file."""
    header = Segment.open(path).header
    book = None if header.form.exact else codebooks.with_file(db, codebook_file(header.form.codebook))
    return segments.Content(
        model=model,
        passages=header.passages,
        tokens=header.tokens,
        bytes=path.stat().st_size,
        codebook_id=book,
    )
