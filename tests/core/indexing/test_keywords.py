"""Upkeep of the full-text index: every passage has its row, and nothing stays that was forgotten."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from core.catalogue import keywords, names, passages
from core.domain import PassageId
from core.errors import CancelledError
from core.indexing import keywords as upkeep
from core.progress import CancelToken, NotingWords
from core.terms import phrase_of, terms_of
from tests.core.conftest import index, maintain
from tests.core.crash import at_step

TEXTS = {
    "a.txt": "A kumquat beside the 観覧車.",
    "b.txt": "An obsidian zeppelin.",
    "c.txt": "蒸気機関と朝顔。",
    "d.txt": "A gondola in the evening.",
}


@pytest.fixture
def files(tmp_path):
    (tmp_path / "files").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "files" / name).write_text(text, encoding="utf-8")
    return tmp_path / "files"


@pytest.fixture
def collection(open_collection, files, tmp_path):
    collection = open_collection(tmp_path / "library")
    collection.add_source(files)
    index(collection)
    return collection


def state(collection):
    """How many passages have no row, and how many rows no passage."""
    with collection._catalogue.read() as db:
        assert names.damage(db) is None
        return len(keywords.missing(db, after=0, limit=100)), keywords.counts(db)[1]


def found(collection, words):
    """The files with a passage that holds the words."""
    with collection._catalogue.read() as db:
        ids = [PassageId(int(id_)) for id_ in keywords.holding(db, phrase_of(words))]
        stored = passages.get(db, ids).values()
        return sorted(collection.document(each.document_id).path.name for each in stored)


def noted(collection):
    """The words noted by a maintenance."""
    events = list(collection.maintain(CancelToken()))
    return [event for event in events if isinstance(event, NotingWords)]


def write(collection, *statements):
    with collection._catalogue.write() as db:
        for statement in statements:
            db.execute(statement)


def test_words_are_found_from_the_commit_on(collection, files):
    """Of new files and of changed ones; of what is gone the row stays, and no passage has it."""
    assert found(collection, "kumquat") == found(collection, "観覧") == ["a.txt"]
    assert state(collection) == (0, 0)
    (files / "a.txt").write_text("A velvet jigsaw.")
    (files / "b.txt").unlink()
    index(collection)
    assert found(collection, "kumquat") == found(collection, "zeppelin") == []
    assert found(collection, "velvet jigsaw") == ["a.txt"]
    assert state(collection) == (0, 2)


def test_many_dead_rows_are_left_behind(collection, files):
    """With more than a fifth of them maintenance makes the index anew; the next one finds nothing to do."""
    (files / "a.txt").unlink()
    index(collection)
    assert state(collection) == (0, 1)
    assert noted(collection)
    assert state(collection) == (0, 0)
    assert found(collection, "朝顔") == ["c.txt"]
    assert noted(collection) == []


def test_few_dead_rows_stay(collection, files, monkeypatch):
    """Making the index anew costs more than they do."""
    monkeypatch.setattr(upkeep, "DEAD_SHARE", 0.25)
    (files / "a.txt").unlink()
    index(collection)
    assert noted(collection) == []
    assert state(collection) == (0, 1)


def test_other_terms_make_the_index_anew(collection, monkeypatch):
    """A program whose terms are others does not answer with the old ones for long."""
    monkeypatch.setattr(keywords, "TERMS_VERSION", keywords.TERMS_VERSION + 1)
    monkeypatch.setattr(upkeep, "terms_of_many", lambda texts: [terms_of(text + " more") for text in texts])
    maintain(collection)
    assert found(collection, "more") == sorted(TEXTS)
    assert noted(collection) == []


def bytes_of(library: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(library.glob("catalogue.db*")))


def test_a_forgotten_source_leaves_the_disk(collection, files, tmp_path):
    """After the next maintenance no word of it and no name is in the library's files, few as they were."""
    other = tmp_path / "secrets"
    other.mkdir()
    (other / "Quicksilver.txt").write_text("The quagmire by the 瑠璃色の館.", encoding="utf-8")
    collection.add_source(other)
    index(collection)
    (files / "e.txt").write_text("Something else.")
    index(collection)
    library = tmp_path / "library"
    assert b"quagmire" in bytes_of(library)
    assert "瑠璃".encode() in bytes_of(library)
    collection.forget_source(other)
    maintain(collection)
    kept = bytes_of(library)
    assert b"gondola" in kept
    for word in ("quagmire", "瑠璃", "quicksilver", "Quicksilver", "qui", "uic"):
        assert word.encode() not in kept, word
    assert state(collection) == (0, 0)


def test_a_library_from_before_gets_its_rows(collection, monkeypatch):
    """Passages without a row get one, in small transactions that a cancel may come between."""
    write(collection, "DROP TABLE keywords")
    with collection._catalogue.write() as db:
        keywords.create(db)
    assert state(collection) == (4, 0)
    monkeypatch.setattr(upkeep, "ROWS_AT_ONCE", 1)
    cancel = CancelToken()
    events = collection.maintain(cancel)
    assert next(events) == NotingWords(done=0, total=4)
    next(events)
    cancel.cancel()
    with pytest.raises(CancelledError):
        list(events)
    assert 0 < state(collection)[0] < 4
    assert noted(collection)
    assert state(collection) == (0, 0)
    assert found(collection, "gondola") == ["d.txt"]


def test_an_index_that_is_half_made_anew_goes_on(collection, files, monkeypatch):
    """The old one answers meanwhile; what came and went in between is as it should be."""
    monkeypatch.setattr(upkeep, "ROWS_AT_ONCE", 1)
    (files / "a.txt").unlink()
    index(collection)
    events = collection.maintain(CancelToken())
    for _ in range(2):
        assert isinstance(next(events), NotingWords)
    events.close()
    assert found(collection, "obsidian") == ["b.txt"]
    (files / "b.txt").write_text("A marzipan.")
    (files / "e.txt").write_text("A lantern.")
    index(collection)
    assert len(noted(collection)) < 5
    assert found(collection, "lantern") == ["e.txt"]
    assert found(collection, "obsidian") == []
    assert state(collection)[0] == 0


def test_what_is_forgotten_while_the_index_is_made_anew(collection, files, tmp_path, monkeypatch):
    """It is begun again: what was written already may be of what was forgotten."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.txt").write_text("A quagmire.")
    collection.add_source(other)
    (files / "a.txt").unlink()
    (files / "b.txt").unlink()
    index(collection)
    monkeypatch.setattr(upkeep, "ROWS_AT_ONCE", 1)
    events = collection.maintain(CancelToken())
    for _ in range(3):
        next(events)
    collection.forget_source(other)
    list(events)
    assert state(collection) == (0, 0)
    assert b"quagmire" not in bytes_of(tmp_path / "library")


@pytest.mark.parametrize("step", ["create", "insert", "replace"])
def test_an_error_on_the_way(collection, files, step):
    """Whatever fails, the old index answers, and the next maintenance ends what this one began."""
    (files / "a.txt").unlink()
    index(collection)

    def fail():
        raise RuntimeError

    with at_step(f"core.catalogue.keywords:{step}", "after", fail), pytest.raises(RuntimeError):
        maintain(collection)
    assert found(collection, "gondola") == ["d.txt"]
    maintain(collection)
    assert state(collection) == (0, 0)
    assert found(collection, "gondola") == ["d.txt"]


def test_a_damaged_text_holds_nobody_up(collection, files):
    """Its passages get empty rows; when the text is read again, they are found."""
    shutil.rmtree(files)
    write(
        collection,
        "UPDATE texts SET text = x'00' WHERE document_id = (SELECT MIN(id) FROM documents)",
        "UPDATE keyword_tables SET forgotten = 1",
    )
    maintain(collection)
    assert state(collection) == (0, 0)
    assert found(collection, "kumquat") == []
    assert found(collection, "obsidian") == ["b.txt"]
    files.mkdir()
    for name, text in TEXTS.items():
        (files / name).write_text(text, encoding="utf-8")
    assert list(collection.verify(CancelToken()))[-1].unmended == ()
    assert found(collection, "kumquat") == ["a.txt"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE keywords_data SET block = x'0102030405060708' WHERE id > 10",
        "DELETE FROM keywords_data WHERE id > 10",
        "DELETE FROM keyword_tables",
        "UPDATE name_parts_data SET block = zeroblob(length(block)) WHERE id > 10",
        "UPDATE names SET name = 'x'",
        "DELETE FROM names",
    ],
)
def test_damage_is_mended(collection, damage):
    """Verify tells of a damaged index of words or names, and makes it again at once."""
    layout = collection._layout
    with sqlite3.connect(layout.catalogue) as db:
        db.execute(damage)
    db.close()
    *_, verified = collection.verify(CancelToken())
    assert [damaged.path for damaged in verified.damaged] == [layout.catalogue]
    assert verified.unmended == ()
    assert state(collection) == (0, 0)
    for word, name in (("kumquat", "a.txt"), ("蒸気機関", "c.txt")):
        assert found(collection, word) == [name]
        with collection._catalogue.read() as db:
            assert len(names.matching(db, [name], 10)) == 1
    assert list(collection.verify(CancelToken()))[-1].damaged == ()
