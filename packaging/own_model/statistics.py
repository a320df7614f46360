"""How rare is each token? Its inverse document frequency, in the language where it is most frequent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from own_model.scripts import Script, bare, is_continuing, script_of
from own_model.sources import Sources

CAP = 7.0
"""Natural logarithm: a token in one of 1,100 documents. Rarer ones weigh no more (measured by the prototype,
as was the square root in construct.py)."""

_UNSPACED = frozenset({"ja", "zh", "th", "ko"})
_UNSPACED_CHARACTERS, _SPACED_CHARACTERS = 350, 800
"""Texts are joined to documents of a passage's length."""

_MOST_OF_PARALLEL = 1500
"""Documents of one language of parallel text, so that its subject does not outweigh the others."""

_LEAST_DOCUMENTS = 3
_SMALL_LANGUAGE = 1000
"""In a language of N documents, a token must stand in _SMALL_LANGUAGE / N more: of the many rare tokens of a
small sample, those found three times were found by chance, and would look frequent."""

_BY_LENGTH = (0.0, 1.0, 1.5, 2.5, 4.0, 5.0, 5.5, 6.0, 6.5)
"""Of a token that no language knows, in alphabets, by its characters: the short ones are frequent."""

_CONTINUING = (0.0, 0.7, 1.5, 2.5)
"""A piece that continues a Latin word weighs at least this, by its characters (the last for more): that the
word was cut says that it is rare. Measured (RESULTS.md): without, words of languages that nothing was learnt
from weigh next to nothing; with twice as much, German, Italian and Turkish lose."""

_UNKNOWN = {Script.NUMBER: 5.0, Script.OTHER: 1.0}
_UNKNOWN_ELSEWHERE = 6.0


def rarities(tokenizer: Tokenizer, sources: Sources) -> NDArray[np.float32]:
    """`(vocabulary,)` float32, 0 to 1: the inverse document frequency as a share of CAP."""
    size = tokenizer.get_vocab_size()
    least = np.full(size, np.inf)
    for documents in filter(None, _documents(sources).values()):
        counts = np.zeros(size)
        for encoding in tokenizer.encode_batch_fast(documents, add_special_tokens=False):
            counts[np.unique(encoding.ids)] += 1
        enough = counts >= _LEAST_DOCUMENTS + _SMALL_LANGUAGE / len(documents)
        found = np.where(enough, np.log(len(documents) / np.maximum(counts, 1)), np.inf)
        least = np.minimum(least, found)
    unknown = [_default(tokenizer.id_to_token(number)) for number in range(size)]
    least = np.where(np.isfinite(least), least, unknown)
    least = np.maximum(least, [_at_least(tokenizer.id_to_token(number)) for number in range(size)])
    return np.clip(least / CAP, 0.0, 1.0).astype(np.float32)


def _default(piece: str) -> float:
    script = script_of(piece)
    if script is Script.ALPHABET:
        return _of_length(piece, _BY_LENGTH)
    return _UNKNOWN.get(script, _UNKNOWN_ELSEWHERE)


def _at_least(piece: str) -> float:
    return _of_length(piece, _CONTINUING) if is_continuing(piece) else 0.0


def _of_length(piece: str, weights: Sequence[float]) -> float:
    """By its characters; the last weight is for all that have more."""
    return weights[min(len(bare(piece)), len(weights) - 1)]


def _documents(sources: Sources) -> dict[str, list[str]]:
    """By language: passages, queries of each set and rows of parallel text, joined."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in sources.sets:
        passages = (f"{passage.title}\n{passage.text}" for passage in each.passages.values())
        found[each.language] += _joined([*passages, *each.queries.values()], each.language)
    parallel: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in sources.parallel:
        for language, text in row.texts.items():
            parallel[row.source, language].append(text)
    for (_, language), texts in parallel.items():
        found[language] += [*_joined(texts, language)][:_MOST_OF_PARALLEL]
    return found


def _joined(texts: list[str], language: str) -> Iterator[str]:
    least = _UNSPACED_CHARACTERS if language in _UNSPACED else _SPACED_CHARACTERS
    document = ""
    for text in texts:
        document += "\n" + text
        if len(document) >= least:
            yield document
            document = ""
