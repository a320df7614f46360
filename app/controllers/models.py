"""The models of this machine, from the window: which there are, installing, removing, choosing one.

All of it runs in the background: a list looks at the disk, an installation takes minutes, and an estimate of
speed loads torch.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.jobs import Job, JobRunner, call
from app.models.model_list import InstallProgress, ModelList
from core.domain import PARTS_OF_MIKKE, CollectionChanges, ModelName
from core.errors import ModelError, ModelInUseError
from core.progress import CancelToken, CheckingModel, Fetching, InstallEvent, ModelInstalled

if TYPE_CHECKING:  # the window must not load the index to start
    from core.collection import Collection
    from core.models.models import Models

LIST_LANE, INSTALL_LANE, SPEED_LANE = "models", "installing", "speeds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The models of this machine and the folder that they are in."""

    models: Models
    folder: Path


class ModelsController(QObject):
    """`listed` (ModelList); `progressed` (InstallProgress) and, last of an installation, `ended`;
    `installed` (Model); `removed` (ModelName); `estimating` (bool); `failed` (Exception).
    """

    listed = Signal(object)
    progressed = Signal(object)
    installed = Signal(object)
    removed = Signal(object)
    estimating = Signal(bool)
    ended = Signal()
    failed = Signal(object)

    def __init__(
        self,
        installed: Installed,
        collection: Collection,
        runner: JobRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._models = installed.models
        self._folder = installed.folder
        self._collection = collection
        self._runner = runner
        self._list = ModelList()
        self._reading = False
        self._outdated = False
        self._installation: Job | None = None
        self._estimate: Job | None = None

    @property
    def list(self) -> ModelList:
        """As it was last read."""
        return self._list

    @property
    def installing(self) -> bool:
        return self._installation is not None

    @property
    def fell_back(self) -> ModelError | None:
        """Why the built-in model answers though the library was to have the one of Mikke's own."""
        return self._collection.fell_back

    def refresh(self) -> None:
        """Read the list (again)."""
        if self._reading:
            self._outdated = True
            return
        self._reading, self._outdated = True, False
        job = self._runner.start(LIST_LANE, call(self._read))
        job.finished.connect(self._on_read)
        job.failed.connect(self._on_not_read)

    def estimate(self) -> None:
        """Measure what the models that are not installed would cost here."""
        if self._estimate is not None:
            return
        job = self._estimate = self._runner.start(SPEED_LANE, self._estimated)
        job.failed.connect(self.failed)
        for over in (job.finished, job.failed, job.cancelled):
            over.connect(self._on_estimated)
        self.estimating.emit(True)  # noqa: FBT003 - a signal has no keywords

    # --- Installing ----------------------------------------------------------------------------

    def install(self, name: ModelName) -> None:
        """Fetch a published model, which the person has agreed to."""
        title = self._list.title(name)
        self._start(title, lambda cancel: self._models.install(name, cancel))

    def install_from(self, folder: Path) -> None:
        """Copy a model from a folder."""
        self._start(folder.name, lambda cancel: self._models.install_from(folder, None, cancel))

    def stop_installing(self) -> None:
        """What was fetched stays for the next try."""
        if self._installation is not None:
            self._installation.cancel()

    def use(self, name: ModelName) -> CollectionChanges:
        """Let a model answer; to be called in a lane, because it is opened."""
        return self._collection.use_model(name)

    def remove(self, name: ModelName) -> None:
        """Delete a model from this machine, unless the library needs it."""
        job = self._runner.start(LIST_LANE, call(lambda: self._remove(name)))
        job.finished.connect(lambda _result: self._on_removed(name))
        job.failed.connect(self.failed)

    # --- In the threads of the lanes -----------------------------------------------------------

    def _read(self) -> ModelList:
        from core.models.known import BY_NAME  # noqa: PLC0415 - only a list needs it
        from core.models.parts import missing_part  # noqa: PLC0415

        found = self._models.all()
        lacking: dict[ModelName, str] = {}
        for model in found:
            published = BY_NAME.get(model.name)
            parts = published.parts if published else ("models",)
            part = "" if model.name in PARTS_OF_MIKKE else missing_part(parts)
            if part:
                lacking[model.name] = part
        place = next(each for each in (self._folder, *self._folder.absolute().parents) if each.exists())
        return ModelList(
            models=found, lacking=lacking, folder=self._folder, free_bytes=shutil.disk_usage(place).free
        )

    def _remove(self, name: ModelName) -> None:
        if name in self._collection.status().needed_models:
            why = self.tr("The library in this window answers with it, or is about to.")
            raise ModelInUseError(self._list.title(name), why)
        self._models.remove(name)

    def _estimated(self, cancel: CancelToken) -> Iterator[Any]:
        self._models.measure_speeds(cancel)
        return iter(())

    # --- In the window's thread ----------------------------------------------------------------

    def _on_read(self, found: ModelList) -> None:
        self._reading = False
        self._list = found
        self.listed.emit(found)
        if self._outdated:
            self.refresh()

    def _on_not_read(self, error: Exception) -> None:
        self._reading = False
        self.failed.emit(error)

    def _on_estimated(self, _result: object = None) -> None:
        self._estimate = None
        self.estimating.emit(False)  # noqa: FBT003
        self.refresh()

    def _start(self, title: str, work: Callable[[CancelToken], Iterator[InstallEvent]]) -> None:
        if self._installation is not None:
            return
        job = self._installation = self._runner.start(INSTALL_LANE, work)
        self.progressed.emit(InstallProgress(title=title, done=0, total=0, checking=False))
        job.happened.connect(lambda event: self._on_event(title, event))
        job.failed.connect(self._on_not_installed)
        job.finished.connect(self._on_ended)
        job.cancelled.connect(self._on_ended)

    def _on_event(self, title: str, event: InstallEvent) -> None:
        match event:
            case Fetching(done=done, total=total):
                self.progressed.emit(InstallProgress(title=title, done=done, total=total, checking=False))
            case CheckingModel():
                self.progressed.emit(InstallProgress(title=title, done=0, total=0, checking=True))
            case ModelInstalled(model=model):
                self.installed.emit(model)

    def _on_not_installed(self, error: Exception) -> None:
        self.failed.emit(error)
        self._on_ended()

    def _on_ended(self, _result: object = None) -> None:
        self._installation = None
        self.ended.emit()
        self.refresh()

    def _on_removed(self, name: ModelName) -> None:
        self.removed.emit(name)
        self.refresh()
