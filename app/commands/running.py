"""What all commands share: opening the library, stopping in good order, telling of failures."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from app import terminal
from app.composition import App, build
from app.messages import UserMessage
from core.layout import LibraryLayout, ModelsLayout, default_library, default_models
from core.progress import CancelToken

OK, DAMAGED, USAGE, FAILED = 0, 1, 2, 3


def open_app(parsed: argparse.Namespace) -> App:
    return build(
        LibraryLayout(parsed.library or default_library()), ModelsLayout(parsed.models or default_models())
    )


def index(app: App, title: str) -> None:
    """Bring the library up to date: its files, and another model if one is to take over."""
    with cancelled_by_ctrl_c() as cancel:
        terminal.follow(app.collection.sync(cancel), title)
        switch(app, cancel)
        terminal.follow(app.collection.maintain(cancel), "Tidying up the index")
    terminal.print_counts(app.collection.status())


def switch(app: App, cancel: CancelToken) -> None:
    """Encode with the next model, if there is one."""
    terminal.follow(app.collection.switch(cancel), "Encoding with another model")


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


def one_line(message: UserMessage) -> str:
    """A message for people on one line."""
    parts = (message.title, message.detail, message.action)
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)
