"""Segments that are gone or damaged: their passages are made again, from the texts in the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.catalogue import documents, passages, segments
from core.catalogue.catalogue import Catalogue
from core.errors import LibraryDamagedError
from core.index.segment import Segment
from core.indexing.staleness import PipelineFingerprint


def unreadable_segments(catalogue: Catalogue, index: Path) -> list[Path]:
    """Live segments that cannot be opened. Damage inside the vectors is found when they are merged."""
    with catalogue.read() as db:
        files = [index / stored.file for stored in segments.live(db)]
    return [path for path in files if not _opens(path)]


def drop_segments(catalogue: Catalogue, paths: Sequence[Path]) -> None:
    """Take segments out of the library; their documents are stale from then on. Needs the writer's lock."""
    names = {path.name for path in paths}
    with catalogue.write() as db:
        for stored in segments.live(db):
            if stored.file in names:
                for document in documents.in_segment(db, stored.id):
                    kept = PipelineFingerprint.parse(document.fingerprint).without_passages()
                    documents.set_fingerprint(db, document.document.id, str(kept))
                passages.remove_of_segment(db, stored.id)
                segments.remove(db, stored.id)


def _opens(path: Path) -> bool:
    try:
        Segment.open(path)
    except (LibraryDamagedError, FileNotFoundError):
        return False
    return True
