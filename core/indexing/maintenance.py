"""What keeps a library fast and small while nobody waits for it, as a generator of events."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from core.errors import LibraryDamagedError
from core.index.segment import SUFFIX
from core.indexing.compression import train_if_due
from core.indexing.garbage import drop_dead_segments
from core.indexing.merging import choose_group, merge_group
from core.indexing.pipeline import Stages
from core.progress import CancelToken, IndexEvent, Merging


def maintain(stages: Stages, cancel: CancelToken) -> Generator[IndexEvent, None, tuple[Path, ...]]:
    """Merge until the policy is content. Needs the maintainer's lane, and no other.

    First a codebook, if it is time for one; then the merges bring segments into the newest form. Returns the
    segments that turned out to be damaged, which
    are left as they are: `repair` makes their passages again. Raises CancelledError, DiskFullError.
    """
    drop_dead_segments(stages.catalogue, stages.index)
    yield from train_if_due(stages, cancel)
    damaged: list[Path] = []
    while group := choose_group(stages, damaged):
        cancel.checkpoint()
        yield Merging(segments=len(group), tokens=sum(stored.alive_tokens for stored in group))
        try:
            merge_group(stages, group, cancel)
        except LibraryDamagedError as error:
            if error.path.suffix != SUFFIX:
                raise
            damaged.append(error.path)
    return tuple(damaged)
