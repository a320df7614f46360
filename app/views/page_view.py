"""A rendered page with boxes over the words that matched: stronger where they match more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QAbstractSlider, QFrame, QToolTip, QWidget

from app.models.marks import Answer, Stress, stress_of, united
from app.theme.palette import LIGHT, Colours, with_alpha
from app.views.answer_text import answers_text
from core.domain import Box, RenderedPage, Span

_MARGIN = 20
_RESIZE_REST_MS = 120
_FIRST_GUESS_DPI = 110.0
_MAX_DPI = 400.0
_DIMMED = 0.2
_ZOOM_STEPS = (0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMark:
    """How a highlighted span looks; its boxes come with the rendered page."""

    strength: float
    chosen: bool
    answers: tuple[Answer, ...] = ()


class Place(Enum):
    """Where a new page is scrolled to; IN_VIEW: to the chosen hit only if nothing of it is in view."""

    CHOSEN = auto()
    IN_VIEW = auto()
    KEEP = auto()
    TOP = auto()
    BOTTOM = auto()


class PageView(QAbstractScrollArea):
    """Shows one page. `dpi_changed`: it wants the page in another resolution (new size, new zoom).

    `pointed`: the answers (a tuple of Answer) of the marks that the mouse is on.
    """

    dpi_changed = Signal()
    pointed = Signal(object)
    turned = Signal(int)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pageView")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Page"))
        self._colours = colours
        self._image: QImage | None = None
        self._boxes: list[tuple[PageMark, Box]] = []
        self._rendered_dpi = _FIRST_GUESS_DPI
        self._page_points = QSize()
        self._zoom: float | None = None
        self._turning = False
        self._word: Span | None = None
        self._answers: tuple[Answer, ...] = ()
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_RESIZE_REST_MS)
        self._rest.timeout.connect(self._on_rest)
        self.verticalScrollBar().setSingleStep(40)
        self.horizontalScrollBar().setSingleStep(40)

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        self.viewport().update()

    def set_word(self, word: Span | None) -> None:
        """Raise the boxes that answered this stretch of the question (None: all are alike again)."""
        self._word = word
        self.viewport().update()

    def wanted_dpi(self) -> float:
        """Device pixels per inch that fit the width (or the zoom) on this screen."""
        ratio = self.devicePixelRatioF()
        if self._zoom is not None:
            return min(_MAX_DPI, 96.0 * self._zoom * ratio)
        if self._page_points.width() <= 0:
            return _FIRST_GUESS_DPI * ratio
        room = max(120, self.viewport().width() - 2 * _MARGIN)
        return min(_MAX_DPI, room * ratio * 72.0 / self._page_points.width())

    def show_page(self, page: RenderedPage, marks: Sequence[PageMark], dpi: float, place: Place) -> None:
        """Show `page`, rendered at `dpi`; `marks[i]` belongs to `page.boxes[i]`."""
        image = QImage(page.rgb, page.width, page.height, page.width * 3, QImage.Format.Format_RGB888)
        self._image = image.copy()  # the bytes are Python's
        self._rendered_dpi = dpi
        self._page_points = QSize(round(page.width * 72 / dpi), round(page.height * 72 / dpi))
        self._boxes = [(mark, box) for mark, boxes in zip(marks, page.boxes, strict=True) for box in boxes]
        self._boxes.sort(key=lambda item: (item[0].chosen, item[0].strength))
        self._update_scroll_bars()
        self._turning = False
        self._go_to(place)
        self.viewport().update()
        if abs(self.wanted_dpi() / dpi - 1) > 0.02:
            self._rest.start()

    def clear(self) -> None:
        self._image = None
        self._boxes = []
        self._point_at(())
        self._update_scroll_bars()
        self.viewport().update()

    def fit_width(self) -> None:
        self._zoom = None
        self._after_zoom()

    def zoom_by(self, steps: int) -> None:
        """The next larger (1) or smaller (-1) zoom step."""
        now = self.wanted_dpi() / self.devicePixelRatioF() / 96.0
        larger = [step for step in _ZOOM_STEPS if step > now * 1.01]
        smaller = [step for step in _ZOOM_STEPS if step < now * 0.99]
        if steps > 0:
            self._zoom = larger[0] if larger else _ZOOM_STEPS[-1]
        else:
            self._zoom = smaller[-1] if smaller else _ZOOM_STEPS[0]
        self._after_zoom()

    def stop_turning(self) -> None:
        """There was no page to turn to."""
        self._turning = False

    def _go_to(self, place: Place) -> None:
        bar = self.verticalScrollBar()
        match place:
            case Place.CHOSEN:
                self.show_chosen()
            case Place.IN_VIEW:
                if not self._chosen_in_view():
                    self.show_chosen()
            case Place.TOP:
                bar.setValue(bar.minimum())
            case Place.BOTTOM:
                bar.setValue(bar.maximum())
            case Place.KEEP:
                pass

    def show_chosen(self) -> None:
        """Scroll so that the first box of the chosen hit is in view, else to the top."""
        chosen = [box for mark, box in self._boxes if mark.chosen]
        boxes = chosen or [box for _mark, box in self._boxes]
        top = min((box.top for box in boxes), default=0.0) * self._scale()
        left = min((box.left for box in boxes), default=0.0) * self._scale()
        self.verticalScrollBar().setValue(round(top - self.viewport().height() * 0.3))
        self.horizontalScrollBar().setValue(round(left - self.viewport().width() * 0.3))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(self._colours.desk))
        if self._image is None:
            return
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        paper = QRectF(self._origin(), self._shown_size())
        for spread, alpha in ((3.0, 0.05), (1.5, 0.08)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(with_alpha("#000000", alpha))
            painter.drawRoundedRect(paper.adjusted(-spread, -spread, spread, spread + 1), spread, spread)
        painter.drawImage(paper, self._image)
        for mark, box in self._boxes:
            self._paint_box(painter, mark, self._area(paper, box))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        super().mouseMoveEvent(event)
        self._point_at(self._answers_at(event.position()))

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() is QEvent.Type.Leave:
            self._point_at(())
        elif isinstance(event, QHelpEvent) and (answers := self._answers_at(QPointF(event.pos()))):
            QToolTip.showText(event.globalPos(), answers_text(answers), self.viewport())
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._update_scroll_bars()
        if self._image is not None and self._zoom is None:
            self._rest.start()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        bar, delta = self.verticalScrollBar(), event.angleDelta().y()
        at_end = bar.value() >= bar.maximum() if delta < 0 else bar.value() <= bar.minimum()
        if not at_end or delta == 0:
            super().wheelEvent(event)
        elif not self._turning:  # one page at a time, however fast the wheel turns
            self._turning = True
            self.turned.emit(1 if delta < 0 else -1)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """At the end of the page the next key turns it, as the wheel does."""
        bar = self.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_PageDown | Qt.Key.Key_Space if bar.value() >= bar.maximum():
                self.turned.emit(1)
            case Qt.Key.Key_PageUp | Qt.Key.Key_Backspace if bar.value() <= bar.minimum():
                self.turned.emit(-1)
            case Qt.Key.Key_Space:
                bar.triggerAction(QAbstractSlider.SliderAction.SliderPageStepAdd)
            case Qt.Key.Key_Home:
                bar.setValue(bar.minimum())
            case Qt.Key.Key_End:
                bar.setValue(bar.maximum())
            case _:
                super().keyPressEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002, N802 - Qt's name
        self.viewport().update()

    def _area(self, paper: QRectF, box: Box) -> QRectF:
        """Where `box` is on the screen."""
        scale = self._scale()
        return QRectF(
            paper.left() + box.left * scale,
            paper.top() + box.top * scale,
            (box.right - box.left) * scale,
            (box.bottom - box.top) * scale,
        )

    def _answers_at(self, point: QPointF) -> tuple[Answer, ...]:
        if self._image is None:
            return ()
        paper = QRectF(self._origin(), self._shown_size())
        return united(mark.answers for mark, box in self._boxes if self._area(paper, box).contains(point))

    def _point_at(self, answers: tuple[Answer, ...]) -> None:
        if answers != self._answers:
            self._answers = answers
            self.pointed.emit(answers)

    def _chosen_in_view(self) -> bool:
        paper, view = QRectF(self._origin(), self._shown_size()), QRectF(self.viewport().rect())
        return any(mark.chosen and view.intersects(self._area(paper, box)) for mark, box in self._boxes)

    def _paint_box(self, painter: QPainter, mark: PageMark, area: QRectF) -> None:
        stress = stress_of(mark.answers, self._word)
        # the paper is white in the dark theme too: always the light theme's colours
        weight = 1.0 if mark.chosen or stress is Stress.RAISED else 0.45
        if stress is Stress.DIMMED:
            weight = _DIMMED
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(LIGHT.highlight, weight * (0.25 + 0.6 * mark.strength)))
        # like a marker pen: the letters stay as black as they are
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        painter.drawRoundedRect(area.adjusted(-1, -1, 1, 1), 2, 2)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        if stress is Stress.DIMMED:
            return
        if stress is Stress.RAISED:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(with_alpha(LIGHT.highlight_line, 1.0), 1.4))
            painter.drawRoundedRect(area.adjusted(-2, -2, 2, 2), 3, 3)
        pen = QPen(with_alpha(LIGHT.highlight_line, weight * (0.4 + 0.6 * mark.strength)))
        pen.setWidthF(1.0 + 1.6 * mark.strength * weight)
        painter.setPen(pen)
        painter.drawLine(area.bottomLeft() + QPointF(0, 1), area.bottomRight() + QPointF(0, 1))

    def _scale(self) -> float:
        """Logical pixels on the screen for a pixel of the image."""
        ratio = self.devicePixelRatioF()
        return self.wanted_dpi() / self._rendered_dpi / ratio

    def _shown_size(self) -> QSize:
        if self._image is None:
            return QSize(0, 0)
        scale = self._scale()
        return QSize(round(self._image.width() * scale), round(self._image.height() * scale))

    def _origin(self) -> QPointF:
        size, room = self._shown_size(), self.viewport().size()
        x = max(_MARGIN, (room.width() - size.width()) // 2) - self.horizontalScrollBar().value()
        y = _MARGIN - self.verticalScrollBar().value()
        return QPointF(x, y)

    def _update_scroll_bars(self) -> None:
        size, room = self._shown_size(), self.viewport().size()
        for bar, need, have in (
            (self.verticalScrollBar(), size.height() + 2 * _MARGIN, room.height()),
            (self.horizontalScrollBar(), size.width() + 2 * _MARGIN, room.width()),
        ):
            bar.setPageStep(have)
            bar.setRange(0, max(0, need - have))

    def _after_zoom(self) -> None:
        self._update_scroll_bars()
        self.viewport().update()
        self._rest.start()

    def _on_rest(self) -> None:
        self._update_scroll_bars()
        if self._image is not None and abs(self.wanted_dpi() / self._rendered_dpi - 1) > 0.02:
            self.dpi_changed.emit()
