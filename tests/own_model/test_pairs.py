from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from own_model.negatives import Pool, hard_negatives, nearly_same, shingles
from own_model.pairs import (
    ACROSS,
    HEADING,
    KINDS,
    PARAPHRASE,
    QUESTION,
    TITLE,
    TRANSLATION,
    Pair,
    all_pairs,
    cloze_pairs,
    sentences,
)
from own_model.split import PARAPHRASES_FROM

from tests.own_model.miniature import questions, sections, world


def of_kind(kind: str) -> list[Pair]:
    found = [pair for pair in all_pairs(world(), seed=1) if pair.kind == kind]
    assert found
    return found


def test_there_are_pairs_of_every_kind_and_the_same_ones_each_time() -> None:
    """The seed and the sources decide which."""
    first, again = (list(all_pairs(world(), seed=1)) for _ in range(2))
    assert first == again
    assert {pair.kind for pair in first} == set(KINDS)
    assert first != list(all_pairs(world(), seed=2))


def test_a_question_keeps_its_whole_passage() -> None:
    """Nothing of a passage is cut, since what is cut may be the answer."""
    animals = questions()
    for pair in of_kind(QUESTION):
        assert any(pair.passage == passage.text for passage in animals.passages.values())
        animal = pair.query.split()[-2]
        assert animal in pair.passage


def test_titles_and_headings_find_what_stands_below_them() -> None:
    """A title its article's first passage, a heading its section."""
    assert all(pair.query in pair.passage for pair in of_kind(TITLE))
    for pair in of_kind(HEADING):
        assert pair.query.split()[-1] in pair.passage
        assert pair.query.split()[0] == pair.passage.split()[0]


def test_a_sentence_taken_out_leaves_all_the_rest() -> None:
    """Inverse cloze: the sentence with what is left of its passage are the passage."""
    (whole, *_) = (passage.text for passage in questions().passages.values())
    removed = next(cloze_pairs(questions(), seed=1, removed=1.0))
    assert removed.query in whole
    assert removed.query not in removed.passage
    for sentence in sentences(whole):
        plain = sentence.group().strip()
        assert plain in (removed.query, "") or plain in removed.passage
    kept = next(cloze_pairs(questions(), seed=1, removed=0.0))
    assert kept.query in kept.passage == whole


@given(st.text())
def test_sentences_are_the_whole_text(text: str) -> None:
    """No character is lost or taken twice."""
    assert "".join(found.group() for found in sentences(text)) == text


def test_across_languages_the_section_is_the_same_one() -> None:
    """A heading in one language, the section of the same id in another, and one origin for both."""
    for pair in of_kind(ACROSS):
        assert pair.query.split()[-1] in pair.passage
        assert pair.query.split()[0] != pair.passage.split()[0]
        assert pair.origin == f"docs/{pair.query.split()[-1]}"


def test_translations_are_of_one_row() -> None:
    """Either side may ask; languages differ."""
    for pair in of_kind(TRANSLATION):
        assert pair.query != pair.passage
        assert pair.query.split()[-1] == pair.passage.split()[-1]


def test_paraphrases_are_those_that_people_found_alike() -> None:
    """Only from a score of 4 on."""
    alike = {frozenset(pair[:2]) for pair in world().paraphrases if pair.score >= PARAPHRASES_FROM}
    assert {frozenset((pair.query, pair.passage)) for pair in of_kind(PARAPHRASE)} == alike


def test_every_kind_of_pair_that_is_searched_names_its_set() -> None:
    """Hard negatives come from the set that holds the answer."""
    texts = {each.name: {p.text for p in each.passages.values()} for each in world().sets}
    for kind in (QUESTION, HEADING, TITLE, ACROSS):
        assert all(pair.passage in texts[pair.within] for pair in of_kind(kind))


def test_a_negative_is_never_an_answer_nor_nearly_one() -> None:
    """Not the positive, not another passage that answers the same words, not a copy with a letter more."""
    animals = questions()
    copied = dict(animals.passages)
    fox = next(iter(animals.passages.values()))
    copied["copy"] = type(fox)(title=fox.title, text=fox.text + " !")
    full = type(animals)(
        name=animals.name, language="en", family="", style=animals.style,
        queries=animals.queries, passages=copied, judgements=animals.judgements,
    )  # fmt: skip
    pairs = [pair for pair in all_pairs(world(), seed=1) if pair.within == animals.name]
    found = hard_negatives(pairs, {animals.name: Pool.of(full)})
    assert any(found)
    for pair, negatives in zip(pairs, found, strict=True):
        whole = next(
            passage.text
            for passage in animals.passages.values()
            if pair.origin.endswith(_id(full, passage.text))
        )
        assert pair.passage not in negatives
        assert not any(nearly_same(shingles(negative), shingles(whole)) for negative in negatives)


def _id(full, text: str) -> str:
    return next(name for name, passage in full.passages.items() if passage.text == text)


def test_negatives_are_what_words_find() -> None:
    """The ranks of a search for words, best first, and no more than were asked for."""
    pairs = [pair for pair in of_kind(HEADING) if pair.within == "docs/en"]
    found = hard_negatives(pairs, {"docs/en": Pool.of(sections("en"))}, depth=3)
    assert all(len(negatives) <= 3 for negatives in found)


@pytest.mark.parametrize("text", ["水道の元栓はどこですか。流しの下です。", "One. Two! Three?", "a\nb", ""])
def test_sentences_end_where_they_end(text: str) -> None:
    """In any script."""
    assert len([found for found in sentences(text) if found.group().strip()]) == {
        "水": 2,
        "O": 3,
        "a": 2,
    }.get(text[:1], 0)
