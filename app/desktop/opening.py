"""Open a file at a page in the person's own viewer, or show it in its folder.

No viewer takes a page through the desktop's generic "open" call. On Linux we ask which program opens PDF
files and, if it is one whose page option we know, call it ourselves; everywhere else the file opens at its
beginning.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

_PAGE_OPTIONS: dict[str, tuple[str, ...]] = {
    "org.gnome.Evince": ("evince", "--page-label={page}", "{path}"),
    "evince": ("evince", "--page-label={page}", "{path}"),
    "org.gnome.Papers": ("papers", "--page-label={page}", "{path}"),
    "okularApplication_pdf": ("okular", "--page", "{page}", "{path}"),
    "org.kde.okular": ("okular", "--page", "{page}", "{path}"),
    "org.pwmt.zathura-pdf-poppler": ("zathura", "--page={page}", "{path}"),
    "org.pwmt.zathura-pdf-mupdf": ("zathura", "--page={page}", "{path}"),
    "org.pwmt.zathura": ("zathura", "--page={page}", "{path}"),
    "xreader": ("xreader", "--page-label={page}", "{path}"),
    "atril": ("atril", "--page-label={page}", "{path}"),
    "qpdfview": ("qpdfview", "--unique", "{path}#{page}"),
    "mupdf": ("mupdf", "{path}", "{page}"),
}
"""Command lines by the name of the desktop file; from the manual pages of the programs."""


def viewer_command(path: Path, page: int | None) -> list[str] | None:
    """The command that opens `path` at `page`, or None where that cannot be done. May take a second."""
    if page is None or not sys.platform.startswith("linux") or path.suffix.lower() != ".pdf":
        return None
    return page_command(_default_pdf_viewer(), path, page)


def open_file(path: Path, command: list[str] | None) -> bool:
    """Start `command`, or open `path` as the desktop does; False if nothing opened it. In the GUI thread."""
    return (command is not None and _start(command)) or QDesktopServices.openUrl(file_url(path))


def reveal(path: Path) -> bool:
    """Show `path` selected in the file manager, if that can be asked for. May take two seconds."""
    if sys.platform == "darwin":
        return _start(["open", "-R", str(path)])
    if sys.platform == "win32":
        return _start(["explorer", f"/select,{path}"])
    return _reveal_by_dbus(path)


def open_folder(path: Path) -> bool:
    """Show the folder of `path`, without selecting anything. In the GUI thread."""
    return QDesktopServices.openUrl(file_url(path.parent))


def file_url(path: Path) -> QUrl:
    """The URL of an absolute path, byte by byte: also for a name that is not UTF-8."""
    return QUrl.fromEncoded(path.as_uri().encode("ascii"))


def page_command(viewer: str, path: Path, page: int) -> list[str] | None:
    """The command line for that viewer (the name of its desktop file), if we know its page option."""
    template = _PAGE_OPTIONS.get(viewer.removesuffix(".desktop"))
    if template is None or shutil.which(template[0]) is None:
        return None
    return [part.format(page=page, path=path) for part in template]


def _default_pdf_viewer() -> str:
    return _output_of(["xdg-mime", "query", "default", "application/pdf"]).strip()


def _reveal_by_dbus(path: Path) -> bool:
    """Ask the file manager over the session bus; the command-line client spares us a D-Bus library."""
    if shutil.which("gdbus") is None:
        return False
    call = "org.freedesktop.FileManager1.ShowItems"
    target = ["--dest", "org.freedesktop.FileManager1", "--object-path", "/org/freedesktop/FileManager1"]
    quoted = path.as_uri().replace("'", "%27")
    command = [
        "gdbus",
        "call",
        "--session",
        "--timeout",
        "2",
        *target,
        "--method",
        call,
        f"['{quoted}']",
        "''",
    ]
    return bool(_output_of(command))


def _output_of(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=3, check=False)  # noqa: S603 - no shell
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _start(command: list[str]) -> bool:
    started, _process_id = QProcess.startDetached(command[0], command[1:])
    return bool(started)
