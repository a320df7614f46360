"""How the state of a library looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from app.messages import reason_text
from app.terminal.streams import console, say, shown
from core.domain import Document, DocumentState, LibraryStatus
from core.progress import Verified

_MOST_LANGUAGES = 8
"""Named one by one."""


def print_counts(status: LibraryStatus) -> None:
    """One line: how many documents are in which state."""
    counts = ", ".join(f"{count:,} {state}" for state, count in status.documents.items() if count)
    say(f"Documents: {counts or 'none'}. Passages: {status.passages:,}.")


def print_status(status: LibraryStatus, files: Iterable[Document] | None) -> None:
    """Counts, sizes and the model; with `files`, each with its state and reason."""
    say(f"Model: {status.model}")
    if status.switch:
        done, total = status.switch.done, status.switch.total
        say(f"On the way to {status.switch.model}: {done:,} of {total:,} passages.")
    for source in status.sources:
        say(
            f"Folder: {shown(source.path)}"
            + (f" (all of it is {source.language})" if source.language else "")
        )
    print_counts(status)
    if status.languages:
        say(f"Languages: {_languages(status)}")
    say(f"Index: {status.tokens:,} tokens, {status.index_bytes / 1e6:,.1f} MB")
    for file in files or ():
        reason = f"  {reason_text(file.reason)}" if file.reason else ""
        line = Text(f"{file.state:<10} {shown(file.path)}{reason}")
        console().print(line, style="red" if file.state is DocumentState.FAILED else None, soft_wrap=True)


def _languages(status: LibraryStatus) -> str:
    """The most frequent, with the number of their passages."""
    named = [f"{language or 'unknown'} {count:,}" for language, count in status.languages.items()]
    more = f" and {len(named) - _MOST_LANGUAGES} more" if len(named) > _MOST_LANGUAGES else ""
    return ", ".join(named[:_MOST_LANGUAGES]) + more


def print_verified(verified: Verified) -> None:
    """What a verification found, in a sentence or two."""
    read = f"Read {verified.files} files of the library, {verified.bytes / 1e6:,.1f} MB"
    if not verified.damaged:
        say(f"{read}: all is as it was written.")
        return
    mended = len(verified.damaged) - len(verified.unmended)
    say(f"{read}: {len(verified.damaged)} damaged, {mended} made again.")
    for damaged in verified.unmended:
        say(f"Could not be made again: {shown(damaged.path)} ({shown(damaged.detail)})")
