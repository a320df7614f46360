"""The table of models: what each is, what it may be used for, what it costs here, and whether it answers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QFont

from app.models.model_words import ModelWords
from core.domain import Model, ModelName, ModelSwitch

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


class Column(IntEnum):
    MODEL = 0
    STATE = 1
    LANGUAGES = 2
    SIZE = 3
    SPEED = 4
    LICENCE = 5


class ModelTableModel(QAbstractTableModel):
    """`answering` answers questions; `switch` is under way; of `installing` files are being fetched."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = ModelWords(self)
        self._models: tuple[Model, ...] = ()
        self._answering = ModelName("")
        self._switch: ModelSwitch | None = None

    def set_models(self, models: Sequence[Model]) -> None:
        """Rows that stay keep their selection: only another set of models resets the table."""
        names = [model.name for model in models]
        if names == [model.name for model in self._models]:
            self._models = tuple(models)
            self._all_changed()
            return
        self.beginResetModel()
        self._models = tuple(models)
        self.endResetModel()

    def set_standing(self, answering: ModelName, switch: ModelSwitch | None) -> None:
        if (answering, switch) != (self._answering, self._switch):
            self._answering, self._switch = answering, switch
            self._all_changed()

    def model_at(self, index: _Index) -> Model | None:
        return self._models[index.row()] if index.isValid() else None

    def find(self, name: ModelName) -> QModelIndex:
        """The row of that model, or an invalid index."""
        for number, model in enumerate(self._models):
            if model.name == name:
                return self.index(number, 0)
        return QModelIndex()

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self._models)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
            case Qt.ItemDataRole.ToolTipRole if section == Column.SPEED:
                return self.tr("Passages of 300 characters that this computer encodes in a second")
            case Qt.ItemDataRole.DisplayRole:
                return self._title(section)
            case _:
                return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        model = self.model_at(index)
        if model is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._cell(model, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(model, index.column())
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(index.column())
            case Qt.ItemDataRole.FontRole if model.name == self._answering:
                font = QFont()
                font.setBold(True)
                return font
            case _:
                return None

    def _title(self, section: int) -> str:
        match section:
            case Column.MODEL:
                return self.tr("Model")
            case Column.STATE:
                return self.tr("State")
            case Column.LANGUAGES:
                return self.tr("Languages")
            case Column.SIZE:
                return self.tr("Size")
            case Column.SPEED:
                return self.tr("Speed here")
            case _:
                return self.tr("Licence")

    def _cell(self, model: Model, column: int) -> str:
        match column:
            case Column.MODEL:
                return self._words.title(model)
            case Column.STATE:
                return self._words.state(model, self._answering, self._switch)
            case Column.LANGUAGES:
                return self._words.languages(model)
            case Column.SIZE:
                return self._words.size(model.bytes)
            case Column.SPEED:
                return self._words.short_speed(model)
            case _:
                return self._words.licence(model)

    def _tip(self, model: Model, column: int) -> str:
        match column:
            case Column.LANGUAGES:
                return self._words.all_languages(model)
            case Column.SPEED:
                return self._words.speed(model)
            case _:
                return self._cell(model, column)

    def _all_changed(self) -> None:
        if self._models:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._models) - 1, len(Column) - 1))


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == Column.SIZE else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
