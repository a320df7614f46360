"""Every file of the library with its state and the reason for it, filtered and sorted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from app.messages import CONTEXT, path_text, printable, reason_text, state_text
from core.domain import Document, DocumentId, DocumentState

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


class Column(IntEnum):
    NAME = 0
    FOLDER = 1
    STATE = 2
    REASON = 3
    SIZE = 4


_ORDER = {
    DocumentState.FAILED: 0,
    DocumentState.TRUNCATED: 1,
    DocumentState.SKIPPED: 2,
    DocumentState.PENDING: 3,
    DocumentState.INDEXED: 4,
}
"""Sorted by state, what needs attention comes first."""


class FileTableModel(QAbstractTableModel):
    """Filters by itself: a proxy model would ask Python about every row one by one."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents: list[Document] = []
        self._rows: list[Document] = []
        self._states: frozenset[DocumentState] = frozenset()
        self._text = ""
        self._sorted_by = (int(Column.STATE), Qt.SortOrder.AscendingOrder)

    def set_documents(self, documents: Sequence[Document]) -> None:
        self._documents = list(documents)
        self._update()

    def set_filter(self, states: Collection[DocumentState], text: str) -> None:
        """Show only these states (none: all) and paths that contain `text`, whatever its case."""
        self._states = frozenset(states)
        self._text = text.strip().casefold()
        self._update()

    def counts(self) -> dict[DocumentState, int]:
        counts = dict.fromkeys(DocumentState, 0)
        for document in self._documents:
            counts[document.state] += 1
        return counts

    def document_at(self, index: _Index) -> Document | None:
        return self._rows[index.row()] if index.isValid() else None

    def find(self, document_id: DocumentId) -> QModelIndex:
        """The row of that document, or an invalid index."""
        for number, document in enumerate(self._rows):
            if document.id == document_id:
                return self.index(number, 0)
        return QModelIndex()

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        titles = (self.tr("Name"), self.tr("Folder"), self.tr("State"), self.tr("Why"), self.tr("Size"))
        return titles[section]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        document = self.document_at(index)
        if document is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cell(document, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                if index.column() == Column.REASON:
                    return _cell(document, Column.REASON)
                return printable(str(document.path))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(index.column())
            case _:
                return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by = (column, order)
        self._update()

    def _update(self) -> None:
        rows = [document for document in self._documents if self._accepts(document)]
        column, order = self._sorted_by
        rows.sort(key=_sort_key(column), reverse=order is Qt.SortOrder.DescendingOrder)
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _accepts(self, document: Document) -> bool:
        if self._states and document.state not in self._states:
            return False
        return not self._text or self._text in str(document.path).casefold()


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == Column.SIZE else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _cell(document: Document, column: int) -> str:
    match column:
        case Column.NAME:
            return printable(document.path.name)
        case Column.FOLDER:
            return path_text(document.path.parent)
        case Column.STATE:
            return state_text(document.state, _translate)
        case Column.REASON:
            return printable(reason_text(document.reason, _translate)) if document.reason else ""
        case _:
            return QLocale().formattedDataSize(document.stamp.size)


def _sort_key(column: int) -> Callable[[Document], tuple[object, ...]]:
    match column:
        case Column.NAME:
            return lambda document: (document.path.name.casefold(), str(document.path))
        case Column.STATE:
            return lambda document: (_ORDER[document.state], str(document.path))
        case Column.REASON:
            return lambda document: (document.reason.code if document.reason else "", str(document.path))
        case Column.SIZE:
            return lambda document: (document.stamp.size, str(document.path))
        case _:
            return lambda document: (str(document.path),)


def _translate(text: str) -> str:
    return QCoreApplication.translate(CONTEXT, text)
