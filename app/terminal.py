"""How answers, counts and progress look in a terminal."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import assert_never

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from app.messages import reason_text
from core.domain import Document, DocumentState, Hit, LibraryStatus, Result, SearchReply
from core.progress import (
    Checking,
    Committed,
    Damaged,
    FileDone,
    IndexEvent,
    Merging,
    Reading,
    Scanning,
    SourceMissing,
    Training,
    Verified,
    VerifyEvent,
)

_STRONG = 0.75
"""Highlights at least this strong stand out most."""


_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), "?")
"""A file may be named after an escape sequence, and its text may hold one: none reaches the terminal."""


def prepare_streams() -> None:
    """UTF-8 whatever the locale says, and no crash on a file name that is not text, or without a stream."""
    # Python has None for a stream that is closed already when it starts (`>&-`).
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for good
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for good
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def abandon_stdout() -> None:
    """Nobody reads any more (`| head -1`): what is still buffered goes nowhere, and no second error comes."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def settle_stdout() -> None:
    """Write what is still buffered, or give it up: at its end Python would try again and complain itself."""
    try:
        sys.stdout.flush()
    except OSError:
        abandon_stdout()


def shown(what: Path | str) -> str:
    """A path or title for people: bytes that are no text, and control characters, become question marks."""
    return str(what).encode("utf-8", "replace").decode("utf-8").translate(_CONTROLS)


def say(line: str) -> None:
    _console().print(line, markup=False, highlight=False, soft_wrap=True)


def complain(line: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"mikke: {shown(' '.join(line.splitlines()))}\n")


# --- Progress ------------------------------------------------------------------------------------


def follow(events: Iterable[VerifyEvent], title: str) -> Verified | None:
    """Run a job to its end with a progress bar on stderr; returns what a verification ends with."""
    verified = None
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[file]}", markup=False),
    )
    console = _Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(title, total=None, file="")
        for event in events:
            match event:
                case Scanning(folder=folder, files=files):
                    progress.update(bar, file=f"{shown(folder)}: {files} files seen")
                case Reading(path=path, done=done, total=total) | Checking(path=path, done=done, total=total):
                    progress.update(bar, completed=done, total=total, file=shown(Path(path.name)))
                case FileDone(done=done, total=total):
                    progress.update(bar, completed=done, total=total)
                case SourceMissing(folder=folder):
                    complain(f"{shown(folder)} is not there now; what was read from it is kept")
                case Merging() | Training():
                    progress.update(bar, file=_maintaining(event))
                case Damaged(path=path, detail=detail):
                    complain(f"{shown(path)} is damaged: {detail}")
                case Verified():
                    verified = event
                case Committed():
                    pass
                case _:
                    assert_never(event)
    return verified


def _maintaining(event: Merging | Training) -> str:
    if isinstance(event, Merging):
        return f"merging {event.segments} segments, {event.tokens:,} tokens"
    return f"learning {event.centroids:,} centroids from {event.tokens:,} tokens, a minute or two"


def follow_quietly(events: Iterable[IndexEvent]) -> None:
    """Run a job to its end with one line for each file that was read."""
    for event in events:
        if isinstance(event, FileDone):
            reason = f": {reason_text(event.reason)}" if event.reason else ""
            say(f"{event.state}  {shown(event.path)}{reason}")


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


# --- Answers -------------------------------------------------------------------------------------


def print_reply(reply: SearchReply) -> None:
    """The results, best first, with the matching words highlighted."""
    console = _console()
    for number, result in enumerate(reply.results, start=1):
        console.print(_heading(number, result), soft_wrap=True)
        for hit in result.hits:
            console.print(_snippet(hit, styled=console.is_terminal), soft_wrap=True)
        console.print()
    if not reply.results:
        console.print(f"Nothing found in {reply.passages_searched:,} passages.", highlight=False)
        return
    seen = f"{len(reply.results)} results from {reply.passages_searched:,} passages"
    console.print(f"{seen} in {reply.elapsed_ms:.0f} ms", style="dim", highlight=False)


def _heading(number: int, result: Result) -> Text:
    title = result.document.title or result.document.path.stem
    heading = Text(f"{number}. ").append(shown(title), style="bold")
    page = result.hits[0].page
    place = shown(result.document.path) + (f", page {page}" if page else "")
    return heading.append(f"  {place}  ", style="cyan").append(f"{result.score:.2f}", style="dim")


def _snippet(hit: Hit, *, styled: bool) -> Text:
    """Colours in a terminal; «guillemets» where there are none."""
    text = Text("   ")
    if hit.page:
        text.append(f"p. {hit.page}  ", style="dim")
    for part, strength in _parts(hit):
        if strength == 0:
            text.append(part)
        elif styled:
            text.append(part, style="bold reverse" if strength >= _STRONG else "bold underline")
        else:
            text.append(f"«{part}»")
    return text


def _parts(hit: Hit) -> Iterator[tuple[str, float]]:
    """The snippet on one line, cut where highlights start and end; strength 0 is plain text."""
    position = hit.snippet.start
    for highlight in hit.highlights:
        if highlight.span.start < position or highlight.span.end > hit.snippet.end:
            continue
        yield _one_line(hit.text[position : highlight.span.start]), 0.0
        yield _one_line(hit.text[highlight.span.start : highlight.span.end]), highlight.strength
        position = highlight.span.end
    yield _one_line(hit.text[position : hit.snippet.end]), 0.0


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\t", " ").translate(_CONTROLS)


# --- Status --------------------------------------------------------------------------------------


def print_counts(status: LibraryStatus) -> None:
    """One line: how many documents are in which state."""
    counts = ", ".join(f"{count:,} {state}" for state, count in status.documents.items() if count)
    say(f"Documents: {counts or 'none'}. Passages: {status.passages:,}.")


def print_status(status: LibraryStatus, files: Iterable[Document] | None) -> None:
    """Counts, sizes and the model; with `files`, each with its state and reason."""
    say(f"Model: {status.model}")
    for source in status.sources:
        say(f"Folder: {shown(source.path)}")
    print_counts(status)
    say(f"Index: {status.tokens:,} tokens, {status.index_bytes / 1e6:,.1f} MB")
    for file in files or ():
        reason = f"  {reason_text(file.reason)}" if file.reason else ""
        line = Text(f"{file.state:<10} {shown(file.path)}{reason}")
        _console().print(line, style="red" if file.state is DocumentState.FAILED else None, soft_wrap=True)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to whoever runs the command; rich would exit with 1."""
        raise BrokenPipeError


def _console() -> Console:
    return _Console(highlight=False, emoji=False)
