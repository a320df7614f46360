"""A language that no model was trained on: a set whose Latin letters are exchanged, vowels for vowels.

Questions and passages stay as hard to match as they were, but nearly no word is known, as in a language
without training text. What is lost against the set itself is what such languages lose; and who trains on
such sets learns to match words that nobody knows.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

from own_model.sources import QUESTIONS, Passage, RetrievalSet

CIPHERED = " (ciphered)"
"""Behind the name of the set."""

EXCHANGES = 6
"""For each set that is trained on."""

_LATIN = frozenset({"en"})
"""Languages of questions whose letters are exchanged: of those in Latin letters there is no other."""

_FROM, _TO = "aeioubdtpmnsrlvgk", "eiouadbptnmrslgvc"
_VOWELS, _CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"


def ciphered(full: RetrievalSet) -> RetrievalSet:
    """As development sets are: the exchange is always the same."""
    return _exchanged(full, _FROM, _TO, CIPHERED)


def ciphered_sets(sets: Iterable[RetrievalSet], *, seed: int) -> tuple[RetrievalSet, ...]:
    """For training: those of questions in Latin letters, in several exchanges, so that none is learnt."""
    return tuple(
        _anew(each, number, seed)
        for each in sets
        if each.style == QUESTIONS and each.language in _LATIN
        for number in range(1, EXCHANGES + 1)
    )


def _anew(full: RetrievalSet, number: int, seed: int) -> RetrievalSet:
    drawn = random.Random(f"{seed}/{full.name}/{number}")  # noqa: S311 - not for secrets
    exchanged = "".join("".join(drawn.sample(some, len(some))) for some in (_VOWELS, _CONSONANTS))
    return _exchanged(full, _VOWELS + _CONSONANTS, exchanged, f"{CIPHERED} {number}")


def _exchanged(full: RetrievalSet, letters: str, others: str, mark: str) -> RetrievalSet:
    table = str.maketrans(letters + letters.upper(), others + others.upper())
    return replace(
        full,
        name=full.name + mark,
        queries={name: text.translate(table) for name, text in full.queries.items()},
        passages={
            name: Passage(title=passage.title.translate(table), text=passage.text.translate(table))
            for name, passage in full.passages.items()
        },
    )
