"""Fonts that keep Japanese kanji Japanese, and an input method that really exists."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo
from PySide6.QtGui import QFont, QFontDatabase

JAPANESE_FAMILIES = (
    "Yu Gothic UI",
    "Hiragino Sans",
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "IPAPGothic",
    "TakaoPGothic",
    "Meiryo UI",
)
MONOSPACE_FAMILIES = (
    "Cascadia Mono",
    "SF Mono",
    "Noto Sans Mono",
    "DejaVu Sans Mono",
    "Noto Sans Mono CJK JP",
)

_KANA = re.compile("[\u3041-\u30ff\uff66-\uff9f]")
_SAMPLE_CHARS = 4000


def looks_japanese(text: str) -> bool:
    """Kana mean Japanese: no other language is written with them."""
    return _KANA.search(text, 0, _SAMPLE_CHARS) is not None


def font_for(base: QFont, *, japanese: bool) -> QFont:
    """`base` with Japanese families in front where kanji would else take Chinese shapes."""
    font = QFont(base)
    if japanese:
        known = set(QFontDatabase.families())
        own = [name for name in base.families() if name not in JAPANESE_FAMILIES]
        font.setFamilies([name for name in JAPANESE_FAMILIES if name in known] + own)
    return font


def monospace(base: QFont, *, japanese: bool) -> QFont:
    """A fixed-pitch font for source code; CJK characters fall back to Japanese shapes."""
    font = QFont(base)
    known = set(QFontDatabase.families())
    families = [
        name for name in (*MONOSPACE_FAMILIES, *(JAPANESE_FAMILIES if japanese else ())) if name in known
    ]
    font.setFamilies(families or base.families())
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def choose_input_method() -> None:
    """Before QApplication: PySide6 has no fcitx plug-in, but fcitx also speaks the ibus protocol (X11)."""
    if not sys.platform.startswith("linux") or not os.environ.get("DISPLAY"):
        return
    wanted = os.environ.get("QT_IM_MODULE", "")
    if wanted.startswith("fcitx") and not _has_plugin("fcitx"):
        os.environ["QT_IM_MODULE"] = "ibus"


def _has_plugin(name: str) -> bool:
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforminputcontexts"
    return any(name in file.name for file in folder.glob("*")) if folder.is_dir() else False
