"""The JSON files of a checkpoint: data from whoever made it, bounded, and named when they are broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.errors import ModelDamagedError

MOST_JSON_BYTES = 4 * 2**20
"""The published ones have 2 kB, but for tokenizer.json."""


def read_json(path: Path, model: str, most: int | None = None) -> dict[str, Any]:
    """A JSON object of at most so many bytes (None: MOST_JSON_BYTES); `model` is the name for messages.

    Raises ModelDamagedError.
    """
    if not path.exists():
        raise ModelDamagedError(model, f"{path.name} is missing")
    check_size(path, model, MOST_JSON_BYTES if most is None else most)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelDamagedError(model, f"{path.name} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise ModelDamagedError(model, f"{path.name} is not a JSON object")
    return found


def read_optional_json(path: Path, model: str, most: int | None = None) -> dict[str, Any]:
    """The same; empty when there is no such file."""
    return read_json(path, model, most) if path.exists() else {}


def check_size(path: Path, model: str, most: int) -> None:
    """Raises ModelDamagedError for a file of more than `most` bytes."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ModelDamagedError(model, f"{path.name} cannot be read: {error}") from error
    if size > most:
        raise ModelDamagedError(model, f"{path.name} has more than {most >> 20} MB")
