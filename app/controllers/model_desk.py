"""Joins the page of models to what it asks for, and warns of languages that the answering model lacks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from app.controllers.indexing import IndexingController
from app.controllers.models import ModelsController
from app.controllers.switching import SwitchController, SwitchProgress
from app.messages import UserMessage, explain
from app.model_messages import explain_fallback, explain_uncovered
from app.models.model_list import ModelList
from app.models.model_words import ModelWords, named, translate_message
from app.models.models import ModelTableModel
from app.theme.palette import Colours
from app.views.main_window import MainWindow
from app.views.model_questions import ModelQuestions
from app.views.models_dialog import ModelsDialog
from core.domain import (
    OWN_MODEL,
    PARTS_OF_MIKKE,
    Language,
    LibraryStatus,
    Model,
    ModelName,
    ModelSwitch,
)
from core.errors import ModelError
from core.models.coverage import uncovered

_LARGE_SHARE = 0.2
"""From this share of the passages on, a language that the model was not trained for is worth a warning."""


class ModelDesk(QObject):
    """`changed`: a model was installed, so that what could not be opened may be there now."""

    changed = Signal()

    def __init__(
        self,
        controller: ModelsController,
        indexing: IndexingController,
        switching: SwitchController,
        window: MainWindow,
        colours: Colours,
    ) -> None:
        super().__init__(window)
        self._controller = controller
        self._indexing = indexing
        self._switching = switching
        self._window = window
        self._words = ModelWords(self)
        self._status: LibraryStatus | None = None
        self._listed = False
        self._fell_back: ModelError | None = None
        self.warned: set[str] = set()
        self.table = ModelTableModel(self)
        self.dialog = ModelsDialog(self.table, colours, window)
        self._questions = ModelQuestions(self.dialog)
        self._connect()

    def _connect(self) -> None:
        dialog, controller = self.dialog, self._controller
        self._window.models_clicked.connect(self.show)
        dialog.wanted.connect(controller.refresh)
        dialog.install_clicked.connect(self._ask_to_install)
        dialog.folder_clicked.connect(self._choose_folder)
        dialog.use_clicked.connect(self._ask_to_use)
        dialog.offer.taken.connect(lambda: self.use(OWN_MODEL))
        dialog.remove_clicked.connect(
            lambda model: self._questions.remove(model, lambda: controller.remove(model.name))
        )
        dialog.estimate_clicked.connect(controller.estimate)
        dialog.stop_clicked.connect(controller.stop_installing)
        self._switching.progressed.connect(self._on_switch_progress)
        controller.listed.connect(self._on_listed)
        controller.progressed.connect(dialog.show_progress)
        controller.ended.connect(lambda: dialog.show_progress(None))
        controller.estimating.connect(dialog.set_estimating)
        controller.installed.connect(self._on_installed)
        controller.failed.connect(self.complain)

    # --- What the rest of the window asks ------------------------------------------------------

    def show(self) -> None:
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def set_status(self, status: LibraryStatus) -> None:
        self._status = status
        self.dialog.set_status(status)
        if not self._listed and (status.model not in PARTS_OF_MIKKE or status.switch):
            self._listed = True
            self._controller.refresh()  # titles for the strip, and languages to warn of
        self._warn()
        self._tell_of_fallback()

    def title(self, name: ModelName) -> str:
        model = self._controller.list.get(name)
        return self._words.title(model) if model else str(name)

    def complain(self, error: Exception) -> None:
        """On the page of models if that is what the person looks at, else above the results."""
        message = explain(error, translate_message)
        if self.dialog.isVisible():
            self.dialog.show_message(message)
        else:
            self._window.banner.show_message(message)

    # --- Clicks --------------------------------------------------------------------------------

    def _ask_to_install(self, model: Model) -> None:
        self._questions.install(model, self._controller.list, lambda: self._controller.install(model.name))

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self.dialog, self.tr("A folder with a model"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self._controller.install_from(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_to_use(self, model: Model) -> None:
        status = self._status
        if status is None:
            return
        answering = self.title(status.model)
        if status.switch is not None and model.name == status.model:
            upcoming = self.title(status.switch.model)
            self._questions.give_up(answering, upcoming, lambda: self.use(model.name))
            return
        lacking = uncovered(model, status.languages)
        better = self._better(lacking, status)
        warning = self._questions.uncovered(model, lacking, better)
        self._questions.use(model, status, answering, warning, lambda: self.use(model.name))

    def use(self, name: ModelName) -> None:
        """Let this model answer, as soon as all is encoded with it."""
        self._switching.release()
        self._indexing.mutate(lambda: self._controller.use(name))

    # --- What happens --------------------------------------------------------------------------

    def _on_listed(self, found: ModelList) -> None:
        self._listed = True
        self.dialog.set_list(found)
        self._warn()

    def _on_switch_progress(self, progress: SwitchProgress) -> None:
        if self._status is not None and self.dialog.isVisible():
            switch = ModelSwitch(model=progress.model, done=progress.done, total=progress.total)
            self.table.set_standing(self._status.model, switch)

    def _on_installed(self, model: Model) -> None:
        self.dialog.choose(model.name)
        title = self.tr("{model} is installed").format(model=self._words.title(model))
        detail = self.tr("“Use…” lets it answer.")
        self.dialog.show_message(UserMessage(title=title, detail=detail))
        self.changed.emit()

    def _warn(self) -> None:
        """Once for each model and its missing languages, and only if another model would cover them."""
        status, found = self._status, self._controller.list
        model = found.get(status.model) if status else None
        if status is None or model is None or not model.installed or status.switch is not None:
            return
        lacking = _large(uncovered(model, status.languages), status)
        better = self._better(lacking, status)
        key = f"{model.name}:{','.join(lacking)}"
        if not better or key in self.warned:
            return
        self.warned.add(key)
        message = explain_uncovered(
            self._words.title(model),
            [named(language) for language in lacking],
            [self._words.title(each) for each in better],
            translate_message,
        )
        self._window.banner.show_message(message, self.tr("Models…"))

    def _tell_of_fallback(self) -> None:
        error = self._controller.fell_back
        if error is not None and error is not self._fell_back:
            self._fell_back = error
            message = explain_fallback(error, translate_message)
            self._window.banner.show_message(message, self.tr("Models…"))

    def _better(self, lacking: Sequence[Language], status: LibraryStatus) -> list[Model]:
        """Those that have what is lacking, and every large language of the library besides."""
        if not lacking:
            return []
        large = _large([each for each in status.languages if each], status)
        return self._controller.list.covering([*lacking, *large])


def _large(languages: Sequence[Language], status: LibraryStatus) -> list[Language]:
    passages = sum(count for language, count in status.languages.items() if language)
    return [each for each in languages if status.languages[each] >= _LARGE_SHARE * passages]
