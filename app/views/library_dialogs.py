"""Two lists about the library: its folders, and every file with its state and the reason for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.messages import path_text, printable
from app.models.files import Column, FileTableModel
from app.models.language_names import named_languages
from app.models.model_words import translate_language
from app.theme.icons import icon
from app.theme.palette import Colours
from app.views.elided_label import ElidedLabel
from app.views.table import make_table
from core.domain import UNKNOWN_LANGUAGE, Document, DocumentId, DocumentState, Language, Source

_FIRST_LANGUAGES = (Language("ja"), Language("en"), Language("zh"), Language("ko"))

_PROBLEMS = (DocumentState.FAILED, DocumentState.SKIPPED, DocumentState.TRUNCATED)


class FilesDialog(QDialog):
    """Every file that Mikke met. `wanted` tells whether the list is on the screen."""

    wanted = Signal(bool)
    opened = Signal(object)
    revealed = Signal(object)

    def __init__(self, model: FileTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Files"))
        self.resize(1080, 640)
        self._model = model
        self._chosen: DocumentId | None = None
        self._counts = QLabel(self)
        self._counts.setProperty("role", "muted")
        self._name = QLineEdit(self)
        self._name.setPlaceholderText(self.tr("Part of a name or folder"))
        self._name.setAccessibleName(self.tr("Filter by name"))
        self._name.setClearButtonEnabled(True)
        self._state = QComboBox(self)
        self._state.setAccessibleName(self.tr("Filter by state"))
        for text, states in (
            (self.tr("All files"), ()),
            (self.tr("Not fully searchable"), _PROBLEMS),
            (self.tr("Failed"), (DocumentState.FAILED,)),
            (self.tr("Skipped"), (DocumentState.SKIPPED,)),
            (self.tr("Partly indexed"), (DocumentState.TRUNCATED,)),
            (self.tr("Waiting"), (DocumentState.PENDING,)),
            (self.tr("Indexed"), (DocumentState.INDEXED,)),
        ):
            self._state.addItem(text, states)
        self.table = self._make_table()
        self._why = QLabel(self)
        self._why.setTextFormat(Qt.TextFormat.PlainText)
        self._why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._why.setWordWrap(True)
        self._open = QPushButton(self.tr("Open"), self)
        self._reveal = QPushButton(self.tr("Show in folder"), self)
        self._lay_out()
        self._connect()
        self._update_buttons()

    def show_counts(self) -> None:
        """Bring the summary in step with the model."""
        counts = self._model.counts()
        parts = [
            self.tr("%n indexed", "", counts[DocumentState.INDEXED] + counts[DocumentState.TRUNCATED]),
            self.tr("%n skipped", "", counts[DocumentState.SKIPPED]),
            self.tr("%n failed", "", counts[DocumentState.FAILED]),
        ]
        if counts[DocumentState.TRUNCATED]:
            parts.append(self.tr("%n only in part", "", counts[DocumentState.TRUNCATED]))
        if counts[DocumentState.PENDING]:
            parts.append(self.tr("%n waiting", "", counts[DocumentState.PENDING]))
        self._counts.setText("   ·   ".join(parts))

    def filter_problems(self) -> None:
        self._state.setCurrentIndex(1)

    def setVisible(self, visible: bool) -> None:  # noqa: FBT001, N802 - Qt's name
        super().setVisible(visible)
        self.wanted.emit(visible)

    def _make_table(self) -> QTableView:
        table = make_table(self, self._model, self.tr("Files"))
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = table.horizontalHeader()
        header.setSortIndicator(Column.STATE, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        for column, width in (
            (Column.NAME, 220),
            (Column.FOLDER, 190),
            (Column.STATE, 130),
            (Column.SIZE, 112),
        ):
            table.setColumnWidth(column, width)
        header.setSectionResizeMode(Column.REASON, QHeaderView.ResizeMode.Stretch)
        return table

    def _lay_out(self) -> None:
        filters = QHBoxLayout()
        filters.setSpacing(10)
        filters.addWidget(self._name, 1)
        filters.addWidget(self._state)
        for button in (self._open, self._reveal):
            button.setProperty("kind", "plain")
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self._counts, 1)
        buttons.addWidget(self._open)
        buttons.addWidget(self._reveal)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(filters)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._why)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self._name.textChanged.connect(self._filter)
        self._state.currentIndexChanged.connect(self._filter)
        self._open.clicked.connect(lambda: self._emit(self.opened))
        self._reveal.clicked.connect(lambda: self._emit(self.revealed))
        self.table.doubleClicked.connect(lambda _index: self._emit(self.opened))
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.selectionModel().currentChanged.connect(self._update_buttons)
        self._model.modelAboutToBeReset.connect(self._remember)
        self._model.modelReset.connect(self._choose_again)

    def _filter(self) -> None:
        self._model.set_filter(self._state.currentData(), self._name.text())

    def _remember(self) -> None:
        document = self._current()
        self._chosen = document.id if document else None

    def _choose_again(self) -> None:
        """While files are read the list is made anew again and again: what was chosen stays chosen."""
        if self._chosen is not None:
            self.table.setCurrentIndex(self._model.find(self._chosen))
        self._update_buttons()

    def _current(self) -> Document | None:
        return self._model.document_at(self.table.currentIndex())

    def _update_buttons(self) -> None:
        for button in (self._open, self._reveal):
            button.setEnabled(self._current() is not None)
        index = self.table.currentIndex()
        # the column is too narrow for most reasons: the chosen file's stands below the list as a whole
        reason = index.siblingAtColumn(Column.REASON).data() if index.isValid() else ""
        self._why.setText(reason or "")
        self._why.setVisible(bool(reason))

    def _emit(self, signal: SignalInstance) -> None:
        document = self._current()
        if document is not None:
            signal.emit(document)

    def _show_menu(self, where: QPoint) -> None:
        index: QModelIndex = self.table.indexAt(where)
        if not index.isValid():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Open")).triggered.connect(lambda: self._emit(self.opened))
        menu.addAction(self.tr("Show in folder")).triggered.connect(lambda: self._emit(self.revealed))
        menu.popup(self.table.viewport().mapToGlobal(where))


class FoldersDialog(QDialog):
    """The folders of the library. Removing one asks first, and says that the disk is not touched.

    `language_chosen` carries the folder and its Language.
    """

    add_clicked = Signal()
    removed = Signal(object)
    language_chosen = Signal(object, object)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Folders"))
        self.resize(760, 420)
        self._colours = colours
        self._sources: tuple[Source, ...] = ()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        self._rows.setContentsMargins(8, 8, 8, 8)
        self._add = QPushButton(self.tr("Add a folder…"), self)
        self._add.setProperty("kind", "plain")
        self._add.clicked.connect(self.add_clicked)
        inside = QFrame(self)
        inside.setObjectName("listCard")
        inside.setLayout(self._rows)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        hint = QLabel(self.tr("Mikke searches these folders and everything in them."), self)
        hint.setProperty("role", "muted")
        buttons = QHBoxLayout()
        buttons.addWidget(hint, 1)
        buttons.addWidget(self._add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(area, 1)
        layout.addLayout(buttons)

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        self.set_sources(self._sources)

    def set_sources(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)
        while item := self._rows.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        for source in sources:
            self._rows.addWidget(self._row(source))
        self._rows.addStretch(1)

    def confirm_removal(self, folder: Path) -> None:
        """Ask, without stopping the rest of the window."""
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setObjectName("confirmRemoval")
        box.setWindowTitle(self.tr("Remove a folder"))
        box.setText(self.tr("Stop searching {folder}?").format(folder=path_text(folder)))
        box.setInformativeText(
            self.tr("Nothing on your disk is deleted. Mikke only forgets what it read there.")
        )
        remove = box.addButton(self.tr("Remove from Mikke"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("Keep"), QMessageBox.ButtonRole.RejectRole)
        remove.clicked.connect(lambda: self.removed.emit(folder))
        box.open()

    def _row(self, source: Source) -> QWidget:
        folder = source.path
        row = QWidget(self)
        sign = QLabel(row)
        sign.setPixmap(icon("folder", self._colours.accent).pixmap(QSize(20, 20), self.devicePixelRatioF()))
        name = ElidedLabel(row, Qt.TextElideMode.ElideMiddle)
        name.setText(path_text(folder))
        name.setToolTip(printable(str(folder)))
        remove = QToolButton(row)
        remove.setIcon(icon("remove", self._colours.muted))
        remove.setIconSize(QSize(18, 18))
        remove.setToolTip(self.tr("Remove from Mikke…"))
        remove.setAccessibleName(self.tr("Remove {folder}").format(folder=path_text(folder)))
        remove.clicked.connect(lambda: self.confirm_removal(folder))
        layout = QHBoxLayout(row)
        layout.setContentsMargins(8, 4, 4, 4)
        layout.setSpacing(12)
        layout.addWidget(sign)
        layout.addWidget(name, 1)
        layout.addWidget(self._languages(row, source))
        layout.addWidget(remove)
        return row

    def _languages(self, row: QWidget, source: Source) -> QComboBox:
        """Each passage's own language, or one for all in the folder; the likely ones come first."""
        box = QComboBox(row)
        box.setMaxVisibleItems(12)
        box.setAccessibleName(self.tr("Language of {folder}").format(folder=path_text(source.path)))
        box.setToolTip(
            self.tr(
                "In which language is this folder written? It matters to models that encode each language in "
                "its own way, as ColBERT-XM does."
            )
        )
        box.addItem(self.tr("Each passage’s own language"), UNKNOWN_LANGUAGE)
        names = named_languages(translate_language)
        for language in _FIRST_LANGUAGES:
            box.addItem(dict(names)[language], language)
        box.insertSeparator(box.count())
        for language, name in names:
            if language not in _FIRST_LANGUAGES:
                box.addItem(name, language)
        if box.findData(source.language) < 0:
            box.addItem(str(source.language), source.language)
        box.setCurrentIndex(box.findData(source.language))
        box.activated.connect(lambda _number: self._choose_language(source, Language(box.currentData())))
        return box

    def _choose_language(self, source: Source, language: Language) -> None:
        if language != source.language:
            self.language_chosen.emit(source.path, language)
