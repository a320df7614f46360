"""Which parts of Mikke does a model need, and are they there?"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from core.errors import PartMissingError

_LIBRARIES = {
    "models": ("torch", "transformers", "tokenizers", "safetensors", "huggingface_hub"),
    "japanese": ("fugashi", "unidic_lite"),
}
"""By the extras of pyproject.toml."""


def missing_part(parts: Sequence[str]) -> str:
    """The first part that is not installed; empty if all are. Imports none of it."""
    return next((part for part in parts if _lacking(part)), "")


def need_parts(model: str, parts: Sequence[str]) -> None:
    """Raises PartMissingError."""
    part = missing_part(parts)
    if part:
        raise PartMissingError(model, part=part, detail=f"{', '.join(_lacking(part))} not installed")


def _lacking(part: str) -> list[str]:
    return [library for library in _LIBRARIES[part] if importlib.util.find_spec(library) is None]
