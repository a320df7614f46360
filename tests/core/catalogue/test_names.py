"""File names and titles, for any part of a word."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue import documents, names, sources
from core.catalogue.catalogue import Catalogue
from core.domain import DocumentState, FileStamp
from core.folding.fold import fold_text

ROOT = Path("/s")


@pytest.fixture
def catalogue(tmp_path):
    with Catalogue.open(tmp_path / "catalogue.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with Catalogue.open(tmp_path_factory.mktemp("names") / "catalogue.db") as opened:
        yield opened


def add(db, name, modified=1, title=None):
    known = {source.path: source.id for source in sources.all_sources(db)}
    source_id = known.get(ROOT) or sources.add(db, ROOT)
    stamp = FileStamp(size=1, mtime_ns=modified)
    document_id = documents.insert(db, source_id, ROOT / name, stamp, "txt")
    if title is not None:
        documents.set_read(db, document_id, reading(stamp, title))
    return document_id


def reading(stamp, title):
    return documents.Reading(
        stamp=stamp,
        content_hash=b"x",
        format="txt",
        title=title,
        state=DocumentState.INDEXED,
        reason=None,
        page_count=0,
        fingerprint="1:1:x",
    )


def found(db, *words, limit=10):
    """The names of the files."""
    return [documents.get(db, each).path.name for each in names.matching(db, words, limit)]


def test_names_are_found_by_any_part_of_them(catalogue):
    """Short parts and long ones, of the name and of the title, whatever their width and case."""
    with catalogue.write() as db:
        add(db, "Annual_Report-2024.PDF", title="四半期の報告書")
        add(db, "議事録 3月.txt")
        add(db, "sub_report/100%.md", title="Notes")
        for words in (["port"], ["AN"], ["2024", "ｒｅｐｏｒｔ"], ["報告"], ["report", "四半期"], ["pdf"]):
            assert found(db, *words) == ["Annual_Report-2024.PDF"], words
        assert found(db, "議") == found(db, "3月", "議事録") == ["議事録 3月.txt"]
        assert found(db, "%") == found(db, "0%") == found(db, "notes") == ["100%.md"]
        assert found(db, "_") == ["Annual_Report-2024.PDF"]
        assert found(db) == found(db, "") == found(db, "nothing") == found(db, "port", "nothing") == []
        assert len(names.holding(db, "report")) == len(names.holding(db, "20")) == 1
        assert names.holding(db, "notes").tolist() == []


def test_the_order_of_names(catalogue):
    """Names that begin with the word, those that have it, titles; of each the shorter and newer first."""
    with catalogue.write() as db:
        add(db, "other.txt", title="plan")
        add(db, "my plan.txt")
        add(db, "plan b.txt", modified=5)
        add(db, "plan c.txt", modified=6)
        add(db, "plan.txt")
        expected = ["plan.txt", "plan c.txt", "plan b.txt", "my plan.txt", "other.txt"]
        assert found(db, "plan") == expected
        assert found(db, "pl") == expected
        assert found(db, "plan", limit=3) == expected[:3]
        assert found(db, "plan", "txt") == expected


PARTS = st.text(st.sampled_from("ab %_'\"!\\検索é"), min_size=1, max_size=5)


@settings(max_examples=60)
@given(st.lists(PARTS, min_size=1, max_size=8), st.lists(PARTS, min_size=1, max_size=3))
def test_every_word_in_the_name_or_the_title(shared, made, words):
    """Just those documents, however strange the characters."""
    with shared.write() as db:
        ids = [add(db, f"{number} {name}", title=name[::-1]) for number, name in enumerate(made)]
        wanted = [fold_text(word) for word in words]
        texts = [(fold_text(f"{number} {name}"), fold_text(name[::-1])) for number, name in enumerate(made)]
        expected = {
            id_
            for id_, both in zip(ids, texts, strict=True)
            if all(any(word in text for text in both) for word in wanted)
        }
        assert set(names.matching(db, words, 100)) == expected
        holding = {id_ for id_, (name, _) in zip(ids, texts, strict=True) if wanted[0] in name}
        assert set(names.holding(db, words[0]).tolist()) == holding
        documents.remove(db, ids)
        assert db.execute("SELECT COUNT(*) FROM names").fetchone() == (0,)


def test_names_follow_their_files(catalogue):
    """Through moves, swaps, titles that become known, and the end of a source."""
    with catalogue.write() as db:
        first, second = add(db, "a.txt"), add(db, "b.txt")
        stamp = FileStamp(size=1, mtime_ns=1)
        source_id = sources.all_sources(db)[0].id
        moves = [(first, source_id, ROOT / "b.txt", stamp), (second, source_id, ROOT / "a.txt", stamp)]
        documents.move(db, moves)
        assert names.matching(db, ["b.txt"], 10) == [first]
        documents.set_read(db, second, reading(stamp, "Sunflower"))
        assert names.matching(db, ["flow"], 10) == [second]
        documents.set_read(db, second, reading(stamp, ""))
        assert names.matching(db, ["flow"], 10) == []
        assert names.damage(db) is None
        sources.remove(db, source_id)
        assert names.matching(db, ["txt"], 10) == []
        assert names.damage(db) is None


@pytest.mark.skipif(os.name == "nt", reason="names there are Unicode")
def test_a_name_that_is_no_text(catalogue):
    """Half of a character does not keep a file from being found by the rest of its name."""
    with catalogue.write() as db:
        add(db, os.fsdecode(b"caf\xff menu.txt"))
        assert len(names.matching(db, ["menu"], 10)) == 1


def test_damage_is_told_and_mended(catalogue):
    """A name that is not that of its document, one too many, one too few."""
    for damage in (
        "UPDATE names SET name = 'x'",
        "DELETE FROM names",
        "UPDATE documents SET title = 'new'",
    ):
        with catalogue.write() as db:
            add(db, "a.txt")
            assert names.damage(db) is None
            db.execute(damage)
            assert names.damage(db)
            names.create(db)
            assert names.damage(db) is None
            assert found(db, "a.t") == ["a.txt"]
