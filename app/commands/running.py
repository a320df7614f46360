"""What all commands share: opening the library, stopping in good order, bringing it up to date."""

from __future__ import annotations

import argparse
import signal
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from app import terminal
from app.commands.as_json import damaged_json
from app.composition import App, build
from app.model_messages import explain_fallback
from core.domain import DocumentState, LibraryStatus
from core.layout import LibraryLayout, ModelsLayout, default_library, default_models
from core.progress import CancelToken, Damaged, FileDone, SourceMissing

AnyEvent = TypeVar("AnyEvent")


@contextmanager
def open_app(parsed: argparse.Namespace) -> Iterator[App]:
    """The library of this command. Says at the end if another model had to answer than was chosen."""
    with build(layout_of(parsed), ModelsLayout(parsed.models or default_models())) as app, told_at_end(app):
        yield app


@contextmanager
def told_at_end(app: App) -> Iterator[None]:
    """When the block ends, in whatever way, people are told if the built-in model had to stand in."""
    try:
        yield
    finally:
        if app.collection.fell_back is not None:
            terminal.complain(explain_fallback(app.collection.fell_back).in_one_line)


def layout_of(parsed: argparse.Namespace) -> LibraryLayout:
    return LibraryLayout(parsed.library or default_library())


class Outcome:
    """What came of bringing the library up to date; it collects while the events pass through it."""

    def __init__(self) -> None:
        self._read: Counter[DocumentState] = Counter()
        self._missing: list[Path] = []
        self._damaged: list[Damaged] = []

    def noting(self, events: Iterable[AnyEvent]) -> Iterator[AnyEvent]:
        for event in events:
            match event:
                case FileDone():
                    self._read[event.state] += 1
                case SourceMissing():
                    self._missing.append(event.folder)
                case Damaged():
                    self._damaged.append(event)
            yield event

    def as_json(self, status: LibraryStatus) -> dict[str, object]:
        """`read` counts the files that were read now, the rest is the library as it is after that."""
        return {
            "read": {str(state): self._read[state] for state in DocumentState if state in self._read},
            "missing": [str(folder) for folder in self._missing],
            "damaged": damaged_json(self._damaged),
            "model": status.model,
            "documents": {str(state): status.documents[state] for state in DocumentState},
            "passages": status.passages,
        }


def index(app: App, title: str, *, as_json: bool) -> dict[str, object]:
    """Bring the library up to date: its files, and another model if one is to take over.

    People are told of it; returns what programs are told.
    """
    outcome, tell = Outcome(), teller(as_json=as_json)
    with cancelled_by_ctrl_c() as cancel:
        terminal.follow(outcome.noting(app.collection.sync(cancel)), title, tell)
        switch(app, cancel, tell)
        tidying = outcome.noting(app.collection.maintain(cancel))
        terminal.follow(tidying, "Tidying up the index", tell)
    status = app.collection.status()
    if not as_json:
        terminal.print_counts(status)
    return outcome.as_json(status)


def teller(*, as_json: bool) -> terminal.Tell:
    """For what people should know while something runs: stdout, unless that is a program's."""
    return terminal.complain if as_json else terminal.say


def switch(app: App, cancel: CancelToken, tell: terminal.Tell) -> None:
    """Encode with the next model, if there is one."""
    terminal.follow(app.collection.switch(cancel), "Encoding with another model", tell)


@contextmanager
def cancelled_by_ctrl_c() -> Iterator[CancelToken]:
    """The first Ctrl+C ends the job in good order, so that what was done is kept; a second one at once."""
    cancel = CancelToken()

    def stop(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        cancel.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)
