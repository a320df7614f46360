"""What two lanes, names and filters find together, through a whole library."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.domain import UNKNOWN_LANGUAGE, Language, Mode, Order, Query
from tests.core.conftest import OpenCollection, index

FILES = {
    "report 2024.txt": "The committee met twice. Its members discussed the harbour and the price of coal.",
    "harbour.txt": "Ships enter the harbour at dawn. The pilot boards them outside the breakwater.",
    "manual.txt": "Order part ZX-81-4471 when the pump leaks. Other parts are listed in the appendix.",
    "予算.txt": "来年度の予算案について会議が開かれた。港の修理に三億円が必要である。",
    "雑記.txt": "きのうは雨だった。駅まで歩いて、会議に遅れた。",
    "drawing.xyz": "not a format that anybody reads",
}


@pytest.fixture
def collection(tmp_path: Path, open_collection: OpenCollection):
    folder = tmp_path / "files"
    folder.mkdir()
    for age, (name, text) in enumerate(FILES.items()):
        (folder / name).write_text(text, encoding="utf-8")
        os.utime(folder / name, (1_700_000_000 - age, 1_700_000_000 - age))
    opened = open_collection(tmp_path / "library")
    opened.add_source(folder)
    index(opened)
    return opened


def names(reply):
    return [result.document.path.name for result in reply.results]


@pytest.mark.parametrize("ask", ["search", "glance"])
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ZX-81-4471", "manual.txt"),
        ("ＺＸ－８１－４４７１", "manual.txt"),
        ("予算案", "予算.txt"),
        ("雨", "雑記.txt"),  # one character
        ("breakwater pilot", "harbour.txt"),
        ("三億円", "予算.txt"),
    ],
)
def test_exact_words_are_found_first(collection, ask, text, first):
    reply = getattr(collection, ask)(Query(text=text))
    assert names(reply)[0] == first
    assert reply.results[0].hits[0].highlights


def test_first_answers_need_no_model(collection, monkeypatch):
    """Names and words are looked up without opening an encoder, and say that better answers may come."""
    monkeypatch.setattr(collection._encoders, "open", lambda _name: pytest.fail("a model was opened"))
    reply = collection.glance(Query(text="harbour"))
    assert not reply.final
    assert names(reply)[0] == "harbour.txt"


def test_first_answers_wait_for_no_search(collection):
    """A search at work, and a writer, hold their connections; first answers have one of their own."""
    with collection._catalogue.read(), collection._catalogue.write(), ThreadPoolExecutor(1) as pool:
        assert names(pool.submit(collection.glance, Query(text="harbour")).result(timeout=20))


def test_a_file_is_found_by_its_name_alone(collection):
    """Every file that was met can be found by its name, also one that cannot be read."""
    for ask in (collection.search, collection.glance):
        (result,) = ask(Query(text="drawing")).results
        assert (result.document.path.name, result.hits) == ("drawing.xyz", ())
        assert names(ask(Query(text="report 20")))[0] == "report 2024.txt"


def test_what_nobody_wrote_is_not_found(collection):
    assert collection.search(Query(text="xylophone")).results == ()
    assert collection.glance(Query(text="xylophone")).results == ()


@pytest.mark.parametrize("ask", ["search", "glance"])
def test_filters_of_words(collection, ask):
    """Exact words restrict passages, `without` and names restrict documents; in both kinds of answers."""
    find = getattr(collection, ask)
    assert set(names(find(Query(text="harbour")))) >= {"harbour.txt", "report 2024.txt"}
    assert names(find(Query(text="harbour", phrases=("price of coal",)))) == ["report 2024.txt"]
    assert names(find(Query(text="harbour", phrases=("coal price",)))) == []
    assert "report 2024.txt" not in names(find(Query(text="harbour", without=("coal",))))
    assert "harbour.txt" not in names(find(Query(text="ships", without=("HARBOUR",))))  # its name has it
    assert names(find(Query(text="会議", names=("雑",)))) == ["雑記.txt"]
    assert names(find(Query(text="会議", phrases=("の予算",)))) == ["予算.txt"]


def test_filters_by_language(collection):
    japanese = collection.search(Query(text="harbour 会議", languages=(Language("ja"),)))
    assert set(names(japanese)) == {"予算.txt", "雑記.txt"}
    either = (Language("ja"), Language("en"), UNKNOWN_LANGUAGE)
    assert len(names(collection.search(Query(text="harbour 会議", languages=either)))) == 4


@pytest.mark.parametrize("ask", ["search", "glance"])
def test_filters_alone_list_documents(collection, ask):
    """Without a word to ask for, what the filters allow is shown, newest first."""
    find = getattr(collection, ask)
    texts = [name for name in FILES if name.endswith(".txt")]
    assert names(find(Query(text="", formats=("txt",)))) == texts
    assert names(find(Query(text=" ", formats=("txt",), order=Order.OLDEST))) == texts[::-1]
    assert names(find(Query(text="", formats=("txt",), limit=2))) == texts[:2]
    assert names(find(Query(text="", names=("report",)))) == ["report 2024.txt"]
    assert names(find(Query(text=""))) == []


@pytest.mark.parametrize("ask", ["search", "glance"])
def test_answers_by_date(collection, ask):
    find = getattr(collection, ask)
    newest = names(find(Query(text="harbour 会議", order=Order.NEWEST)))
    assert newest == sorted(newest, key=[*FILES].index)
    assert names(find(Query(text="harbour 会議", order=Order.OLDEST))) == newest[::-1]


def test_more_like_a_passage(collection):
    """Passages like one: not itself, and the nearest first."""
    harbour = collection.search(Query(text="ships pilot breakwater")).results[0].hits[0]
    like = collection.search(Query(text="", like=harbour.passage_id))
    assert harbour.passage_id not in [hit.passage_id for each in like.results for hit in each.hits]
    assert names(like)[0] == "report 2024.txt"
    with pytest.raises(KeyError):
        collection.search(Query(text="", like=10**9))


def test_modes_are_lanes(collection):
    """Either lane can be asked alone; names count for both together only."""
    assert "drawing.xyz" not in names(collection.search(Query(text="drawing", mode=Mode.MAXSIM)))
    assert names(collection.search(Query(text="drawing", mode=Mode.KEYWORD))) == []
    assert names(collection.search(Query(text="pump leaks", mode=Mode.KEYWORD))) == ["manual.txt"]


def test_an_explanation_adds_up(collection):
    """The tokens' shares sum to the MaxSim, and both lanes to the score that the search gave."""
    query = Query(text="harbour price of coal unicorn")
    hit = collection.search(query).results[0].hits[0]
    told = collection.explain(query, hit.passage_id)
    assert sum(token.weight * token.similarity for token in told.tokens) == pytest.approx(
        told.maxsim, abs=1e-3
    )
    assert told.keyword > 0
    assert told.score == pytest.approx(hit.score, abs=1e-3)
    assert [query.text[span.start : span.end] for span in told.unanswered] == ["unicorn"]
    assert hit.unanswered == told.unanswered
    with pytest.raises(KeyError):
        collection.explain(query, 10**9)


def test_a_passage_and_its_neighbours(tmp_path, open_collection: OpenCollection):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "long.txt").write_text("\n\n".join(f"Chapter {n}. " + "Words of it. " * 60 for n in range(9)))
    collection = open_collection(tmp_path / "library")
    collection.add_source(folder)
    index(collection)
    hit = collection.search(Query(text="Chapter 4")).results[0].hits[0]
    around = collection.passages_around(hit.passage_id, before=2, after=1)
    assert [each.passage_id - hit.passage_id for each in around] == [-2, -1, 0, 1]
    assert collection.passage(hit.passage_id) == around[2]
    assert around[2].text == hit.text
    assert len(collection.passages_around(hit.passage_id, before=99, after=99)) > 8
    with pytest.raises(KeyError):
        collection.passage(10**9)
