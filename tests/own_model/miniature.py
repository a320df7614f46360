"""A small world to learn from: what lives where, in words that the miniature checkpoint knows."""

from __future__ import annotations

from own_model.sources import QUESTIONS, ParallelRow, Paraphrase, Passage, RetrievalSet, Sources

from tests.core.encode.checkpoints.vocabularies import uncased_pieces

_ANIMALS = "fox owl bear wolf seal crow frog hare lynx mole newt swan"
_PLACES = "wood barn cave hill shore tower pond field cliff garden marsh lake"
_OTHERS = "lives live near the old in a and it sleeps all day then hunts hunt by night where does house of"
ANIMALS, PLACES, HOUSES = _ANIMALS.split(), _PLACES.split(), ("den", "nest", "lair", "burrow")

PIECES = tuple(dict.fromkeys([*uncased_pieces(), *ANIMALS, *PLACES, *_OTHERS.split(), *HOUSES]))


def questions(name: str = "animals", language: str = "en", family: str = "") -> RetrievalSet:
    """Each animal's passage is an article of its own, and one question asks for it."""
    passages = {
        f"{number:04}-000": Passage(
            title=animal,
            text=f"The {animal} lives near the old {place}. It sleeps all day in the {place}. "
            f"Then the {animal} hunts by night and sleeps in a den.",
        )
        for number, (animal, place) in enumerate(zip(ANIMALS, PLACES, strict=True))
    }
    return RetrievalSet(
        name=name,
        language=language,
        family=family,
        style=QUESTIONS,
        queries={f"q{name}": f"Where does the {passage.title} hunt?" for name, passage in passages.items()},
        passages=passages,
        judgements={f"q{name}": {name: 1} for name in passages},
    )


def sections(language: str, count: int = 12) -> RetrievalSet:
    """Sections of pages, with equal ids in every language."""
    ids = [f"page{number // 3}#part{number}" for number in range(count)]
    return RetrievalSet(
        name=f"docs/{language}",
        language=language,
        family="docs",
        style="sections",
        queries={name: f"{language} heading {name}" for name in ids},
        passages={
            name: Passage(title="page", text=f"{language} body of {name}. It says more about {name} here.")
            for name in ids
        },
        judgements={name: {name: 1} for name in ids},
    )


def world() -> Sources:
    """Something of every kind."""
    rows = tuple(
        ParallelRow(
            source="talk",
            document=f"d{number // 2}",
            texts={"en": f"sentence {number}", "ja": f"文 {number}", "de": f"Satz {number}"},
        )
        for number in range(40)
    )
    pairs = tuple(Paraphrase(f"a {number}", f"b {number}", number % 6) for number in range(60))
    return Sources(
        sets=(questions(), sections("en"), sections("ja")), parallel=rows, paraphrases=pairs, missing=()
    )
