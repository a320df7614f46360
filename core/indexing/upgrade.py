"""What an older version of the program left unsaid in the catalogue, made good from the segment files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.catalogue import passages, segments
from core.catalogue.catalogue import Catalogue
from core.domain import PassageId
from core.errors import LibraryDamagedError
from core.index.segment import Segment


def note_dead_passages(catalogue: Catalogue, index: Path) -> None:
    """Name the dead passages of segments in which only their number is known (catalogue version 1).

    Does nothing in a library that is current. What cannot be read is left to `repair`.
    """
    with catalogue.read() as db:
        if not segments.with_unnamed_dead(db):
            return
    with catalogue.write() as db:
        for stored in segments.with_unnamed_dead(db):
            try:
                ids = Segment.open(index / stored.file).passage_ids
            except (LibraryDamagedError, FileNotFoundError):
                continue
            gone = np.setdiff1d(ids, passages.in_segment(db, stored.id))
            unnamed = np.setdiff1d(gone, segments.dead_in(db, stored.id))
            segments.name_dead(db, stored.id, [PassageId(int(id_)) for id_ in unnamed])
