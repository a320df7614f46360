"""Here are the filters of a question: which documents, and which passages, may be found?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from core.catalogue import documents, keywords, names, passages
from core.domain import DocumentId, Int64Array, PassageId, Query
from core.terms import phrase_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Restrictions:
    """What a query allows. `documents`: `(last id + 1,)` bool; `passages`: ids; None: all."""

    documents: NDArray[np.bool_] | None
    passages: Int64Array | None

    @classmethod
    def of(cls, db: Database, query: Query) -> Restrictions:
        """Look up what the filters of a query allow now."""
        return cls(documents=_documents(db, query), passages=_passages(db, query))

    @property
    def nothing(self) -> bool:
        """Whether nothing is forbidden."""
        return self.documents is None and self.passages is None

    def listed(self, db: Database, limit: int, *, newest_first: bool) -> Iterator[DocumentId]:
        """The first allowed documents by date, for a question of filters alone."""
        holding = None if self.passages is None else set(passages.documents_of(db, self.passages).tolist())
        found = (
            id_
            for id_ in documents.by_date(db, newest_first=newest_first)
            if self.allows_document(id_) and (holding is None or id_ in holding)
        )
        yield from islice(found, limit)

    def allows(self, db: Database, passage_ids: Int64Array) -> NDArray[np.bool_]:
        """Which of these passages are alive and allowed, `(passages,)`."""
        stored = passages.get(db, [PassageId(id_) for id_ in passage_ids.tolist()])
        allowed = [id_ for id_, each in stored.items() if self.allows_document(each.document_id)]
        found = np.isin(passage_ids, np.array(allowed, dtype=np.int64))
        return found if self.passages is None else found & np.isin(passage_ids, self.passages)

    def allows_document(self, document_id: DocumentId) -> bool:
        return self.documents is None or (
            document_id < len(self.documents) and bool(self.documents[document_id])
        )


def _documents(db: Database, query: Query) -> NDArray[np.bool_] | None:
    """A document is left out for what any of its passages says, and for its name."""
    matching = documents.matching(db, query)
    if matching is None and not query.names and not query.without:
        return None
    allowed = np.full(documents.last_id(db) + 1, matching is None)
    if matching is not None:
        allowed[matching] = True
    for part in query.names:
        named = np.zeros_like(allowed)
        named[names.holding(db, part)] = True
        allowed &= named
    for words in query.without:
        allowed[names.holding(db, words)] = False
        if phrase := phrase_of(words):
            allowed[passages.documents_of(db, keywords.holding(db, phrase))] = False
    return allowed


def _passages(db: Database, query: Query) -> Int64Array | None:
    sets = [keywords.holding(db, phrase) for phrase in filter(None, map(phrase_of, query.phrases))]
    if query.languages:
        sets.append(passages.by_language(db, query.languages))
    if query.passage_ids is not None:
        sets.append(np.fromiter(query.passage_ids, dtype=np.int64))
    return _in_all(sets)


def _in_all(sets: Iterable[Int64Array]) -> Int64Array | None:
    found: Int64Array | None = None
    for each in sets:
        found = each if found is None else np.intersect1d(found, each)
    return found
