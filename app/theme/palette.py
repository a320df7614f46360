"""The colours of Mikke, light and dark.

Text on any surface keeps a contrast of at least 4.5 : 1 (WCAG AA); a test holds that. Highlights are amber
in both, the accent is a green that says "found".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette


class Scheme(StrEnum):
    """Which colours: those of the system, or always the same ones."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """Colours by their use, as `#rrggbb`."""

    window: str
    surface: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_hover: str
    selection: str
    hover: str
    highlight: str
    highlight_line: str
    warning: str
    warning_surface: str
    desk: str


LIGHT = Colours(
    window="#f6f6f3",
    surface="#ffffff",
    raised="#fbfbf9",
    line="#e3e3de",
    text="#1d1f1e",
    muted="#62665f",
    accent="#0d6f5f",
    on_accent="#ffffff",
    accent_hover="#0a5a4d",
    selection="#e2f1ec",
    hover="#f1f3f0",
    highlight="#ffc83d",
    highlight_line="#b77900",
    warning="#8a4b00",
    warning_surface="#fff4df",
    desk="#e9e9e4",
)

DARK = Colours(
    window="#171918",
    surface="#1f2221",
    raised="#252927",
    line="#343937",
    text="#e9ebe8",
    muted="#a0a69f",
    accent="#5cc8b0",
    on_accent="#06231d",
    accent_hover="#7ad8c3",
    selection="#1d3f38",
    hover="#282d2b",
    highlight="#b98a1c",
    highlight_line="#ffcf5c",
    warning="#ffc875",
    warning_surface="#3a2c14",
    desk="#121413",
)


def system_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def colours_of(scheme: Scheme) -> Colours:
    """The colours to use now; `Scheme.SYSTEM` asks the system."""
    if scheme is Scheme.SYSTEM:
        return DARK if system_is_dark() else LIGHT
    return DARK if scheme is Scheme.DARK else LIGHT


def with_alpha(colour: str, alpha: float) -> QColor:
    """`colour` with an opacity in [0, 1]."""
    made = QColor(colour)
    made.setAlphaF(min(1.0, max(0.0, alpha)))
    return made


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two opaque colours (WCAG 2.2, "relative luminance"), 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def qt_palette(colours: Colours) -> QPalette:
    """The same colours for whatever Qt draws by itself."""
    palette = QPalette()
    role = QPalette.ColorRole
    for which, name in {
        role.Window: "window",
        role.WindowText: "text",
        role.Base: "surface",
        role.AlternateBase: "raised",
        role.Text: "text",
        role.Button: "raised",
        role.ButtonText: "text",
        role.BrightText: "on_accent",
        role.ToolTipBase: "raised",
        role.ToolTipText: "text",
        role.PlaceholderText: "muted",
        role.Highlight: "accent",
        role.HighlightedText: "on_accent",
        role.Link: "accent",
        role.Light: "raised",
        role.Midlight: "line",
        role.Mid: "line",
        role.Dark: "muted",
        role.Shadow: "desk",
        role.Accent: "accent",
    }.items():
        palette.setColor(which, QColor(getattr(colours, name)))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(colours.muted))
    return palette


def _luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)

    rgb = QColor(colour)
    red, green, blue = linear(rgb.redF()), linear(rgb.greenF()), linear(rgb.blueF())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
