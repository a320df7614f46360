"""The row below the search box: filters, and in which order results come. It is always there: chips that
come and go while one types move nothing.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from app.theme.icons import icon
from app.theme.palette import Colours
from app.views.filter_chips import FilterChips
from app.views.filter_menu import FilterMenu
from core.domain import Order


class QuestionRow(QWidget):
    """`order_chosen` carries an Order."""

    order_chosen = Signal(object)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("questionRow")
        self.chips = FilterChips(colours, self)
        self.menu = FilterMenu(self)
        self._add = self._button(self.tr("Filter"), self.tr("Add a filter to the question"), self.menu)
        self._orders: dict[Order, QAction] = {}
        self._sort = self._button("", self.tr("In which order results come"), self._order_menu())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._add, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.chips, 1)
        layout.addWidget(self._sort, 0, Qt.AlignmentFlag.AlignTop)
        self.set_order(Order.BEST)
        self.set_colours(colours)

    def set_colours(self, colours: Colours) -> None:
        self.chips.set_colours(colours)
        self._add.setIcon(icon("filter", colours.muted))
        self._sort.setIcon(icon("sort", colours.muted))

    def set_order(self, order: Order) -> None:
        action = self._orders[order]
        action.setChecked(True)
        self._sort.setText(action.text())
        self._sort.setAccessibleName(self.tr("Order: {order}").format(order=action.text()))

    def _order_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for order, text in (
            (Order.BEST, self.tr("Best first")),
            (Order.NEWEST, self.tr("Newest first")),
            (Order.OLDEST, self.tr("Oldest first")),
        ):
            action = group.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(lambda _checked=False, order=order: self._on_chosen(order))
            menu.addAction(action)
            self._orders[order] = action
        return menu

    def _on_chosen(self, order: Order) -> None:
        self.set_order(order)
        self.order_chosen.emit(order)

    def _button(self, text: str, tip: str, menu: QMenu) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("kind", "menu")
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setAutoDefault(False)
        button.setIconSize(QSize(16, 16))
        button.setMenu(menu)
        return button
