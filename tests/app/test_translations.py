"""Japanese is complete, English has its plurals, and the compiled files are those of the sources."""

from __future__ import annotations

import importlib.util
import re
import shutil
import string
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from app.desktop.language import TRANSLATIONS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _messages(path: Path):
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
            yield message.find("source").text, forms, translation.get("type")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_is_unfinished(language):
    """Every string has a translation that is finished and not empty."""
    found = list(_messages(TRANSLATIONS / f"mikke_{language}.ts"))
    assert found
    for source, forms, kind in found:
        assert kind is None, source
        assert all(form.strip() for form in forms), source


@pytest.mark.parametrize("language", ["ja", "en"])
def test_translations_keep_the_fields(language):
    """A translation has the same {fields} and the same %n as its source."""
    for source, forms, _ in _messages(TRANSLATIONS / f"mikke_{language}.ts"):
        for form in forms:
            assert _fields(form) == _fields(source), source
            assert re.findall("%L?n", form) == re.findall("%L?n", source), source


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_string_of_the_code_is_missing(tool, tmp_path):
    """Looking for strings again finds nothing new and nothing gone."""
    for file in TRANSLATIONS.glob("*.ts"):
        shutil.copy(file, tmp_path)
    tool.update(tmp_path)
    for file in TRANSLATIONS.glob("*.ts"):
        assert list(_messages(tmp_path / file.name)) == list(_messages(file)), "run: translations.py update"


def test_the_compiled_files_are_up_to_date(tool, tmp_path):
    """Compiling again gives the same bytes as the compiled files beside the sources."""
    tool.compile_all(target=tmp_path)
    for file in TRANSLATIONS.glob("*.qm"):
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), "run: translations.py compile"


def test_the_window_speaks_japanese_and_plural_english(language, make_desk, collection, qtbot):
    """In Japanese the window is Japanese; in English one document is singular and two are plural."""
    language("ja")
    desk = make_desk(collection)
    assert desk.window.search_box.placeholderText() == "何をお探しですか？"
    desk.window.search_box.setText("予算")
    qtbot.waitUntil(lambda: "1 件見つかりました" in desk.window.status.right_text())
    language("en")
    desk.window.search_box.setText("budget")
    qtbot.waitUntil(lambda: "2 documents found" in desk.window.status.right_text())
    desk.window.search_box.setText("call")
    qtbot.waitUntil(lambda: "1 document found" in desk.window.status.right_text())
