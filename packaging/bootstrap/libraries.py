"""Which shared libraries Qt opens and which font it draws Japanese with: what the machine lacks of them.

The table is what `ldd` calls missing for the files of PySide6-Essentials 6.11 on a Debian 12 with
nothing but Python and git: `QtGui`, `QtWidgets` and `libqoffscreen.so` ("qt"), `libqxcb.so` with its
GL integrations ("x11"), `libqwayland.so` with its ("wayland"). Qt brings everything else itself.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Library:
    """One shared library and the packages that have it. Fedora and openSUSE answer to the file's own name."""

    soname: str
    group: str
    debian: str
    arch: str


LIBRARIES = (
    Library("libEGL.so.1", "qt", "libegl1", "libglvnd"),
    Library("libGL.so.1", "qt", "libgl1", "libglvnd"),
    Library("libX11.so.6", "qt", "libx11-6", "libx11"),
    Library("libdbus-1.so.3", "qt", "libdbus-1-3", "dbus"),
    Library("libfontconfig.so.1", "qt", "libfontconfig1", "fontconfig"),
    Library("libfreetype.so.6", "qt", "libfreetype6", "freetype2"),
    # Debian 13 and Ubuntu 24.04 call it libglib2.0-0t64 and let it answer to this name.
    Library("libgthread-2.0.so.0", "qt", "libglib2.0-0", "glib2"),
    Library("libxkbcommon.so.0", "qt", "libxkbcommon0", "libxkbcommon"),
    Library("libX11-xcb.so.1", "x11", "libx11-xcb1", "libx11"),
    Library("libxcb.so.1", "x11", "libxcb1", "libxcb"),
    Library("libxcb-cursor.so.0", "x11", "libxcb-cursor0", "xcb-util-cursor"),
    Library("libxcb-glx.so.0", "x11", "libxcb-glx0", "libxcb"),
    Library("libxcb-icccm.so.4", "x11", "libxcb-icccm4", "xcb-util-wm"),
    Library("libxcb-image.so.0", "x11", "libxcb-image0", "xcb-util-image"),
    Library("libxcb-keysyms.so.1", "x11", "libxcb-keysyms1", "xcb-util-keysyms"),
    Library("libxcb-randr.so.0", "x11", "libxcb-randr0", "libxcb"),
    Library("libxcb-render.so.0", "x11", "libxcb-render0", "libxcb"),
    Library("libxcb-render-util.so.0", "x11", "libxcb-render-util0", "xcb-util-renderutil"),
    Library("libxcb-shape.so.0", "x11", "libxcb-shape0", "libxcb"),
    Library("libxcb-shm.so.0", "x11", "libxcb-shm0", "libxcb"),
    Library("libxcb-sync.so.1", "x11", "libxcb-sync1", "libxcb"),
    Library("libxcb-util.so.1", "x11", "libxcb-util1", "xcb-util"),
    Library("libxcb-xfixes.so.0", "x11", "libxcb-xfixes0", "libxcb"),
    Library("libxcb-xkb.so.1", "x11", "libxcb-xkb1", "libxcb"),
    Library("libxkbcommon-x11.so.0", "x11", "libxkbcommon-x11-0", "libxkbcommon-x11"),
    Library("libwayland-client.so.0", "wayland", "libwayland-client0", "wayland"),
    Library("libwayland-cursor.so.0", "wayland", "libwayland-cursor0", "wayland"),
    Library("libwayland-egl.so.1", "wayland", "libwayland-egl1", "wayland"),
)

FONT_PACKAGES = {
    "apt": "fonts-noto-cjk",
    "dnf": "google-noto-sans-cjk-vf-fonts",
    "pacman": "noto-fonts-cjk",
    "zypper": "google-noto-sans-jp-fonts",
}
"""Noto Sans CJK: large (57 MB on Debian), and the only packaged family with the Japanese, Chinese and Korean
shapes of the shared characters. The small ones draw Japanese in Chinese shapes or have no Korean."""

JAPANESE_FONT_FILES = (
    "NotoSansCJK*", "NotoSerifCJK*", "NotoSansJP*", "SourceHan*", "ipa*.tt[fc]", "ipa*.otf", "VL-*Gothic*",
    "Takao*", "mplus*", "IBMPlexSansJP*", "umefont*", "HaranoAji*", "BIZUD*",
)  # fmt: skip
"""For machines without `fc-list`. Families that draw Japanese in its own shapes."""


def opens(soname: str) -> bool:
    """Asked of the loader itself: it knows paths that no list of packages knows."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def missing_libraries(groups: Iterable[str], has: Callable[[str], bool] = opens) -> list[Library]:
    wanted = set(groups)
    return [library for library in LIBRARIES if library.group in wanted and not has(library.soname)]


def font_folders() -> list[Path]:
    data_home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        data_home / "fonts",
        Path.home() / ".fonts",
    ]


def has_japanese_font() -> bool:
    if shutil.which("fc-list"):
        found = subprocess.run(["fc-list", ":lang=ja", "file"], capture_output=True, text=True, check=False)
        return bool(found.stdout.strip())
    return any(has_japanese_font_file(folder) for folder in font_folders())


def has_japanese_font_file(folder: Path) -> bool:
    return any(next(folder.rglob(pattern), None) for pattern in JAPANESE_FONT_FILES)
