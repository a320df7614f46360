"""How models look in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.table import Table

from app.model_messages import restriction_text
from app.terminal.streams import console, say, shown
from core.domain import BUILT_IN_MODEL, Model, ModelName

_FEW = 3
"""Languages that are named one by one."""

_RIGHT = (3, 4)
"""Columns of numbers."""


def print_models(models: Iterable[Model], answering: ModelName, *, part_missing: str) -> None:
    """One line each; `part_missing` is what estimates of their speed would need."""
    rows = [("name", "", "languages", "size", "passages/s", "licence")]
    rows += [
        (
            shown(model.name),
            _standing(model, answering),
            _languages(model),
            size_text(model.bytes),
            speed_text(model) or "-",
            licence_text(model),
        )
        for model in models
    ]
    # No table of rich: it would cut off what a narrow terminal, or a pipe, has no place for.
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if number in _RIGHT else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        say("  ".join(cells).rstrip())
    say("passages/s: of 300 characters on this machine; ~ is estimated before the model is installed.")
    if part_missing:
        say(f"Estimates need the part {part_missing} of Mikke (python3 packaging/tasks.py run --models).")


def print_model(model: Model, answering: ModelName) -> None:
    """All that is known of one model, with every value of its profile and where that is from."""
    lines: Mapping[str, str] = {
        "name": shown(model.name),
        "title": shown(model.title),
        "state": _standing(model, answering) or "not installed",
        "languages": " ".join(sorted(model.languages or ())) or _languages(model),
        "licence": licence_text(model),
        "published": " ".join(filter(None, (model.repository, model.revision))),
        "size": size_text(model.bytes),
        "speed": f"{speed_text(model)} passages of 300 characters per second" if speed_text(model) else "",
    }
    table = Table.grid(padding=(0, 2))
    for name, value in lines.items():
        if value:
            table.add_row(name, value)
    for each in model.profile:
        table.add_row(each.name, f"{shown(each.value)}  (from: {shown(each.origin)})")
    console().print(table, markup=False)


def _standing(model: Model, answering: ModelName) -> str:
    if any(value.name == "damaged" for value in model.profile):
        return "damaged"
    if model.name == answering:
        return "in use"
    return "installed" if model.installed else ""


def _languages(model: Model) -> str:
    if model.languages is None:
        return "any" if model.name == BUILT_IN_MODEL else "unknown"
    return " ".join(sorted(model.languages)) if len(model.languages) <= _FEW else str(len(model.languages))


def licence_text(model: Model) -> str:
    """The licence and what it forbids."""
    forbidden = restriction_text(model.restriction)
    return f"{model.licence}: {forbidden}" if forbidden else model.licence or "unknown"


def size_text(count: int) -> str:
    """Bytes as people count them."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


def speed_text(model: Model) -> str:
    """Passages per second; empty if that is not known."""
    speed = model.passages_per_second
    if speed is None:
        return ""
    digits = f"{speed:,.0f}" if speed >= 10 else f"{speed:.1f}"
    return digits if model.measured else f"~{digits}"
