"""The scan equals MaxSim written down in its plainest form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import PassageId, TokenEmbeddings
from core.index.segment import EncodedPassages, Segment, write_segment
from core.index.snapshot import SegmentView, Snapshot
from core.search import maxsim
from core.search.candidates import SCORE_DECIMALS, find_candidates
from core.search.maxsim import Question, score_all, similarity


def oracle(query, passage):
    """MaxSim as the paper has it: for each query token the best passage token, summed."""
    return sum(max(float(q @ p) for p in passage) for q in query)


def vectors(rng, tokens, dim):
    made = rng.standard_normal((tokens, dim)).astype(np.float32)
    return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)


def anything(query):
    """A question that every passage answers."""
    return Question(vectors=query, least=np.full(len(query), -np.inf, np.float32))


def all_alive(snapshot):
    return [view.alive for view in snapshot.views]


def segment(folder, rng, counts, *, dim=32, first_id=1):
    made = [TokenEmbeddings(vectors=vectors(rng, n, dim), spans=np.zeros((n, 2), np.int32)) for n in counts]
    ids = [PassageId(first_id + i) for i in range(len(counts))]
    parts = [EncodedPassages.compress(ids, made)]
    return Segment.open(write_segment(folder, dim=dim, model=bytes(16), parts=parts))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_scores_equal_the_oracle(tmp_path_factory, monkeypatch_module, data):
    """Every allowed passage has its exact MaxSim over the stored vectors, wherever the blocks are cut."""
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    counts = data.draw(st.lists(st.integers(0, 12), min_size=1, max_size=15))
    monkeypatch_module.setattr(maxsim, "BLOCK_TOKENS", data.draw(st.integers(1, 40)))
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=len(counts), max_size=len(counts))))
    made = segment(tmp_path_factory.mktemp("index"), rng, counts)
    query = vectors(rng, data.draw(st.integers(1, 5)), 32) * 2
    view = SegmentView(segment=made, alive=np.ones(len(counts), np.bool_))
    (scores,) = score_all([view], [allowed], anything(query))
    for ordinal, count in enumerate(counts):
        if allowed[ordinal] and count:
            assert scores[ordinal] == pytest.approx(oracle(query, made.vectors(ordinal)), abs=1e-4)
        else:
            assert scores[ordinal] == -np.inf


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_candidates_are_the_best_of_all_segments(tmp_path):
    """The best passages come first whichever segment they are in; equal ones by id."""
    rng = np.random.default_rng(5)
    parts = [segment(tmp_path, rng, [7] * 40, first_id=1 + 40 * i) for i in range(3)]
    snapshot = Snapshot(views=tuple(SegmentView(segment=each, alive=np.ones(40, np.bool_)) for each in parts))
    query = vectors(rng, 4, 32)
    expected = {
        int(passage_id): round(oracle(query, each.vectors(ordinal)), SCORE_DECIMALS)
        for each in parts
        for ordinal, passage_id in enumerate(each.passage_ids)
    }
    found = find_candidates(snapshot, anything(query), masks=all_alive(snapshot))
    best = sorted(expected, key=lambda passage_id: (-expected[passage_id], passage_id))[:25]
    assert [candidate.passage_id for candidate in found.best(25)] == best
    assert found.considered == 120


def test_equal_passages_are_ordered_by_id(tmp_path):
    """Copies of one text tie, and the tie is always decided the same way, also when there are too many."""
    rng = np.random.default_rng(6)
    one = TokenEmbeddings(vectors=vectors(rng, 5, 32), spans=np.zeros((5, 2), np.int32))
    ids = [PassageId(i) for i in range(90, 30, -1)]
    parts = [EncodedPassages.compress(ids, [one] * len(ids))]
    made = Segment.open(write_segment(tmp_path, dim=32, model=bytes(16), parts=parts))
    snapshot = Snapshot(views=(SegmentView(segment=made, alive=np.ones(len(ids), np.bool_)),))
    found = find_candidates(snapshot, anything(vectors(rng, 3, 32)), masks=all_alive(snapshot))
    assert [candidate.passage_id for candidate in found.best(10)] == list(range(31, 41))


def test_only_allowed_and_alive_passages_count(tmp_path):
    """A filter and the alive mask both apply before scoring, and the list is filled from what is left."""
    rng = np.random.default_rng(7)
    made = segment(tmp_path, rng, [4] * 30)
    alive = np.ones(30, np.bool_)
    alive[[0, 5]] = False
    snapshot = Snapshot(views=(SegmentView(segment=made, alive=alive),))
    mask = alive & np.isin(made.passage_ids, [1, 2, 3, 6, 9])
    found = find_candidates(snapshot, anything(vectors(rng, 3, 32)), masks=[mask])
    assert {candidate.passage_id for candidate in found.best(4)} <= {2, 3, 9}
    assert found.considered == 3
    assert len(found.best(4)) == 3


def test_similarity_ignores_query_weights():
    """The strength of a match is a cosine: a heavy query token does not match better."""
    rng = np.random.default_rng(8)
    query, passage = vectors(rng, 3, 32), vectors(rng, 6, 32)
    weights = np.array([[0.5], [1.0], [7.0]], np.float32)
    assert similarity(query * weights, passage) == pytest.approx(query @ passage.T, abs=1e-5)


def test_passages_that_answer_nothing_are_no_candidates(tmp_path):
    """A passage needs one token that is alike enough; chance similarities never fill the list."""
    rng = np.random.default_rng(9)
    made = segment(tmp_path, rng, [6] * 50)
    snapshot = Snapshot(views=(SegmentView(segment=made, alive=np.ones(50, np.bool_)),))
    query = made.vectors(17)[2:4].copy()
    question = Question(vectors=query, least=np.full(2, 0.9, np.float32))
    found = find_candidates(snapshot, question, masks=all_alive(snapshot))
    assert [candidate.passage_id for candidate in found.best(10)] == [18]
    assert found.considered == 50
