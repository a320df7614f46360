"""Here are passages, best first, and documents found by name: which results does a person see?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from core.catalogue import documents, passages, texts
from core.domain import Document, DocumentId, Hit, Order, Result
from core.search.ranking.candidates import Candidate

HITS_PER_DOCUMENT = 3

NAMED_FIRST = 3
"""Documents that are shown first because their name has every word of the question: who types the name of a
file wants that file; but of fifty `report-….pdf` most are no better answers than what says most about
reports."""

MakeHit = Callable[[Candidate, passages.Stored, str], Hit | None]
"""What of a candidate, of which the text is given, is shown; None: it is no answer after all."""


@dataclass(slots=True)
class ResultPage:
    """Collects hits, candidate by candidate, until there are `limit` documents."""

    limit: int
    make_hit: MakeHit
    results: dict[DocumentId, tuple[Document, list[Hit]]] = field(default_factory=dict)
    _texts: dict[DocumentId, str] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        return len(self.results) >= self.limit

    def add(self, db: Database, candidates: Sequence[Candidate]) -> None:
        """Candidates whose passage is gone by now are left out."""
        stored = passages.get(db, [candidate.passage_id for candidate in candidates])
        for candidate in candidates:
            passage = stored.get(candidate.passage_id)
            if passage is not None and self._has_room(passage.document_id):
                hit = self._hit(db, candidate, passage)
                if hit is not None:
                    self._append(db, passage.document_id, hit)

    def ordered(self, named: Sequence[Document], order: Order) -> tuple[Result, ...]:
        """The results in the order in which they are shown; `named`: those that their name answers, best
        first.
        """
        first = named[:NAMED_FIRST]
        ids = {document.id for document in first}
        found = [self._named(document) for document in first]
        found += [
            _result(document, hits) for document, hits in self.results.values() if document.id not in ids
        ]
        found += [_result(each, []) for each in named[NAMED_FIRST:] if each.id not in self.results]
        if order is not Order.BEST:
            found.sort(key=lambda each: each.document.stamp.mtime_ns, reverse=order is Order.NEWEST)
        return tuple(found[: self.limit])

    def _named(self, document: Document) -> Result:
        _, hits = self.results.get(document.id, (document, []))
        return _result(document, hits)

    def _has_room(self, document_id: DocumentId) -> bool:
        if document_id in self.results:
            return len(self.results[document_id][1]) < HITS_PER_DOCUMENT
        return not self.full

    def _append(self, db: Database, document_id: DocumentId, hit: Hit) -> None:
        if document_id not in self.results:
            document = documents.get(db, document_id)
            assert document is not None, "a passage has a document: foreign key"
            self.results[document_id] = (document, [])
        self.results[document_id][1].append(hit)

    def _hit(self, db: Database, candidate: Candidate, stored: passages.Stored) -> Hit | None:
        span = stored.passage.span
        return self.make_hit(candidate, stored, self._text(db, stored.document_id)[span.start : span.end])

    def _text(self, db: Database, document_id: DocumentId) -> str:
        if document_id not in self._texts:
            self._texts[document_id] = texts.get(db, document_id).text
        return self._texts[document_id]


def _result(document: Document, hits: Sequence[Hit]) -> Result:
    return Result(document=document, score=hits[0].score if hits else 0.0, hits=tuple(hits))
