"""The composition root: the only place where services are put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from core.collection import Collection
from core.domain import OWN_MODEL, ModelName
from core.history import History
from core.layout import LibraryLayout, ModelsLayout, default_models
from core.models.models import Models
from core.search.question.parse import Known, folders_with, names_folders
from core.settings import Settings, load_settings
from core.watch.events import WatchProblem
from core.watch.watcher import Watcher

DEFAULT_MODEL = OWN_MODEL
"""What a new library begins with. One that exists goes on with the model that it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A running Mikke. Use as a context manager."""

    layout: LibraryLayout
    models_layout: ModelsLayout
    settings: Settings
    models: Models
    collection: Collection
    history: History

    def watch(
        self,
        on_change: Callable[[frozenset[Path]], None],
        on_problem: Callable[[WatchProblem], None],
    ) -> Watcher:
        """Watch all sources; the callbacks come from the watcher's own thread."""
        folders = [source.path for source in self.collection.sources()]
        rules = self.collection.ignore_rules
        return Watcher.open(folders, rules=rules, on_change=on_change, on_problem=on_problem)

    def known(self, typed: str) -> Known:
        """What a typed question is understood against, now and here."""
        sources = tuple(source.path for source in self.collection.sources())
        files = [document.path for document in self.collection.documents()] if names_folders(typed) else []
        return Known(
            today=datetime.now().astimezone().date(),
            sources=sources,
            folders=folders_with(files, sources),
            home=Path.home(),
        )

    def close(self) -> None:
        self.collection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def build(
    layout: LibraryLayout,
    models_layout: ModelsLayout | None = None,
    first_model: ModelName | None = None,
) -> App:
    """Open the library and everything that works on it. `models_layout`: other models than this person's;
    `first_model`: of a new library, another one than DEFAULT_MODEL.

    Raises what load_settings and Collection.open raise.
    """
    models_layout = models_layout or ModelsLayout(default_models())
    settings = load_settings(layout.settings)
    models = Models.of(models_layout)
    collection = Collection.open(layout, settings, models, first_model or DEFAULT_MODEL)
    return App(
        layout=layout,
        models_layout=models_layout,
        settings=settings,
        models=models,
        collection=collection,
        history=History(layout, enabled=settings.keep_history),
    )
