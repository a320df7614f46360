"""The main job without a window: index a folder, then answer a Japanese and an English question."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from app import terminal
from app.composition import App, build
from core.domain import DocumentState, LibraryStatus, Query, SearchReply
from core.layout import SAMPLE_LIBRARY, SAMPLE_QUESTIONS, LibraryLayout, default_library, tour_library
from core.progress import CancelToken

_KANA = re.compile(r"[\u3041-\u30ff]")
_ENGLISH = re.compile(r"[A-Za-z]+(?:[ '-][A-Za-z]+){1,9}")
_ANSWERS = 3


class Tour:
    """A library with what the tour shows. Use as a context manager."""

    def __init__(self, app: App, folders: Sequence[Path]) -> None:
        self._app = app
        self._folders = tuple(folders)

    @classmethod
    def open(cls, folders: Sequence[Path], library: Path | None) -> Self:
        """Index `folders`, or the sample library in a library of its own."""
        layout = LibraryLayout(library or (default_library() if folders else tour_library()))
        app = build(layout)
        try:
            for folder in folders or [SAMPLE_LIBRARY]:
                app.collection.add_source(folder)
            terminal.follow(app.collection.sync(CancelToken()), "Indexing")
            terminal.follow(app.collection.maintain(CancelToken()), "Tidying up the index")
        except BaseException:
            app.close()
            raise
        return cls(app, [folder.resolve() for folder in folders])

    @property
    def app(self) -> App:
        return self._app

    def status(self) -> LibraryStatus:
        return self._app.collection.status()

    def questions(self) -> list[str]:
        """Those that were written for the sample library; for any other folder the title of one of its
        Japanese and one of its English documents.
        """
        if not self._folders:
            questions = json.loads(SAMPLE_QUESTIONS.read_text(encoding="utf-8"))
            return [str(question["question"]) for question in questions]
        states = frozenset({DocumentState.INDEXED, DocumentState.TRUNCATED})
        titles = [document.title for document in self._app.collection.documents(states)]
        japanese = next((title for title in titles if _KANA.search(title)), None)
        english = next((title for title in titles if _ENGLISH.fullmatch(title)), None)
        return [title for title in (japanese, english) if title]

    def ask(self, question: str) -> SearchReply:
        """The best few answers from the folders of this tour."""
        return self._app.collection.search(Query(text=question, folders=self._folders, limit=_ANSWERS))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._app.close()
