"""The main window: puts the views together. No logic: controllers are joined to it in `app.window`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.models.results import ResultListModel
from app.theme.icons import app_icon, icon
from app.theme.palette import Colours
from app.views.banner import Banner
from app.views.hint_line import HintLine
from app.views.history_popup import HistoryPopup
from app.views.preview_pane import PreviewPane
from app.views.question_row import QuestionRow
from app.views.question_words import QuestionWords
from app.views.result_list import ResultList
from app.views.search_box import SearchBox
from app.views.status_strip import StatusStrip
from app.views.welcome import QuietPage, WelcomePage
from core.domain import SearchReply

_ROOMY_PX = 960
"""From this width on the buttons beside the search box have words."""


class MainWindow(QMainWindow):
    """`folders_dropped` carries a list of Path; the other signals are clicks."""

    add_clicked = Signal()
    folders_clicked = Signal()
    files_clicked = Signal()
    models_clicked = Signal()
    folders_dropped = Signal(object)
    closing = Signal()

    def __init__(self, model: ResultListModel, colours: Colours) -> None:
        super().__init__()
        self.setWindowTitle("Mikke")
        self.setWindowIcon(app_icon())
        self.setAcceptDrops(True)
        self.resize(1180, 760)
        self.setMinimumSize(QSize(720, 460))
        self.search_box = SearchBox(colours, self)
        self.history = HistoryPopup(colours, self)
        self.question_row = QuestionRow(colours, self)
        self.hint = HintLine(self)
        self.banner = Banner(colours, self)
        self.welcome = WelcomePage(colours, self)
        self.words = QuestionWords(colours, self)
        self.results = ResultList(model, colours, self)
        self.quiet = QuietPage(self)
        self.preview = PreviewPane(colours, self)
        self.status = StatusStrip(colours, self)
        self._buttons: dict[str, QPushButton] = {}
        self._left = QStackedWidget(self)
        self._pages = QStackedWidget(self)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._lay_out()
        self._make_shortcuts()
        self.set_colours(colours)

    def set_colours(self, colours: Colours) -> None:
        for view in (self.search_box, self.history, self.question_row, self.banner, self.welcome):
            view.set_colours(colours)
        for pane in (self.words, self.results, self.preview, self.status):
            pane.set_colours(colours)
        for name, button in self._buttons.items():
            button.setIcon(icon(name, colours.text))

    def show_welcome(self, suggestions: Sequence[Path]) -> None:
        """There is no folder yet."""
        self.welcome.set_suggestions(suggestions)
        self._pages.setCurrentWidget(self.welcome)
        self.question_row.hide()

    def show_search(self) -> None:
        self._pages.setCurrentWidget(self.splitter)
        self.question_row.show()

    def show_results(self, reply: SearchReply, *, same_query: bool) -> None:
        self._left.setCurrentWidget(self.results)
        self.results.show_reply(reply, same_query=same_query)

    def show_quiet(self, heading: str, detail: str, action: str = "") -> None:
        """Nothing to list: nothing was asked, nothing found, or something is missing (`action`: a button)."""
        self.results.show_reply(None, same_query=False)
        self.quiet.show_text(heading, detail, action)
        self._left.setCurrentWidget(self.quiet)

    @property
    def is_welcoming(self) -> bool:
        return self._pages.currentWidget() is self.welcome

    def announce(self, text: str) -> None:
        """Tell a screen reader, if one is running."""
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.results, text))

    def bring_to_front(self) -> None:
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        self.focus_search()

    def focus_search(self) -> None:
        self.search_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_box.selectAll()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if _folders_of(event):
            event.acceptProposedAction()
            self.welcome.set_dropping(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        self.welcome.set_dropping(False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        self.welcome.set_dropping(False)
        folders = _folders_of(event)
        if folders:
            event.acceptProposedAction()
            self.folders_dropped.emit(folders)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a narrow window the box needs the room more than the words on the buttons."""
        super().resizeEvent(event)
        roomy = event.size().width() >= _ROOMY_PX
        for button in self._buttons.values():
            button.setText(str(button.property("words")) if roomy else "")

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        self.closing.emit()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        self._left.addWidget(self.quiet)
        self._left.addWidget(self.results)
        column = QFrame(self)
        column.setObjectName("resultColumn")
        inside = QVBoxLayout(column)
        inside.setContentsMargins(1, 8, 1, 8)
        inside.addWidget(self.words)
        inside.addWidget(self._left)
        self.splitter.setHandleWidth(14)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(column)
        self.splitter.addWidget(self.preview)
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 3)
        self.splitter.setSizes([460, 680])
        self._pages.addWidget(self.splitter)
        self._pages.addWidget(self.welcome)
        page = QWidget(self)
        page.setObjectName("page")
        layout = QVBoxLayout(page)
        layout.setContentsMargins(18, 16, 18, 8)
        layout.setSpacing(8)
        layout.addLayout(self._make_top())
        layout.addWidget(self.question_row)
        layout.addWidget(self.hint)
        layout.addWidget(self.banner)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.status)
        self.setCentralWidget(page)

    def _make_top(self) -> QHBoxLayout:
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self.search_box, 1)
        top.addSpacing(10)
        for name, text, tip, signal in (
            ("add-folder", self.tr("Add folder…"), self.tr("Add a folder to search"), self.add_clicked),
            ("folder", self.tr("Folders"), self.tr("The folders that are searched"), self.folders_clicked),
            ("files", self.tr("Files"), self.tr("Every file, with its state"), self.files_clicked),
            ("models", self.tr("Models"), self.tr("The model that answers, and others"), self.models_clicked),
        ):
            button = QPushButton(self)
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(text)
            button.setProperty("words", text)
            button.setIconSize(QSize(20, 20))
            button.setAutoDefault(False)
            button.clicked.connect(signal)
            self._buttons[name] = button
            top.addWidget(button)
        return top

    def _make_shortcuts(self) -> None:
        for keys, slot in (
            ("Ctrl+L", self.focus_search),
            ("Ctrl+Shift+C", self.results.copy_path),
            ("Ctrl+O", self.add_clicked.emit),
        ):
            QShortcut(QKeySequence(keys), self, slot)


def _folders_of(event: QDropEvent) -> list[Path]:
    """The local folders that are being dragged."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if path.is_dir()]
