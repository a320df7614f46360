"""Libraries of every earlier version stay readable, and become current without their files."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from core.catalogue import documents, segments, texts
from core.catalogue.catalogue import Catalogue
from core.domain import DocumentState, Query
from core.encode.lexical import LexicalEncoder
from core.index.segment import Segment
from core.layout import LibraryLayout
from tests.core.conftest import OpenCollection, index

VERSIONS = sorted(path.parent for path in (Path(__file__).parents[1] / "compat").glob("*/expected.json"))


@pytest.fixture(params=VERSIONS, ids=lambda folder: folder.name)
def old(request, tmp_path):
    """A copy of an old library, with what it must hold."""
    shutil.copytree(request.param, tmp_path / "library")
    expected = json.loads((tmp_path / "library" / "expected.json").read_text(encoding="utf-8"))
    return LibraryLayout(tmp_path / "library"), expected


def test_the_catalogue_is_readable(old):
    """Every document has its text and title."""
    layout, expected = old
    with Catalogue.open(layout.catalogue) as catalogue, catalogue.read() as db:
        found = documents.in_states(db, DocumentState)
        assert {d.path.name: d.title for d in found} == expected["titles"]
        assert {d.path.name: texts.get(db, d.id).text for d in found} == expected["texts"]


def test_the_segments_are_readable(old):
    """Every passage has its id, its tokens and its vectors."""
    layout, expected = old
    (path,) = layout.index.iterdir()
    segment = Segment.open(path)
    segment.verify()
    assert segment.passage_ids.tolist() == expected["passage_ids"]
    vectors = [segment.vectors(ordinal) for ordinal in range(segment.header.passages)]
    assert [len(each) for each in vectors] == expected["token_counts"]
    assert vectors[0][0] == pytest.approx(expected["first_vector"], abs=1e-5)


def test_what_died_before_is_known(tmp_path, open_collection: OpenCollection):
    """Catalogue version 1 did not say which passages of a segment are dead: the segments are asked."""
    shutil.copytree(Path(__file__).parents[1] / "compat" / "v1", tmp_path / "library")
    layout = LibraryLayout(tmp_path / "library")
    with sqlite3.connect(layout.catalogue) as db:
        db.execute("PRAGMA foreign_keys = ON")
        (gone,) = db.execute("SELECT id FROM passages ORDER BY id LIMIT 1").fetchone()
        db.execute("DELETE FROM documents WHERE id = (SELECT document_id FROM passages WHERE id = ?)", [gone])
    db.close()
    collection = open_collection(layout.root)
    with collection._catalogue.read() as db:
        (stored,) = segments.live(db)
        assert segments.dead_in(db, stored.id).tolist() == [gone]
        assert stored.dead_tokens == len(Segment.open(layout.index / stored.file).vectors(0))
        assert segments.with_unnamed_dead(db) == []
    assert collection.status().passages == stored.content.passages - 1


def test_everything_is_found(old, open_collection: OpenCollection, encoder: LexicalEncoder):
    """With today's encoder the library is made current from its own texts: the files are long gone."""
    layout, _ = old
    collection = open_collection(layout.root)
    index(collection)
    answers = {"霧の夜の鐘": "灯台.txt", "keeper steps": "lighthouse.md", "Wärter": "Leuchtturm.html"}
    for question, name in answers.items():
        assert collection.search(Query(text=question)).results[0].document.path.name == name
    assert collection.status().model == encoder.name
