"""A snapshot: the fixed set of open segments, with their alive masks, that one search runs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array, Int64Array, PassageId
from core.index.codebook import Codebooks
from core.index.segment import Segment

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SegmentView:
    """A segment and which of its ordinals still count: `alive`, `(passages,)` bool."""

    segment: Segment
    alive: BoolArray
    _order: Int64Array | None = field(init=False, repr=False)
    """Ordinals by ascending id; None: the ids ascend already, as they do in all but old merged segments."""
    _ids: range = field(init=False, repr=False)
    """From the smallest id to the largest."""

    def __post_init__(self) -> None:
        ids = self.segment.passage_ids
        ascending = bool((ids[1:] > ids[:-1]).all())
        object.__setattr__(self, "_order", None if ascending else np.argsort(ids))
        object.__setattr__(self, "_ids", range(int(ids.min()), int(ids.max()) + 1) if len(ids) else range(0))

    @classmethod
    def whole(cls, segment: Segment) -> SegmentView:
        """The segment with all its passages alive."""
        return cls(segment=segment, alive=np.ones(len(segment.passage_ids), dtype=np.bool_))

    def without(self, dead: Int64Array) -> SegmentView:
        """The same, but for some passages that died since. Ids that are not here do not matter."""
        if len(dead) == 0:
            return self
        alive = self.alive.copy()
        alive[self.ordinals(dead)] = False
        return SegmentView(segment=self.segment, alive=alive)

    def may_hold(self, passage_id: PassageId) -> bool:
        """Whether it is worth looking for a passage here: merged segments overlap, but most do not."""
        return passage_id in self._ids

    def ordinals(self, passage_ids: Int64Array) -> Int64Array:
        """Where those of the passages are that this segment holds, dead or alive, in the order of the ids."""
        ids = self.segment.passage_ids
        if len(ids) == 0:
            return np.empty(0, dtype=np.int64)
        at: Int64Array = np.searchsorted(ids, passage_ids, sorter=self._order)
        at = np.minimum(at, len(ids) - 1)
        if self._order is not None:
            at = self._order[at]
        here: Int64Array = at[ids[at] == passage_ids]
        return here


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """Does not change while it is held, whatever is committed, merged or deleted meanwhile.

    The mapped files stay readable after their names are deleted. (Windows does not delete them before they
    are closed: whoever deletes files tries again later.)
    """

    views: tuple[SegmentView, ...]

    @classmethod
    def open(cls, live: Mapping[Path, Int64Array | None], codebooks: Codebooks | None = None) -> Snapshot:
        """Open the segment files of `live`, each with the ids that are dead in it, or None when none is.

        Raises what Segment.open raises.
        """
        views = ((SegmentView.whole(Segment.open(path, codebooks)), dead) for path, dead in live.items())
        return cls(views=tuple(view if dead is None else view.without(dead) for view, dead in views))

    def find(self, passage_id: PassageId) -> tuple[SegmentView, int]:
        """The segment that holds a passage, dead or alive, and its ordinal there. Raises KeyError."""
        wanted = np.array([passage_id], dtype=np.int64)
        for view in self.views:
            if view.may_hold(passage_id):
                for ordinal in view.ordinals(wanted):
                    return view, int(ordinal)
        raise KeyError(passage_id)

    def vectors(self, passage_id: PassageId) -> Float32Array:
        """The stored embeddings of a passage, `(tokens, dim)` float32. Raises KeyError."""
        view, ordinal = self.find(passage_id)
        return view.segment.vectors(ordinal)
