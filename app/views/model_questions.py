"""Questions before a model is fetched, used or removed. They do not stop the rest of the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from app.messages import path_text
from app.model_messages import explain_uncovered
from app.models.model_list import ModelList
from app.models.model_words import ModelWords, translate_message
from core.domain import Language, LibraryStatus, Model

_Yes = Callable[[], None]


class ModelQuestions(QObject):
    """Each question calls `yes` if that is the answer, and nothing otherwise."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._words = ModelWords(self)

    def install(self, model: Model, found: ModelList, yes: _Yes) -> None:
        revision = model.revision[:7] if model.revision else self.tr("its newest revision")
        lines = [
            self.tr("Source: {repository} on the Hugging Face hub (huggingface.co), {revision}").format(
                repository=model.repository, revision=revision
            ),
            self.tr("Licence: {licence}").format(licence=self._words.licence(model)),
            self.tr("Size: {size}; {free} are free in {folder}").format(
                size=self._words.size(model.bytes),
                free=self._words.size(found.free_bytes),
                folder=path_text(found.folder),
            ),
            "",
            self.tr(
                "This is the only time that Mikke goes online, and it fetches nothing without your yes. "
                "Nothing about you or your files is sent."
            ),
        ]
        title = self.tr("Fetch {model} from the internet?").format(model=self._words.title(model))
        self._ask(
            "confirmInstall", title, lines, (self.tr("Fetch and install"), self.tr("Do not fetch")), yes
        )

    def use(
        self, model: Model, status: LibraryStatus, answering: str, warning: Sequence[str], yes: _Yes
    ) -> None:
        title = self.tr("Let {model} answer?").format(model=self._words.title(model))
        lines = [self._cost(model, status, answering), *(["", *warning] if warning else [])]
        keep = self.tr("Do not change")
        self._ask("confirmUse", title, lines, (self.tr("Use this model"), keep), yes)

    def give_up(self, answering: str, upcoming: str, yes: _Yes) -> None:
        """To keep the model that answers, while a switch is under way."""
        title = self.tr("Keep “{model}”?").format(model=answering)
        line = self.tr("What has been encoded with “{upcoming}” so far is deleted.").format(upcoming=upcoming)
        self._ask("confirmGiveUp", title, [line], (self.tr("Keep it"), self.tr("Go on changing")), yes)

    def remove(self, model: Model, yes: _Yes) -> None:
        title = self.tr("Remove {model} from this computer?").format(model=self._words.title(model))
        lines = [
            self.tr(
                "{size} become free. Other libraries that answer with it could not search any more."
            ).format(size=self._words.size(model.bytes))
        ]
        self._ask("confirmRemoval", title, lines, (self.tr("Remove"), self.tr("Keep")), yes)

    def uncovered(self, model: Model, lacking: Sequence[Language], better: Sequence[Model]) -> Sequence[str]:
        """The warning that the library has languages that `model` was not trained for; none: nothing."""
        if not lacking:
            return ()
        message = explain_uncovered(
            self._words.title(model),
            [self._words.named([language]) for language in lacking],
            [self._words.title(each) for each in better],
            translate_message,
        )
        return [part for part in (message.title, message.detail, message.action) if part]

    def _cost(self, model: Model, status: LibraryStatus, answering: str) -> str:
        if not status.passages:
            return self.tr("There is nothing to encode yet: it answers at once.")
        passages = self._words.passages(status.passages)
        speed = model.passages_per_second
        if not speed:
            text = self.tr("To be encoded with it first: {passages}. How long that takes is not known.")
            first = text.format(passages=passages)
        else:
            text = self.tr("To be encoded with it first: {passages}, which takes {duration} at {speed}.")
            first = text.format(
                passages=passages,
                duration=self._words.duration(status.passages / speed),
                speed=self._words.short_speed(model),
            )
        rest = self.tr(
            "That goes on in the background, also the next time you start Mikke, and you can pause it. "
            "Until it is done, “{answering}” keeps answering."
        )
        return first + "\n\n" + rest.format(answering=answering)

    def _ask(self, name: str, title: str, lines: Sequence[str], answers: tuple[str, str], yes: _Yes) -> None:
        box = QMessageBox(self._window)
        box.setObjectName(name)
        box.setWindowTitle(self.tr("Models"))
        box.setText(title)
        box.setInformativeText("\n".join(lines))
        agreed = box.addButton(answers[0], QMessageBox.ButtonRole.AcceptRole)
        refused = box.addButton(answers[1], QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(refused)
        box.setEscapeButton(refused)
        agreed.clicked.connect(yes)
        box.finished.connect(box.deleteLater)
        box.open()
