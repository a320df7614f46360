"""The kernels in numpy are MaxSim, written down in its plainest form, but for the rounding of the query."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from core.index import residual
from core.index.kernels import plain
from core.index.kernels.arrays import LANES, LOOSE_SCALE, QueryLanes
from core.index.kernels.plain import PlainKernels
from tests.core.index.kernels.cases import Case, cases

DIM, CENTROIDS = 64, 20


def asked(lanes: QueryLanes) -> np.ndarray:
    """The query as the kernels see it, `(LANES, DIM)` float64."""
    return (lanes.components.T * lanes.step[:, None].astype(np.float64)).astype(np.float64)


def passage_tokens(case: Case, ordinal: int) -> range:
    offsets = case.offsets
    return range(int(offsets[ordinal]), int(offsets[ordinal + 1]))


def best_of(similarities: list[np.ndarray]) -> np.ndarray:
    return np.max(similarities, axis=0) if similarities else np.full(LANES, -np.inf)


def assert_near(found: np.ndarray, expected: np.ndarray, magnitude: float) -> None:
    """Within what four roundings to float32 do to numbers of this size."""
    empty = np.isneginf(expected)
    assert (np.isneginf(found) == empty).all()
    assert (np.abs(found[~empty] - expected[~empty]) <= 4 * np.finfo(np.float32).eps * magnitude).all()


@settings(max_examples=40, deadline=None)
@given(case=cases())
def test_exact_scores(case):
    """In each lane the largest dot product with a token of the passage, in float64, token by token."""
    query, tokens = case.query(DIM), case.exact_tokens(DIM)
    found = np.zeros((len(case.ordinals), LANES), np.float32)
    PlainKernels().exact(query, tokens, case.wanted, found)
    stored = tokens.codes.astype(np.float64) * tokens.scales[:, None]
    for row, ordinal in zip(found, case.ordinals, strict=True):
        expected = best_of([asked(query) @ stored[token] for token in passage_tokens(case, ordinal)])
        assert_near(row, expected, np.abs(asked(query)).sum(axis=1).max() * 128 * 0.02)


@settings(max_examples=40, deadline=None)
@given(case=cases())
def test_scores_in_the_compressed_domain(case):
    """The same, where a token is its centroid's similarity and its residual."""
    for bits in (2, 4):
        table, tokens = case.table(DIM, CENTROIDS), case.residual_tokens(DIM, bits, CENTROIDS)
        found = np.zeros((len(case.ordinals), LANES), np.float32)
        PlainKernels().residual(table, tokens, case.wanted, found)
        similarities = in_float64(table, tokens, bits)
        magnitude = max(1.0, float(np.abs(similarities).max(initial=0)), float(np.abs(table.near).max())) * 64
        for row, ordinal in zip(found, case.ordinals, strict=True):
            assert_near(
                row, best_of([similarities[token] for token in passage_tokens(case, ordinal)]), magnitude
            )


def in_float64(table, tokens, bits):
    """Of every token with every lane, `(tokens, LANES)`."""
    residuals = residual.odd(residual.unpack(tokens.packed, bits), bits).astype(np.float64)
    residuals *= tokens.scales[:, None] * np.float64(tokens.unit)
    return table.near[tokens.codes].astype(np.float64) + residuals @ asked(table.lanes).T


@settings(max_examples=40, deadline=None)
@given(case=cases())
def test_scans(case):
    """The sum over the lanes of the largest entry; loose tokens count with their own similarity, too."""
    table, tokens = case.table(DIM, CENTROIDS), case.residual_tokens(DIM, 4, CENTROIDS)
    sums = np.zeros(len(case.ordinals), np.int32)
    PlainKernels().scan(table, tokens, case.wanted, sums)
    own = np.clip(in_float64(table, tokens, 4) * table.steps, 0, 255)
    for found, ordinal in zip(sums, case.ordinals, strict=True):
        best, loose = np.zeros(LANES), False
        for token in passage_tokens(case, ordinal):
            best = np.maximum(best, table.rounded[tokens.codes[token]])
            if tokens.scales[token] >= LOOSE_SCALE:
                loose = True
                best = np.maximum(best, np.floor(own[token]))
        # float32 may round a similarity over the next whole step, in each lane.
        assert abs(int(found) - int(best.sum())) <= (LANES if loose else 0)


def test_pieces_do_not_matter(monkeypatch):
    """How many tokens are looked at together changes no bit."""
    case = Case(seed=1, counts=(5, 0, 300, 7, 7), ordinals=(4, 2, 0, 1, 2, 3), lanes=20, kind="loose")
    table, tokens = case.table(DIM, CENTROIDS), case.residual_tokens(DIM, 2, CENTROIDS)
    answers = []
    for at_once in (1, 6, 299, 4096):
        monkeypatch.setattr(plain, "_TOKENS_AT_ONCE", at_once)
        best, sums = np.zeros((6, LANES), np.float32), np.zeros(6, np.int32)
        PlainKernels().residual(table, tokens, case.wanted, best)
        PlainKernels().scan(table, tokens, case.wanted, sums)
        answers.append((best.tobytes(), sums.tobytes()))
    assert len(set(answers)) == 1


@settings(max_examples=40, deadline=None)
@given(case=cases())
def test_a_rounded_query_is_near_the_query(case):
    """Every component is off by at most half a step, which is 1/254 of the largest; unused lanes are 0."""
    vectors = np.random.default_rng(case.seed).standard_normal((case.lanes, DIM)).astype(np.float32)
    lanes = QueryLanes.of(vectors)
    half = np.abs(vectors).max(axis=1, keepdims=True) / 254
    assert (np.abs(asked(lanes)[: case.lanes] - vectors) <= 1.001 * half).all()
    assert not asked(lanes)[case.lanes :].any()
    assert (lanes.fours.transpose(1, 0, 2).reshape(LANES, DIM) == lanes.components.T).all()
    assert (lanes.sums == lanes.components.sum(axis=0)).all()
