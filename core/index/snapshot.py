"""A snapshot: the fixed set of open segments, with their alive masks, that one search runs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array, PassageId
from core.index.segment import Int64Array, Segment

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SegmentView:
    """A segment and which of its ordinals still count: `alive`, `(passages,)` bool."""

    segment: Segment
    alive: BoolArray

    def allowed(self, passages: Int64Array | None) -> BoolArray:
        """Alive ordinals, of the given (sorted) passage ids only unless `passages` is None."""
        if passages is None:
            return self.alive
        return self.alive & np.isin(self.segment.passage_ids, passages, assume_unique=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """Does not change while it is held, whatever is committed, merged or deleted meanwhile."""

    views: tuple[SegmentView, ...]

    @classmethod
    def open(cls, live: Mapping[Path, Int64Array | None], previous: Snapshot | None = None) -> Snapshot:
        """Open the segment files of `live`, reusing what `previous` has open already.

        Each comes with the passage ids that are alive in it, or None when all are. Raises what
        Segment.open raises.
        """
        known = {view.segment.path: view.segment for view in previous.views} if previous else {}
        views = []
        for path, alive in live.items():
            segment = known.get(path) or Segment.open(path)
            views.append(SegmentView(segment=segment, alive=_mask(segment, alive)))
        return cls(views=tuple(views))

    def vectors(self, passage_id: PassageId) -> Float32Array:
        """The stored embeddings of a passage, `(tokens, dim)` float32. Raises KeyError."""
        for view in self.views:
            if passage_id in view.segment.passage_ids:
                return view.segment.vectors(view.segment.ordinal_of(passage_id))
        raise KeyError(passage_id)


def _mask(segment: Segment, alive: Int64Array | None) -> BoolArray:
    if alive is None:
        return np.ones(segment.header.passages, dtype=np.bool_)
    return np.isin(segment.passage_ids, alive, assume_unique=True)
