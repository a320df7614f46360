"""The questions that a person asked lately: one small file in the library folder; it can be switched off."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core.layout import LibraryLayout
from core.settings import load_settings, save_settings

HISTORY_VERSION = 1

MOST_QUESTIONS = 200
MOST_CHARACTERS = 1000
"""A text longer than this was pasted, and nobody looks for it in a list."""

SAME_QUESTION_S = 600.0
"""Within this time a question that goes on where the newest one ended is that one, typed further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    text: str
    asked_s: float


class History:
    """The questions of one library. Each method reads the file anew: another program may have cleared it."""

    def __init__(
        self, layout: LibraryLayout, *, enabled: bool = True, clock: Callable[[], float] = time.time
    ) -> None:
        self._layout = layout
        self._enabled = enabled
        self._clock = clock

    @property
    def enabled(self) -> bool:
        """Whether questions are remembered."""
        return self._enabled

    def enable(self, enabled: bool) -> None:  # noqa: FBT001 - a setter of one property
        """Switch it on or off, for the next start, too. Off, what was remembered is forgotten.

        Raises what load_settings raises, OSError.
        """
        settings = load_settings(self._layout.settings)
        if settings.keep_history != enabled:
            save_settings(self._layout.settings, replace(settings, keep_history=enabled))
        self._enabled = enabled
        if not enabled:
            self.clear()

    def all(self) -> tuple[str, ...]:
        """The questions, the newest first. Raises OSError."""
        return tuple(asked.text for asked in self._read())

    def add(self, text: str) -> None:
        """Remember a question as the newest one, if history is on. It takes the place of the same one asked
        before, and of its own beginning asked just now. Raises OSError.
        """
        text = text.strip()
        if not self._enabled or not text or len(text) > MOST_CHARACTERS:
            return
        now_s = self._clock()
        kept = self._read()
        if kept and text.startswith(kept[0].text) and 0 <= now_s - kept[0].asked_s <= SAME_QUESTION_S:
            kept = kept[1:]
        others = [asked for asked in kept if asked.text != text]
        self._write([_Asked(text=text, asked_s=now_s), *others][:MOST_QUESTIONS])

    def remove(self, text: str) -> None:
        """Forget a question; one that is not there changes nothing. Raises OSError."""
        asked = self._read()
        others = [each for each in asked if each.text != text]
        if len(others) < len(asked):
            self._write(others)

    def clear(self) -> None:
        """Forget all questions: no file is left, nor one that was damaged. Raises OSError."""
        for file in (self._layout.history, self._layout.damaged_history, self._draft):
            file.unlink(missing_ok=True)

    @property
    def _draft(self) -> Path:
        return self._layout.history.with_suffix(".tmp")

    def _read(self) -> list[_Asked]:
        """A file that is not what we wrote is put aside: nobody should have to mend a history."""
        try:
            content = self._layout.history.read_bytes()
        except FileNotFoundError:
            return []
        try:
            return _parsed(content)
        except (ValueError, KeyError, TypeError, RecursionError):
            self._layout.history.replace(self._layout.damaged_history)
            return []

    def _write(self, asked: Sequence[_Asked]) -> None:
        """In one step: a crash leaves the old file or the new one. Only its owner can read it."""
        content = {"version": HISTORY_VERSION, "questions": [asdict(each) for each in asked]}
        self._draft.unlink(missing_ok=True)
        handle = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        self._draft.replace(self._layout.history)


def _parsed(content: bytes) -> list[_Asked]:
    raw: dict[str, Any] = json.loads(content)
    if raw["version"] != HISTORY_VERSION:
        raise ValueError(f"version {raw['version']!r}")
    found = [_Asked(**each) for each in raw["questions"]]
    for asked in found:
        if type(asked.text) is not str or type(asked.asked_s) not in (int, float):
            raise ValueError(f"no question: {asked!r}")
    return found[:MOST_QUESTIONS]
