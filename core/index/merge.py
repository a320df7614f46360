"""Keeping the number of segments small: which ones to merge, and merging them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.index.codec import Codec
from core.index.format import Header
from core.index.segment import EncodedPassages, write_segment
from core.index.snapshot import SegmentView
from core.progress import CancelToken

TIER_FACTOR = 8
"""Segments of about the same size (within this factor) form a tier, and a tier that has this many is merged.

So a token is rewritten at most log8(library / batch) times, and a library of n batches has about 7 log8(n)
segments: the tiered merging of log-structured stores (tantivy's LogMergePolicy, LSM trees)."""

SMALLEST_TIER_TOKENS = 4096
LARGEST_MERGE_TOKENS = 4_000_000
"""Above this a segment is left alone: what a merge would save a search no longer pays for the copying."""

PIECE_TOKENS = 65_536
"""Tokens that a merge holds in memory at a time: 9 MB of exact codes, 34 MB, several times over, while they
are compressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSize:
    """What the merge policy looks at: all tokens in the file, those of passages still alive, and whether new
    segments are kept in another form (there is a codebook, or a newer one).
    """

    path: Path
    tokens: int
    alive_tokens: int
    outdated: bool = False


def choose_merges(sizes: Sequence[SegmentSize]) -> list[tuple[Path, ...]]:
    """Groups of segments that should become one each, the most urgent first.

    What is outdated is rewritten as it is, few at a time; a mostly dead segment too, even alone.
    """
    tiers: dict[int, list[SegmentSize]] = defaultdict(list)
    mostly_dead, outdated = [], []
    for size in sizes:
        if size.outdated:
            outdated.append(size)
        elif size.alive_tokens * 2 < size.tokens and size.alive_tokens <= LARGEST_MERGE_TOKENS:
            mostly_dead.append(size.path)
        elif size.alive_tokens * TIER_FACTOR <= LARGEST_MERGE_TOKENS:
            tiers[_tier(size.alive_tokens)].append(size)
    groups = [
        tuple(size.path for size in tier[:TIER_FACTOR]) for tier in tiers.values() if len(tier) >= TIER_FACTOR
    ]
    return [
        *_bounded(outdated),
        *groups,
        *([tuple(mostly_dead[:TIER_FACTOR])] if mostly_dead else []),
    ]


def merge(
    folder: Path, views: Sequence[SegmentView], codec: Codec, cancel: CancelToken | None = None
) -> Path | None:
    """Write the alive passages of `views` as one new segment; None if none is alive.

    Tokens that are in the form of `codec` are copied, others are compressed anew. All views are of one model
    and dimension, and are read wholly, so damage is found here and not copied on. Raises LibraryDamagedError
    (its `path` is the segment's), DiskFullError, OSError, CancelledError.
    """
    living = [view for view in sorted(views, key=_first_id) if view.alive.any()]
    for view in living:
        if cancel:
            cancel.checkpoint()
        view.segment.verify()
    if not living:
        return None
    header = Header(
        form=codec.form,
        model=living[0].segment.header.model,
        passages=sum(int(view.alive.sum()) for view in living),
        tokens=sum(int(np.diff(view.segment.offsets)[view.alive].sum()) for view in living),
    )
    return write_segment(folder, header, _pieces(living, codec, cancel))


def _first_id(view: SegmentView) -> int:
    """Segments one after the other by age, so that ids ascend in most merged segments too."""
    return int(view.segment.passage_ids.min(initial=np.iinfo(np.int64).max))


def _pieces(
    views: Sequence[SegmentView], codec: Codec, cancel: CancelToken | None
) -> Iterator[EncodedPassages]:
    """What is alive, about PIECE_TOKENS at a time."""
    for view in views:
        ordinals = np.flatnonzero(view.alive)
        tokens = np.cumsum(np.diff(view.segment.offsets)[ordinals])
        cuts = np.searchsorted(tokens, np.arange(PIECE_TOKENS, tokens[-1], PIECE_TOKENS))
        for some in np.split(ordinals, cuts):
            if cancel:
                cancel.checkpoint()
            if len(some):
                part = view.segment.part(some)
                yield part if part.form == codec.form else part.recompressed(view.segment.codec, codec)


def _bounded(outdated: Sequence[SegmentSize]) -> list[tuple[Path, ...]]:
    """Groups of at most TIER_FACTOR segments and LARGEST_MERGE_TOKENS tokens; a larger segment alone."""
    groups: list[tuple[Path, ...]] = []
    tokens = 0
    for size in outdated:
        fits = groups and len(groups[-1]) < TIER_FACTOR and tokens + size.tokens <= LARGEST_MERGE_TOKENS
        if fits:
            groups[-1] += (size.path,)
            tokens += size.tokens
        else:
            groups.append((size.path,))
            tokens = size.tokens
    return groups


def _tier(tokens: int) -> int:
    return int(math.log(max(tokens, SMALLEST_TIER_TOKENS) / SMALLEST_TIER_TOKENS, TIER_FACTOR))
