"""The page of models: a table of all, the chosen one's details, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.messages import UserMessage
from app.model_messages import explain_missing_part
from app.models.model_list import InstallProgress, ModelList
from app.models.model_words import ModelWords, is_damaged, translate_message
from app.models.models import Column, ModelTableModel
from app.theme.palette import Colours
from app.views.banner import Banner
from app.views.elided_label import ElidedLabel
from app.views.model_details import ModelDetails
from app.views.model_offer import ModelOffer
from app.views.table import make_table
from core.domain import BUILT_IN_MODEL, OWN_MODEL, PARTS_OF_MIKKE, LibraryStatus, Model, ModelName


class ModelsDialog(QDialog):
    """The signals with an object carry the Model; `wanted` is emitted when the page comes on the screen."""

    wanted = Signal()
    install_clicked = Signal(object)
    folder_clicked = Signal()
    use_clicked = Signal(object)
    remove_clicked = Signal(object)
    estimate_clicked = Signal()
    stop_clicked = Signal()

    def __init__(self, model: ModelTableModel, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Models"))
        self.resize(1160, 720)
        self._model = model
        self._words = ModelWords(self)
        self._list = ModelList()
        self._status: LibraryStatus | None = None
        self._installing = False
        self._chosen: ModelName | None = None
        self.banner = Banner(colours, self)
        self.offer = ModelOffer(self)
        self.table = self._make_table()
        self.details = ModelDetails(self)
        self._note = QLabel(self)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setWordWrap(True)
        self._note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._progress_text = ElidedLabel(self)
        self._bar = QProgressBar(self)
        self._stop = self._button(self.tr("Cancel"))
        self._from_folder = self._button(self.tr("Install from folder…"))
        self._estimate = self._button(self.tr("Estimate speeds"))
        self._install = self._button(self.tr("Install…"))
        self._use = self._button(self.tr("Use…"))
        self._remove = self._button(self.tr("Remove…"))
        self._lay_out()
        self._connect()
        self.show_progress(None)
        self._update()

    def set_colours(self, colours: Colours) -> None:
        self.banner.set_colours(colours)

    def set_list(self, found: ModelList) -> None:
        self._list = found
        self._model.set_models(found.models)
        if not self.table.currentIndex().isValid():
            self.choose(self._chosen or (self._status.model if self._status else BUILT_IN_MODEL))
        self._update()

    def set_status(self, status: LibraryStatus) -> None:
        self._status = status
        self._model.set_standing(status.model, status.switch)
        self._update()

    def choose(self, name: ModelName) -> None:
        self._chosen = name
        self.table.setCurrentIndex(self._model.find(name))

    def chosen(self) -> Model | None:
        return self._model.model_at(self.table.currentIndex())

    def show_message(self, message: UserMessage) -> None:
        self.banner.show_message(message)

    def show_progress(self, progress: InstallProgress | None) -> None:
        """None: nothing is being installed."""
        self._installing = progress is not None
        for widget in (self._progress_text, self._bar, self._stop):
            widget.setVisible(progress is not None)
        if progress is not None:
            self._progress_text.setText(self._told(progress))
            # in thousandths: more bytes than fit the bar's integer
            self._bar.setRange(0, 1000 if progress.total else 0)
            self._bar.setValue(1000 * progress.done // progress.total if progress.total else 0)
        self._update()

    def set_estimating(self, estimating: bool) -> None:  # noqa: FBT001 - a setter of one property, as in Qt
        self._estimate.setEnabled(not estimating)
        self._estimate.setText(self.tr("Estimating…") if estimating else self.tr("Estimate speeds"))

    def setVisible(self, visible: bool) -> None:  # noqa: FBT001, N802 - Qt's name
        super().setVisible(visible)
        if visible:
            self.wanted.emit()

    # --- Inside --------------------------------------------------------------------------------

    def _make_table(self) -> QTableView:
        table = make_table(self, self._model, self.tr("Models"))
        header = table.horizontalHeader()
        for column, width in (
            (Column.MODEL, 244),
            (Column.STATE, 164),
            (Column.LANGUAGES, 116),
            (Column.SIZE, 96),
            (Column.SPEED, 184),
        ):
            table.setColumnWidth(column, width)
        header.setSectionResizeMode(Column.LICENCE, QHeaderView.ResizeMode.Stretch)
        return table

    def _lay_out(self) -> None:
        hint = QLabel(self.tr("A model turns your texts and your questions into what is compared."), self)
        hint.setProperty("role", "muted")
        parts = QSplitter(Qt.Orientation.Vertical, self)
        parts.setChildrenCollapsible(False)
        parts.setHandleWidth(12)
        parts.addWidget(self.table)
        parts.addWidget(self.details)
        parts.setSizes([350, 250])
        progress = QHBoxLayout()
        progress.setSpacing(12)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(220)
        self._bar.setAccessibleName(self.tr("Installing"))
        progress.addWidget(self._bar)
        progress.addWidget(self._progress_text, 1)
        progress.addWidget(self._stop)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        for button in (self._from_folder, self._estimate):
            buttons.addWidget(button)
        buttons.addStretch(1)
        for button in (self._remove, self._install, self._use):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(hint)
        layout.addWidget(self.banner)
        layout.addWidget(self.offer)
        layout.addWidget(parts, 1)
        layout.addWidget(self._note)
        layout.addLayout(progress)
        layout.addLayout(buttons)

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("kind", "plain")
        button.setAutoDefault(False)
        return button

    def _connect(self) -> None:
        self._install.clicked.connect(lambda: self.install_clicked.emit(self.chosen()))
        self._use.clicked.connect(lambda: self.use_clicked.emit(self.chosen()))
        self._remove.clicked.connect(lambda: self.remove_clicked.emit(self.chosen()))
        self._from_folder.clicked.connect(self.folder_clicked)
        self._estimate.clicked.connect(self.estimate_clicked)
        self._stop.clicked.connect(self.stop_clicked)
        self.table.selectionModel().currentRowChanged.connect(self._on_chosen)

    def _on_chosen(self) -> None:
        model = self.chosen()
        if model is not None:
            self._chosen = model.name
        self._update()

    def _update(self) -> None:
        """Bring details, note and buttons in step with what is chosen."""
        model = self.chosen()
        self.details.show_model(model)
        lacking = self._lacking(model)
        self._note.setText(lacking)
        self._note.setVisible(bool(lacking))
        can = bool(model) and not lacking
        self._install.setEnabled(
            bool(model and can and not model.installed and model.repository and not self._installing)
        )
        self._use.setEnabled(bool(model and can and self._usable(model)))
        self._remove.setEnabled(
            bool(model and model.name not in PARTS_OF_MIKKE and (model.installed or is_damaged(model)))
        )
        self._from_folder.setEnabled(not self._installing)
        self.offer.setVisible(self._understands_more())

    def _understands_more(self) -> bool:
        """Whether the library would by the model of Mikke's own: it has the built-in one, and stays there."""
        own, status = self._list.get(OWN_MODEL), self._status
        return bool(
            own and status and status.model == BUILT_IN_MODEL and not status.switch and self._usable(own)
        )

    def _usable(self, model: Model) -> bool:
        """Also the model that answers, while another one is about to: that gives the switch up."""
        status = self._status
        if status is None or not model.installed or is_damaged(model):
            return False
        if status.switch is not None:
            return model.name != status.switch.model
        return model.name not in status.needed_models

    def _lacking(self, model: Model | None) -> str:
        part = self._list.lacking.get(model.name, "") if model else ""
        if model is None or not part:
            return ""
        message = explain_missing_part(self._words.title(model), part, translate_message)
        return "\n".join(each for each in (message.title, message.action) if each)

    def _told(self, progress: InstallProgress) -> str:
        if progress.checking:
            text = self.tr("{model} is being checked and tried")
            return text.format(model=progress.title)
        if not progress.total:
            return self.tr("Preparing {model}").format(model=progress.title)
        return self.tr("Installing {model}: {done} of {total}").format(
            model=progress.title, done=self._words.size(progress.done), total=self._words.size(progress.total)
        )
