"""The commands about the library: its folders, and what it holds."""

from __future__ import annotations

import argparse

from app import terminal
from app.commands.as_json import print_json, reply_json, status_json, verified_json
from app.commands.failures import DAMAGED, OK
from app.commands.running import cancelled_by_ctrl_c, index, open_app, teller, told_at_end
from core.errors import LibraryDamagedError
from core.progress import Damaged, Verified


def window(parsed: argparse.Namespace) -> int:
    with open_app(parsed) as app:
        return int(parsed.open_window(app, parsed.folder))


def add(parsed: argparse.Namespace) -> int:
    with open_app(parsed) as app:
        for folder in parsed.folder:
            app.collection.add_source(folder)
        title = f"Indexing {', '.join(map(terminal.shown, parsed.folder))}"
        outcome = index(app, title, as_json=parsed.json)
        if parsed.json:
            print_json({"added": [str(folder.resolve()) for folder in parsed.folder]} | outcome)
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
        outcome = index(app, "Looking at all folders", as_json=parsed.json)
        if parsed.json:
            print_json(outcome)
    return OK


def verify(parsed: argparse.Namespace) -> int:
    try:
        with open_app(parsed) as app, cancelled_by_ctrl_c() as cancel:
            verified = terminal.follow(
                app.collection.verify(cancel), "Reading the whole library", teller(as_json=parsed.json)
            )
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
    with open_app(parsed) as app, cancelled_by_ctrl_c() as cancel:
        changes = app.collection.forget_source(parsed.folder)
        # Its words leave the disk only by this.
        tidying = app.collection.maintain(cancel)
        terminal.follow(tidying, "Tidying up the index", teller(as_json=parsed.json))
        if parsed.json:
            print_json({"forgotten": str(parsed.folder.absolute()), "documents": len(changes.documents)})
        else:
            terminal.say(f"Forgot {terminal.shown(parsed.folder)}: {len(changes.documents)} documents.")
    return OK


def language(parsed: argparse.Namespace) -> int:
    """What is encoded otherwise by it is encoded again at once."""
    with open_app(parsed) as app:
        app.collection.set_language(parsed.folder, parsed.language)
        outcome = index(app, f"Looking at {terminal.shown(parsed.folder)}", as_json=parsed.json)
        if parsed.json:
            print_json({"folder": str(parsed.folder.absolute()), "language": parsed.language} | outcome)
    return OK


def tour(parsed: argparse.Namespace) -> int:
    from app.tour import Tour  # noqa: PLC0415 - only this command needs it

    with Tour.open(parsed.folder, parsed.library) as tour, told_at_end(tour.app):
        questions = parsed.ask or tour.questions()
        if parsed.json:
            replies = [{"question": question} | reply_json(tour.ask(question)) for question in questions]
            print_json({"library": status_json(tour.status(), None), "answers": replies})
            return OK
        terminal.print_counts(tour.status())
        if not questions:
            terminal.say("No title among these files makes a question. Ask your own: mikke search QUESTION")
        for question in questions:
            terminal.say(f"\n? {question}\n")
            terminal.print_reply(tour.ask(question))
    return OK
