"""What one row of the result list says. The first row of a document also carries its title."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto

from app.messages import printable
from app.models.marks import Mark
from app.models.question_words import missing_words, question_of
from app.models.title_marks import title_marks
from core.domain import Document, DocumentId, DocumentState, Hit, Query, Result, SearchReply

HITS_SHOWN = 3
"""Hits of one document that are shown before a click on "more"."""

_READ = frozenset({DocumentState.INDEXED, DocumentState.TRUNCATED})


class RowKind(Enum):
    """A passage; a document that only its name answers; the offer of the further passages of a document."""

    HIT = auto()
    NAME = auto()
    MORE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. `hit` is None but for a row of kind HIT; MORE offers the `hidden` further hits.

    `title_marks`, or else `name_marks`: what the question has in common with the title or with the name of
    the file, where nothing in a passage shows why the document was found. `missing`: the words of `question`
    that the passage does not answer, once that is known.
    """

    kind: RowKind
    result: Result
    hit: Hit | None
    first: bool
    last: bool
    hidden: int = 0
    question: str = ""
    missing: tuple[str, ...] = ()
    title_marks: tuple[Mark, ...] = ()
    name_marks: tuple[Mark, ...] = ()

    @property
    def document(self) -> Document:
        return self.result.document

    @property
    def title(self) -> str:
        """What the document is called; the name of its file if it has no title."""
        return title_of(self.document)

    @property
    def key(self) -> tuple[int, int]:
        """Tells this row from every other one of a reply."""
        return (self.result.document.id, self.hit.passage_id if self.hit else -self.kind.value)


def title_of(document: Document) -> str:
    """What a document is called; the name of its file if it has no title."""
    return printable(document.title.strip() or document.path.name)


def name_of(document: Document) -> str:
    """The name of its file."""
    return printable(document.path.name)


def is_read(document: Document) -> bool:
    """Whether there is any text of it to be shown."""
    return document.state in _READ


def rows_of(reply: SearchReply, opened: Collection[DocumentId]) -> list[Row]:
    """The rows of `reply`; all hits of the documents in `opened`, the best few of the others."""
    return [row for result in reply.results for row in _rows_of_one(result, reply, opened)]


def _rows_of_one(result: Result, reply: SearchReply, opened: Collection[DocumentId]) -> list[Row]:
    if not result.hits:
        return [_name_row(result, reply.query)]
    hits = result.hits
    if result.document.id not in opened and len(hits) > HITS_SHOWN + 1:
        hits = hits[:HITS_SHOWN]
    hidden = len(result.hits) - len(hits)
    question = question_of(reply.query)
    # the hit shows by itself why it was found, unless only the heading above it matched
    marks = () if hits[0].highlights else title_marks(title_of(result.document), question)
    rows = [
        Row(
            kind=RowKind.HIT,
            result=result,
            hit=hit,
            first=number == 0,
            last=number == len(hits) - 1 and not hidden,
            question=question,
            missing=missing_words(question, hit.unanswered) if reply.final else (),
            title_marks=() if number else marks,
        )
        for number, hit in enumerate(hits)
    ]
    if hidden:
        rows.append(
            Row(
                kind=RowKind.MORE,
                result=result,
                hit=None,
                first=False,
                last=True,
                hidden=hidden,
                question=question,
            )
        )
    return rows


def _name_row(result: Result, query: Query) -> Row:
    asked = " ".join((query.text, *query.names))
    in_title = title_marks(title_of(result.document), asked, inside=True)
    in_name = () if in_title else title_marks(name_of(result.document), asked, inside=True)
    return Row(
        kind=RowKind.NAME,
        result=result,
        hit=None,
        first=True,
        last=True,
        question=question_of(query),
        title_marks=in_title,
        name_marks=in_name,
    )
