"""What does a search run on: which segments, and which of their passages?"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sqlite_utils import Database

from core.catalogue import models, passages, segments
from core.catalogue.catalogue import Catalogue
from core.domain import BUILT_IN_MODEL, Int64Array, Mode, ModelName, Order, Query, SegmentId
from core.errors import LibraryDamagedError
from core.index.codebook import Codebooks
from core.index.segment import Segment
from core.index.snapshot import BoolArray, SegmentView, Snapshot
from core.search.restrictions import Restrictions

_OPEN_ATTEMPTS = 3
"""A merge may delete a segment, or its codebook, between our reading its name and opening it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scope:
    """What one search runs on: `masks[i]`, `(passages,)` bool, are the passages of `snapshot.views[i]` that
    are alive and that the query allows.
    """

    snapshot: Snapshot
    masks: tuple[BoolArray, ...]
    restrictions: Restrictions

    def allows(self, passage_ids: Int64Array) -> BoolArray:
        """Which of these passages are alive and allowed, `(passages,)`."""
        found = [np.empty(0, dtype=np.int64)]
        for view, mask in zip(self.snapshot.views, self.masks, strict=True):
            ordinals = view.ordinals(passage_ids)
            found.append(view.segment.passage_ids[ordinals[mask[ordinals]]])
        return np.isin(passage_ids, np.concatenate(found))

    @property
    def allowed(self) -> int:
        """How many passages may be found."""
        return sum(int(np.count_nonzero(mask)) for mask in self.masks)

    def without(self, passage_ids: Int64Array) -> Scope:
        """The same but for some passages."""
        masks = []
        for view, mask in zip(self.snapshot.views, self.masks, strict=True):
            kept = mask.copy()
            kept[view.ordinals(passage_ids)] = False
            masks.append(kept)
        return replace(self, masks=tuple(masks))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Member:
    """An open segment. `dead`: how many deaths its view knows of.

    `documents`: the document of each ordinal, `(passages,)` int64, 0 for those dead when it was read; None
    until a query first asks. It is true for ever: a passage never changes its document.
    """

    view: SegmentView
    dead: int
    documents: Int64Array | None = None


class TakenOverError(Exception):
    """Another model answers now: the question has to be encoded anew."""


class LiveSegments:
    """The segments of one model that are committed now, kept open from search to search. Thread-safe.

    `model` is its digest, `name` what it is called; only while that one answers there is anything to search.

    What a commit costs the next search is proportional to what it changed: segments that stay are not opened
    again, and of those with new deaths only these are read.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        index: Path,
        model: str,
        codebooks: Codebooks,
        name: ModelName = BUILT_IN_MODEL,
    ) -> None:
        self._catalogue = catalogue
        self._index = index
        self._codebooks = codebooks
        self._model = model
        self._name = name
        self._refreshing = threading.Lock()
        self._version = -1
        self._members: dict[SegmentId, _Member] = {}
        self._snapshot = Snapshot(views=())
        self._last: tuple[int, Query, Scope] | None = None

    def scope(self, query: Query) -> Scope:
        """The newest committed state, as far as the query allows it.

        Raises LibraryDamagedError, TakenOverError.
        """
        for attempt in range(_OPEN_ATTEMPTS):
            try:
                with self._refreshing, self._catalogue.read() as db:
                    return self._scope(db, query)
            except FileNotFoundError as error:
                if attempt == _OPEN_ATTEMPTS - 1:
                    raise LibraryDamagedError(Path(error.filename), "the file is gone") from error
        raise AssertionError("unreachable")

    def _scope(self, db: Database, query: Query) -> Scope:
        """All in one state of the catalogue, so that segments, deaths and documents fit together."""
        version = self._catalogue.data_version()
        if version != self._version:
            self._refresh(db)
            self._version = version
        # While somebody types, one search follows the other with the same restrictions.
        restrictions = replace(query, text="", limit=0, like=None, order=Order.BEST, mode=Mode.HYBRID)
        if self._last is None or self._last[:2] != (version, restrictions):
            self._last = (version, restrictions, self._restricted(db, query))
        return self._last[2]

    def _refresh(self, db: Database) -> None:
        if models.answering(db).name != self._name:
            raise TakenOverError(self._name)
        self._members = {
            stored.id: self._current(db, stored) for stored in segments.answering(db, self._model)
        }
        self._snapshot = Snapshot(views=tuple(member.view for member in self._members.values()))

    def _current(self, db: Database, stored: segments.Stored) -> _Member:
        member = self._members.get(stored.id)
        if member is None:
            segment = Segment.open(self._index / stored.file, self._codebooks)
            if not segment.form.exact:
                # A merge may delete its file too, before a search that holds this snapshot asks for it.
                self._codebooks.get(segment.form.codebook)
            member = _Member(view=SegmentView.whole(segment), dead=0)
        if member.dead == stored.dead_passages:
            return member
        died = segments.dead_in(db, stored.id, known=member.dead)
        return replace(member, view=member.view.without(died), dead=stored.dead_passages)

    def _restricted(self, db: Database, query: Query) -> Scope:
        masks = [member.view.alive for member in self._members.values()]
        allowed = Restrictions.of(db, query)
        if (found := allowed.documents) is not None:
            masks = [mask & found[each] for mask, each in zip(masks, self._documents(db), strict=True)]
        if (ids := allowed.passages) is not None:
            masks = [mask & _only(view, ids) for mask, view in zip(masks, self._snapshot.views, strict=True)]
        return Scope(snapshot=self._snapshot, masks=tuple(masks), restrictions=allowed)

    def _documents(self, db: Database) -> Iterable[Int64Array]:
        """The document of each ordinal, for every segment; read where nobody has asked before."""
        for segment_id, member in self._members.items():
            if member.documents is None:
                by_ordinal = np.zeros(len(member.view.alive), dtype=np.int64)
                ordinals = member.view.ordinals(passages.in_segment(db, segment_id))
                by_ordinal[ordinals] = passages.documents_in_segment(db, segment_id)
                self._members[segment_id] = replace(member, documents=by_ordinal)
                yield by_ordinal
            else:
                yield member.documents


def _only(view: SegmentView, passage_ids: Int64Array) -> BoolArray:
    mask = np.zeros(len(view.alive), dtype=np.bool_)
    mask[view.ordinals(passage_ids)] = True
    return mask
