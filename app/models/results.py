"""The results as rows: one row for each hit; the first row of a document also carries its title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QUrl,
    Signal,
)

from app.messages import path_text, printable
from app.models.marks import Mark, snippet_of
from app.models.title_marks import title_marks
from core.domain import Document, Hit, Result, SearchReply

HITS_SHOWN = 3
"""Hits of one document that are shown before a click on "more"."""

_BATCH = 40
"""Rows that the view gets at a time."""

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


class Role(IntEnum):
    ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. `hit` None: the row that offers the `hidden` further hits of the document.

    `title_marks`: what the question has in common with the title, where a document's best hit has no
    highlights of its own to show.
    """

    result: Result
    hit: Hit | None
    first: bool
    last: bool
    hidden: int = 0
    title_marks: tuple[Mark, ...] = ()

    @property
    def document(self) -> Document:
        return self.result.document

    @property
    def title(self) -> str:
        """What the document is called; the name of its file if it has no title."""
        return title_of(self.document)

    @property
    def key(self) -> tuple[int, int]:
        """Tells this row from every other one of a reply."""
        return (self.result.document.id, self.hit.passage_id if self.hit else -1)


class ResultListModel(QAbstractListModel):
    """The rows of one reply. `more_wanted`: the end was reached and there may be further results."""

    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._results: tuple[Result, ...] = ()
        self._question = ""
        self._rows: list[Row] = []
        self._shown = 0
        self._open: set[int] = set()
        self._maybe_more = False

    def set_reply(self, reply: SearchReply | None, *, same_query: bool) -> None:
        """Show `reply`. The same rows as before stay the same rows, so that nothing moves under the hand."""
        if not same_query:
            self._open.clear()
        self._results = reply.results if reply else ()
        self._question = reply.query.text if reply else ""
        self._maybe_more = reply is not None and len(reply.results) >= reply.query.limit
        self._set_rows(self._rows_of(self._results), keep_length=same_query)

    def open_document(self, row: Row) -> None:
        """Show all hits of the document of `row`."""
        self._open.add(row.document.id)
        self._set_rows(self._rows_of(self._results), keep_length=True)

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
                return printable(str(row.document.path))
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

    def _rows_of(self, results: Sequence[Result]) -> list[Row]:
        return [row for result in results for row in self._rows_of_one(result)]

    def _rows_of_one(self, result: Result) -> list[Row]:
        hits = result.hits
        if result.document.id not in self._open and len(hits) > HITS_SHOWN + 1:
            hits = hits[:HITS_SHOWN]
        hidden = len(result.hits) - len(hits)
        # the hit shows by itself why it was found, unless only the heading above it matched
        found_by_title = bool(hits) and not hits[0].highlights
        marks = title_marks(title_of(result.document), self._question) if found_by_title else ()
        rows = [
            Row(
                result=result,
                hit=hit,
                first=number == 0,
                last=number == len(hits) - 1 and not hidden,
                title_marks=() if number else marks,
            )
            for number, hit in enumerate(hits)
        ]
        if hidden:
            rows.append(Row(result=result, hit=None, first=False, last=True, hidden=hidden))
        return rows

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
        if row.hit is None:
            return self.tr("%n more passages", "", row.hidden)
        snippet = snippet_of(row.hit).text
        title = row.title
        where = path_text(row.document.path.parent)
        if row.hit.page is None:
            return self.tr("{title}, in {folder}: {snippet}").format(
                title=title, folder=where, snippet=snippet
            )
        template = self.tr("{title}, page {page}, in {folder}: {snippet}")
        return template.format(title=title, page=row.hit.page, folder=where, snippet=snippet)


def title_of(document: Document) -> str:
    """What a document is called; the name of its file if it has no title."""
    return printable(document.title.strip() or document.path.name)
