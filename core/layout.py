"""The only place that knows the names of our files and folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
SAMPLE_LIBRARY = RESOURCES / "sample_library"
SAMPLE_QUESTIONS = RESOURCES / "sample_library_questions.json"
RARITY_TABLE = RESOURCES / "rarity.bin"
OWN_MODEL_FOLDER = RESOURCES / "own_model"
"""The model that comes with the program: a checkpoint, `OWN_RECORD`, and perhaps `OWN_CODEBOOK`."""

OWN_RECORD = "record.json"
OWN_CODEBOOK = "vectors.codebook"

IGNORE_FILE = ".mikkeignore"
"""A person's own ignore rules, in any watched folder, in the syntax of .gitignore."""


@dataclass(frozen=True, slots=True)
class LibraryLayout:
    """Where things are inside one library folder."""

    root: Path

    @property
    def catalogue(self) -> Path:
        return self.root / "catalogue.db"

    @property
    def index(self) -> Path:
        return self.root / "index"

    @property
    def settings(self) -> Path:
        return self.root / "settings.json"

    @property
    def history(self) -> Path:
        """The questions that were asked lately."""
        return self.root / "history.json"

    @property
    def damaged_history(self) -> Path:
        """What could not be read of it; the next one that cannot be read takes its place."""
        return self.root / "history.damaged.json"

    @property
    def window(self) -> Path:
        """Size and place of the window."""
        return self.root / "window.ini"

    @property
    def writer_lock(self) -> Path:
        return self.root / "writer.lock"

    @property
    def kernels(self) -> Path:
        """Which kernels are fastest on this machine: measured, and measured again when this is gone."""
        return self.root / "kernels.json"

    @property
    def maintainer_lock(self) -> Path:
        return self.root / "maintainer.lock"

    @property
    def switcher_lock(self) -> Path:
        return self.root / "switcher.lock"


@dataclass(frozen=True, slots=True)
class ModelsLayout:
    """Where the models of this person are; all libraries share them."""

    root: Path

    def folder(self, name: str) -> Path:
        """One installed model: its files as they were published, and `record`."""
        return self.root / name

    def checkpoint(self, name: str) -> Path:
        return self.folder(name) / "checkpoint"

    def record(self, name: str) -> Path:
        """What was checked and measured when it was installed."""
        return self.folder(name) / "mikke.json"

    def unfinished(self, name: str) -> Path:
        """Where it is fetched to; it gets its place in one step when it is whole and checked."""
        return self.root / f".{name}.unfinished"

    def removed(self, name: str) -> Path:
        """What it is called while it is deleted, so that no half of a model is ever taken for one."""
        return self.root / f".{name}.removed"

    @property
    def lock(self) -> Path:
        """Held by whoever installs or removes a model."""
        return self.root / "models.lock"

    @property
    def speeds(self) -> Path:
        """What the shapes of models cost on this machine: measured, and measured again when this is gone."""
        return self.root / "speeds.json"


def default_models() -> Path:
    """The models of this user: beside the default library."""
    return default_library().with_name("models")


def default_library() -> Path:
    """The library of this user: under the user's data folder, as the platform has it."""
    return Path(platformdirs.user_data_dir("Mikke", appauthor=False)) / "library"


def tour_library() -> Path:
    """Where the tour keeps the sample library, apart from the person's own."""
    return default_library().with_name("tour")
