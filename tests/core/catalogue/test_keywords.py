"""The full-text index of passages."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue import keywords
from core.catalogue.catalogue import Catalogue
from core.domain import PassageId
from core.terms import asked_terms, phrase_of, terms_of

K1, B = 1.2, 0.75
WORDS = ("apple", "bread", "cider", "検索", "索引", "引")


@pytest.fixture
def catalogue(tmp_path):
    with Catalogue.open(tmp_path / "catalogue.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with Catalogue.open(tmp_path_factory.mktemp("keywords") / "catalogue.db") as opened:
        yield opened


def fill(db, texts):
    keywords.create(db)
    keywords.insert(db, [(PassageId(n + 1), "", terms_of(text), "") for n, text in enumerate(texts)])


def bm25(texts, terms):
    """Robertson and Zaragoza, 2009, with SQLite's constants, for every text with any of the terms."""
    rows = [terms_of(text).split() for text in texts]
    average = sum(map(len, rows)) / len(rows)
    scores = Counter()
    for term in terms:
        frequency = sum(term in row for row in rows)
        rarity = max(math.log((len(rows) - frequency + 0.5) / (frequency + 0.5)), 1e-6)
        for number, row in enumerate(rows):
            if count := row.count(term):
                saturated = count * (K1 + 1) / (count + K1 * (1 - B + B * len(row) / average))
                scores[number + 1] += rarity * saturated
    return scores


TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), min_size=1, max_size=12)


@settings(max_examples=50)
@given(TEXTS, st.lists(st.sampled_from(("apple", "bread", "検索", "cider")), max_size=3, unique=True))
def test_the_best_are_those_of_bm25(shared, texts, asked):
    """Any of the terms, with the scores of the formula, best first, of equal ones the older."""
    with shared.write() as db:
        fill(db, texts)
        ids, scores = keywords.best(db, asked, 100)
        few, _ = keywords.best(db, asked, 3)
    expected = bm25(texts, asked)
    assert dict(zip(ids.tolist(), scores.tolist(), strict=True)) == pytest.approx(expected, rel=1e-6)
    assert ids.tolist() == [id_ for _, id_ in sorted(zip(-scores, ids.tolist(), strict=True))]
    assert few.tolist() == ids[:3].tolist()


@settings(max_examples=50)
@given(TEXTS, st.integers(1, 20))
def test_frequencies_are_bounded(shared, texts, at_most):
    """Counted up to what was asked for; a beginning counts each of its terms."""
    rows = [set(terms_of(text).split()) for text in texts]
    with shared.write() as db:
        fill(db, texts)
        found = keywords.frequencies(db, ["apple", "検索", "nothing", "索*", "b*"], at_most)
    beginning = sum(term.startswith("索") for row in rows for term in row)
    assert found == {
        "apple": min(at_most, sum("apple" in row for row in rows)),
        "検索": min(at_most, sum("検索" in row for row in rows)),
        "nothing": 0,
        "索*": min(at_most, beginning),
        "b*": min(at_most, sum("bread" in row for row in rows)),
    }


@pytest.mark.parametrize(
    ("text", "question"),
    [("全文検索の索引", "索"), ("我在检索", "索"), ("한국어를 찾다", "를"), ("ค้นหาที่นี่", "น"), ("a検", "検")],
)
def test_one_character_is_found_wherever_it_stands(catalogue, text, question):
    """In the middle of a run, at its end and alone."""
    with catalogue.write() as db:
        fill(db, ["nothing", text])
        ids, _ = keywords.best(db, asked_terms(question), 10)
        assert ids.tolist() == keywords.holding(db, phrase_of(question)).tolist() == [2]


def test_headings_count(catalogue):
    """A phrase holds in the heading or in the body, but not across them."""
    with catalogue.write() as db:
        keywords.insert(db, [(PassageId(7), terms_of("Annual report"), terms_of("budget 検索"), "")])
        found = {
            words: keywords.holding(db, phrase_of(words)).tolist()
            for words in ("annual report", "budget 検", "report budget", "")
        }
    assert found == {"annual report": [7], "budget 検": [7], "report budget": [], "": []}


def test_terms_are_data(catalogue):
    """Nothing in a term is syntax, but one `*` at its end."""
    with catalogue.write() as db:
        fill(db, ["apple", "apricot"])
        for term in ('x" OR "apple', "apple OR x", "body:apple", "NOT", "(", "ap*ple", '"', "*"):
            ids, _ = keywords.best(db, [term], 10)
            assert ids.tolist() in ([], [1, 2])
            keywords.frequencies(db, [term], 10)
        assert keywords.best(db, ["ap*"], 10)[0].tolist() == [1, 2]
        assert keywords.best(db, ["apr*"], 10)[0].tolist() == [2]
        assert keywords.best(db, [], 10)[0].dtype == np.int64


def test_an_index_made_anew_takes_over(catalogue):
    """Until then the old one answers; afterwards nothing of it is left."""
    with catalogue.write() as db:
        fill(db, ["apple", "bread"])
        keywords.create(db, keywords.NEXT_TABLE)
        keywords.insert(db, [(PassageId(2), "", "bread", "")], keywords.NEXT_TABLE)
        assert keywords.frequencies(db, ["apple", "a*"], 10) == {"apple": 1, "a*": 1}
        keywords.replace(db)
    with catalogue.read() as db:
        assert keywords.frequencies(db, ["apple", "bread", "a*", "b*"], 10) == {
            "apple": 0,
            "bread": 1,
            "a*": 0,
            "b*": 1,
        }
        assert keywords.is_current(db)
        assert not keywords.is_current(db, keywords.NEXT_TABLE)
        tables = db.execute("SELECT name FROM sqlite_master WHERE name LIKE '%next%'").fetchall()
        assert tables == []
