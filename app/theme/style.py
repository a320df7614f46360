"""The style sheet: spacing, corners and states on top of Qt's Fusion style, from one set of colours."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from app.theme.palette import Colours
from core.layout import RESOURCES

_SHEET = Template("""
QWidget { color: $text; }
QMainWindow, QDialog, #page { background: $window; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 6px; }

#searchBox { background: $surface; border: 1px solid $line; border-radius: 12px; padding: 0 12px;
  font-size: 15pt; min-height: 46px; selection-background-color: $accent; selection-color: $on_accent; }
#searchBox:focus { border: 2px solid $accent; padding: 0 11px; }

QLineEdit { background: $surface; border: 1px solid $line; border-radius: 8px;
  padding: 5px 10px; min-height: 22px; }
QLineEdit:focus { border: 1px solid $accent; }
QComboBox { background: $surface; border: 1px solid $line; border-radius: 8px; padding: 5px 10px;
  min-height: 22px; }
QComboBox:focus { border: 1px solid $accent; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox::down-arrow { image: url("$arrow"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $line; padding: 4px;
  selection-background-color: $selection; selection-color: $text; outline: none; }

QPushButton, QToolButton { background: transparent; border: 1px solid transparent; border-radius: 8px;
  padding: 6px 12px; }
QToolButton { padding: 6px 8px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $selection; }
QPushButton:focus, QToolButton:focus { border: 1px solid $accent; }
QPushButton:disabled, QToolButton:disabled { color: $muted; background: transparent; }
QPushButton[kind="plain"] { background: $surface; border: 1px solid $line; }
QPushButton[kind="plain"]:hover { background: $hover; }
QPushButton[kind="plain"]:focus { border: 1px solid $accent; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; font-weight: 600;
  padding: 11px 24px; border-radius: 10px; }
QPushButton[kind="primary"]:hover { background: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="chip"] { background: $selection; border: 1px solid $selection; border-radius: 13px;
  padding: 2px 8px 2px 12px; min-height: 20px; }
QPushButton[kind="chip"]:hover { border-color: $accent; }
QPushButton[kind="chip"]:focus { border: 1px solid $accent; }
QPushButton[kind="menu"] { color: $muted; padding: 3px 10px; min-height: 20px; }
QPushButton[kind="menu"]::menu-indicator { image: none; width: 0; }
QPushButton[kind="link"] { color: $accent; padding: 4px 6px; }

QLabel[role="muted"] { color: $muted; }
QLabel[role="title"] { font-size: 22pt; font-weight: 600; }
QLabel[role="heading"] { font-size: 13pt; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }

#historyPopup { background: $surface; border: 1px solid $line; border-radius: 8px; }
#historyPopup #line { background: $line; border: none; }
#historyList { background: $surface; border: none; outline: none; }

#resultList { background: $surface; border: none; outline: none; }
#resultColumn, #previewColumn { background: $surface; border: 1px solid $line; border-radius: 12px; }
#previewHeader QToolButton { padding: 6px 5px; }
#previewHeader { border-bottom: 1px solid $line; }
#pageView { background: $desk; border: 1px solid $desk; }
#pageView:focus, #textView:focus { border-color: $accent; }
#textView { background: $surface; border: 1px solid $surface; border-radius: 11px; padding: 10px 20px;
  selection-background-color: $accent; selection-color: $on_accent; }

#banner { background: $warning_surface; border: 1px solid $line; border-radius: 10px; }
#banner QLabel { color: $warning; }
#listCard { background: $surface; border: 1px solid $line; border-radius: 10px; }
#welcomeCard { background: $surface; border: 1px solid $line; border-radius: 16px; }
#welcomeCard[dropping="true"] { border: 2px dashed $accent; background: $selection; }

QTableView { background: $surface; border: 1px solid $line; border-radius: 10px; gridline-color: transparent;
  selection-background-color: $selection; selection-color: $text; outline: none; }
QTableView::item { padding: 5px 10px; border: none; border-bottom: 1px solid $line; }
QTableView::item:selected { background: $selection; color: $text; }
QHeaderView { background: transparent; }
QHeaderView::section { background: transparent; color: $muted; border: none; border-bottom: 1px solid $line;
  padding: 7px 10px; font-weight: 600; }

QCalendarWidget #qt_calendar_navigationbar { background: $surface; }
QCalendarWidget QToolButton { color: $text; padding: 4px 8px; }
QCalendarWidget QToolButton::menu-indicator { image: none; }
QCalendarWidget QTableView { border: none; border-radius: 0; selection-background-color: $accent;
  selection-color: $on_accent; }
QCalendarWidget QTableView::item { padding: 0; border: none; }

QProgressBar { background: $line; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QMenu { background: $surface; border: 1px solid $line; border-radius: 8px; padding: 6px; }
QMenu::item { padding: 7px 26px 7px 14px; border-radius: 6px; }
QMenu::item:selected { background: $selection; color: $text; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }

QSplitter::handle { background: transparent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QScrollBar::handle { background: $line; border-radius: 4px; min-height: 36px; min-width: 36px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")


def style_sheet(colours: Colours) -> str:
    return _SHEET.substitute(asdict(colours), arrow=(RESOURCES / "icons" / "arrow.svg").as_posix())
