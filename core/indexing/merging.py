"""Fewer, larger segments: merging the vectors, then the commit that makes the catalogue point at them.

The merged file is written without any lock, while others search and commit; only then one short transaction
puts it in the place of the old ones. What died meanwhile is dead in it too. If one of the old segments was
dropped meanwhile, the merged file is thrown away.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from pathlib import Path

import numpy as np
from sqlite_utils import Database

from core.catalogue import codebooks, encodings, passages, segments
from core.domain import PassageId, SegmentId
from core.errors import LibraryDamagedError
from core.index.merge import SegmentSize, choose_merges, merge
from core.index.segment import Segment
from core.index.snapshot import Snapshot
from core.indexing.batch import segment_content
from core.indexing.garbage import delete_files
from core.indexing.stages import Stages
from core.progress import CancelToken


def choose_group(stages: Stages, without: Container[Path]) -> tuple[segments.Stored, ...]:
    """The segments to merge next, none of them in `without`; empty when all is well as it is.

    Segments of different models never meet, nor those that answer and those of the upcoming model.
    """
    with stages.catalogue.read() as db:
        live = {stages.index / stored.file: stored for stored in segments.live(db)}
        newest = {stored.content.model: stored.id for stored in codebooks.all_codebooks(db)}
    apart: dict[tuple[str, bool], list[SegmentSize]] = {}
    for path, stored in live.items():
        if path not in without:
            size = SegmentSize(
                path=path,
                tokens=stored.content.tokens,
                alive_tokens=stored.alive_tokens,
                outdated=stored.content.codebook_id != newest.get(stored.content.model),
            )
            apart.setdefault((stored.content.model, stored.upcoming), []).append(size)
    for sizes in apart.values():
        for group in choose_merges(sizes):
            return tuple(live[path] for path in group)
    return ()


def merge_group(stages: Stages, group: Sequence[segments.Stored], cancel: CancelToken) -> bool:
    """Put one new segment in the place of the group; False: the library has changed, choose again.

    Raises LibraryDamagedError (its `path` is that of the segment or codebook), DiskFullError, CancelledError;
    then nothing has changed.
    """
    index = stages.index
    snapshot = _opened(stages, group)
    if snapshot is None:
        return False
    model, dim = group[0].content.model, snapshot.views[0].segment.form.dim
    new = merge(index, snapshot.views, stages.newest_codec(model, dim), cancel)
    try:
        with stages.catalogue.write() as db:
            replaced = _replace(db, group, new)
    except Exception:
        # Not after a KeyboardInterrupt: it may have come when the file was listed already.
        delete_files([new] if new else [])
        raise
    if replaced:
        delete_files(index / stored.file for stored in group)
    elif new:
        delete_files([new])
    return replaced


def _opened(stages: Stages, group: Sequence[segments.Stored]) -> Snapshot | None:
    """The segments with what is dead in them, and their codebooks; None if one was dropped since it was
    chosen.
    """
    with stages.catalogue.read() as db:
        dead = {stages.index / stored.file: segments.dead_in(db, stored.id) for stored in group}
    try:
        snapshot = Snapshot.open(dead, stages.codebooks)
        for view in snapshot.views:
            view.segment.codec  # noqa: B018 - opens the codebook, while its absence can be told from a drop
    except FileNotFoundError as error:
        with stages.catalogue.read() as db:
            if not all(segments.is_live(db, stored.id) for stored in group):
                return None
        raise LibraryDamagedError(Path(error.filename), "the file is gone") from error
    return snapshot


def _replace(db: Database, old: Sequence[segments.Stored], new: Path | None) -> bool:
    if not all(segments.is_live(db, stored.id) for stored in old):
        return False
    ids = [stored.id for stored in old]
    if new:
        try:
            content = segment_content(db, new, old[0].content.model)
        except KeyError:  # its codebook turned out to be damaged, and was dropped
            return False
        # As it is now: their model may have taken over since they were chosen.
        upcoming = segments.is_upcoming(db, ids[0])
        segment_id = segments.insert(db, new.name, content, upcoming=upcoming)
        passages.move_to_segment(db, ids, segment_id)
        encodings.move_to_segment(db, ids, segment_id)
        _bury(db, segment_id, Segment.open(new), ids)
    for stored in old:
        segments.remove(db, stored.id)
    return True


def _bury(db: Database, segment_id: SegmentId, segment: Segment, old: Sequence[SegmentId]) -> None:
    """What is in a merged segment, but died in the old ones while it was written, is dead in it too."""
    dead = np.concatenate([segments.dead_in(db, each) for each in old])
    ordinals = np.flatnonzero(np.isin(segment.passage_ids, dead))
    tokens = np.diff(segment.offsets)[ordinals].sum()
    ids = [PassageId(int(id_)) for id_ in segment.passage_ids[ordinals]]
    segments.add_dead(db, segment_id, ids, int(tokens))
