from __future__ import annotations

import pytest
from own_model.overlaps import Judged, without_overlaps, write_overlaps
from own_model.sources import Sources

from tests.own_model.miniature import questions, world


def judged(*, queries: list[str] | None = None, passages: list[str] | None = None) -> Judged:
    return Judged.of([("judged", queries or [], passages or [])])


LONG = (
    "A passage of some length, with enough words in it that runs of letters can be looked up: the heron "
    "stands in shallow water for an hour, then it strikes, and the fish it caught is swallowed whole."
)


def planted(text: str) -> Sources:
    full = questions()
    passages = dict(full.passages)
    name, passage = next(iter(passages.items()))
    passages[name] = type(passage)(title=passage.title, text=text)
    changed = type(full)(
        name=full.name, language="en", family="", style=full.style,
        queries=full.queries, passages=passages, judgements=full.judgements,
    )  # fmt: skip
    return Sources(sets=(changed,), parallel=world().parallel, paraphrases=world().paraphrases)


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        LONG.upper(),
        LONG.replace(" ", "  ") + "!!",
        "Here is more. " + LONG,
        LONG[:170],
        LONG.replace("heron", "stork"),
    ],
)
def test_a_passage_that_was_planted_is_found_and_dropped(text: str) -> None:
    """Equal but for case and blanks, longer, shorter, or with another word."""
    cleaned, found = without_overlaps(planted(text), judged(passages=[LONG]))
    assert [(each.train, each.judged, each.kind, each.count) for each in found] == [
        ("animals", "judged", "passages", 1)
    ]
    (full,) = cleaned.sets
    assert text not in {passage.text for passage in full.passages.values()}
    assert all(name in full.passages for grades in full.judgements.values() for name in grades)
    assert len(full.queries) == len(full.judgements) == len(questions().queries) - 1


def test_what_is_only_alike_stays() -> None:
    """The same subject in other words is no copy."""
    other = "The heron is a bird that eats fish. It is met near water, and stands still."
    cleaned, found = without_overlaps(planted(other), judged(passages=[LONG]))
    assert found == ()
    assert cleaned == planted(other)


def test_a_question_that_is_judged_is_not_learnt() -> None:
    """Equal letters are enough; its passage may stay."""
    asked = next(iter(questions().queries.values()))
    cleaned, found = without_overlaps(planted(LONG), judged(queries=[asked.lower() + " "]))
    assert [each.kind for each in found] == ["queries"]
    assert asked not in cleaned.sets[0].queries.values()
    assert LONG in {passage.text for passage in cleaned.sets[0].passages.values()}


def test_sentences_are_looked_at_in_every_language() -> None:
    """One side of a row is enough for all of it to go."""
    cleaned, found = without_overlaps(world(), judged(passages=["文 3", "B 4"]))
    assert {(each.train, each.kind, each.count) for each in found} == {
        ("talk", "sentences", 1),
        ("paraphrases", "sentences", 1),
    }
    assert len(cleaned.parallel) == len(world().parallel) - 1


def test_the_table_says_what_was_found(tmp_path) -> None:
    """With tabs, a row for each pair of sets."""
    _, found = without_overlaps(planted(LONG), judged(passages=[LONG]))
    write_overlaps(found, tmp_path / "overlaps.tsv")
    assert (tmp_path / "overlaps.tsv").read_text() == (
        "train\tjudged\tkind\tcount\taction\nanimals\tjudged\tpassages\t1\tdropped\n"
    )
