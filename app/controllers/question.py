"""Understands what is typed against what the library has, and writes filters into the text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from core.domain import Filter, FilterKind, Hint, ParsedQuestion
from core.search.question import parse as question


class QuestionReader:
    """Knows the folders that `in:` can name. Everything here is quick: it runs with every keystroke."""

    def __init__(self) -> None:
        self._sources: tuple[Path, ...] = ()
        self._folders: tuple[Path, ...] = ()

    def set_sources(self, sources: Sequence[Path]) -> bool:
        """Whether they are others than before, so that a question may mean something else now."""
        changed, self._sources = self._sources != tuple(sources), tuple(sources)
        return changed

    def set_folders(self, folders: Sequence[Path]) -> bool:
        """The folders below the sources; True if they are others than before."""
        changed, self._folders = self._folders != tuple(folders), tuple(folders)
        return changed

    def read(self, typed: str) -> ParsedQuestion:
        known = question.Known(
            today=datetime.now().astimezone().date(),
            sources=self._sources,
            folders=self._folders,
            home=Path.home(),
        )
        return question.parse(typed, known)

    def names_folders(self, typed: str) -> bool:
        return question.names_folders(typed)

    def without(self, typed: str, removed: Filter) -> str:
        return question.without_filter(typed, removed)

    def with_filter(self, typed: str, kind: FilterKind, value: str) -> str:
        return question.with_filter(typed, kind, value)

    def corrected(self, typed: str, hint: Hint) -> str:
        return typed.replace(hint.typed, hint.suggestion, 1)
