"""How long jobs look while they run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import assert_never

from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from app.messages import reason_text
from app.terminal.streams import Tell, complain, console, say, shown
from core.domain import Model
from core.progress import (
    Checking,
    CheckingModel,
    Committed,
    Damaged,
    Fetching,
    FileDone,
    IndexEvent,
    InstallEvent,
    Merging,
    ModelChanged,
    ModelInstalled,
    NotingWords,
    Reading,
    Reencoding,
    Scanning,
    SourceMissing,
    Training,
    Verified,
    VerifyEvent,
)


def follow(events: Iterable[VerifyEvent], title: str, tell: Tell = say) -> Verified | None:
    """Run a job to its end with a progress bar on stderr; returns what a verification ends with.

    `tell`: for what is worth knowing after the bar has gone.
    """
    verified = None
    with _progress(MofNCompleteColumn()) as progress:
        bar = progress.add_task(title, total=None, file="")
        for event in events:
            match event:
                case Scanning(folder=folder, files=files):
                    progress.update(bar, file=f"{shown(folder)}: {files} files seen")
                case Reading(path=path, done=done, total=total) | Checking(path=path, done=done, total=total):
                    progress.update(bar, completed=done, total=total, file=shown(Path(path.name)))
                case (
                    FileDone(done=done, total=total)
                    | Reencoding(done=done, total=total)
                    | NotingWords(done=done, total=total)
                ):
                    progress.update(bar, completed=done, total=total)
                case SourceMissing() | Damaged():
                    complain(_trouble(event))
                case Merging() | Training():
                    progress.update(bar, file=_maintaining(event))
                case ModelChanged(model=model):
                    tell(f"From now on {model} answers.")
                case Verified():
                    verified = event
                case Committed():
                    pass
                case _:
                    assert_never(event)
    return verified


def follow_installation(events: Iterable[InstallEvent], title: str) -> Model:
    """Run an installation to its end, with a progress bar on stderr; returns what is installed now."""
    model = None
    with _progress(DownloadColumn(binary_units=False), TransferSpeedColumn()) as progress:
        bar = progress.add_task(title, total=None, file="")
        for event in events:
            match event:
                case Fetching(file=file, done=done, total=total):
                    progress.update(bar, completed=done, total=total, file=shown(file))
                case CheckingModel():
                    progress.update(bar, file="loading it and trying it out")
                case ModelInstalled(model=installed):
                    model = installed
                case _:
                    assert_never(event)
    assert model is not None, "it is the last event"
    return model


def _progress(*counts: ProgressColumn) -> Progress:
    """A bar on stderr with these columns for how far it is; none where stderr is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *counts,
        TimeRemainingColumn(),
        TextColumn("{task.fields[file]}", markup=False),
    )
    errors = console(stderr=True)
    return Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal)


def _trouble(event: SourceMissing | Damaged) -> str:
    if isinstance(event, Damaged):
        return f"{shown(event.path)} is damaged: {event.detail}"
    return f"{shown(event.folder)} is not there now; what was read from it is kept"


def _maintaining(event: Merging | Training) -> str:
    if isinstance(event, Merging):
        return f"merging {event.segments} segments, {event.tokens:,} tokens"
    return f"learning {event.centroids:,} centroids from {event.tokens:,} tokens, a minute or two"


def follow_quietly(events: Iterable[IndexEvent]) -> None:
    """Run a job to its end with one line for each file that was read, and for another model that answers."""
    for event in events:
        if isinstance(event, FileDone):
            reason = f": {reason_text(event.reason)}" if event.reason else ""
            say(f"{event.state}  {shown(event.path)}{reason}")
        elif isinstance(event, ModelChanged):
            say(f"From now on {event.model} answers.")
