"""Which wrong answers look right? The passages of the same set that a search for words ranks highest."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from own_model.bm25 import Index
from own_model.pairs import Pair, origin_of
from own_model.sources import RetrievalSet

DEPTH = 20
"""Ranks that wrong answers are taken from."""

NEARLY_THE_SAME = 0.8
"""Of the shingles of the shorter text, found in the other: these say the same and are no wrong answers."""

_SHINGLE = 8
_DROPPED = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """The passages of one set, in order, with their index. `origins`: of each passage."""

    texts: Sequence[str]
    origins: Sequence[str]
    index: Index
    shingles: Sequence[frozenset[str]]

    @classmethod
    def of(cls, each: RetrievalSet) -> Pool:
        texts = [passage.text for passage in each.passages.values()]
        # The title is part of what makes a passage look right.
        shown = [f"{passage.title}\n{passage.text}" for passage in each.passages.values()]
        return cls(
            texts=texts,
            origins=[origin_of(each, name) for name in each.passages],
            index=Index.of(shown),
            shingles=[shingles(text) for text in texts],
        )


def hard_negatives(
    pairs: Iterable[Pair], pools: Mapping[str, Pool], depth: int = DEPTH
) -> list[tuple[str, ...]]:
    """For each pair the texts at the ranks 1 to `depth` of its set, without right answers and what is nearly
    one: those of any pair with the same query.
    """
    known = list(pairs)
    answers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for pair in known:
        answers[pair.within, pair.query].add(pair.origin)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for pair in known:
        key = (pair.within, pair.query)
        pool = pools.get(pair.within)
        if key not in found:
            found[key] = _of(pair.query, answers[key], pool, depth) if pool else ()
    return [found[pair.within, pair.query] for pair in known]


def _of(query: str, right: set[str], pool: Pool, depth: int) -> tuple[str, ...]:
    answers = [number for number, origin in enumerate(pool.origins) if origin in right]
    wrong = []
    for number in pool.index.best(query, depth + len(answers)):
        if pool.origins[number] in right:
            continue
        if any(nearly_same(pool.shingles[number], pool.shingles[answer]) for answer in answers):
            continue
        wrong.append(pool.texts[number])
    return tuple(wrong[:depth])


def squashed(text: str) -> str:
    """Letters and digits only, in small letters: what two copies of a text have in common."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text).casefold())


def shingles(text: str) -> frozenset[str]:
    """Runs of eight letters; the whole text where it has no more."""
    plain = squashed(text)
    return frozenset(plain[at : at + _SHINGLE] for at in range(max(1, len(plain) - _SHINGLE + 1)))


def nearly_same(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether one says what the other says, or nearly all of it."""
    return len(a & b) >= NEARLY_THE_SAME * min(len(a), len(b))
