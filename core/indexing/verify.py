"""Is every byte of the library what was written? And if not, can it be made again?

Looking needs no lane: searches and writers go on. Mending is a writer's job, but for the indexes of SQLite,
which it makes again by itself.
"""

from __future__ import annotations

from collections.abc import Container, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlite_utils import Database

from core.catalogue import codebooks, documents, encodings, names, passages, segments, texts
from core.catalogue.catalogue import Catalogue
from core.domain import DocumentId, DocumentState, SourceId
from core.encode.encoder import Encoder
from core.errors import LibraryDamagedError
from core.index.segment import Segment
from core.indexing.keywords import mend as mend_keywords
from core.indexing.pipeline import process
from core.indexing.record import stale_work
from core.indexing.repair import damage_when_opened, drop_files
from core.indexing.stages import Stages
from core.indexing.staleness import PipelineFingerprint
from core.progress import CancelToken, Checking, Damaged, IndexEvent, Verified, VerifyEvent

_TEXTS_AT_ONCE = 50
"""Texts read in one state of the catalogue: a search waits no longer than for these (some milliseconds)."""

_SEARCHABLE = (DocumentState.INDEXED, DocumentState.TRUNCATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something damaged, and what has to go for it: `file`, of the index, or the `text` of a document.

    `documents` are those that must be made again.
    """

    damage: Damaged
    file: Path | None = None
    documents: frozenset[DocumentId] = frozenset()
    text: DocumentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a look at the whole library found."""

    files: int
    bytes: int
    found: tuple[Finding, ...]

    def verified(self, unmended: Sequence[Finding]) -> Verified:
        """The same for people, with what could not be mended."""
        return Verified(
            files=self.files,
            bytes=self.bytes,
            damaged=tuple(finding.damage for finding in self.found),
            unmended=tuple(finding.damage for finding in unmended),
        )


def check(stages: Stages, cancel: CancelToken) -> Generator[VerifyEvent, None, Findings]:
    """Read every file of the library. Raises CancelledError."""
    catalogue, found, done = stages.catalogue, list[Finding](), 0
    with catalogue.read() as db:
        books, live = codebooks.all_codebooks(db), segments.live(db)
    looks: list[tuple[Path, Iterator[Finding]]] = [
        (catalogue.path, _check_catalogue(catalogue, cancel)),
        *((stages.index / book.file, _check_codebook(stages, book, live)) for book in books),
        *((stages.index / stored.file, _check_segment(stages, stored)) for stored in live),
    ]
    sizes = [_size(path) for path, _ in looks]
    for (path, look), size in zip(looks, sizes, strict=True):
        cancel.checkpoint()
        yield Checking(path=path, done=done, total=sum(sizes))
        for finding in _all_of(look):
            found.append(finding)
            yield finding.damage
        done += size
    return Findings(files=len(looks), bytes=done, found=tuple(found))


def mend(
    stages: Stages,
    encoder: Encoder,
    found: Findings,
    missing: Container[SourceId],
    cancel: CancelToken,
) -> Generator[IndexEvent, None, tuple[Finding, ...]]:
    """Make again what was found damaged; returns what could not be. Needs the writer's lane.

    Passages are encoded from the stored texts; of a damaged text the file itself is read, unless its source
    is missing. Raises CancelledError, DiskFullError; what is not done then, the next sync does.
    """
    for finding in found.found:
        if finding.text is not None:
            _forget_text(stages.catalogue, finding.text)
    again = {document_id for finding in found.found for document_id in finding.documents}
    again |= drop_files(stages, {finding.file for finding in found.found if finding.file})
    current = PipelineFingerprint.of(encoder)
    stale = stale_work(stages.catalogue, current, missing)
    yield from process(stages, encoder, [item for item in stale if item.document_id in again], cancel)
    return tuple(finding for finding in found.found if not _is_whole(stages, str(current), finding, cancel))


def _all_of(look: Iterator[Finding]) -> Iterator[Finding]:
    """What a look found; that it could not go on, since the catalogue is damaged, is a finding too."""
    try:
        yield from look
    except LibraryDamagedError as error:
        yield Finding(damage=Damaged(path=error.path, detail=error.detail))


def _check_catalogue(catalogue: Catalogue, cancel: CancelToken) -> Iterator[Finding]:
    wrong = catalogue.check(cancel)
    if wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        yield Finding(damage=Damaged(path=catalogue.path, detail=wrong[0] + more))
        catalogue.rebuild_indexes()  # at once: what follows reads by them
    yield from _check_words_and_names(catalogue, cancel)
    with catalogue.read() as db:
        ids = documents.ids_in_states(db, _SEARCHABLE)
    for first in range(0, len(ids), _TEXTS_AT_ONCE):
        cancel.checkpoint()
        with catalogue.read() as db:
            found = [_check_text(catalogue.path, db, each) for each in ids[first : first + _TEXTS_AT_ONCE]]
        yield from (finding for finding in found if finding)


def _check_words_and_names(catalogue: Catalogue, cancel: CancelToken) -> Iterator[Finding]:
    """They are made of what is checked elsewhere, and so they are made again at once."""
    if detail := catalogue.check_keywords(cancel):
        yield Finding(damage=Damaged(path=catalogue.path, detail=detail))
        for _ in mend_keywords(catalogue, cancel):
            cancel.checkpoint()
    cancel.checkpoint()
    if detail := catalogue.check_names(cancel):
        yield Finding(damage=Damaged(path=catalogue.path, detail=detail))
        with catalogue.write() as db:
            names.create(db)


def _check_text(catalogue: Path, db: Database, document_id: DocumentId) -> Finding | None:
    try:
        document = documents.get(db, document_id)
    except ValueError as error:
        return Finding(damage=Damaged(path=catalogue, detail=f"a row makes no sense: {error}"))
    detail = texts.damage(db, document_id) if document else None
    if document is None or detail is None:
        return None
    damage = Damaged(path=document.path, detail=detail)
    return Finding(damage=damage, text=document_id, documents=frozenset([document_id]))


def _check_codebook(
    stages: Stages, book: codebooks.Stored, live: Sequence[segments.Stored]
) -> Iterator[Finding]:
    """A codebook takes everything along that was compressed with it."""
    path = stages.index / book.file
    if detail := damage_when_opened(path):
        using = [stored for stored in live if stored.content.codebook_id == book.id]
        with stages.catalogue.read() as db:
            lost = frozenset(each.document.id for it in using for each in documents.in_segment(db, it.id))
        yield Finding(damage=Damaged(path=path, detail=detail), file=path, documents=lost)


def _check_segment(stages: Stages, stored: segments.Stored) -> Iterator[Finding]:
    path = stages.index / stored.file
    detail = _segment_damage(stages.catalogue, path, stored)
    with stages.catalogue.read() as db:
        if detail and segments.is_live(db, stored.id):  # it may have been merged away meanwhile
            lost = frozenset(each.document.id for each in documents.in_segment(db, stored.id))
            damage = Damaged(path=path, detail=detail)
            yield Finding(damage=damage, file=path, documents=lost)


def _segment_damage(catalogue: Catalogue, path: Path, stored: segments.Stored) -> str | None:
    try:
        segment = Segment.open(path)
        segment.verify()
    except FileNotFoundError:
        return "the file is gone"
    except LibraryDamagedError as error:
        return error.detail
    with catalogue.read() as db:
        alive = [passages.in_segment(db, stored.id), encodings.in_segment(db, stored.id)]
        listed = np.concatenate([*alive, segments.dead_in(db, stored.id)])
    same = np.array_equal(np.sort(listed), np.sort(segment.passage_ids))
    return None if same else "it holds other passages than the catalogue says"


def _forget_text(catalogue: Catalogue, document_id: DocumentId) -> None:
    """Without its text a passage cannot be shown; the file has to be read again, now or when it is back."""
    with catalogue.write() as db:
        unread = PipelineFingerprint(extractors=0, splitter=0, model="")
        documents.set_fingerprint(db, document_id, str(unread))
        passages.remove(db, [document_id])
        texts.remove(db, document_id)


def _is_whole(stages: Stages, current: str, finding: Finding, cancel: CancelToken) -> bool:
    catalogue = stages.catalogue
    if finding.damage.path == catalogue.path and any(_all_of(_check_catalogue(catalogue, cancel))):
        return False
    with stages.catalogue.read() as db:
        stored = [documents.get_stored(db, document_id) for document_id in finding.documents]
    return not any(each and _is_lost(each, current) for each in stored)


def _is_lost(stored: documents.Stored, fingerprint: str) -> bool:
    stale = stored.document.state in _SEARCHABLE and stored.fingerprint != fingerprint
    return stale or stored.document.state is DocumentState.FAILED


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
