"""The preview: a header with the document and the ways through it, below it the page or the text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.desktop.text import font_for, looks_japanese, monospace
from app.messages import path_text, printable
from app.models.marks import Mark
from app.models.results import state_sentence
from app.models.rows import title_of
from app.theme.icons import icon
from app.theme.palette import Colours
from app.views.elided_label import ElidedLabel
from app.views.page_view import PageMark, PageView, Place
from app.views.text_view import TextView
from core.domain import Document, RenderedPage, Span

_PROSE = frozenset({"txt", "text", "md", "markdown", "html", "htm", "pdf", "epub", "docx", "odt", "rst"})


_NARROW = 540
"""Logical pixels: the buttons take about 300 of them, and a title wants as many as that."""


class PreviewPane(QFrame):
    """Setters in; signals out: page and hit turned (by how many), resolution wanted, open and reveal.

    `like_wanted`: more passages like the one in view. `pointed`: the answers (a tuple of Answer) of the marks
    that the mouse is on.
    """

    page_turned = Signal(int)
    hit_turned = Signal(int)
    dpi_changed = Signal()
    opened = Signal()
    revealed = Signal()
    like_wanted = Signal()
    pointed = Signal(object)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("previewColumn")
        self._colours = colours
        self._title = ElidedLabel(self)
        self._title.setProperty("role", "heading")
        self._where = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self._where.setProperty("role", "muted")
        self._page_number = QLabel(self)
        self._page_number.setProperty("role", "muted")
        self.pages = PageView(colours, self)
        self.texts = TextView(colours, self)
        self._message = QLabel(self)
        self._message.setProperty("role", "muted")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._message.setMargin(32)
        self._buttons: dict[str, QToolButton] = {}
        self._make_buttons()
        self._stack = QStackedWidget(self)
        self._offers = self._make_offers()
        self._message_page = self._make_message_page()
        for view in (self._message_page, self.pages, self.texts):
            self._stack.addWidget(view)
        self._header = self._make_header()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addWidget(self._stack, 1)
        self.pages.turned.connect(self.page_turned)
        self.pages.dpi_changed.connect(self.dpi_changed)
        self.pages.pointed.connect(self.pointed)
        self.texts.pointed.connect(self.pointed)
        self.set_colours(colours)
        self.clear()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(640, 600)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a narrow window the buttons stand below the title instead of pushing it out."""
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW
        direction = QBoxLayout.Direction
        self._header_layout.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._header_layout.setSpacing(2 if narrow else 12)

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        for name, button in self._buttons.items():
            button.setIcon(icon(name, colours.text))
        self.pages.set_colours(colours)
        self.texts.set_colours(colours)

    def clear(self) -> None:
        """Nothing is chosen."""
        self._header.hide()
        self._message.clear()
        self._offers.hide()
        self._stack.setCurrentWidget(self._message_page)
        self.pages.clear()

    def set_word(self, word: Span | None) -> None:
        """Raise what answered this stretch of the question (None: nothing in particular)."""
        self.pages.set_word(word)
        self.texts.set_word(word)

    def set_document(self, document: Document) -> None:
        title = title_of(document)
        self._title.setFont(font_for(self._title.font(), japanese=looks_japanese(title)))
        self._title.setText(title)
        self._where.setText(path_text(document.path))
        self._where.setToolTip(printable(str(document.path)))
        self._header.show()

    def show_page(self, page: RenderedPage, marks: Sequence[PageMark], dpi: float, place: Place) -> None:
        self._stack.setCurrentWidget(self.pages)
        self._show_controls(paged=True)
        self.pages.show_page(page, marks, dpi, place)

    def set_page_number(self, page: int, count: int) -> None:
        self._page_number.setText(self.tr("{page} of {count}").format(page=page, count=count))
        self.pages.setAccessibleName(self.tr("Page {page} of {count}").format(page=page, count=count))
        self._buttons["left"].setEnabled(page > 1)
        self._buttons["right"].setEnabled(page < count)
        self.pages.stop_turning()

    def show_text(self, text: str, marks: Sequence[Mark], file_format: str, place: Place) -> None:
        japanese = looks_japanese(text)
        prose = file_format in _PROSE
        base = self.font()
        base.setPointSizeF(base.pointSizeF() * (1.08 if prose else 1.0))
        self.texts.setFont(font_for(base, japanese=japanese) if prose else monospace(base, japanese=japanese))
        self._stack.setCurrentWidget(self.texts)
        self._show_controls(paged=False)
        self.texts.show_text(printable(text), marks, place)

    def show_message(self, text: str) -> None:
        """In the place of the document: why it cannot be shown."""
        self._message.setText(text)
        self._offers.hide()
        self._stack.setCurrentWidget(self._message_page)
        self._show_controls(paged=False)

    def show_unreadable(self, document: Document) -> None:
        """There is no text of `document`: say why, and offer to open it elsewhere."""
        self.show_message(state_sentence(document))
        self._offers.show()

    def set_has_passage(self, has_passage: bool) -> None:  # noqa: FBT001 - a Qt slot
        """Whether there is a passage in view of which more can be wanted."""
        self._buttons["like"].setEnabled(has_passage)

    def _make_buttons(self) -> None:
        for name, text, key, slot in (
            ("up", self.tr("Previous hit"), "Shift+F3", lambda: self.hit_turned.emit(-1)),
            ("down", self.tr("Next hit"), "F3", lambda: self.hit_turned.emit(1)),
            ("left", self.tr("Previous page"), "Alt+Left", lambda: self.page_turned.emit(-1)),
            ("right", self.tr("Next page"), "Alt+Right", lambda: self.page_turned.emit(1)),
            ("zoom-out", self.tr("Smaller"), "Ctrl+-", lambda: self.pages.zoom_by(-1)),
            ("zoom-in", self.tr("Larger"), "Ctrl++", lambda: self.pages.zoom_by(1)),
            ("fit-width", self.tr("Fit the width"), "Ctrl+0", self.pages.fit_width),
            ("like", self.tr("More like this"), "Ctrl+M", self.like_wanted.emit),
            ("open", self.tr("Open"), "", self.opened.emit),
            ("folder", self.tr("Show in folder"), "", self.revealed.emit),
        ):
            button = QToolButton(self)
            button.setIconSize(QSize(18, 18))
            button.setAccessibleName(text)
            button.setToolTip(f"{text} ({key})" if key else text)
            if key:
                button.setShortcut(key)
            button.clicked.connect(lambda _checked=False, slot=slot: slot())
            self._buttons[name] = button

    def _make_offers(self) -> QWidget:
        """What can be done with a document that cannot be shown."""
        offers = QWidget(self)
        row = QHBoxLayout(offers)
        row.setSpacing(10)
        row.addStretch(1)
        for text, signal in ((self.tr("Open"), self.opened), (self.tr("Show in folder"), self.revealed)):
            button = QPushButton(text, offers)
            button.setProperty("kind", "plain")
            button.clicked.connect(lambda _checked=False, signal=signal: signal.emit())
            row.addWidget(button)
        row.addStretch(1)
        return offers

    def _make_message_page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(self._message)
        column.addWidget(self._offers)
        column.addStretch(1)
        return page

    def _make_header(self) -> QFrame:
        header = QFrame(self)
        header.setObjectName("previewHeader")
        names = QVBoxLayout()
        names.setSpacing(1)
        names.addWidget(self._title)
        names.addWidget(self._where)
        tools = QHBoxLayout()
        tools.setSpacing(0)
        for name in ("up", "down", "left"):
            tools.addWidget(self._buttons[name])
        tools.addWidget(self._page_number)
        for name in ("right", "zoom-out", "zoom-in", "fit-width", "like", "open", "folder"):
            tools.addWidget(self._buttons[name])
        tools.addStretch(1)
        layout = self._header_layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, header)
        layout.setContentsMargins(20, 10, 10, 10)
        layout.setSpacing(12)
        layout.addLayout(names, 1)
        layout.addLayout(tools)
        header.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        return header

    def _show_controls(self, *, paged: bool) -> None:
        for name in ("left", "right", "zoom-in", "zoom-out", "fit-width"):
            self._buttons[name].setVisible(paged)
        self._page_number.setVisible(paged)
