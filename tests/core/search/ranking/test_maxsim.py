"""The scan equals MaxSim written down in its plainest form."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import PassageId, TokenEmbeddings
from core.index.codec import ExactCodec, ResidualCodec
from core.index.kernels.plain import PlainKernels
from core.index.segment import EncodedPassages, Segment, header_of, write_segment
from core.index.snapshot import SegmentView, Snapshot
from core.search.ranking.candidates import SCORE_DECIMALS, Candidates
from core.search.ranking.maxsim import Question, Scorer, Scores, similarity
from tests.core.index.made import clustered, make_codebook, make_passages, make_segment


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
    parts = [EncodedPassages.compress(ids, made, ExactCodec(dim=dim))]
    return Segment.open(write_segment(folder, header_of(parts, bytes(16)), parts))


@pytest.fixture
def find():
    """Candidates by the plain kernels; the threads end with the test."""
    with contextlib.ExitStack() as stack:

        def candidates(snapshot, question, *, masks):
            scorer = stack.enter_context(Scorer(question, PlainKernels()))
            return Candidates(question, scorer, snapshot, masks)

        yield candidates


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_scores_equal_the_oracle(tmp_path_factory, data):
    """Every passage has its MaxSim over the stored vectors, but for the rounding of the query."""
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    counts = data.draw(st.lists(st.integers(0, 12), min_size=1, max_size=15))
    made = segment(tmp_path_factory.mktemp("index"), rng, counts)
    query = vectors(rng, data.draw(st.integers(1, 70)), 32) * 2
    ordinals = np.array(data.draw(st.lists(st.integers(0, len(counts) - 1), unique=True)), np.int64)
    with Scorer(anything(query), PlainKernels()) as scorer:
        scores = scorer.exact(made, ordinals).values
    for score, ordinal in zip(scores, ordinals, strict=True):
        if counts[ordinal]:
            assert score == pytest.approx(oracle(query, made.vectors(int(ordinal))), abs=0.01 * len(query))
        else:
            assert score == -np.inf


def test_candidates_are_the_best_of_all_segments(tmp_path, find):
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
    found = find(snapshot, anything(query), masks=all_alive(snapshot))
    best = sorted(expected, key=lambda passage_id: (-expected[passage_id], passage_id))[:25]
    assert [candidate.passage_id for candidate in found.best(25)] == best
    assert found.considered == 120


def test_equal_passages_are_ordered_by_id(tmp_path, find):
    """Copies of one text tie, and the tie is always decided the same way, also when there are too many."""
    rng = np.random.default_rng(6)
    one = TokenEmbeddings(vectors=vectors(rng, 5, 32), spans=np.zeros((5, 2), np.int32))
    ids = [PassageId(i) for i in range(90, 30, -1)]
    parts = [EncodedPassages.compress(ids, [one] * len(ids), ExactCodec(dim=32))]
    made = Segment.open(write_segment(tmp_path, header_of(parts, bytes(16)), parts))
    snapshot = Snapshot(views=(SegmentView(segment=made, alive=np.ones(len(ids), np.bool_)),))
    found = find(snapshot, anything(vectors(rng, 3, 32)), masks=all_alive(snapshot))
    assert [candidate.passage_id for candidate in found.best(10)] == list(range(31, 41))


def test_only_allowed_and_alive_passages_count(tmp_path, find):
    """A filter and the alive mask both apply before scoring, and the list is filled from what is left."""
    rng = np.random.default_rng(7)
    made = segment(tmp_path, rng, [4] * 30)
    alive = np.ones(30, np.bool_)
    alive[[0, 5]] = False
    snapshot = Snapshot(views=(SegmentView(segment=made, alive=alive),))
    mask = alive & np.isin(made.passage_ids, [1, 2, 3, 6, 9])
    found = find(snapshot, anything(vectors(rng, 3, 32)), masks=[mask])
    assert {candidate.passage_id for candidate in found.best(4)} <= {2, 3, 9}
    assert found.considered == 3
    assert len(found.best(4)) == 3


def test_similarity_ignores_query_weights():
    """The strength of a match is a cosine: a heavy query token does not match better."""
    rng = np.random.default_rng(8)
    query, passage = vectors(rng, 3, 32), vectors(rng, 6, 32)
    weights = np.array([[0.5], [1.0], [7.0]], np.float32)
    assert similarity(query * weights, passage) == pytest.approx(query @ passage.T, abs=1e-5)


def test_passages_that_answer_nothing_are_no_candidates(tmp_path, find):
    """A passage needs one token that is alike enough; chance similarities never fill the list."""
    rng = np.random.default_rng(9)
    made = segment(tmp_path, rng, [6] * 50)
    snapshot = Snapshot(views=(SegmentView(segment=made, alive=np.ones(50, np.bool_)),))
    query = made.vectors(17)[2:4].copy()
    question = Question(vectors=query, least=np.full(2, 0.9, np.float32))
    found = find(snapshot, question, masks=all_alive(snapshot))
    assert [candidate.passage_id for candidate in found.best(10)] == [18]
    assert found.considered == 50


def compressed(folder, counts, *, bits):
    """A compressed segment whose vectors are made like its centroids."""
    codec = ResidualCodec(codebook=make_codebook(folder, dim=64, bits=bits))
    return Segment.open(make_segment(folder, codec, make_passages(1, counts, 64)))


@settings(max_examples=30, deadline=None)
@given(data=st.data(), bits=st.sampled_from([2, 4]), tokens=st.sampled_from([1, 32, 33, 80]))
def test_scores_in_the_compressed_domain_equal_the_oracle(tmp_path_factory, data, bits, tokens):
    """The same for a compressed segment, however many lanes the question takes, and in any order."""
    counts = data.draw(st.lists(st.integers(0, 12), min_size=1, max_size=15))
    made = compressed(tmp_path_factory.mktemp("index"), counts, bits=bits)
    query = clustered(data.draw(st.integers(0, 99)), tokens, 64) * 2
    ordinals = np.array(data.draw(st.lists(st.integers(0, len(counts) - 1), unique=True)), np.int64)
    with Scorer(anything(query), PlainKernels()) as scorer:
        scores = scorer.residual(made, ordinals, scorer.tables(made)).values
    for score, ordinal in zip(scores, ordinals, strict=True):
        if counts[ordinal]:
            assert score == pytest.approx(oracle(query, made.vectors(int(ordinal))), abs=0.01 * len(query))
        else:
            assert score == -np.inf


def test_a_scan_adds_up_all_lanes(tmp_path):
    """A question that takes several tables has the sum over them; passages without tokens have 0."""
    made = compressed(tmp_path, [5, 0, 9, 1] * 20, bits=4)
    query, ordinals = clustered(3, 70, 64), np.arange(80, dtype=np.int64)[::-1].copy()
    with Scorer(anything(query), PlainKernels()) as scorer:
        tables = scorer.tables(made)
        assert [each.steps for each in tables] == [tables[0].steps] * 3
        whole = scorer.scan(made, ordinals, tables)
        parts = [scorer.scan(made, ordinals, [each]) for each in tables]
    assert whole.tolist() == sum(parts).tolist()
    assert (whole[ordinals % 4 == 1] == 0).all()
    assert (whole[ordinals % 4 != 1] > 0).all()


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 100, 1001])
def test_work_is_spread_without_gaps(count):
    """Every piece is done once, in pieces that are worth handing over."""
    done, sizes = np.zeros(count, np.int64), []

    def work(some):
        done[some] += 1
        sizes.append(some.stop - some.start)

    with Scorer(anything(np.ones((1, 32), np.float32)), PlainKernels()) as scorer:
        scorer.spread(work, count)
    assert (done == 1).all()
    assert count < 16 or sorted(sizes)[1:] == [] or sorted(sizes)[1] >= 16


def test_what_fails_in_a_thread_is_raised():
    """A search never goes on with what some thread could not score."""

    def work(some):
        if some.start <= 700 < some.stop:
            raise MemoryError

    with (
        Scorer(anything(np.ones((1, 32), np.float32)), PlainKernels()) as scorer,
        pytest.raises(MemoryError),
    ):
        scorer.spread(work, 1001)


def test_a_passage_answers_with_one_token_of_the_question():
    """Scores are sums over all query tokens, -inf without tokens; unused lanes neither answer nor count."""
    question = Question(vectors=np.ones((2, 32), np.float32), least=np.array([0.5, np.inf], np.float32))
    best = np.zeros((4, 32), np.float32)
    best[:, 2:] = 9
    best[:, :2] = [[0.5, 0.1], [0.4, 3.0], [0.7, -0.2], [-np.inf, -np.inf]]
    scores = Scores.of(best, question)
    assert scores.values == pytest.approx([0.6, 3.4, 0.5, -np.inf])
    assert scores.answers.tolist() == [True, False, True, False]
