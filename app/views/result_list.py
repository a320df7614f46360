"""The list of results: selection that survives a new reply, keys, the context menu, dragging files out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QScrollBar, QToolTip, QWidget

from app.models.marks import Answer
from app.models.results import ResultListModel
from app.models.rows import Row, RowKind
from app.theme.palette import Colours
from app.views.answer_text import answers_text
from app.views.result_delegate import ResultDelegate
from core.domain import SearchReply, Span

_NEAR_TOP = 4
"""Rows that are in view without scrolling in any reasonable window."""


class _QuietScrollBar(QScrollBar):
    """Always takes its room, so that rows never change their width, but shows nothing if all is in view."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        if self.maximum() > self.minimum():
            super().paintEvent(event)


class ResultList(QListView):
    """Signals carry a Row: chosen (selected), opened (Enter), revealed (Ctrl+Enter), and what to copy.

    `like_wanted`: passages like that of this row. `pointed`: the answers (a tuple of Answer) of the mark that
    the mouse is on. `left`: back to the search box, please. `typed`: what was typed here was meant for it.
    """

    chosen = Signal(object)
    opened = Signal(object)
    revealed = Signal(object)
    passage_copied = Signal(object)
    path_copied = Signal(object)
    like_wanted = Signal(object)
    pointed = Signal(object)
    left = Signal()
    typed = Signal(str)

    def __init__(self, model: ResultListModel, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("resultList")
        self.setAccessibleName(self.tr("Results"))
        self._rows = model
        self._delegate = ResultDelegate(colours, self)
        self._quiet = False
        self._picked = False
        self._answers: tuple[Answer, ...] = ()
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBar(_QuietScrollBar(self))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.setUniformItemSizes(False)
        self.verticalScrollBar().setSingleStep(24)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.doubleClicked.connect(lambda _index: self.open_current())
        self.clicked.connect(self._on_clicked)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(460, 600)

    def set_colours(self, colours: Colours) -> None:
        self._delegate.set_colours(colours)
        self.viewport().update()

    def set_word(self, word: Span | None) -> None:
        """Raise what answered this stretch of the question, in the row that is chosen."""
        self._delegate.set_word(word)
        self.viewport().update()

    def show_reply(self, reply: SearchReply | None, *, same_query: bool) -> None:
        """Show `reply`. What the person picked stays chosen, and where it is, while the question is the same.

        What they did not pick stays chosen too, but for a first answer that gives way to the final one. With
        a new question what they picked stays chosen if it is near the top; else the best result is chosen
        and in view.
        """
        row = self.current_row()
        before = self._rows.reply
        settled = same_query and (before is None or before.final)
        key = row.key if row and (settled or self._picked) else None
        place = self.verticalScrollBar().value()
        height = self.visualRect(self.currentIndex()).top()
        self._quiet = True
        self._delegate.forget_layouts()
        self._rows.set_reply(reply, same_query=same_query)
        index = self._rows.find(key) if key else QModelIndex()
        if not index.isValid() or (not same_query and index.row() >= _NEAR_TOP):
            index = self._rows.index(0)
            self._picked = False
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._quiet = False
        if same_query:
            self.doItemsLayout()  # the places of rows are asked for
        if same_query and self._picked:  # better ones push in above: what is looked at stays where it is
            moved = self.visualRect(index).top() - height
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + moved)
        elif same_query:
            self.verticalScrollBar().setValue(place)
        else:
            self.scrollToTop()
        self._choose(index)

    def current_row(self) -> Row | None:
        return self._rows.row_at(self.currentIndex())

    def move_by(self, rows: int) -> None:
        """Choose the row `rows` further down (or up), as Down and Up in the search box do."""
        number = min(max(0, self.currentIndex().row() + rows), self._rows.rowCount() - 1)
        if number >= 0:
            self.setCurrentIndex(self._rows.index(number))

    def turn_hit(self, by: int) -> None:
        """The next (1) or previous (-1) hit; the row that offers more hits of a document opens by itself."""
        self.move_by(by)
        row = self.current_row()
        if row is not None and row.kind is RowKind.MORE:
            number = self.currentIndex().row()
            self._rows.open_document(row)
            self.setCurrentIndex(self._rows.index(number))

    def open_current(self) -> None:
        row = self.current_row()
        if row is None:
            return
        if row.kind is RowKind.MORE:
            self._rows.open_document(row)
        else:
            self.opened.emit(row)

    def reveal_current(self) -> None:
        self._emit(self.revealed)

    def copy_passage(self) -> None:
        """Of a document that only its name answers, the path: it is what was found."""
        row = self.current_row()
        self._emit(self.path_copied if row is not None and row.kind is RowKind.NAME else self.passage_copied)

    def copy_path(self) -> None:
        self._emit(self.path_copied)

    def ask_like(self) -> None:
        """Passages like the chosen one are wanted."""
        row = self.current_row()
        if row is not None and row.kind is RowKind.HIT:
            self.like_wanted.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if control:
                self.reveal_current()
            else:
                self.open_current()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_passage()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif _is_writing(event):
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        row = self.current_row()
        if row is None or row.kind is RowKind.MORE:
            return
        menu = self.menu_for_current()
        where = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            where = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        menu.popup(QPoint(where))

    def menu_for_current(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        row = self.current_row()
        has_passage = row is not None and row.kind is RowKind.HIT
        for text, key, slot, needs_passage in (
            (self.tr("Open"), "Return", self.open_current, False),
            (self.tr("Show in folder"), "Ctrl+Return", self.reveal_current, False),
            (self.tr("More like this"), "Ctrl+M", self.ask_like, True),
            ("", "", None, False),
            (self.tr("Copy passage"), "Ctrl+C", self.copy_passage, True),
            (self.tr("Copy path"), "Ctrl+Shift+C", self.copy_path, False),
        ):
            if slot is None:
                menu.addSeparator()
                continue
            if needs_passage and not has_passage:
                continue
            action = menu.addAction(text)
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(slot)
        return menu

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        super().mouseMoveEvent(event)
        self._point_at(self._answers_at(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() is QEvent.Type.Leave:
            self._point_at(())
        elif isinstance(event, QHelpEvent) and (answers := self._answers_at(event.pos())):
            QToolTip.showText(event.globalPos(), answers_text(answers), self.viewport())
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._delegate.forget_layouts()
            self.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._delegate.forget_layouts()
            self.scheduleDelayedItemsLayout()

    def _on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._quiet:
            self._picked = True
            self._choose(current)

    def _choose(self, index: QModelIndex) -> None:
        row = self._rows.row_at(index)
        if row is None or row.kind is not RowKind.MORE:
            self.chosen.emit(row)

    def _answers_at(self, point: QPoint) -> tuple[Answer, ...]:
        index = self.indexAt(point)
        return self._delegate.answers_at(index, self.visualRect(index), point) if index.isValid() else ()

    def _point_at(self, answers: tuple[Answer, ...]) -> None:
        if answers != self._answers:
            self._answers = answers
            self.pointed.emit(answers)

    def _on_clicked(self, index: QModelIndex) -> None:
        row = self._rows.row_at(index)
        if row is not None and row.kind is RowKind.MORE:
            self._rows.open_document(row)

    def _emit(self, signal: SignalInstance) -> None:
        row = self.current_row()
        if row is not None and row.kind is not RowKind.MORE:
            signal.emit(row)


def _is_writing(event: QKeyEvent) -> bool:
    """Whether this key writes something and is no command."""
    modifier = Qt.KeyboardModifier
    command = modifier.ControlModifier | modifier.AltModifier | modifier.MetaModifier
    return not event.modifiers() & command and event.text().isprintable() and event.text().strip() != ""
