"""Colours, icons and fonts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont

from app.desktop.text import JAPANESE_FAMILIES, font_for, looks_japanese
from app.theme.icons import app_icon, icon
from app.theme.palette import DARK, LIGHT, contrast
from core.layout import RESOURCES

ICONS = sorted(path.stem for path in (RESOURCES / "icons").glob("*.svg"))


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_readable_on_every_surface(colours):
    """Text keeps a contrast of 4.5 : 1 (WCAG AA) on every surface that it stands on, highlights included."""
    for surface in ("window", "surface", "raised", "selection", "hover"):
        for text in ("text", "muted", "accent"):
            assert contrast(getattr(colours, text), getattr(colours, surface)) >= 4.5, (text, surface)
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.warning, colours.warning_surface) >= 4.5


def test_contrast_of_black_and_white():
    """The formula of WCAG gives 21 for black on white and 1 for equal colours."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#808080", "#808080") == pytest.approx(1)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("name", ICONS)
def test_every_icon_draws_something(name):
    """Every drawing renders, at every pixel ratio, without a window system."""
    drawn = app_icon() if name == "mikke" else icon(name, "#ff0000")
    for ratio in (1.0, 1.5):
        image = drawn.pixmap(QSize(24, 24), ratio).toImage()
        assert image.width() == round(24 * ratio)
        alphas = [image.pixelColor(x, y).alpha() for x in range(24) for y in range(24)]
        assert max(alphas) > 100


def test_kana_tell_japanese():
    """Kana mean Japanese; Chinese and English have none."""
    assert looks_japanese("図書館の改修")
    assert not looks_japanese("图书馆装修")
    assert not looks_japanese("library")


@pytest.mark.usefixtures("qapp")
def test_japanese_families_come_first():
    """For Japanese text every Japanese family of this machine stands before the others."""
    families = font_for(QFont("DejaVu Sans"), japanese=True).families()
    known = [name for name in families if name in JAPANESE_FAMILIES]
    assert families[: len(known)] == known
    assert families[-1] == "DejaVu Sans"
