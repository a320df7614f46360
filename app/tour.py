"""The main job without a window: index a folder, ask a Japanese and an English question, show the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from app import terminal
from app.composition import build
from core.collection import Collection
from core.domain import DocumentState, Query
from core.layout import SAMPLE_LIBRARY, SAMPLE_QUESTIONS, LibraryLayout, default_library, tour_library
from core.progress import CancelToken

_KANA = re.compile(r"[\u3041-\u30ff]")
_ENGLISH = re.compile(r"[A-Za-z]+(?:[ '-][A-Za-z]+){1,9}")
_ANSWERS = 3


def run(folders: Sequence[Path], library: Path | None, questions: Sequence[str]) -> int:
    """Index `folders`, or the sample library in a library of its own, and answer; returns the exit code.

    Without `questions` the sample library is asked those that were written for it, and any other folder for
    the title of one of its Japanese and one of its English documents.
    """
    own = bool(folders)
    layout = LibraryLayout(library or (default_library() if own else tour_library()))
    with build(layout) as app:
        for folder in folders or [SAMPLE_LIBRARY]:
            app.collection.add_source(folder)
        terminal.follow(app.collection.sync(CancelToken()), "Indexing")
        terminal.follow(app.collection.maintain(CancelToken()), "Tidying up the index")
        terminal.print_counts(app.collection.status())
        searched = tuple(folder.resolve() for folder in folders)
        asked = questions or (_titles(app.collection) if own else _sample_questions())
        if not asked:
            terminal.say("No title among these files makes a question. Ask your own: mikke search QUESTION")
        for question in asked:
            terminal.say(f"\n? {question}\n")
            terminal.print_reply(
                app.collection.search(Query(text=question, folders=searched, limit=_ANSWERS))
            )
    return 0


def _sample_questions() -> list[str]:
    questions = json.loads(SAMPLE_QUESTIONS.read_text(encoding="utf-8"))
    return [str(question["question"]) for question in questions]


def _titles(collection: Collection) -> list[str]:
    found = collection.documents(frozenset({DocumentState.INDEXED, DocumentState.TRUNCATED}))
    titles = [document.title for document in found]
    japanese = next((title for title in titles if _KANA.search(title)), None)
    english = next((title for title in titles if _ENGLISH.fullmatch(title)), None)
    return [title for title in (japanese, english) if title]
