"""Keeping the number of segments small: which ones to merge, and merging them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.index.segment import write_segment
from core.index.snapshot import SegmentView
from core.progress import CancelToken

TIER_FACTOR = 8
"""Segments of about the same size (within this factor) form a tier, and a tier that has this many is merged.

So a token is rewritten at most log8(library / batch) times, and a library of n batches has about 7 log8(n)
segments: the tiered merging of log-structured stores (tantivy's LogMergePolicy, LSM trees)."""

SMALLEST_TIER_TOKENS = 4096
LARGEST_MERGE_TOKENS = 4_000_000
"""Above this a segment is left alone: a merge holds the new segment in memory (132 bytes a token)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSize:
    """What the merge policy looks at: all tokens in the file, and those of passages still alive."""

    path: Path
    tokens: int
    alive_tokens: int


def choose_merges(sizes: Sequence[SegmentSize]) -> list[tuple[Path, ...]]:
    """Groups of segments that should become one each. A mostly dead segment is rewritten, even alone."""
    tiers: dict[int, list[SegmentSize]] = defaultdict(list)
    mostly_dead = []
    for size in sizes:
        if size.alive_tokens * 2 < size.tokens and size.alive_tokens <= LARGEST_MERGE_TOKENS:
            mostly_dead.append(size.path)
        elif size.alive_tokens * TIER_FACTOR <= LARGEST_MERGE_TOKENS:
            tiers[_tier(size.alive_tokens)].append(size)
    groups = [
        tuple(size.path for size in tier[:TIER_FACTOR]) for tier in tiers.values() if len(tier) >= TIER_FACTOR
    ]
    return groups + ([tuple(mostly_dead[:TIER_FACTOR])] if mostly_dead else [])


def merge(folder: Path, views: Sequence[SegmentView], cancel: CancelToken | None = None) -> Path | None:
    """Write the alive passages of `views` as one new segment, vectors untouched; None if none is alive.

    All views are of one model and dimension, and are read wholly, so damage is found here and not copied on.
    Raises LibraryDamagedError (its `path` is the segment's), DiskFullError, OSError, CancelledError.
    """
    parts = []
    for view in views:
        if cancel:
            cancel.checkpoint()
        view.segment.verify()
        if view.alive.any():
            parts.append(view.segment.part(np.flatnonzero(view.alive)))
    if not parts:
        return None
    header = views[0].segment.header
    return write_segment(folder, dim=header.dim, model=header.model, parts=parts)


def _tier(tokens: int) -> int:
    return int(math.log(max(tokens, SMALLEST_TIER_TOKENS) / SMALLEST_TIER_TOKENS, TIER_FACTOR))
