"""Files of the index that are gone or damaged: their passages are made again, from the texts in the
catalogue.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from sqlite_utils import Database

from core.catalogue import codebooks, documents, passages, segments
from core.catalogue.catalogue import Catalogue
from core.domain import DocumentId
from core.encode.encoder import Encoder
from core.errors import LibraryDamagedError
from core.index import codebook
from core.index.codebook import Codebook
from core.index.segment import Segment
from core.indexing.garbage import delete_files
from core.indexing.pipeline import process
from core.indexing.record import stale_work
from core.indexing.shipped import write_again
from core.indexing.stages import Stages
from core.indexing.staleness import PipelineFingerprint
from core.progress import CancelToken, Damaged, IndexEvent


def unreadable_files(catalogue: Catalogue, index: Path) -> list[Damaged]:
    """Segments and codebooks that count and cannot be opened.

    Damage inside the vectors of a segment is found when they are merged; codebooks are read wholly.
    """
    with catalogue.read() as db:
        names = [stored.file for stored in segments.live(db)]
        names += [stored.file for stored in codebooks.all_codebooks(db)]
    found = ((index / name, damage_when_opened(index / name)) for name in names)
    return [Damaged(path=path, detail=detail) for path, detail in found if detail]


def damage_when_opened(path: Path) -> str | None:
    """What opening a file of the index says about it; None: it can be opened."""
    try:
        if path.suffix == codebook.SUFFIX:
            Codebook.open(path)
        else:
            Segment.open(path)
    except FileNotFoundError:
        return "the file is gone"
    except LibraryDamagedError as error:
        return error.detail
    return None


def drop_files(stages: Stages, paths: Collection[Path]) -> frozenset[DocumentId]:
    """Take segments and codebooks out of the library, and what was compressed with these codebooks; the
    documents of all that, which are returned, are stale from then on. (What was encoded with the upcoming
    model is only encoded again.) A codebook that came with a model is written again instead.

    Needs the writer's lane. A segment that a merge has replaced meanwhile is none any more, and no harm done.
    In one transaction, since a merge may be about to commit something compressed with one of the codebooks.
    """
    names = {path.name for path in paths} - {path.name for path in write_again(stages, paths)}
    catalogue, index = stages.catalogue, stages.index
    stale: set[DocumentId] = set()
    with catalogue.write() as db:
        books = [stored for stored in codebooks.all_codebooks(db) if stored.file in names]
        unusable = {stored.id for stored in books}
        dropped = [
            stored
            for stored in segments.live(db)
            if stored.file in names or stored.content.codebook_id in unusable
        ]
        for stored in dropped:
            stale |= _drop_segment(db, stored)
        for book in books:
            codebooks.remove(db, book.id)
    delete_files(index / name for name in [each.file for each in dropped] + [each.file for each in books])
    return frozenset(stale)


def forget_passages(db: Database, document_id: DocumentId) -> None:
    """The passages of a document are to be made again, from its text; until then they stay as they are."""
    stored = documents.get_stored(db, document_id)
    if stored is not None:
        kept = PipelineFingerprint.parse(stored.fingerprint).without_passages()
        documents.set_fingerprint(db, document_id, str(kept))


def _drop_segment(db: Database, stored: segments.Stored) -> set[DocumentId]:
    stale = set()
    for document in documents.in_segment(db, stored.id):
        forget_passages(db, document.document.id)
        stale.add(document.document.id)
    passages.remove_of_segment(db, stored.id)
    segments.remove(db, stored.id)
    return stale


def make_again(
    stages: Stages, encoder: Encoder, damaged: Sequence[Path], cancel: CancelToken
) -> Iterator[IndexEvent]:
    """Drop damaged segments and codebooks, and encode what is lost by it again. Needs the writer's lane.

    Raises CancelledError, DiskFullError; what is not done then, the next sync does.
    """
    again = drop_files(stages, damaged)
    stale = stale_work(stages.catalogue, PipelineFingerprint.of(encoder))
    work = [item for item in stale if item.document_id in again and not item.reread]
    yield from process(stages, encoder, work, cancel)
