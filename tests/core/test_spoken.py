"""In which languages a library is: who finds out, who says so, and who is told."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from core.domain import (
    ExtractedText,
    Language,
    Mode,
    Passage,
    Query,
    Span,
)
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import UnknownSourceError
from core.indexing import languages, switching
from core.progress import CancelToken, Committed
from tests.core.conftest import index
from tests.core.encoders import OTHER, WordEncoder
from tests.core.oracle import check_whole
from tests.core.two_models import Library, switch


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch):
    monkeypatch.setattr(switching, "ENCODED_AT_ONCE", 3)


@pytest.fixture
def library(tmp_path, encoder: LexicalEncoder):
    with ExitStack() as stack:
        yield Library(tmp_path, encoder, stack)


GERMAN = "Der Wärter steigt jede Nacht mit seiner Laterne die vielen Stufen zum Leuchtturm hinauf. "
JAPANESE = "灯台守は毎晩、百三十七段の階段を上って灯をともす。"


@pytest.fixture
def spoken(library):
    """A library in two languages, German in most passages."""
    for path in library.files.iterdir():
        path.unlink()
    (library.files / "de.txt").write_text(GERMAN * 30, encoding="utf-8")
    (library.files / "ja.txt").write_text(JAPANESE * 10, encoding="utf-8")
    index(library.collection)
    return library


def test_languages_are_counted(spoken):
    """Each passage has the language that it is written in; the most frequent comes first."""
    languages = spoken.collection.status().languages
    assert list(languages) == ["de", "ja"]
    assert sum(languages.values()) == spoken.collection.status().passages


def test_a_language_that_changes_in_a_text():
    """Where the language changes is found by halving; between two of the same, and not far, nobody looks."""
    looked = []

    def look(text):
        looked.append(text)
        return Language("de" if "N" in text else "ja")

    letters = "N" * 40 + "X" * 37 + "N" * 50
    found = [Passage(span=Span(start=n, end=n + 1), page=None, heading="") for n in range(len(letters))]
    text = ExtractedText(text=letters, title="", format="txt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(languages, "detect", look)
        told = languages.languages_of(text, found)
        assert told == ["de"] * 40 + ["ja"] * 37 + ["de"] * 50
        assert len(looked) < len(letters) / 3
        assert languages.languages_of(text, []) == []


def test_questions_are_asked_in_the_languages_of_the_library(spoken):
    """An encoder to which languages matter is told each passage's, and the library's with a question."""
    encoder = spoken.encoders.encoders[OTHER] = WordEncoder(languages=True)
    spoken.collection.use_model(OTHER)
    switch(spoken.collection)
    spoken.collection.search(Query(text="Leuchtturm"))
    assert encoder.asked[-1] == ("de", "ja")
    (result,) = spoken.collection.search(Query(text="Leuchtturm")).results
    assert result.document.path.stem == "de"
    *_, verified = spoken.collection.verify(CancelToken())
    assert verified.damaged == ()


def test_a_person_says_the_language(spoken):
    """Where the answering encoder makes no difference only the catalogue changes; nothing is made again."""
    collection = spoken.collection
    with pytest.raises(UnknownSourceError):
        collection.set_language(spoken.root, Language("fr"))
    changed = collection.set_language(spoken.files, Language("fr"))
    assert len(changed.documents) == 2
    assert list(collection.status().languages) == ["fr"]
    assert collection.sources()[0].language == "fr"
    assert not any(isinstance(each, Committed) for each in collection.sync(CancelToken()))
    assert list(collection.status().languages) == ["fr"]
    (spoken.files / "more.txt").write_text(GERMAN, encoding="utf-8")
    index(collection)
    assert list(collection.status().languages) == ["fr"]
    collection.set_language(spoken.files, Language(""))
    assert not any(isinstance(each, Committed) for each in collection.sync(CancelToken()))
    assert list(collection.status().languages) == ["de", "ja"]


def test_a_person_says_the_language_to_a_model_that_minds(spoken):
    """What was encoded as another language is made again, in the library and on the way to another model."""
    collection = spoken.collection
    spoken.encoders.encoders[OTHER] = WordEncoder(languages=True)
    spoken.half()
    collection.set_language(spoken.files, Language("fr"))
    assert collection.status().switch.done == 0
    switch(collection)
    question = Query(text="Laterne die", mode=Mode.MAXSIM)
    assert {each.document.path.stem for each in collection.search(question).results} == {"de"}
    collection.set_language(spoken.files, Language("de"))
    assert collection.search(question).results == ()  # asked in German, encoded in French
    assert any(isinstance(each, Committed) for each in collection.sync(CancelToken()))
    assert {
        each.document.path.stem
        for each in collection.search(Query(text="Laterne die", mode=Mode.MAXSIM)).results
    } == {"de"}
    check_whole(collection)
