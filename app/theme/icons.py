"""Icons: our own SVG drawings, tinted with a colour of the theme and sharp at every scale."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.layout import RESOURCES

_FOLDER = RESOURCES / "icons"


class _SvgEngine(QIconEngine):
    """Draws an SVG at whatever size and device pixel ratio it is asked for."""

    def __init__(self, svg: bytes) -> None:
        super().__init__()
        self._svg = svg

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: ARG002
        painter.setOpacity(0.45 if mode == QIcon.Mode.Disabled else 1.0)
        QSvgRenderer(QByteArray(self._svg)).render(painter, QRectF(rect))
        painter.setOpacity(1.0)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _SvgEngine(self._svg)


def icon(name: str, colour: str) -> QIcon:
    """The line drawing `name` in `colour` (the drawings say `currentColor`)."""
    svg = _path(name).read_text(encoding="utf-8").replace("currentColor", colour)
    return QIcon(_SvgEngine(svg.encode("utf-8")))


def app_icon() -> QIcon:
    """Mikke's own icon, in its own colours."""
    return QIcon(_SvgEngine(_path("mikke").read_bytes()))


def _path(name: str) -> Path:
    return _FOLDER / f"{name}.svg"
