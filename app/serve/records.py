"""What goes over the wire: arguments and answers of the two tools, with the schemas that clients see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.messages import explain_hint, printable
from core.domain import Hint, Hit, PassageId, PassageInPlace, Query, Result, SearchReply

MOST_RESULTS = 50
MOST_NEIGHBOURS = 10

_LARGEST_ID = 2**63 - 1
"""SQLite's; a larger number names no passage."""


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


# --- search ----------------------------------------------------------------------------------------


class SearchArguments(_Arguments):
    question: Annotated[
        str,
        Field(
            min_length=1,
            max_length=4000,
            description='What is asked, in any language, in plain words. Also understood: "exact words", '
            "-without, type:pdf, in:folder, name:part-of-file-name, after:2025-01, before:2025, lang:ja.",
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=MOST_RESULTS, description="How many documents at most.")] = 10


class FoundPassage(_Answer):
    """A passage that answers; `read_passage` gives what stands around it."""

    passage_id: int
    page: Annotated[int | None, Field(description="From 1; null where the format has no pages.")]
    text: str
    score: Annotated[float, Field(description="Larger is better; comparable within this answer only.")]
    highlights: Annotated[list[str], Field(description="Words of the passage that answered the question.")]
    unanswered: Annotated[list[str], Field(description="Words of the question that nothing in it answered.")]


class FoundDocument(_Answer):
    """A file with its best passages; none if only its name answers."""

    path: str
    title: str
    score: float
    passages: list[FoundPassage]


class SearchAnswer(_Answer):
    model: Annotated[str, Field(description="The model that ranked the passages.")]
    results: Annotated[list[FoundDocument], Field(description="Best first.")]
    hints: Annotated[list[str], Field(description="What in the question was probably meant otherwise.")]


# --- read_passage ----------------------------------------------------------------------------------

_Neighbours = Annotated[int, Field(ge=0, le=MOST_NEIGHBOURS)]


class ReadArguments(_Arguments):
    passage_id: Annotated[int, Field(ge=0, le=_LARGEST_ID, description="From an answer of `search`.")]
    before: Annotated[_Neighbours, Field(description="How many passages in front of it.")] = 1
    after: Annotated[_Neighbours, Field(description="How many passages behind it.")] = 1


class ReadPassage(_Answer):
    passage_id: int
    page: Annotated[int | None, Field(description="From 1; null where the format has no pages.")]
    heading: str
    text: str


class ReadAnswer(_Answer):
    """Passages of one file in the order of its text, the one that was asked for among them."""

    path: str
    title: str
    passages: list[ReadPassage]


# --- From the records of core ----------------------------------------------------------------------


def search_answer(reply: SearchReply, hints: Sequence[Hint]) -> SearchAnswer:
    return SearchAnswer(
        model=printable(reply.model),
        results=[_document(result, reply.query) for result in reply.results],
        hints=[printable(explain_hint(hint).in_one_line) for hint in hints],
    )


def read_answer(passages: Sequence[PassageInPlace]) -> ReadAnswer:
    """At least one passage, all of one document."""
    document = passages[0].document
    return ReadAnswer(
        path=printable(str(document.path)),
        title=printable(document.title),
        passages=[
            ReadPassage(
                passage_id=each.passage_id,
                page=each.page,
                heading=printable(each.heading),
                text=printable(each.text),
            )
            for each in passages
        ],
    )


def passage_id(arguments: ReadArguments) -> PassageId:
    return PassageId(arguments.passage_id)


def _document(result: Result, query: Query) -> FoundDocument:
    return FoundDocument(
        path=printable(str(result.document.path)),
        title=printable(result.document.title),
        score=result.score,
        passages=[_passage(hit, query) for hit in result.hits],
    )


def _passage(hit: Hit, query: Query) -> FoundPassage:
    marked = (hit.text[each.span.start : each.span.end] for each in hit.highlights)
    unanswered = (query.text[span.start : span.end] for span in hit.unanswered)
    return FoundPassage(
        passage_id=hit.passage_id,
        page=hit.page,
        text=printable(hit.text),
        score=hit.score,
        highlights=[printable(text) for text in dict.fromkeys(marked)],
        unanswered=[printable(text) for text in dict.fromkeys(unanswered)],
    )
