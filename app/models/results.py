"""The results as rows, in the batches in which a view wants them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QDateTime,
    QLocale,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QUrl,
    Signal,
)

from app.messages import CONTEXT, path_text, printable, reason_text
from app.models.marks import snippet_of
from app.models.rows import Row, RowKind, is_read, rows_of
from core.domain import Document, DocumentId, Order, SearchReply

_BATCH = 20
"""Rows that the view gets at a time. It lays out all of them before it shows one, at a millisecond each."""

_SHORT = QLocale.FormatType.ShortFormat

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


class Role(IntEnum):
    ROW = Qt.ItemDataRole.UserRole
    DAY = Qt.ItemDataRole.UserRole + 1
    """When the file was last modified, where the results are in that order; else empty."""


class ResultListModel(QAbstractListModel):
    """The rows of one reply. `more_wanted`: the end was reached and there may be further results."""

    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reply: SearchReply | None = None
        self._rows: list[Row] = []
        self._shown = 0
        self._open: set[DocumentId] = set()
        self._maybe_more = False
        self._order = Order.BEST

    @property
    def reply(self) -> SearchReply | None:
        """What the rows are of."""
        return self._reply

    def set_reply(self, reply: SearchReply | None, *, same_query: bool) -> None:
        """Show `reply`. The same rows as before stay the same rows, so that nothing moves under the hand."""
        if not same_query:
            self._open.clear()
        self._reply = reply
        self._maybe_more = reply is not None and len(reply.results) >= reply.query.limit
        if reply is not None:
            self._order = reply.query.order
        self._set_rows(rows_of(reply, self._open) if reply else [], keep_length=same_query)

    def set_order(self, order: Order) -> None:
        """In which order the results are: in that of time, each says when its file was modified."""
        if order is not self._order:
            self._order = order
            if self._shown:
                self.dataChanged.emit(self.index(0), self.index(self._shown - 1))

    def open_document(self, row: Row) -> None:
        """Show all hits of the document of `row`."""
        self._open.add(row.document.id)
        if self._reply is not None:
            self._set_rows(rows_of(self._reply, self._open), keep_length=True)

    def row_at(self, index: _Index) -> Row | None:
        return self._rows[index.row()] if index.isValid() and index.row() < self._shown else None

    def find(self, key: tuple[int, int]) -> QModelIndex:
        """The row with that key, else the first row of the same document, else an invalid index."""
        of_document = -1
        for number, row in enumerate(self._rows):
            if row.key == key:
                return self._reach(number)
            if of_document < 0 and row.key[0] == key[0]:
                of_document = number
        return self._reach(of_document) if of_document >= 0 else QModelIndex()

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else self._shown

    def canFetchMore(self, parent: _Index) -> bool:  # noqa: N802 - Qt's name
        return not parent.isValid() and (self._shown < len(self._rows) or self._maybe_more)

    def fetchMore(self, parent: _Index) -> None:  # noqa: N802 - Qt's name
        if parent.isValid():
            return
        if self._shown < len(self._rows):
            self._grow(min(len(self._rows), self._shown + _BATCH))
        elif self._maybe_more:
            self._maybe_more = False  # ask once; the next reply tells whether there are more still
            self.more_wanted.emit()

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row_at(index)
        if row is None:
            return None
        match role:
            case Role.ROW:
                return row
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(row.document)
            case Role.DAY:
                dated = row.first and self._order is not Order.BEST
                return QLocale().toString(_modified(row.document).date(), _SHORT) if dated else ""
            case _:
                return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        base = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return base | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else Qt.ItemFlag.NoItemFlags

    def mimeTypes(self) -> list[str]:  # noqa: N802 - Qt's name
        return ["text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # noqa: N802 - Qt's name
        rows = [row for row in map(self.row_at, indexes) if row is not None]
        mime = QMimeData()
        mime.setUrls([QUrl.fromEncoded(row.document.path.as_uri().encode("ascii")) for row in rows])
        return mime

    def _set_rows(self, rows: list[Row], *, keep_length: bool) -> None:
        shown = min(len(rows), max(_BATCH, self._shown if keep_length else 0))
        common = self._common_start(rows, min(shown, self._shown))
        if keep_length and common == min(shown, self._shown) and common:
            self._rows[:common] = rows[:common]
            self.dataChanged.emit(self.index(0), self.index(common - 1))
            self._cut(common)
            self._rows = rows
            self._grow(shown)
            return
        self.beginResetModel()
        self._rows, self._shown = rows, shown
        self.endResetModel()

    def _common_start(self, rows: list[Row], limit: int) -> int:
        for number in range(limit):
            if rows[number].key != self._rows[number].key:
                return number
        return limit

    def _cut(self, length: int) -> None:
        if length < self._shown:
            self.beginRemoveRows(QModelIndex(), length, self._shown - 1)
            self._shown = length
            self.endRemoveRows()

    def _grow(self, length: int) -> None:
        if length > self._shown:
            self.beginInsertRows(QModelIndex(), self._shown, length - 1)
            self._shown = length
            self.endInsertRows()

    def _reach(self, number: int) -> QModelIndex:
        self._grow(min(len(self._rows), number + 1))
        return self.index(number)

    def _spoken(self, row: Row) -> str:
        """What a screen reader says about a row."""
        if row.kind is RowKind.MORE:
            return self.tr("%n more passages", "", row.hidden)
        title = row.title
        where = path_text(row.document.path.parent)
        if row.hit is None:
            template = self.tr("{title}, found by its name, in {folder}. {state}")
            return template.format(title=title, folder=where, state=state_sentence(row.document)).strip()
        snippet = snippet_of(row.hit).text
        if row.hit.page is None:
            text = self.tr("{title}, in {folder}: {snippet}")
        else:
            text = self.tr("{title}, page {page}, in {folder}: {snippet}")
        text = text.format(title=title, page=row.hit.page, folder=where, snippet=snippet)
        return f"{text} {missing_text(row)}" if row.missing else text

    def _tip(self, document: Document) -> str:
        """The whole path, and when the file was last modified."""
        when = QLocale().toString(_modified(document), _SHORT)
        return printable(str(document.path)) + "\n" + self.tr("Modified: {when}").format(when=when)


def missing_text(row: Row) -> str:
    """The words that the passage of `row` does not answer, as a line."""
    separator = QCoreApplication.translate("ResultListModel", ", ")
    template = QCoreApplication.translate("ResultListModel", "Missing: {words}")
    return template.format(words=separator.join(printable(word) for word in row.missing))


def state_sentence(document: Document) -> str:
    """Why there is no text of `document` to be searched; empty if there is."""
    if is_read(document):
        return ""
    if document.reason is None:
        return QCoreApplication.translate("ResultListModel", "This file has not been read yet.")
    return printable(reason_text(document.reason, _translate))


def _modified(document: Document) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(document.stamp.mtime_ns // 1_000_000)


def _translate(text: str) -> str:
    return QCoreApplication.translate(CONTEXT, text)
