"""`mikke models …`: which there are, installing one, and letting one answer."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

from app import terminal
from app.commands.as_json import model_json, print_json
from app.commands.failures import OK, USAGE, CommandError, WrongUsageError
from app.commands.running import cancelled_by_ctrl_c, open_app, switch, teller
from app.composition import App
from app.messages import UserMessage
from app.model_messages import explain_uncovered, understands_more
from core.domain import BUILT_IN_MODEL, OWN_MODEL, Language, Model, ModelName
from core.errors import ModelInUseError, ModelMissingError
from core.models.coverage import uncovered

_YES = "yes"


def list_models(parsed: argparse.Namespace) -> int:
    """With what each costs here: measured for the first time, that takes some seconds."""
    with open_app(parsed) as app, cancelled_by_ctrl_c() as cancel:
        part_missing = app.models.measure_speeds(cancel)
        found = app.models.all()
        answering = app.collection.status().model
        if parsed.json:
            print_json({"answering": answering, "models": [model_json(model) for model in found]})
        else:
            terminal.print_models(found, answering, part_missing=part_missing)
            own = next(model for model in found if model.name == OWN_MODEL)
            if answering == BUILT_IN_MODEL and own.installed:
                offer = understands_more()
                terminal.say(f"{offer.title}: mikke models use {OWN_MODEL}")
    return OK


def show(parsed: argparse.Namespace) -> int:
    with open_app(parsed) as app:
        model = app.models.get(parsed.name)
        if parsed.json:
            print_json(model_json(model))
        else:
            terminal.print_model(model, app.collection.status().model)
    return OK


def install(parsed: argparse.Namespace) -> int:
    if parsed.folder is None and parsed.name is None:
        raise WrongUsageError("name the model to install, or a folder with --from")
    with open_app(parsed) as app:
        there = parsed.name is not None and _installed(app, parsed.name)
        model = app.models.get(parsed.name) if there else _install(app, parsed)
        if parsed.json:
            print_json({"installed_now": not there, "model": model_json(model)})
        elif there:
            terminal.say(f"{parsed.name} is installed. To install it anew, remove it first.")
        else:
            revision = f" at {model.revision}" if model.revision else ""
            terminal.say(f"Installed {model.name} ({model.repository or 'a copy'}{revision}).")
            terminal.say(f"mikke models use {model.name} lets it answer.")
    return OK


def set_values(parsed: argparse.Namespace) -> int:
    with open_app(parsed) as app, cancelled_by_ctrl_c() as cancel:
        events = app.models.set_values(parsed.name, dict(parsed.values), cancel)
        model = terminal.follow_installation(events, f"Trying {parsed.name}")
        status = app.collection.status()
        needs_sync = parsed.name in status.needed_models
        if parsed.json:
            print_json({"needs_sync": needs_sync, "model": model_json(model)})
            return OK
        terminal.print_model(model, status.model)
        if needs_sync:
            terminal.say("mikke sync encodes the library again with these values.")
    return OK


def use(parsed: argparse.Namespace) -> int:
    """Stopped in the middle, it goes on with the next sync; the old model answers until then."""
    with open_app(parsed) as app:
        model = app.models.get(parsed.name)
        if not model.installed:
            raise ModelMissingError(model.name, f"mikke models install {model.name} installs it")
        # What does not work is told before anything is promised; and while it is held, it is loaded once.
        encoder = app.models.open(model.name)
        lacking = _warn(app, model)
        app.collection.use_model(model.name)
        tell = teller(as_json=parsed.json)
        with cancelled_by_ctrl_c() as cancel:
            switch(app, cancel, tell)
            terminal.follow(app.collection.maintain(cancel), "Tidying up the index", tell)
        answering = app.collection.status().model
        if parsed.json:
            print_json({"answering": answering, "dimensions": encoder.dim, "not_trained_for": lacking})
        else:
            terminal.say(f"Model: {answering}, {encoder.dim} dimensions")
    return OK


def remove(parsed: argparse.Namespace) -> int:
    with open_app(parsed) as app:
        if parsed.name in app.collection.status().needed_models:
            library = terminal.shown(app.layout.root)
            raise ModelInUseError(parsed.name, f"The library {library} answers with it, or is about to")
        app.models.remove(parsed.name)
        if parsed.json:
            print_json({"removed": parsed.name})
        else:
            terminal.say(f"Removed {parsed.name}.")
    return OK


def value(text: str) -> tuple[str, Any]:
    """KEY=VALUE of the command line; an empty value is the publisher's again."""
    key, separator, given = text.partition("=")
    if not separator or not key:
        raise argparse.ArgumentTypeError(f"{text!r} is not like doc_length=8192")
    if given in ("true", "false"):
        return key, given == "true"
    return key, int(given) if given.isdecimal() else given or None


# --- Installing ------------------------------------------------------------------------------------


def _installed(app: App, name: ModelName) -> bool:
    return any(model.name == name and model.installed for model in app.models.all())


def _install(app: App, parsed: argparse.Namespace) -> Model:
    if parsed.folder is None:
        _agree(app, app.models.get(parsed.name), parsed)
    with cancelled_by_ctrl_c() as cancel:
        events = (
            app.models.install(parsed.name, cancel)
            if parsed.folder is None
            else app.models.install_from(parsed.folder, parsed.name, cancel)
        )
        title = f"Installing {parsed.name or terminal.shown(parsed.folder)}"
        return terminal.follow_installation(events, title)


def _agree(app: App, model: Model, parsed: argparse.Namespace) -> None:
    """The person wants it fetched, or CommandError. The network is not used before that."""
    say = teller(as_json=parsed.json)
    place = _existing(app.models_layout.root)
    free = terminal.size_text(shutil.disk_usage(place).free)
    revision = model.revision[:7] if model.revision else "the newest commit"
    say(f"{model.title} ({model.name})")
    say(f"  from the Hugging Face hub: {model.repository}, {revision}")
    say(f"  licence: {terminal.licence_text(model)}")
    say(f"  size: {terminal.size_text(model.bytes)}; {free} are free in {terminal.shown(place)}")
    if parsed.yes:
        return
    if parsed.json or not sys.stdin.isatty():
        raise _not_fetched("nothing was fetched: without a terminal to ask in, --yes is needed")
    say(f'Type "{_YES}" to fetch it: ')
    if sys.stdin.readline().strip().lower() != _YES:
        raise _not_fetched("nothing was fetched")


def _not_fetched(title: str) -> CommandError:
    return CommandError(UserMessage(title=title), kind="not-agreed", code=USAGE)


def _existing(folder: Path) -> Path:
    """The folder, or what there is above it."""
    return next(place for place in (folder, *folder.absolute().parents) if place.exists())


# --- Using -----------------------------------------------------------------------------------------


def _warn(app: App, model: Model) -> list[Language]:
    """Say which languages of the library the model was not trained for, and which models were."""
    lacking = list(uncovered(model, app.collection.status().languages))
    if not lacking:
        return lacking
    suitable = [{each.name for each in app.models.better_for(language)} for language in lacking]
    better = [each.name for each in app.models.all() if all(each.name in names for names in suitable)]
    terminal.complain(explain_uncovered(model.title, lacking, better).in_one_line)
    return lacking
