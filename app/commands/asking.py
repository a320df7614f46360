"""The commands that ask: `mikke search`, and `mikke history` of what the window was asked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app import terminal
from app.commands.as_json import print_json, reply_json
from app.commands.failures import OK, WrongUsageError
from app.commands.running import open_app
from app.composition import App
from app.messages import explain_hint
from core.domain import Explanation, ParsedQuestion, PassageId, Query, SearchReply
from core.errors import UnknownSourceError
from core.search.question.parse import parse


def search(parsed: argparse.Namespace) -> int:
    """What is typed and the options restrict together, each as if it had been typed, too."""
    if parsed.like is None and not parsed.question:
        raise WrongUsageError("the following arguments are required: QUESTION", parsed.usage())
    if parsed.like is not None and parsed.question:
        raise WrongUsageError("a question, or --like a passage: not both", parsed.usage())
    folders = _folders(parsed.folder)
    with open_app(parsed) as app:
        typed = " ".join(parsed.question)
        question = parse(typed, app.known(typed))
        query = _joined(question.query, parsed, folders)
        _check_like(app, query)
        reply = app.collection.search(query)
        explanations = _explained(app, query, reply) if parsed.explain else None
        if parsed.json:
            print_json(reply_json(reply, explanations) | question_json(question))
            return OK
        for hint in question.hints:
            terminal.complain(explain_hint(hint).in_one_line)
        terminal.print_explanations(reply, explanations or {})
    return OK


def history(parsed: argparse.Namespace) -> int:
    """The questions that were asked in the window; the command line keeps none."""
    with open_app(parsed) as app:
        if parsed.keep is not None:
            app.history.enable(parsed.keep)
        if parsed.clear:
            app.history.clear()
        asked, enabled = app.history.all(), app.history.enabled
    if parsed.json:
        print_json({"enabled": enabled, "questions": list(asked)})
        return OK
    for text in asked:
        terminal.say(terminal.shown(text))
    if not enabled:
        terminal.say("Questions are not remembered; mikke history --on changes that.")
    elif not asked:
        terminal.say("No questions are remembered.")
    return OK


def question_json(question: ParsedQuestion) -> dict[str, object]:
    """How a typed question was understood. `start` and `end` are characters of what was typed."""
    return {
        "filters": [
            {
                "kind": str(each.kind),
                "value": each.value,
                "start": each.span.start,
                "end": each.span.end,
            }
            for each in question.filters
        ],
        "hints": [
            {"kind": str(hint.kind), "typed": hint.typed, "suggestion": hint.suggestion}
            for hint in question.hints
        ],
    }


def _joined(query: Query, parsed: argparse.Namespace, folders: Sequence[Path]) -> Query:
    since = [ns for ns in (query.modified_from_ns, parsed.since) if ns is not None]
    before = [ns for ns in (query.modified_before_ns, parsed.before) if ns is not None]
    return replace(
        query,
        folders=tuple(dict.fromkeys((*query.folders, *folders))),
        formats=tuple(dict.fromkeys((*query.formats, *parsed.type))),
        modified_from_ns=max(since, default=None),
        modified_before_ns=min(before, default=None),
        limit=parsed.limit,
        like=parsed.like,
        order=parsed.order,
    )


def _folders(folder: Path | None) -> tuple[Path, ...]:
    if folder is None:
        return ()
    if not folder.is_dir():
        raise UnknownSourceError(folder)
    return (folder.resolve(),)


def _check_like(app: App, query: Query) -> None:
    if query.like is None:
        return
    try:
        app.collection.passage(query.like)
    except KeyError as error:
        told = f"there is no passage {query.like}, or not any more; search --json tells the ids"
        raise WrongUsageError(told) from error


def _explained(app: App, query: Query, reply: SearchReply) -> dict[PassageId, Explanation]:
    """Why each hit was found, but for those that are gone meanwhile."""
    found = {}
    for hit in (hit for result in reply.results for hit in result.hits):
        try:
            found[hit.passage_id] = app.collection.explain(query, hit.passage_id)
        except KeyError:
            continue
    return found
