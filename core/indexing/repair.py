"""Segments that are gone or damaged: their passages are made again, from the texts in the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from core.catalogue import documents, passages, segments
from core.catalogue.catalogue import Catalogue
from core.domain import DocumentId
from core.errors import LibraryDamagedError
from core.index.segment import Segment
from core.indexing.garbage import delete_files
from core.indexing.pipeline import Stages, process
from core.indexing.record import stale_work
from core.indexing.staleness import PipelineFingerprint
from core.progress import CancelToken, IndexEvent


def unreadable_segments(catalogue: Catalogue, index: Path) -> list[Path]:
    """Live segments that cannot be opened. Damage inside the vectors is found when they are merged."""
    with catalogue.read() as db:
        files = [index / stored.file for stored in segments.live(db)]
    return [path for path in files if not _opens(path)]


def drop_segments(catalogue: Catalogue, index: Path, paths: Collection[Path]) -> frozenset[DocumentId]:
    """Take segments out of the library; their documents, which are returned, are stale from then on.

    Needs the writer's lane. A segment that a merge has replaced meanwhile is none any more, and no harm done.
    """
    names = {path.name for path in paths}
    stale: set[DocumentId] = set()
    with catalogue.write() as db:
        dropped = [stored for stored in segments.live(db) if stored.file in names]
        for stored in dropped:
            for document in documents.in_segment(db, stored.id):
                kept = PipelineFingerprint.parse(document.fingerprint).without_passages()
                documents.set_fingerprint(db, document.document.id, str(kept))
                stale.add(document.document.id)
            passages.remove_of_segment(db, stored.id)
            segments.remove(db, stored.id)
    delete_files(index / stored.file for stored in dropped)
    return frozenset(stale)


def make_again(stages: Stages, damaged: Sequence[Path], cancel: CancelToken) -> Iterator[IndexEvent]:
    """Drop damaged segments and encode what they held again. Needs the writer's lane.

    Raises CancelledError, DiskFullError; what is not done then, the next sync does.
    """
    again = drop_segments(stages.catalogue, stages.index, damaged)
    stale = stale_work(stages.catalogue, stages.fingerprint)
    work = [item for item in stale if item.document_id in again and not item.reread]
    yield from process(stages, work, cancel)


def _opens(path: Path) -> bool:
    try:
        Segment.open(path)
    except (LibraryDamagedError, FileNotFoundError):
        return False
    return True
