"""Opening at a page, one instance, the input method, and a window that starts without the heavy parts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.desktop import opening
from app.desktop.instance import SingleInstance, hand_over, instance_name
from app.desktop.text import choose_input_method

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("viewer", "command"),
    [
        ("org.gnome.Evince.desktop", ["evince", "--page-label=7", "/a b.pdf"]),
        ("okularApplication_pdf.desktop", ["okular", "--page", "7", "/a b.pdf"]),
        ("org.pwmt.zathura-pdf-mupdf.desktop", ["zathura", "--page=7", "/a b.pdf"]),
        ("unheard-of.desktop", None),
    ],
)
def test_viewers_open_at_the_page(monkeypatch, viewer, command):
    """Viewers whose page option we know get it; for the others there is no command."""
    monkeypatch.setattr(opening.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert opening.page_command(viewer, Path("/a b.pdf"), 7) == command


def test_a_viewer_that_is_not_installed_is_not_called(monkeypatch):
    """A desktop file without its program is no reason to fail: the file opens without a page."""
    monkeypatch.setattr(opening.shutil, "which", lambda _name: None)
    assert opening.page_command("okularApplication_pdf", Path("/a.pdf"), 7) is None
    assert opening.viewer_command(Path("/a.txt"), 7) is None


def test_urls_keep_every_byte_of_a_name():
    """A file name that is not UTF-8 becomes a URL with exactly its bytes."""
    assert (
        bytes(opening.file_url(Path("/caf\udce9 #1.txt")).toEncoded().data()) == b"file:///caf%E9%20%231.txt"
    )


def test_a_second_instance_hands_over_its_folders(qtbot, tmp_path):
    """The first instance hears the folders of the second; another library is another instance."""
    name = instance_name(tmp_path)
    assert name != instance_name(tmp_path / "other")
    assert not hand_over(name, [])
    first = SingleInstance(name)
    assert first.listen()
    code = (
        "import sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication;"
        "from app.desktop.instance import hand_over; app = QCoreApplication([]);"
        "sys.exit(not hand_over(sys.argv[1], [Path('/one'), Path('/two')]))"
    )
    with qtbot.waitSignal(first.called, timeout=10_000) as called:
        second = subprocess.Popen([sys.executable, "-c", code, name], cwd=ROOT)
    assert called.args[0] == [Path("/one"), Path("/two")]
    assert second.wait(10) == 0
    first.close()


def test_fcitx_becomes_ibus_where_its_plugin_is_missing(monkeypatch):
    """Typing Japanese works under fcitx, whose plug-in PySide6 does not have."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("QT_IM_MODULE", "fcitx")
    choose_input_method()
    assert __import__("os").environ["QT_IM_MODULE"] == "ibus"


def test_starting_the_window_loads_nothing_heavy():
    """Importing the window loads no torch, faiss, numba, pymupdf or index."""
    code = "import sys, json, app.window; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout
    )
    heavy = {"torch", "transformers", "faiss", "numba", "pymupdf", "core.collection", "sqlite_utils"}
    assert heavy.isdisjoint(loaded)
