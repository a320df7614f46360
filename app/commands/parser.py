"""Usage: which commands there are, and what each takes."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from app import terminal
from app.commands import asking, library, models, serving, watching
from app.commands.failures import Parser
from core.domain import UNKNOWN_LANGUAGE, Language, ModelName, Order
from core.extract.formats import format_of
from core.search.question.dates import first_day, first_moment_ns

Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001 - it has no other name

_AUTO = "auto"


def make_parser() -> argparse.ArgumentParser:
    """Every command sets `command`, a function of what was parsed that returns the exit code."""
    parser = Parser(prog="mikke", description="Find anything in your own files.")
    _add_places(parser, None, "another library than your default one")
    parser.set_defaults(command=library.window, folder=[])
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_library(commands)
    _add_asking(commands)
    _add_models(commands)
    _add_serving(commands)
    for each in commands.choices.values():
        # After the command too; SUPPRESS keeps what stood before it.
        _add_places(each, argparse.SUPPRESS, argparse.SUPPRESS)
    return parser


def _add_places(parser: argparse.ArgumentParser, default: str | None, told: str) -> None:
    parser.add_argument("--library", type=Path, metavar="DIR", default=default, help=told)
    parser.add_argument("--models", type=Path, metavar="DIR", default=default, help=argparse.SUPPRESS)


def _add_library(commands: Commands) -> None:
    window = commands.add_parser("window", help="open the window (the default)")
    window.add_argument("folder", nargs="*", type=Path, help="folders to add")
    window.set_defaults(command=library.window)

    add = commands.add_parser("add", help="remember folders and index them now")
    add.add_argument("folder", nargs="+", type=Path)
    _add_json(add)
    add.set_defaults(command=library.add)

    sync = commands.add_parser("sync", help="look at all folders again, index what changed")
    _add_json(sync)
    sync.set_defaults(command=library.sync)

    watch = commands.add_parser("watch", help="stay and keep the library current")
    _add_json(watch, "one JSON object a line for every event")
    watch.set_defaults(command=watching.watch)

    verify = commands.add_parser("verify", help="read every byte of the library, make again what is damaged")
    _add_json(verify)
    verify.set_defaults(command=library.verify)

    forget = commands.add_parser("forget", help="drop a folder from the library (never from the disk)")
    forget.add_argument("folder", type=Path)
    _add_json(forget)
    forget.set_defaults(command=library.forget)

    language = commands.add_parser("language", help="say in which language a folder is written")
    language.add_argument("folder", type=Path)
    language.add_argument("language", type=_language, metavar="ja|auto", help="auto: each passage's own")
    _add_json(language)
    language.set_defaults(command=library.language)


def _add_asking(commands: Commands) -> None:
    search = commands.add_parser("search", help="ask a question")
    search.add_argument(
        "question",
        nargs="*",
        metavar="QUESTION",
        help='words, "exact words", -without, type:pdf, in:folder …',
    )
    search.add_argument("--limit", type=_positive, default=10, metavar="N", help="results (default: 10)")
    search.add_argument("--in", dest="folder", type=Path, metavar="FOLDER", help="only in this folder")
    search.add_argument(
        "--type", type=_formats, default=(), metavar="pdf,md", help="only files of these types"
    )
    search.add_argument(
        "--since", type=_day, metavar="DATE", help="only files modified on that day (2026-12-31) or later"
    )
    search.add_argument("--before", type=_day, metavar="DATE", help="only files modified before that day")
    search.add_argument(
        "--order",
        type=Order,
        choices=list(Order),
        default=Order.BEST,
        help="best first, or by date of the file",
    )
    search.add_argument("--like", type=int, metavar="PASSAGE_ID", help="passages like this one; no question")
    search.add_argument(
        "--explain", action="store_true", help="which word was answered by what, and how well"
    )
    _add_json(search)
    search.set_defaults(command=asking.search, usage=search.format_usage)

    history = commands.add_parser("history", help="the questions that were asked in the window")
    history.add_argument("--clear", action="store_true", help="forget them")
    keeping = history.add_mutually_exclusive_group()
    keeping.add_argument("--on", dest="keep", action="store_true", default=None, help="remember questions")
    keeping.add_argument("--off", dest="keep", action="store_false", help="remember none, and forget them")
    _add_json(history)
    history.set_defaults(command=asking.history, keep=None)

    status = commands.add_parser("status", help="what the library holds")
    status.add_argument("--files", action="store_true", help="every file, its state and the reason")
    _add_json(status)
    status.set_defaults(command=library.status)

    tour = commands.add_parser("tour", help="index the sample library, or a folder, and answer two questions")
    tour.add_argument("folder", nargs="*", type=Path)
    tour.add_argument("--ask", action="append", default=[], metavar="QUESTION", help="ask this instead")
    _add_json(tour)
    tour.set_defaults(command=library.tour)


def _add_models(commands: Commands) -> None:
    group = commands.add_parser("models", help="list, install, use and remove models")
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)

    listing = actions.add_parser("list", help="which there are, and what they cost on this machine")
    _add_json(listing)
    listing.set_defaults(command=models.list_models)

    show = actions.add_parser("show", help="all about one, with every value of its profile")
    _add_name(show)
    _add_json(show)
    show.set_defaults(command=models.show)

    install = actions.add_parser("install", help="fetch a published model, or copy one from a folder")
    install.add_argument("name", nargs="?", type=ModelName)
    install.add_argument("--from", dest="folder", type=Path, metavar="FOLDER", help="a copy; no network")
    install.add_argument("--yes", action="store_true", help="fetch without asking")
    _add_json(install)
    install.set_defaults(command=models.install, folder=None)

    use = actions.add_parser("use", help="let a model answer; encodes the library with it first")
    _add_name(use)
    _add_json(use)
    use.set_defaults(command=models.use)

    setting = actions.add_parser("set", help="encode with other values of the profile (doc_length=8192)")
    _add_name(setting)
    setting.add_argument(
        "values",
        nargs="+",
        type=models.value,
        metavar="KEY=VALUE",
        help="KEY= is the publisher's value again",
    )
    _add_json(setting)
    setting.set_defaults(command=models.set_values)

    remove = actions.add_parser("remove", help="delete a model from this machine")
    _add_name(remove)
    _add_json(remove)
    remove.set_defaults(command=models.remove)

    for each in actions.choices.values():
        _add_places(each, argparse.SUPPRESS, argparse.SUPPRESS)


def _add_serving(commands: Commands) -> None:
    """No --json: standard output is the protocol's."""
    serve = commands.add_parser("serve", help="let an assistant on this computer search the library")
    serve.add_argument("--mcp", action="store_true", help="over standard input and output")
    serve.set_defaults(command=serving.serve)


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", type=ModelName)


def _add_json(parser: argparse.ArgumentParser, told: str = "one JSON object on standard output") -> None:
    parser.add_argument("--json", action="store_true", help=told)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _formats(text: str) -> tuple[str, ...]:
    """The formats that files with these suffixes have (`htm` is html); one that is none matches nothing."""
    suffixes = {terminal.shown(part.strip().lstrip(".").lower()) for part in text.split(",") if part.strip()}
    return tuple(sorted({format_of(Path(f"name.{suffix}")) or suffix for suffix in suffixes}))


def _language(text: str) -> Language:
    """The first part of a BCP 47 tag (`en-GB` is `en`)."""
    if text == _AUTO:
        return UNKNOWN_LANGUAGE
    code = text.replace("_", "-").split("-")[0].lower()
    if not (code.isascii() and code.isalpha() and len(code) in (2, 3)):
        raise argparse.ArgumentTypeError(f"{text!r} is no language like ja, and not {_AUTO}")
    return Language(code)


def _day(text: str) -> int:
    """The first moment of a day where the person is, in nanoseconds since the epoch."""
    day = first_day(text, datetime.now().astimezone().date())
    if day is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no day like 2026-12-31")
    return first_moment_ns(day)
