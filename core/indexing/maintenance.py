"""What keeps a library fast and small while nobody waits for it, as a generator of events."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from core.errors import LibraryDamagedError
from core.index import codebook, segment
from core.indexing.compression import train_if_due
from core.indexing.garbage import drop_dead_segments
from core.indexing.keywords import keep_words
from core.indexing.merging import choose_group, merge_group
from core.indexing.stages import Stages
from core.progress import CancelToken, IndexEvent, Merging


def maintain(stages: Stages, cancel: CancelToken) -> Generator[IndexEvent, None, tuple[Path, ...]]:
    """Bring the full-text index up to date; merge until the policy is content; then train a codebook, if it
    is time for one, and merge again, which brings the segments into the new form. Needs the maintainer's
    lane, and no other.

    Returns the segments and codebooks that turned out to be damaged, which are left as they are: `repair`
    makes again what is lost by it. Raises CancelledError, DiskFullError; TrainingError when all that needs no
    new codebook is done.
    """
    drop_dead_segments(stages.catalogue, stages.index)
    yield from keep_words(stages.catalogue, cancel)
    if damaged := (yield from _merge(stages, cancel)):
        return damaged
    try:
        trained = yield from train_if_due(stages, cancel)
    except LibraryDamagedError as error:
        return (_file_of_index(error),)
    return (yield from _merge(stages, cancel)) if trained else ()


def _merge(stages: Stages, cancel: CancelToken) -> Generator[IndexEvent, None, tuple[Path, ...]]:
    """Merge until the policy is content with all but the damaged segments, which are returned.

    Ends at once with a damaged codebook: which merges are worth while is not known before it is made again.
    """
    damaged: list[Path] = []
    while group := choose_group(stages, damaged):
        cancel.checkpoint()
        yield Merging(segments=len(group), tokens=sum(stored.alive_tokens for stored in group))
        try:
            merge_group(stages, group, cancel)
        except LibraryDamagedError as error:
            damaged.append(_file_of_index(error))
            if error.path.suffix == codebook.SUFFIX:
                break
    return tuple(damaged)


def _file_of_index(error: LibraryDamagedError) -> Path:
    """The damaged file, if it is one that can be made again. Raises the error otherwise."""
    if error.path.suffix not in {segment.SUFFIX, codebook.SUFFIX}:
        raise error
    return error.path
