"""Libraries of every earlier version stay readable, and become current without their files."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.catalogue import documents, keywords, models, names, passages, segments, texts
from core.catalogue.catalogue import Catalogue
from core.domain import BUILT_IN_MODEL, DocumentState, Mode, PassageId, Query
from core.encode.lexical.encoder import LexicalEncoder
from core.index.blas import one_blas_thread
from core.index.codebook import Codebooks
from core.index.kernels.plain import PlainKernels
from core.index.segment import Segment
from core.index.snapshot import Snapshot
from core.layout import LibraryLayout
from core.progress import CancelToken, ModelChanged
from core.search.ranking.candidates import Candidates
from core.search.ranking.maxsim import Question, Scorer
from core.terms import phrase_of
from tests.compat import reader
from tests.core.conftest import OpenCollection, index, inline_collection, maintain
from tests.core.encoders import OTHER, FixedEncoders, WordEncoder
from tests.core.small import forms_of

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


def segments_of(layout: LibraryLayout, expected: dict[str, Any]) -> dict[Path, dict[str, Any]]:
    """What each segment must hold; the first version had one, and said it in the open."""
    paths = sorted(layout.index.glob("*.segment"))
    if "segments" not in expected:
        return {path: {"bits": 8, **expected} for path in paths}
    assert [path.name for path in paths] == sorted(expected["segments"])
    return {path: expected["segments"][path.name] for path in paths}


def test_the_segments_are_readable(old):
    """Every passage has its id, its tokens and its vectors, for the program and for who reads FORMAT.md."""
    for path, expected in segments_of(*old).items():
        segment, read = Segment.open(path), reader.read_segment(path)
        segment.verify()
        assert segment.form.bits == read.bits == expected["bits"]
        assert segment.passage_ids.tolist() == read.ids.tolist() == expected["passage_ids"]
        vectors = [segment.vectors(ordinal) for ordinal in range(segment.header.passages)]
        assert [len(each) for each in vectors] == expected["token_counts"]
        assert vectors[0][0] == pytest.approx(expected["first_vector"], abs=1e-5)
        for ordinal, each in enumerate(vectors):
            assert read.passage(ordinal) == pytest.approx(each, abs=1e-5)


def test_the_golden_answers(old):
    """Questions that were encoded then have the scores that they had then, without anything made anew."""
    layout, expected = old
    with Catalogue.open(layout.catalogue) as catalogue, catalogue.read() as db:
        live = {
            layout.index / stored.file: segments.dead_in(db, stored.id)
            for stored in segments.live(db)
            if not stored.upcoming
        }
    snapshot = Snapshot.open(live, Codebooks(layout.index))
    masks = [view.alive for view in snapshot.views]
    for question in expected.get("questions", ()):
        vectors = np.array(question["vectors"], dtype=np.float32)
        asked = Question(vectors=vectors, least=np.full(len(vectors), -10, dtype=np.float32))
        with one_blas_thread(), Scorer(asked, PlainKernels()) as scorer:
            found = Candidates(asked, scorer, snapshot, masks).best(100)
        scores = {int(id_): score for id_, score in question["scores"].items()}
        assert {each.passage_id: each.score for each in found} == pytest.approx(scores, abs=1e-3)
        assert found[0].passage_id == max(scores, key=scores.__getitem__)


def test_a_library_of_today(old, open_collection: OpenCollection, encoder: LexicalEncoder):
    """Where the model is the same the old index answers as it is, merges into a new one and answers again."""
    layout, expected = old
    questions = expected.get("questions", ())
    collection = open_collection(layout.root)
    with collection._catalogue.read() as db:
        if {each.content.model for each in segments.live(db) if not each.upcoming} != {encoder.digest}:
            pytest.skip("made with a model that is no longer there")

    def best(text: str) -> tuple[PassageId, float]:
        hit = collection.search(Query(text=text, mode=Mode.MAXSIM)).results[0].hits[0]
        return hit.passage_id, hit.score

    before = [best(question["text"]) for question in questions]
    scores = [{int(id_): score for id_, score in question["scores"].items()} for question in questions]
    assert [id_ for id_, _ in before] == [max(each, key=each.__getitem__) for each in scores]
    assert [score for _, score in before] == pytest.approx([max(each.values()) for each in scores], rel=0.01)
    *_, verified = collection.verify(CancelToken())
    assert verified.damaged == ()
    maintain(collection)
    assert len(list(layout.index.glob("*.codebook"))) == len(
        {form.codebook for form in forms_of(collection)} - {b""}
    )
    assert [id_ for id_, _ in map(best, [question["text"] for question in questions])] == [
        id_ for id_, _ in before
    ]


def test_a_switch_goes_on(old, encoder: LexicalEncoder):
    """A switch that an older program began is continued, where the model is the same."""
    layout, expected = old
    encoders = FixedEncoders({BUILT_IN_MODEL: encoder, OTHER: WordEncoder()})
    if "switch" not in expected:
        pytest.skip("made before there were switches")
    with inline_collection(layout.root, encoders) as collection:
        with collection._catalogue.read() as db:
            if models.upcoming(db).digest != WordEncoder().digest:
                pytest.skip("on the way to a model that is no longer there")
        status = collection.status()
        assert [status.switch.model, status.switch.done, status.switch.total] == expected["switch"]
        assert status.languages == expected["languages"]
        first, *_, last = collection.switch(CancelToken())
        assert (first.done, last) == (status.switch.done, ModelChanged(model=OTHER))
        assert [each.document.path.name for each in collection.search(Query(text="keeper")).results] == [
            "lighthouse.md"
        ]


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


def test_words_and_names_are_found(old, open_collection: OpenCollection):
    """File names at once; words of passages, from the stored texts, after the first maintenance."""
    layout, _ = old
    collection = open_collection(layout.root)
    with collection._catalogue.read() as db:
        (named,) = names.matching(db, ["台"], 10)
        assert names.damage(db) is None
    assert collection.document(named).path.name == "灯台.txt"
    maintain(collection)
    with collection._catalogue.read() as db:
        assert keywords.missing(db, after=0, limit=1) == []
        (id_,) = keywords.holding(db, phrase_of("霧の夜"))
        assert passages.get(db, [PassageId(int(id_))])[id_].document_id == named


def test_everything_is_found(old, open_collection: OpenCollection):
    """With today's encoder the library is made current from its own texts: the files are long gone."""
    layout, _ = old
    collection = open_collection(layout.root)
    index(collection)
    answers = {"霧の夜の鐘": "灯台.txt", "keeper steps": "lighthouse.md", "Wärter": "Leuchtturm.html"}
    for question, name in answers.items():
        assert collection.search(Query(text=question)).results[0].document.path.name == name
    assert collection.status().model == BUILT_IN_MODEL
