"""Which tokens of other languages say what which English tokens say? Word alignment over parallel text.

IBM model 1 (Brown, Della Pietra, Della Pietra and Mercer, "The Mathematics of Statistical Machine
Translation", Computational Linguistics 19(2), 1993) in both directions; a link is the geometric mean of the
two probabilities, so that both sides must agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from own_model.sources import RetrievalSet, Sources

HUB = "en"
"""Its tokens stay where they are, and those of the others are drawn to them."""

_ITERATIONS = 5
_MOST_TOKENS = 40
"""Distinct tokens of a side; longer pairs align badly and cost the square of it."""

_LEAST_STRENGTH = 0.03
_LEAST_TOGETHER = 2
_FOREIGN = 0.3
"""A token moves only if English uses it less than this share of how often the other language does."""

_SHORT_PASSAGE = 400
"""Characters of a section that is taken as one pair, if it does not agree line by line."""

Tokens = NDArray[np.int64]
Strengths = dict[int, dict[int, float]]
"""Token -> English tokens, each with the strength of the link, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sides:
    """`others[i]` and `english[i]`: the distinct tokens of a pair."""

    others: list[Tokens]
    english: list[Tokens]


def find_links(tokenizer: Tokenizer, sources: Sources) -> Strengths:
    """Two minutes for 230,000 pairs."""
    size = tokenizer.get_vocab_size()
    by_language = _tokenised(tokenizer, [*_pairs(sources)])
    pairs = sum(len(sides.english) for sides in by_language.values())
    english = sum((_shares(sides.english, size) for sides in by_language.values()), np.zeros(size)) / pairs
    found: Strengths = defaultdict(dict)
    for sides in by_language.values():
        others = _shares(sides.others, size) / len(sides.others)
        for token, hub, strength in _links(sides, size):
            if english[token] < _FOREIGN * others[token]:
                found[token][hub] = max(strength, found[token].get(hub, 0.0))
    return dict(found)


def _links(sides: _Sides, size: int) -> Iterator[tuple[int, int, float]]:
    there, forth, together = _align(sides.others, sides.english, size)
    back_keys, back, _ = _align(sides.english, sides.others, size)
    token, hub = there // size, there % size
    real = token < size  # not the empty word
    there, token, hub, forth, together = (each[real] for each in (there, token, hub, forth, together))
    strength = np.sqrt(forth * back[np.searchsorted(back_keys, hub * size + token)])
    good = (strength > _LEAST_STRENGTH) & (together >= _LEAST_TOGETHER) & (token != hub)
    yield from zip(token[good].tolist(), hub[good].tolist(), strength[good].tolist(), strict=True)


def _align(
    sources: list[Tokens], targets: list[Tokens], size: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """p(target | source) by expectation maximisation: keys source * size + target in ascending order, the
    probabilities, and in how many pairs the two stand. Source `size` is the empty word.
    """
    keys, columns, base = [], [], 0
    for source, target in zip(sources, targets, strict=True):
        with_empty = np.append(source, size)
        keys.append((with_empty[:, None] * size + target).ravel())
        columns.append(np.tile(np.arange(base, base + len(target), dtype=np.int32), len(with_empty)))
        base += len(target)
    every, column = np.concatenate(keys), np.concatenate(columns)
    del keys, columns
    distinct, which = np.unique(every, return_inverse=True)
    which = which.astype(np.int32)
    of_source = (distinct // size).astype(np.int32)
    probability = np.ones(len(distinct))
    for _ in range(_ITERATIONS):
        expected = probability[which]
        expected /= np.bincount(column, weights=expected, minlength=base)[column]
        counts = np.bincount(which, weights=expected, minlength=len(distinct))
        probability = counts / np.bincount(of_source, weights=counts, minlength=size + 1)[of_source]
    return distinct, probability, np.bincount(which, minlength=len(distinct))


def _shares(sides: list[Tokens], size: int) -> NDArray[np.float64]:
    return np.bincount(np.concatenate(sides), minlength=size).astype(np.float64)


def _tokenised(tokenizer: Tokenizer, pairs: list[tuple[str, str, str]]) -> dict[str, _Sides]:
    """By language; pairs that are too long, equal or there already are left out."""
    others = tokenizer.encode_batch_fast([other for _, other, _ in pairs], add_special_tokens=False)
    english = tokenizer.encode_batch_fast([hub for _, _, hub in pairs], add_special_tokens=False)
    empty = [not any(map(str.isalnum, piece)) or piece.startswith("[") for piece in _pieces(tokenizer)]
    counts = ~np.array(empty)
    found: dict[str, _Sides] = defaultdict(lambda: _Sides(others=[], english=[]))
    seen: set[tuple[str, bytes, bytes]] = set()
    for (language, _, _), other, hub in zip(pairs, others, english, strict=True):
        a, b = (np.unique(np.array(each.ids, dtype=np.int64)) for each in (other, hub))
        a, b = a[counts[a]], b[counts[b]]
        key = (language, a.tobytes(), b.tobytes())
        fits = 0 < len(a) <= _MOST_TOKENS and 0 < len(b) <= _MOST_TOKENS
        if fits and key not in seen and not np.array_equal(a, b):
            seen.add(key)
            found[language].others.append(a)
            found[language].english.append(b)
    return found


def _pieces(tokenizer: Tokenizer) -> list[str]:
    return [tokenizer.id_to_token(number) for number in range(tokenizer.get_vocab_size())]


def _pairs(sources: Sources) -> Iterator[tuple[str, str, str]]:
    """Language, a text in it, the same in English: of parallel rows, and of families of sets by their ids."""
    for row in sources.parallel:
        hub = row.texts.get(HUB)
        if hub:
            yield from ((language, text, hub) for language, text in row.texts.items() if language != HUB)
    families: dict[str, dict[str, RetrievalSet]] = defaultdict(dict)
    for each in sources.sets:
        if each.family:
            families[each.family][each.language] = each
    for family in families.values():
        for language, each in family.items():
            if language != HUB and HUB in family:
                yield from ((language, *pair) for pair in _of_family(each, family[HUB]))


def _of_family(other: RetrievalSet, english: RetrievalSet) -> Iterator[tuple[str, str]]:
    for number, text in other.queries.items():
        if number in english.queries:
            yield text, english.queries[number]
    for number, passage in other.passages.items():
        if number not in english.passages:
            continue
        lines, hub_lines = passage.text.split("\n"), english.passages[number].text.split("\n")
        if len(lines) == len(hub_lines):
            yield from ((a, b) for a, b in zip(lines, hub_lines, strict=True) if a != b)
        elif len(passage.text) < _SHORT_PASSAGE:
            yield passage.text, english.passages[number].text
