"""Here is a query embedding: which passages are worth showing?

Passages of exact segments are all scored. Of compressed segments, those whose centroids are nearest to the
question are scored, and more of them if these do not give enough answers. The best are scored once more in
float32, so that what is compared and shown is the MaxSim of what is stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array, Int64Array, PassageId
from core.index.kernels.arrays import ScanTable
from core.index.segment import Segment
from core.index.snapshot import BoolArray, Snapshot
from core.search.ranking.maxsim import Question, Scorer, Scores
from core.search.ranking.tables import threshold

SCORE_DECIMALS = 4
"""Scores are compared rounded: the last bits depend on how a matrix product was cut into blocks, and equal
passages must tie, so that ids decide and the order never changes from run to run."""

SCANNED_CANDIDATES = 2048
"""Passages scored of those that a scan of centroids found nearest, or more if they answer too little. Of the
exact top ten none was lost so with clustered embeddings (200,000 passages), and none to 7 % with lexical ones
(16,000 passages of one language; 22,000 short ones of 41 mixed sets, where 4,096 lost 4 % for 6 ms more);
2026-11."""

REFINED_MORE = 32
"""Passages scored in float32 beyond those asked for: rounding the query moves a score by less than what lies
between so many ranks."""


_REFINED_AT_ONCE = 16
"""Passages: their vectors stay in the cache. All at once took half as long again (2026-11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A passage worth showing, with its score; `doubtful`: only if a word of the question stands in it."""

    passage_id: PassageId
    score: float
    doubtful: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """Passages of one segment with their scores, and whether they answer; `refined`: the scores in float32,
    NaN where not known yet.
    """

    segment: Segment
    ordinals: Int64Array
    scores: Float32Array
    answers: BoolArray
    refined: NDArray[np.float64]


@dataclass(slots=True, eq=False)
class _Scanned:
    """Compressed segments of one codebook: the allowed ordinals of each, how near they are, and down to which
    sum they are scored.
    """

    segments: list[Segment]
    ordinals: list[Int64Array]
    sums: list[NDArray[np.int32]]
    tables: Sequence[ScanTable]
    scored_from: int | None = None

    @property
    def left(self) -> bool:
        return self.scored_from is None or self.scored_from > 0


class Candidates:
    """The passages that answer a question, best first. `considered`: how many the filters allowed.

    Only valid while the Scorer is open.
    """

    def __init__(
        self, question: Question, scorer: Scorer, snapshot: Snapshot, masks: Sequence[BoolArray]
    ) -> None:
        self._question = question
        self._scorer = scorer
        self._snapshot = snapshot
        self._scored: list[_Scored] = []
        self._scanned: list[_Scanned] = []
        self.considered = 0
        compressed: dict[bytes, list[tuple[Segment, Int64Array]]] = defaultdict(list)
        for view, mask in zip(snapshot.views, masks, strict=True):
            ordinals = np.flatnonzero(mask)
            self.considered += len(ordinals)
            if len(ordinals) == 0:
                continue
            if view.segment.form.exact:
                self._keep(view.segment, ordinals, scorer.exact(view.segment, ordinals))
            else:
                compressed[view.segment.form.codebook].append((view.segment, ordinals))
        for members in compressed.values():
            self._scanned.append(self._scan(members))

    def best(self, count: int, most: int | None = None) -> tuple[Candidate, ...]:
        """The best `count`, ties by id; fewer only if no more answer, or none of the `most` that were nearest
        in the scan of compressed segments (None: all of them are scored before it gives up).
        """
        wanted = max(SCANNED_CANDIDATES, 4 * count)
        while True:
            for scanned in self._scanned:
                self._score(scanned, wanted)
            answering = sum(np.count_nonzero(each.answers) for each in self._scored)
            enough = answering >= count or (most is not None and wanted >= most)
            if enough or not any(scanned.left for scanned in self._scanned):
                return _in_order(*self._refined(count, answering=True), count)
            wanted *= 4

    def best_scores(self, count: int) -> NDArray[np.float64]:
        """The largest scores of passages that were scored for `best`, whether they answer or not, largest
        first.
        """
        for scanned in self._scanned:
            if scanned.scored_from is None:
                self._score(scanned, SCANNED_CANDIDATES)
        _, scores = self._refined(count, answering=False)
        return -np.sort(-scores)[:count]

    def scores_of(self, passage_ids: Int64Array) -> dict[PassageId, float]:
        """The scores of those passages that the snapshot has and that have tokens, answering or not."""
        found: dict[PassageId, float] = {}
        for view in self._snapshot.views:
            ordinals = view.ordinals(passage_ids)
            offsets = view.segment.offsets
            ordinals = ordinals[offsets[ordinals + 1] > offsets[ordinals]]
            if len(ordinals):
                ids = view.segment.passage_ids[ordinals].tolist()
                found.update(zip(ids, self._refine(view.segment, ordinals).tolist(), strict=True))
        return found

    def _scan(self, members: list[tuple[Segment, Int64Array]]) -> _Scanned:
        tables = self._scorer.tables(members[0][0])
        return _Scanned(
            segments=[segment for segment, _ in members],
            ordinals=[ordinals for _, ordinals in members],
            sums=[self._scorer.scan(segment, ordinals, tables) for segment, ordinals in members],
            tables=tables,
        )

    def _score(self, scanned: _Scanned, wanted: int) -> None:
        """Score the nearest `wanted`, but for those that are scored already."""
        until = scanned.scored_from
        first = threshold(scanned.sums, wanted)
        if until is not None and first >= until:
            return
        scanned.scored_from = first
        for segment, ordinals, sums in zip(scanned.segments, scanned.ordinals, scanned.sums, strict=True):
            near = sums >= first if until is None else (sums >= first) & (sums < until)
            some = ordinals[near]
            if len(some):
                self._keep(segment, some, self._scorer.residual(segment, some, scanned.tables))

    def _keep(self, segment: Segment, ordinals: Int64Array, scores: Scores) -> None:
        some = np.flatnonzero(np.isfinite(scores.values))
        unknown = np.full(len(some), np.nan)
        self._scored.append(
            _Scored(segment, ordinals[some], scores.values[some], scores.answers[some], unknown)
        )

    def _refined(self, count: int, *, answering: bool) -> tuple[Int64Array, NDArray[np.float64]]:
        """Of the best by the rounded query, and some more: their ids and their scores in float32."""
        ids, exact = [np.empty(0, np.int64)], [np.empty(0, np.float64)]
        for each, some in self._chosen(count + REFINED_MORE, answering=answering):
            if len(unknown := some[np.isnan(each.refined[some])]):
                each.refined[unknown] = self._refine(each.segment, each.ordinals[unknown])
            ids.append(each.segment.passage_ids[each.ordinals[some]])
            exact.append(each.refined[some])
        return np.concatenate(ids), np.concatenate(exact)

    def _chosen(self, count: int, *, answering: bool) -> Iterator[tuple[_Scored, Int64Array]]:
        """The places of the best, segment by segment."""
        counted = [np.flatnonzero(each.answers | (not answering)) for each in self._scored]
        scores = [each.scores[places] for each, places in zip(self._scored, counted, strict=True)]
        chosen = _largest(np.concatenate([np.empty(0, np.float32), *scores]), count)
        first = 0
        for each, places in zip(self._scored, counted, strict=True):
            here = chosen[(chosen >= first) & (chosen < first + len(places))] - first
            first += len(places)
            if len(here):
                yield each, places[here]

    def _refine(self, segment: Segment, ordinals: Int64Array) -> NDArray[np.float64]:
        found = np.empty(len(ordinals), dtype=np.float64)

        def work(some: slice) -> None:
            for first in range(some.start, some.stop, _REFINED_AT_ONCE):
                few = slice(first, min(first + _REFINED_AT_ONCE, some.stop))
                found[few] = refine(self._question, segment, ordinals[few])

        self._scorer.spread(work, len(ordinals))
        return found


def refine(question: Question, segment: Segment, ordinals: Int64Array) -> NDArray[np.float64]:
    """MaxSim of passages with at least one token, in float32 from what is stored, `(ordinals,)`."""
    part, codec = segment.part(ordinals), segment.codec
    starts = np.cumsum(part.counts) - part.counts
    similarities = codec.stored(part.tokens) @ codec.turn(question.vectors).T
    best = np.maximum.reduceat(similarities, starts, axis=0)
    return np.asarray(best.sum(axis=1, dtype=np.float64))


def _in_order(ids: Int64Array, scores: NDArray[np.float64], count: int) -> tuple[Candidate, ...]:
    rounded = np.round(scores, SCORE_DECIMALS)
    order = np.lexsort((ids, -rounded))[:count]
    return tuple(Candidate(passage_id=PassageId(int(ids[i])), score=float(rounded[i])) for i in order)


def _largest(scores: Float32Array, count: int) -> Int64Array:
    """The positions of the best `count` and of all that tie with the last of them."""
    if len(scores) <= count:
        return np.arange(len(scores))
    last = np.partition(scores, len(scores) - count)[len(scores) - count]
    return np.flatnonzero(scores >= last)
