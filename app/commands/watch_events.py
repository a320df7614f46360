"""What `mikke watch` tells: lines for people, or with --json one object a line for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from app import terminal
from app.commands.as_json import print_json
from app.commands.failures import error_json
from app.messages import UserMessage, reason_text
from core.domain import DocumentState, LibraryStatus
from core.progress import FileDone, IndexEvent, ModelChanged


class Told(Protocol):
    """Whoever is told. Called from several threads."""

    def looking(self, events: Iterable[IndexEvent]) -> None:
        """Run the first look at all folders to its end."""

    def watching(self, status: LibraryStatus) -> None:
        """From now on changes are noticed."""

    def happening(self, events: Iterable[IndexEvent]) -> None:
        """Run a job that a change has led to."""

    def problem(self, message: UserMessage, kind: str) -> None:
        """Something is not as it should be; the watch goes on."""


class ForPeople:
    def looking(self, events: Iterable[IndexEvent]) -> None:
        terminal.follow(events, "Looking at all folders")

    def watching(self, status: LibraryStatus) -> None:
        terminal.print_counts(status)
        terminal.say("Watching. Press Ctrl+C to stop.")

    def happening(self, events: Iterable[IndexEvent]) -> None:
        terminal.follow_quietly(events)

    def problem(self, message: UserMessage, kind: str) -> None:  # noqa: ARG002 - for programs
        terminal.complain(message.in_one_line)


class ForPrograms:
    """`event` says what a line is: file, model, watching, problem."""

    def looking(self, events: Iterable[IndexEvent]) -> None:
        self.happening(events)

    def watching(self, status: LibraryStatus) -> None:
        documents = {str(state): status.documents[state] for state in DocumentState}
        print_json({"event": "watching", "documents": documents, "passages": status.passages})

    def happening(self, events: Iterable[IndexEvent]) -> None:
        for event in events:
            if isinstance(event, FileDone):
                reason = reason_text(event.reason) if event.reason else None
                print_json(
                    {"event": "file", "path": str(event.path), "state": str(event.state), "reason": reason}
                )
            elif isinstance(event, ModelChanged):
                print_json({"event": "model", "model": event.model})

    def problem(self, message: UserMessage, kind: str) -> None:
        terminal.complain(message.in_one_line)
        print_json({"event": "problem"} | error_json(message, kind))
