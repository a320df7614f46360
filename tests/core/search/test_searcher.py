"""Questions as people put them, from several threads, on a library that changes meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.domain import Mode, Query
from core.index.kernels.plain import PlainKernels
from core.search import searcher
from core.search.showing.page import HITS_PER_DOCUMENT
from tests.core.conftest import OpenCollection, index, inline_collection
from tests.core.encoders import WordEncoder


@pytest.fixture
def collection(tmp_path, open_collection: OpenCollection):
    folder = tmp_path / "files"
    folder.mkdir()
    for word in ("kumquat", "zeppelin", "朝顔"):
        (folder / f"{word}.txt").write_text(f"The {word} is here. " * 20, encoding="utf-8")
    (folder / "long.txt").write_text("".join(f"Page {n} of the log is dull. \n\n" * 30 for n in range(400)))
    opened = open_collection(tmp_path / "library")
    opened.add_source(folder)
    index(opened)
    return opened


@pytest.mark.parametrize("text", ["", "  \n", "?!。…", "\x00\x01\x1b", "\udcff\udc80", "\u200d\ufe0f"])
def test_a_question_without_words_has_no_answer(collection, text):
    assert collection.search(Query(text=text)).results == ()


def test_what_is_prepared(collection, monkeypatch):
    """After `prepare` a search has nothing to load any more."""
    loads = []
    monkeypatch.setattr(searcher, "load_kernels", lambda _: loads.append(1) or PlainKernels())
    collection.prepare()
    assert loads == [1]
    collection.search(Query(text="here"))
    assert loads == [1]


def test_markers_and_masks_answer_nothing(tmp_path):
    """A neural encoder's marker is in every question and every passage: it ranks, and answers nothing."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "one.txt").write_text("The excess is 250 .")
    encoder = WordEncoder()
    with inline_collection(tmp_path / "library", encoder) as collection:
        collection.add_source(tmp_path / "files")
        index(collection)
        assert collection.search(Query(text="deductible")).results == ()
        (result,) = collection.search(Query(text="excess", mode=Mode.MAXSIM)).results
        assert result.score > 1.9  # the marker counts too
        (marked,) = result.hits[0].highlights
        assert marked.query == "excess"


def test_a_very_long_question(collection, monkeypatch):
    """A pasted book is asked by its heaviest words, within its first pages, at bounded cost."""
    asked = []
    monkeypatch.setattr(searcher, "Candidates", lambda *args: asked.append(args[0]) or find(*args))
    text = "the of and in " * 1000 + "zeppelin " + "dull " * 1_000_000
    reply = collection.search(Query(text=text, limit=10))
    assert len(asked[0].vectors) == searcher.QUERY_TOKENS
    assert "zeppelin.txt" in {result.document.path.name for result in reply.results}
    assert all(h.query in text for result in reply.results for hit in result.hits for h in hit.highlights)


find = searcher.Candidates


def test_one_long_document_does_not_crowd_out_the_rest(collection, tmp_path, monkeypatch):
    """However many passages of one document answer best, others are found too, and each is scored once."""
    (tmp_path / "files" / "short.txt").write_text(
        "A page, by the way, with much else on it: " + "other words " * 50
    )
    index(collection)
    scans = []
    monkeypatch.setattr(searcher, "Candidates", lambda *args: scans.append(1) or find(*args))
    results = collection.search(Query(text="page of the log", limit=2)).results
    assert results[0].document.path.name == "long.txt"
    assert len(results) == 2
    assert len(results[0].hits) == HITS_PER_DOCUMENT
    assert scans == [1]


def test_a_selective_filter_is_filled(collection, tmp_path):
    """However few of how many a filter lets through, all of these that answer are found."""
    folder = tmp_path / "files" / "few"
    folder.mkdir()
    for number in range(120):
        (tmp_path / "files" / f"{number}.log").write_text(f"zeppelin zeppelin {number} " * 9)
    for number in range(3):
        (folder / f"{number}.html").write_text(f"<p>Among much else on page {number}: one zeppelin.</p>")
    index(collection)
    everything = {
        each.document.path: each
        for each in collection.search(Query(text="zeppelin", limit=500, mode=Mode.MAXSIM)).results
    }
    assert len(everything) == 124
    few = {path: result for path, result in everything.items() if path.parent == folder}
    ids = frozenset(result.document.id for result in few.values())
    hits = frozenset(hit.passage_id for result in few.values() for hit in result.hits)
    for restriction in (
        {"folders": (folder,)},
        {"formats": ("html",)},
        {"document_ids": ids},
        {"passage_ids": hits},
        {"folders": (folder,), "document_ids": frozenset(each.document.id for each in everything.values())},
    ):
        reply = collection.search(Query(text="zeppelin", limit=3, mode=Mode.MAXSIM, **restriction))
        assert {result.document.path: result for result in reply.results} == few, restriction
        assert reply.passages_searched == 3


def test_searches_from_several_threads(collection, tmp_path):
    """The same question has the same answer in every thread, while a writer commits."""
    query = Query(text="朝顔 here", mode=Mode.MAXSIM)  # how rare a word is changes with each commit
    expected = collection.search(query).results
    with ThreadPoolExecutor(4) as pool:
        replies = [pool.submit(collection.search, query) for _ in range(40)]
        for number in range(3):
            (tmp_path / "files" / f"{number}.md").write_text("something else entirely")
            index(collection)
        assert all(reply.result().results == expected for reply in replies)
