"""The last questions, below the search box: one can be asked again or removed, all of them cleared."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon, QKeyEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.messages import printable
from app.theme.icons import icon
from app.theme.palette import Colours, with_alpha

_ROW_PX = 34
_ROWS = 10
"""More questions than that are scrolled to."""

_NARROWEST_PX, _WIDEST_PX = 380, 900


class _QuestionDelegate(QStyledItemDelegate):
    """A question and, on the row in hand, the cross that removes it."""

    cross: QIcon
    colours: Colours

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802 - Qt's name
        return QSize(100, max(_ROW_PX, super().sizeHint(option, index).height() + 12))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        state = option.state
        in_hand = bool(state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver))
        if in_hand:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            selected = bool(state & QStyle.StateFlag.State_Selected)
            painter.setBrush(with_alpha(self.colours.selection if selected else self.colours.hover, 1.0))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 6, 6)
            self.cross.paint(painter, _cross_of(rect).adjusted(9, 9, -9, -9))
        palette: QPalette = option.palette
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        room = rect.adjusted(12, 0, -rect.height() - 4, 0)
        text = option.fontMetrics.elidedText(
            printable(index.data()), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, text)


class _QuestionList(QListView):
    """`chosen` and `removed` carry the question."""

    chosen = Signal(str)
    removed = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        question = self.currentIndex().data()
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if question:
                self.chosen.emit(question)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace if question:
                self.removed.emit(question)
            case _:
                super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() is not Qt.MouseButton.LeftButton:
            return
        on_cross = _cross_of(self.visualRect(index)).contains(event.position().toPoint())
        (self.removed if on_cross else self.chosen).emit(index.data())


class HistoryPopup(QFrame):
    """Signals: `chosen` and `removed` (a question), `cleared`, `kept` (whether there is a history at all)."""

    chosen = Signal(str)
    removed = Signal(str)
    cleared = Signal()
    kept = Signal(bool)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("historyPopup")
        self.setAccessibleName(self.tr("Last questions"))
        self._questions = QStringListModel(self)
        self._delegate = _QuestionDelegate(self)
        self._list = _QuestionList(self)
        self._list.setObjectName("historyList")
        self._list.setAccessibleName(self.tr("Last questions"))
        self._list.setAccessibleDescription(self.tr("Enter asks a question again, Delete removes it"))
        self._list.setModel(self._questions)
        self._list.setItemDelegate(self._delegate)
        self._list.setMouseTracking(True)
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._empty = QLabel(self)
        self._empty.setProperty("role", "muted")
        self._empty.setContentsMargins(12, 8, 12, 8)
        self._clear = QPushButton(self.tr("Clear history"), self)
        self._keep = QCheckBox(self.tr("Keep a history"), self)
        self._lay_out()
        self._list.chosen.connect(self._on_chosen)
        self._list.removed.connect(self.removed)
        self._clear.clicked.connect(self.cleared)
        self._keep.clicked.connect(self.kept)
        self.set_colours(colours)

    def set_colours(self, colours: Colours) -> None:
        self._delegate.colours = colours
        self._delegate.cross = icon("clear", colours.muted)

    def show_questions(self, questions: Sequence[str], *, kept: bool) -> None:
        """The newest first. What stays in the list stays chosen."""
        number = max(0, self._list.currentIndex().row())
        self._questions.setStringList(list(questions))
        self._list.setCurrentIndex(self._questions.index(min(number, len(questions) - 1)))
        self._list.setVisible(bool(questions))
        self._empty.setVisible(not questions)
        self._empty.setText(
            self.tr("No questions yet.") if kept else self.tr("Questions are not remembered.")
        )
        self._clear.setEnabled(bool(questions))
        self._keep.setChecked(kept)
        rows = min(_ROWS, len(questions))
        row = max(_ROW_PX, self._list.sizeHintForRow(0)) if questions else 0
        self._list.setFixedHeight(rows * row + 2 * self._list.frameWidth())
        self.adjustSize()

    def open_below(self, box: QWidget) -> None:
        width = max(_NARROWEST_PX, min(box.width(), _WIDEST_PX))
        self.setFixedWidth(width)
        self.adjustSize()
        self.move(box.mapToGlobal(QPoint(max(0, box.width() - width), box.height() + 4)))
        self._list.setCurrentIndex(self._questions.index(0))
        self.show()
        (self._list if self._list.isVisible() else self._keep).setFocus(Qt.FocusReason.PopupFocusReason)

    def _on_chosen(self, question: str) -> None:
        self.hide()
        self.chosen.emit(question)

    def _lay_out(self) -> None:
        self._clear.setAutoDefault(False)
        foot = QHBoxLayout()
        foot.setContentsMargins(4, 0, 4, 0)
        foot.addWidget(self._clear)
        foot.addStretch(1)
        foot.addWidget(self._keep)
        line = QFrame(self)
        line.setObjectName("line")
        line.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(6)
        for widget in (self._list, self._empty, line):
            layout.addWidget(widget)
        layout.addLayout(foot)


def _cross_of(row: QRect) -> QRect:
    """Where the cross of a row can be hit: a square at its right end."""
    return QRect(row.right() - row.height() + 1, row.top(), row.height(), row.height())
