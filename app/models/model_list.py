"""The models as they were last read, and how far an installation is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.domain import Language, Model, ModelName


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelList:
    """All models. `lacking`: by model, the part of Mikke that it needs and that is not installed.

    `free_bytes` are free where models are kept, `folder`.
    """

    models: tuple[Model, ...] = ()
    lacking: Mapping[ModelName, str] = field(default_factory=dict)
    folder: Path = field(default_factory=Path)
    free_bytes: int = 0

    def get(self, name: ModelName) -> Model | None:
        return next((model for model in self.models if model.name == name), None)

    def title(self, name: ModelName) -> str:
        model = self.get(name)
        return model.title if model else str(name)

    def covering(self, languages: Sequence[Language]) -> list[Model]:
        """Those that were trained for all these languages; the more specialised first."""
        found = [each for each in self.models if each.languages and each.languages.issuperset(languages)]
        return sorted(found, key=lambda each: len(each.languages or ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallProgress:
    """What is being installed: `done` of `total` bytes are there; `checking`: all are, and it is tried."""

    title: str
    done: int
    total: int
    checking: bool
