"""Fewer, larger segments: merging the vectors, then the commit that makes the catalogue point at them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlite_utils import Database

from core.catalogue import passages, segments
from core.catalogue.catalogue import Catalogue
from core.index.merge import SegmentSize, choose_merges, merge
from core.index.segment import SUFFIX
from core.index.snapshot import Snapshot
from core.indexing.batch import segment_content


def merge_segments(catalogue: Catalogue, index: Path) -> int:
    """Merge what the policy chooses; returns how many segments were merged away. Needs the writer's lock.

    Segments of different models never meet: a merge copies codes. Raises LibraryDamagedError (see `repair`),
    DiskFullError.
    """
    with catalogue.read() as db:
        live = segments.live(db)
    merged = 0
    for model in sorted({stored.content.model for stored in live}):
        sizes = [_size(index, stored) for stored in live if stored.content.model == model]
        for group in choose_merges(sizes):
            _merge_group(catalogue, index, {index / stored.file: stored for stored in live}, group)
            merged += len(group)
    if merged:
        remove_garbage(catalogue, index)
    return merged


def remove_dead(catalogue: Catalogue, index: Path) -> None:
    """Drop the segments in which nothing is alive, and delete every file that is not listed.

    Takes no space, so it works on a full disk too. Needs the writer's lock.
    """
    with catalogue.write() as db:
        for stored in segments.live(db):
            if stored.alive_passages == 0:
                segments.remove(db, stored.id)
    remove_garbage(catalogue, index)


def remove_garbage(catalogue: Catalogue, index: Path) -> None:
    """Delete segment files that the catalogue does not list. Needs the writer's lock.

    A file that another program still has mapped cannot be deleted on Windows: a later call will.
    """
    with catalogue.read() as db:
        listed = {stored.file for stored in segments.live(db)}
    for path in index.glob(f"*{SUFFIX}"):
        if path.name not in listed:
            try:
                path.unlink()
            except PermissionError:
                continue


def _merge_group(
    catalogue: Catalogue, index: Path, live: dict[Path, segments.Stored], group: tuple[Path, ...]
) -> None:
    with catalogue.read() as db:
        snapshot = Snapshot.open({path: segments.dead_in(db, live[path].id) for path in group})
    new = merge(index, snapshot.views)
    try:
        with catalogue.write() as db:
            _replace(db, [live[path] for path in group], new)
    except BaseException:
        if new:
            new.unlink(missing_ok=True)
        raise


def _replace(db: Database, old: Sequence[segments.Stored], new: Path | None) -> None:
    if new:
        model = old[0].content.model
        segment_id = segments.insert(db, new.name, segment_content(new, model))
        passages.move_to_segment(db, [stored.id for stored in old], segment_id)
    for stored in old:
        segments.remove(db, stored.id)


def _size(index: Path, stored: segments.Stored) -> SegmentSize:
    return SegmentSize(
        path=index / stored.file, tokens=stored.content.tokens, alive_tokens=stored.alive_tokens
    )
