"""`mikke serve --mcp`: lets a local assistant search, for as long as it wants."""

from __future__ import annotations

import argparse
import importlib.util
import sys

from app.commands.failures import OK, CommandError, WrongUsageError
from app.commands.running import layout_of, open_app
from app.messages import ASSISTANTS_MISSING
from core.domain import ParsedQuestion
from core.errors import LibraryMissingError
from core.search.question.parse import parse


def serve(parsed: argparse.Namespace) -> int:
    """Ends with its standard input, or by SIGINT or SIGTERM. Never makes a library."""
    if not parsed.mcp:
        raise WrongUsageError("say for whom: mikke serve --mcp is for assistants that speak MCP")
    if importlib.util.find_spec("mcp") is None:
        raise CommandError(ASSISTANTS_MISSING, kind="part-missing")
    if sys.stdin is None:
        raise WrongUsageError("there is no standard input: an assistant starts this command, not a person")
    layout = layout_of(parsed)
    if not layout.catalogue.is_file():
        raise LibraryMissingError(layout.root)
    from app.serve import mcp_server  # noqa: PLC0415 - only this command needs the SDK

    with open_app(parsed) as app:

        def understand(typed: str) -> ParsedQuestion:
            return parse(typed, app.known(typed))

        mcp_server.serve(app.collection, understand)
    return OK
