"""Icons: our own SVG drawings, tinted with a colour of the theme, sharp at the usual sizes and scales."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.layout import RESOURCES

_FOLDER = RESOURCES / "icons"
_SIDES = (16, 18, 20, 22)
_APP_SIDES = (16, 32, 48, 72, 128)
_SCALES = (1.0, 1.25, 1.5, 2.0)


def icon(name: str, colour: str) -> QIcon:
    """The line drawing `name` in `colour` (the drawings say `currentColor`)."""
    svg = _path(name).read_text(encoding="utf-8").replace("currentColor", colour)
    return _icon(svg.encode("utf-8"), _SIDES)


def app_icon() -> QIcon:
    """Mikke's own icon, in its own colours."""
    return _icon(_path("mikke").read_bytes(), _APP_SIDES)


def _icon(svg: bytes, sides: Iterable[int]) -> QIcon:
    """Rendered ahead for every size and scale: Python icon engines do not outlive their copies."""
    renderer = QSvgRenderer(QByteArray(svg))
    made = QIcon()
    for side in sorted({round(side * scale) for side in sides for scale in _SCALES}):
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        made.addPixmap(pixmap)
    return made


def _path(name: str) -> Path:
    return _FOLDER / f"{name}.svg"
