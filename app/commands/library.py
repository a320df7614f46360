"""The commands about the library: its folders, questions to it, what it holds."""

from __future__ import annotations

import argparse
from pathlib import Path

from app import terminal
from app.commands.as_json import print_json, reply_json, status_json, verified_json
from app.commands.running import DAMAGED, OK, cancelled_by_ctrl_c, index, open_app
from core.domain import Query
from core.errors import LibraryDamagedError, UnknownSourceError
from core.progress import Damaged, Verified


def window(parsed: argparse.Namespace) -> int:
    with open_app(parsed) as app:
        return int(parsed.open_window(app, parsed.folder))


def add(parsed: argparse.Namespace) -> int:
    with open_app(parsed) as app:
        for folder in parsed.folder:
            app.collection.add_source(folder)
        index(app, f"Indexing {', '.join(map(terminal.shown, parsed.folder))}")
    return OK


def search(parsed: argparse.Namespace) -> int:
    query = Query(
        text=parsed.question,
        folders=_folders(parsed.folder),
        formats=parsed.type,
        limit=parsed.limit,
        modified_from_ns=parsed.since,
        modified_before_ns=parsed.before,
    )
    with open_app(parsed) as app:
        reply = app.collection.search(query)
        if parsed.json:
            print_json(reply_json(reply))
        else:
            terminal.print_reply(reply)
    return OK


def status(parsed: argparse.Namespace) -> int:
    with open_app(parsed) as app:
        found = app.collection.status()
        files = app.collection.documents() if parsed.files else None
        if parsed.json:
            print_json(status_json(found, files))
        else:
            terminal.print_status(found, files)
    return OK


def sync(parsed: argparse.Namespace) -> int:
    with open_app(parsed) as app:
        index(app, "Looking at all folders")
    return OK


def verify(parsed: argparse.Namespace) -> int:
    try:
        with open_app(parsed) as app, cancelled_by_ctrl_c() as cancel:
            verified = terminal.follow(app.collection.verify(cancel), "Reading the whole library")
    except LibraryDamagedError as error:  # not even to be opened
        damaged = (Damaged(path=error.path, detail=error.detail),)
        verified = Verified(files=0, bytes=0, damaged=damaged, unmended=damaged)
    assert verified is not None, "it is the last event"
    if parsed.json:
        print_json(verified_json(verified))
    else:
        terminal.print_verified(verified)
    return DAMAGED if verified.unmended else OK


def forget(parsed: argparse.Namespace) -> int:
    with open_app(parsed) as app:
        changes = app.collection.forget_source(parsed.folder)
        terminal.say(f"Forgot {terminal.shown(parsed.folder)}: {len(changes.documents)} documents.")
    return OK


def language(parsed: argparse.Namespace) -> int:
    """What is encoded otherwise by it is encoded again at once."""
    with open_app(parsed) as app:
        app.collection.set_language(parsed.folder, parsed.language)
        index(app, f"Looking at {terminal.shown(parsed.folder)}")
    return OK


def tour(parsed: argparse.Namespace) -> int:
    from app import tour as the_tour  # noqa: PLC0415 - only this command needs it

    return the_tour.run(parsed.folder, parsed.library, parsed.ask)


def _folders(folder: Path | None) -> tuple[Path, ...]:
    if folder is None:
        return ()
    if not folder.is_dir():
        raise UnknownSourceError(folder)
    return (folder.resolve(),)
