"""The two tools that an assistant has, and how it is told what went wrong."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from app.messages import explain
from app.serve.records import (
    MOST_NEIGHBOURS,
    MOST_RESULTS,
    ReadAnswer,
    ReadArguments,
    SearchAnswer,
    SearchArguments,
    passage_id,
    read_answer,
    search_answer,
)
from core.domain import ParsedQuestion, PassageId, PassageInPlace, Query, SearchReply
from core.errors import CoreError

_log = logging.getLogger(__name__)


class Library(Protocol):
    """What of a `core.collection.Collection` an assistant reaches: nothing that changes anything."""

    def search(self, query: Query) -> SearchReply: ...

    def passages_around(self, passage_id: PassageId, before: int, after: int) -> Sequence[PassageInPlace]: ...


Understand = Callable[[str], ParsedQuestion]
"""What a person (or an assistant) typed -> the question; folders are looked up as they are now."""


class RefusedError(Exception):
    """A tool cannot do what it was asked; the text says why, to the assistant and to its person."""


class Tools:
    """`call` is all there is. Thread-safe, as the library is."""

    def __init__(self, library: Library, understand: Understand) -> None:
        self._library = library
        self._understand = understand

    def call(self, name: str, arguments: dict[str, Any]) -> BaseModel:
        """Run a tool. Raises RefusedError, in words and without a traceback; KeyError for an unknown name."""
        run = {SEARCH.name: self._search, READ_PASSAGE.name: self._read_passage}[name]
        try:
            return run(arguments)
        except ValidationError as error:
            raise RefusedError(_wrong_arguments(error)) from error
        except (CoreError, OSError) as error:
            raise RefusedError(explain(error).in_one_line) from error
        except RefusedError:
            raise
        except Exception as error:
            # What a mistake of ours says may name anything, and an assistant keeps what is on stderr, too.
            _log.error("%s failed: %s at %s", name, type(error).__name__, _places(error))
            told = f"Mikke made a mistake ({type(error).__name__}). Please report this."
            raise RefusedError(told) from error

    def _search(self, arguments: dict[str, Any]) -> SearchAnswer:
        asked = SearchArguments.model_validate(arguments)
        question = self._understand(asked.question)
        reply = self._library.search(replace(question.query, limit=asked.limit))
        return search_answer(reply, question.hints)

    def _read_passage(self, arguments: dict[str, Any]) -> ReadAnswer:
        asked = ReadArguments.model_validate(arguments)
        try:
            found = self._library.passages_around(passage_id(asked), asked.before, asked.after)
        except KeyError as error:
            told = f"There is no passage {asked.passage_id} in the library, or not any more. Search again."
            raise RefusedError(told) from error
        return read_answer(found)


def _places(error: Exception) -> str:
    """Where in the program it happened: `tools.py:57 searcher.py:120`."""
    frames = traceback.extract_tb(error.__traceback__)
    return " ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)


def _wrong_arguments(error: ValidationError) -> str:
    """What is wrong with which argument, in pydantic's words, without what was given."""
    said = [(".".join(map(str, each["loc"])), each["msg"]) for each in error.errors(include_input=False)]
    return "Wrong arguments. " + " ".join(f"{name}: {text}." for name, text in said)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDescription:
    """A tool as a client sees it."""

    name: str
    title: str
    told: str
    arguments: type[BaseModel]
    answer: type[BaseModel]


SEARCH = ToolDescription(
    name="search",
    title="Search the files of the person on this computer",
    told="Finds passages in the person's own files (PDF, HTML, Markdown, text, source code) that answer a "
    "question in any language, and tells in which file and on which page they stand. Use it whenever an "
    f"answer may stand in the person's documents. At most {MOST_RESULTS} documents, the best first, each "
    "with up to three passages. It reads the index only and changes nothing.",
    arguments=SearchArguments,
    answer=SearchAnswer,
)
READ_PASSAGE = ToolDescription(
    name="read_passage",
    title="Read a passage and what stands around it",
    told="Gives a passage that `search` found with its neighbours in the same document, in order: up to "
    f"{MOST_NEIGHBOURS} before and {MOST_NEIGHBOURS} after it. Use it when a passage alone is not enough.",
    arguments=ReadArguments,
    answer=ReadAnswer,
)
ALL_TOOLS = {tool.name: tool for tool in (SEARCH, READ_PASSAGE)}
