"""What would a search for words find? BM25 over words; over pairs of characters where no spaces are written.

Robertson and Zaragoza, The Probabilistic Relevance Framework (2009): k1 = 1.2, b = 0.75, and the logarithm
of 1 + (N - n + .5) / (n + .5) as rarity, which is never negative.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.75

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]")

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


def terms(text: str) -> list[str]:
    """Words in small letters; of Chinese, Japanese, Thai, Lao, Burmese and Khmer each two neighbours."""
    found: list[str] = []
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).casefold()):
        if len(run) > 1 and _UNSPACED_RUN.match(run):
            found += [run[at : at + 2] for at in range(len(run) - 1)]
        else:
            found.append(run)
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Index:
    """`numbers`: the number of each term; `starts`: where its postings begin in `texts` and `weights`."""

    numbers: dict[str, int]
    starts: Numbers
    texts: Numbers
    weights: Floats
    size: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> Index:
        numbers: dict[str, int] = {}
        term_of: list[int] = []
        text_of: list[int] = []
        counts: list[int] = []
        lengths = np.zeros(len(texts))
        for text, content in enumerate(texts):
            found = Counter(terms(content))
            lengths[text] = found.total()
            for term, count in found.items():
                term_of.append(numbers.setdefault(term, len(numbers)))
                text_of.append(text)
                counts.append(count)
        order = np.argsort(np.array(term_of, dtype=np.int64), kind="stable")
        frequencies = np.bincount(np.array(term_of, dtype=np.int64), minlength=len(numbers))
        holders, amounts = np.array(text_of, dtype=np.int64)[order], np.array(counts, dtype=float)[order]
        rarity = np.log1p((len(texts) - frequencies + 0.5) / (frequencies + 0.5))
        usual = K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-9)) if len(texts) else lengths
        weights = np.repeat(rarity, frequencies) * amounts * (K1 + 1) / (amounts + usual[holders])
        starts = np.concatenate([[0], np.cumsum(frequencies)])
        return cls(numbers=numbers, starts=starts, texts=holders, weights=weights, size=len(texts))

    def scores(self, query: str) -> Floats:
        """Of every text."""
        known = [number for term in terms(query) if (number := self.numbers.get(term)) is not None]
        if not known:
            return np.zeros(self.size)
        postings = [slice(self.starts[number], self.starts[number + 1]) for number in known]
        holders = np.concatenate([self.texts[some] for some in postings])
        weights = np.concatenate([self.weights[some] for some in postings])
        return np.bincount(holders, weights, minlength=self.size)

    def best(self, query: str, count: int) -> list[int]:
        """The texts with the highest scores above 0, best first, equal ones in order."""
        scores = self.scores(query)
        few = np.argpartition(-scores, count)[:count] if count < len(scores) else np.arange(len(scores))
        few = few[np.lexsort((few, -scores[few]))]
        return [int(number) for number in few if scores[number] > 0]


def best_of(query: str, texts: Sequence[str]) -> int:
    """Which of a few texts answers best; the first when none has a word of the query."""
    return int(Index.of(texts).scores(query).argmax()) if len(texts) > 1 else 0
