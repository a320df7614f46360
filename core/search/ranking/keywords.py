"""Here are the words of a question: which passages have them, and how much does that say?

The scores are BM25 (Robertson and Zaragoza, 2009) with the statistics of this very library. Words that very
many passages have say little and cost most, so of a question in a large library only the rarest words are
looked up.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from core.catalogue import keywords
from core.domain import Int64Array
from core.grams import asked_grams
from core.terms import asked_terms

MOST_ROWS = 20_000
"""Rows that the terms of a question may have together, the rarest first; a term with as many alone is not
asked: it says next to nothing. In 200,000 passages on two busy cores this takes 40 ms (median), 5,000 take 14
(2026-11)."""

FIRST_ROWS = 5_000
"""The same for first answers, for which nobody waits; of a question with frequent words only, the rarest is
asked.
"""

LOOKED_UP = 1_000
"""Terms whose frequency is asked for: those of two pages. The words of a question come before their grams."""

ASKED = 200
"""The rarest of them, which are asked. FTS5 refuses expressions that are much longer."""

LEAST_SHARE = 0.1
"""A passage answers with its words alone if they make up at least this share of what the question's words are
worth: き in とき, or one "the" of ten words, is no answer."""

SURE_SHARE = 0.6
"""From this share on a passage answers even if no whole word of the question stands in it: libraries for
library. With whole words only, the keyword lane alone lost one Arabic answer in thirty from its first ten
(xquad/ar); with any shared letters, `waste` was answered by a walk in the Harz (2026-11).
"""

_REMEMBERED = 20_000
"""Words whose frequency is remembered: the frequent ones, which take longest to count, come in every
question.
"""

_GROWN = 1.25
"""A frequency is counted anew when the library has grown by so much."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeywordScores:
    """Passages that have words of a question, best first: `ids` `(passages,)` int64, `scores` BM25, float64.

    `whole`: what a passage would about have that has every word of the question once. 0: nothing was asked.
    """

    ids: Int64Array
    scores: NDArray[np.float64]
    whole: float

    @classmethod
    def none(cls) -> KeywordScores:
        """Nothing was asked, or nothing found."""
        return cls(ids=np.empty(0, np.int64), scores=np.empty(0), whole=0.0)

    def answering(self) -> KeywordScores:
        """Those in which enough of the question stands to be an answer."""
        enough = self.scores >= LEAST_SHARE * self.whole
        return self.only(enough, len(self.ids))

    @property
    def doubtful(self) -> frozenset[int]:
        """Those that are answers only if a word of the question stands in them."""
        return frozenset(self.ids[self.scores < SURE_SHARE * self.whole].tolist())

    def only(self, allowed: NDArray[np.bool_], most: int) -> KeywordScores:
        """The best `most` of those that are allowed, `(passages,)`."""
        return KeywordScores(
            ids=self.ids[allowed][:most], scores=self.scores[allowed][:most], whole=self.whole
        )


class KeywordLane:
    """Asks the keyword index. Thread-safe."""

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._counted: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def ask(self, db: Database, text: str, limit: int, most_rows: int = MOST_ROWS) -> KeywordScores:
        """The best `limit` passages of the index for the words of `text`, dead ones among them."""
        terms = (*asked_terms(text), *asked_grams(text))[:LOOKED_UP]
        passages = keywords.size(db)
        counts = self._frequencies(db, terms, passages)
        chosen = affordable(counts, most_rows)[:ASKED]
        if not chosen:
            return KeywordScores.none()
        ids, scores = keywords.best(db, chosen, limit)
        whole = sum(rarity(counts[term], passages) for term in terms)
        return KeywordScores(ids=ids, scores=scores, whole=whole)

    def _frequencies(self, db: Database, terms: Sequence[str], passages: int) -> dict[str, int]:
        """How many passages have each term, counted up to MOST_ROWS."""
        with self._counting:
            known = {
                term: found[0]
                for term in terms
                if (found := self._counted.get(term)) and passages <= found[1] * _GROWN
            }
        counted = keywords.frequencies(db, [term for term in terms if term not in known], MOST_ROWS)
        with self._counting:
            for term, count in counted.items():
                if count:  # what is not there now may be there after the next commit
                    self._counted[term] = (count, passages)
            while len(self._counted) > _REMEMBERED:
                self._counted.popitem(last=False)
        return counted | known


def affordable(counts: Mapping[str, int], most_rows: int) -> list[str]:
    """The rarest terms that occur at all, together in at most so many rows, and the rarest of all in any
    case; none that is in MOST_ROWS.
    """
    chosen: list[str] = []
    rows = 0
    for term in sorted((term for term in counts if 0 < counts[term] < MOST_ROWS), key=counts.__getitem__):
        rows += counts[term]
        if chosen and rows > most_rows:
            break
        chosen.append(term)
    return chosen


def rarity(count: int, passages: int) -> float:
    """BM25's inverse document frequency, as SQLite's FTS5 has it but never below 0."""
    return float(np.log1p(max(0.0, (passages - count + 0.5) / (count + 0.5) - 1.0)))
