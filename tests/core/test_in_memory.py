"""Texts in memory answer as a library of the same texts does, whenever and in whatever portions they came."""

from __future__ import annotations

import contextlib
import io
import re
import threading
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import in_memory
from core.catalogue import passages, segments, texts
from core.domain import Mode, Query
from core.in_memory import InMemory, built_in_encoder, rerank
from core.index.kernels.plain import PlainKernels
from core.passages import encoded_text
from core.search.showing.answers import least_products
from tests.core.conftest import index
from tests.core.oracle import TOLERANCE

README = Path(__file__).resolve().parents[2] / "README.md"

TEXTS = [
    "水道の元栓は流し台の下にあります。右に回すと水が止まります。",
    "燃えるごみは火曜日と金曜日の朝八時までに出してください。",
    "The water main is under the sink; turn it to the right to stop the water.",
    "",
    "Burnable waste is collected on Tuesdays and Fridays before eight in the morning.",
    "   \n",
    "ごみ置き場の鍵は管理人室にあります。",
    "Our cat sleeps on the warm washing machine.",
    "燃えるごみは火曜日と金曜日の朝八時までに出してください。",
    "Das Wasser wird am Freitag abgestellt.",
]
QUESTIONS = [
    "水を止めるには?",
    "ごみの日はいつ",
    "When is waste collected?",
    "water main",
    "Wasser am Freitag",
]


@pytest.fixture(scope="module")
def held(encoder):
    made = InMemory(encoder)
    made.add(TEXTS)
    return made


def oracle(encoder, texts, question):
    """MaxSim in numpy, from the encoder's own vectors: position -> score, of the texts that answer."""
    embedded = encoder.encode_query(question)
    query, least = embedded.vectors, least_products(embedded, encoder.noise_floor)
    found = {}
    for position, made in enumerate(encoder.encode_passages(texts)):
        if len(made.vectors):
            products = (query @ made.vectors.T).max(axis=1)
            if (products >= least).any():
                found[position] = float(products.sum())
    return found


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_are_maxsim(encoder, held, question):
    """Just the texts that answer, with their scores, best first, equal ones by position."""
    answers = held.search(question, count=len(TEXTS))
    expected = oracle(encoder, TEXTS, question)
    assert expected
    assert {each.position: each.score for each in answers} == pytest.approx(expected, rel=TOLERANCE)
    order = [(-each.score, each.position) for each in answers]
    assert order == sorted(order)
    assert all(each.text == TEXTS[each.position] for each in answers)


def passages_of(collection) -> dict[int, str]:
    """What was encoded of each passage of a library, by id."""
    found = {}
    with collection._catalogue.read() as db:
        for segment in segments.live(db):
            for passage_id, stored in passages.get(db, passages.in_segment(db, segment.id).tolist()).items():
                span = stored.passage.span
                text = texts.get(db, stored.document_id).text[span.start : span.end]
                found[passage_id] = encoded_text(stored.passage.heading, text)[0]
    return dict(sorted(found.items()))


def test_answers_are_those_of_a_library(encoder, open_collection, tmp_path):
    """The passages of files, as a library has them, answer with the same scores to the last digit."""
    for number, text in enumerate(text for text in TEXTS if text.strip()):
        (tmp_path / f"note {number}.txt").write_text(text, encoding="utf-8")
    collection = open_collection(tmp_path.with_name(f"{tmp_path.name}-library"))
    collection.add_source(tmp_path)
    index(collection)
    known = passages_of(collection)
    assert len(known) == 8
    held, ids = InMemory(encoder), list(known)
    held.add(known.values())
    for question in QUESTIONS:
        results = collection.search(Query(text=question, limit=50, mode=Mode.MAXSIM)).results
        expected = [(hit.passage_id, hit.score) for result in results for hit in result.hits]
        assert [(ids[each.position], each.score) for each in held.search(question)] == expected


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, len(TEXTS)), max_size=8), question=st.sampled_from(QUESTIONS))
def test_adding_later_is_adding_at_once(encoder, held, cuts, question):
    """In however many portions texts come, some of them empty: the same positions, answers and scores."""
    made = InMemory(encoder)
    bounds = [0, *sorted(cuts), len(TEXTS)]
    for start, end in pairwise(bounds):
        assert made.add(TEXTS[start:end]) == range(start, end)
    assert len(made) == len(TEXTS)
    assert made.search(question) == held.search(question)


def test_many_small_portions_stay_few_parts(encoder):
    """Adding one by one for a long time does not make a search look into many places."""
    made = InMemory(encoder)
    for number in range(200):
        made.add([f"note number {number}"])
    assert len(made._held.parts) <= 8
    assert made.search("number 137", count=1)[0].position == 137


def test_clear_forgets_all(encoder):
    """Nothing is found any more, and positions begin again; a search that is under way keeps its texts."""
    made = InMemory(encoder)
    made.add(TEXTS)
    before = made.search("water main")
    made.clear()
    assert len(made) == 0
    assert made.search("water main") == ()
    assert made.add(["The water main is outside."]) == range(1)
    assert [each.position for each in made.search("water main")] == [0]
    assert before[0].text == TEXTS[before[0].position]


@pytest.mark.parametrize("question", QUESTIONS)
def test_rerank_is_a_search_of_the_given_texts(encoder, held, question):
    """The same answers; as many as asked for, or all."""
    assert rerank(encoder, question, TEXTS) == held.search(question, count=len(TEXTS))
    assert rerank(encoder, question, iter(TEXTS), count=2) == held.search(question, count=2)


def test_equal_texts_are_ordered_by_position(encoder):
    """The same text twice has the same score, and the first comes first, however many there are."""
    made = InMemory(encoder)
    made.add([TEXTS[7]] * 60)
    made.add([TEXTS[7]] * 3)
    assert [each.position for each in made.search("cat", count=10)] == list(range(10))


@pytest.mark.parametrize("question", ["", " 　\n", "。、!?", "zzzz qqqq"])
def test_a_question_without_an_answer_finds_nothing(held, question):
    """No words, or none that occur: no answers, and no error."""
    assert held.search(question) == ()


def test_little_to_search_in(encoder, held):
    """No texts, only empty ones, or no answers wanted."""
    made = InMemory(encoder)
    assert made.search("water") == ()
    assert made.add([]) == range(0)
    assert made.add(["", "\n"]) == range(2)
    assert made.search("water") == ()
    assert held.search("water", count=0) == ()
    assert rerank(encoder, "water", []) == ()


def test_a_single_text_is_refused(encoder):
    """A string is a sequence of strings to Python, but nobody means to add its characters."""
    made = InMemory(encoder)
    with pytest.raises(TypeError):
        made.add("water")
    assert len(made) == 0


class Faulty:
    """An encoder that notes what it is given, and may spoil a vector."""

    def __init__(self, encoder, *, spoil: str = "never") -> None:
        self._encoder = encoder
        self._spoil = spoil
        self.batches: list[int] = []

    def __getattr__(self, name):
        return getattr(self._encoder, name)

    def encode_passages(self, texts):
        self.batches.append(sum(map(len, texts)))
        made = self._encoder.encode_passages(texts)
        for text, each in zip(texts, made, strict=True):
            if self._spoil in text:
                each.vectors[0, 0] = np.nan
        return made


def test_a_failed_addition_adds_nothing(encoder, monkeypatch):
    """A vector that is not finite, or a source of texts that breaks off: all stays as it was."""
    monkeypatch.setattr(in_memory, "_BATCH_CHARACTERS", 50)
    made = InMemory(Faulty(encoder, spoil="spoilt"))
    made.add(TEXTS)
    with pytest.raises(ValueError, match="not finite"):
        made.add([*TEXTS, "this one is spoilt"])

    def broken():
        yield from TEXTS
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        made.add(broken())
    assert len(made) == len(TEXTS)
    assert made.add(["more water"]) == range(len(TEXTS), len(TEXTS) + 1)


def test_texts_are_encoded_in_bounded_portions(encoder, held, monkeypatch):
    """Memory for encoding does not grow with the number of texts; the answers do not depend on it."""
    monkeypatch.setattr(in_memory, "_BATCH_CHARACTERS", 100)
    watched = Faulty(encoder)
    made = InMemory(watched)
    made.add(TEXTS)
    assert len(watched.batches) > 3
    assert max(watched.batches) <= 100
    assert [made.search(question) for question in QUESTIONS] == [held.search(q) for q in QUESTIONS]


def test_any_kernels_give_the_same_answers(encoder, held, monkeypatch):
    """For many texts the fastest of this machine are measured, once; given ones are taken as they are."""
    measured = []

    def choose():
        measured.append(1)
        return PlainKernels()

    expected = [held.search(question) for question in QUESTIONS]
    monkeypatch.setattr(in_memory, "choose_kernels", choose)
    monkeypatch.setattr(in_memory, "_FEW_TOKENS", 20)
    by_default, given = InMemory(encoder), InMemory(encoder, PlainKernels())
    for made in (by_default, given):
        made.add(TEXTS)
        assert [made.search(question) for question in QUESTIONS] == expected
    assert measured == [1]


def test_searching_while_others_add(encoder):
    """A search sees all of an addition or nothing of it, and its texts fit its positions."""
    made, seen, done = InMemory(encoder), set(), threading.Event()

    def add():
        for _ in range(30):
            made.add(["The cat sleeps.", "A cat sleeps here, too.", "No cat sleeps."])
        done.set()

    adding = [threading.Thread(target=add) for _ in range(2)]
    for thread in adding:
        thread.start()
    while not done.is_set():
        answers = made.search("cat sleeps", count=1000)
        seen.add(len(answers))
        assert all("cat" in each.text for each in answers)
    for thread in adding:
        thread.join()
    assert all(count % 3 == 0 for count in seen)
    assert sorted(each.position for each in made.search("cat sleeps", count=1000)) == list(range(180))


def test_the_built_in_encoder_needs_nothing(encoder):
    """The same one that the program uses."""
    assert built_in_encoder().digest == encoder.digest


def test_the_example_of_the_readme_is_true():
    """The code of the section runs as it stands there and prints what stands below it."""
    section = README.read_text(encoding="utf-8").split("## As a library\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    (kind, code), (_, printed) = blocks
    assert kind == "python"
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, str(README), "exec"), {})
    assert out.getvalue() == printed
