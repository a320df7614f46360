"""The window over the real library: reading, searching and watching real files, in one go."""

from __future__ import annotations

import time

import pymupdf
import pytest

from app.composition import build
from app.controllers.models import Installed
from core.domain import OWN_MODEL
from core.encode.lexical.encoder import LexicalEncoder
from core.layout import OWN_MODEL_FOLDER, RARITY_TABLE, LibraryLayout, ModelsLayout
from tests.core.models import pretend

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

_PATIENCE_MS = 20_000


@pytest.fixture
def first_model(request):
    """Of a new library; None: as everywhere in these tests."""
    return getattr(request, "param", None)


@pytest.fixture
def app(tmp_path, first_model):
    layout = LibraryLayout(tmp_path / "library")
    with build(layout, ModelsLayout(tmp_path / "models"), first_model) as app:
        yield app


@pytest.fixture
def models(app):
    """The library and the page of models look at the same ones."""
    return Installed(models=app.models, folder=app.models_layout.root)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "trip.md").write_text("# Kyoto\n\nThe ryokan near the river has a garden.\n", encoding="utf-8")
    (folder / "旅行.txt").write_text("京都の旅館には庭があります。川の近くです。\n", encoding="utf-8")
    document = pymupdf.open()
    for text in ("First page about trains.", "Second page: the heron stands in the river."):
        document.new_page().insert_text((72, 100), text, fontsize=14)
    document.save(folder / "birds.pdf")
    return folder


class _Watching:
    """The collection as the fixture `make_desk` wants it: it can tell whether sync was called."""

    def __init__(self, collection):
        self._collection = collection

    def __getattr__(self, name):
        return getattr(self._collection, name)

    def called(self, _name):
        return [True]


def _names(desk):
    return {row.document.path.name for row in desk.results._rows}


def test_from_an_empty_library_to_a_highlighted_page(app, folder, make_desk, qtbot):
    """A folder is added, read, searched in two languages, shown with boxes, and kept current."""
    desk = make_desk(_Watching(app.collection), app.watch)
    qtbot.waitUntil(lambda: desk.window.is_welcoming, timeout=_PATIENCE_MS)
    desk.library.add([folder])
    box = desk.window.search_box
    box.setText("heron river")
    qtbot.waitUntil(lambda: "birds.pdf" in _names(desk), timeout=_PATIENCE_MS)
    pages = desk.window.preview.pages
    qtbot.waitUntil(lambda: bool(pages._boxes), timeout=_PATIENCE_MS)
    assert desk.preview.page == 2
    box.setText("旅館の庭")
    qtbot.waitUntil(lambda: "旅行.txt" in _names(desk), timeout=_PATIENCE_MS)
    qtbot.waitUntil(lambda: "京都の旅館" in desk.window.preview.texts.toPlainText(), timeout=_PATIENCE_MS)
    assert desk.window.preview.texts._marks

    box.setText("pangolin")
    new = folder / "zoo.txt"
    new.write_text("A pangolin sleeps.\n", encoding="utf-8")
    started = time.monotonic()
    qtbot.waitUntil(lambda: "zoo.txt" in _names(desk), timeout=_PATIENCE_MS)
    found_s = time.monotonic() - started
    new.rename(folder / "animals.txt")
    qtbot.waitUntil(lambda: _names(desk) == {"animals.txt"}, timeout=_PATIENCE_MS)
    (folder / "animals.txt").unlink()
    started = time.monotonic()
    qtbot.waitUntil(lambda: "animals.txt" not in _names(desk), timeout=_PATIENCE_MS)
    gone_s = time.monotonic() - started
    assert max(found_s, gone_s) < 4  # two seconds on a machine that has nothing else to do


class _AnotherEncoder(LexicalEncoder):
    """The built-in encoder under another name: another model, as far as a library can tell."""

    @property
    def name(self) -> str:
        return "mine"

    @property
    def digest(self) -> str:
        return "f" * 32


def test_another_model_takes_over_and_the_window_goes_on(app, folder, make_desk, models, qtbot, monkeypatch):
    """A model that is installed and chosen in the window encodes the real library and then answers."""
    monkeypatch.setattr("core.models.install.in_a_process", pretend.inline)
    monkeypatch.setattr("core.models.install.try_out", pretend.try_out)
    monkeypatch.setattr(
        "core.models.models.open_checkpoint", lambda _trial: _AnotherEncoder.open(RARITY_TABLE)
    )
    checkpoint = models.folder.parent / "mine"
    checkpoint.mkdir()
    for name in pretend.WANTED:
        (checkpoint / name).write_bytes(pretend.files(1000)[name])
    desk = make_desk(_Watching(app.collection), app.watch)
    desk.library.add([folder])
    box = desk.window.search_box
    box.setText("heron river")
    qtbot.waitUntil(lambda: "birds.pdf" in _names(desk), timeout=_PATIENCE_MS)
    desk.models.show()
    desk.models._controller.install_from(checkpoint)
    qtbot.waitUntil(lambda: "mine is installed" in desk.models.dialog.banner.accessibleName())
    desk.models.use("mine")
    qtbot.waitUntil(
        lambda: desk.searching.reply is not None and desk.searching.reply.model == "mine",
        timeout=_PATIENCE_MS,
    )
    assert "birds.pdf" in _names(desk)
    qtbot.waitUntil(lambda: not desk.switching.running)
    assert app.collection.status().switch is None


@pytest.mark.skipif(not OWN_MODEL_FOLDER.exists(), reason="the model is not made yet")
@pytest.mark.parametrize("first_model", [OWN_MODEL], indirect=True)
def test_a_first_start_with_the_model_of_our_own(app, folder, make_desk, qtbot):
    """A folder is added, and both languages are answered by the model that comes with Mikke, with marks."""
    desk = make_desk(_Watching(app.collection), app.watch)
    final = []
    desk.search.replied.connect(lambda reply, _same: final.append(reply) if reply and reply.final else None)
    qtbot.waitUntil(lambda: desk.window.is_welcoming, timeout=_PATIENCE_MS)
    desk.library.add([folder])
    qtbot.waitUntil(lambda: app.collection.status().passages == 4, timeout=_PATIENCE_MS)
    for question, name in (("heron river", "birds.pdf"), ("旅館の庭", "旅行.txt")):
        final.clear()
        desk.window.search_box.setText(question)
        qtbot.waitUntil(lambda: bool(final), timeout=_PATIENCE_MS)
        best = final[-1].results[0]
        assert (final[-1].model, best.document.path.name) == (OWN_MODEL, name)
        assert best.hits[0].highlights
    assert app.collection.fell_back is None
