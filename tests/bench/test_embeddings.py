"""The embeddings that an engine is measured with."""

import numpy as np
import pytest

from core.encode.lexical.encoder import LexicalEncoder
from core.layout import RARITY_TABLE
from tests.bench.embeddings import TokenBatch, of_passages, real_embeddings, synthetic_embeddings
from tests.bench.test_retrieval_set import write_set


def joined(batches):
    batches = list(batches)
    return np.concatenate([b.counts for b in batches]), np.concatenate([b.vectors for b in batches])


@pytest.mark.parametrize("tokens", [1, 999, 120_000])
def test_synthetic_tokens_are_as_many_as_asked_for(tokens):
    """Exactly so many unit vectors, none of them in a passage without tokens, in batches of bounded size."""
    batches = list(synthetic_embeddings(tokens, dim=32).batches())
    counts, vectors = joined(batches)
    assert counts.sum() == len(vectors) == tokens
    assert counts.min() >= 1
    assert max(len(batch.vectors) for batch in batches) < 60_000
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_synthetic_tokens_depend_on_the_seed_alone():
    """The same seed gives the same vectors and queries, another one others; more tokens begin alike."""
    one, same, other = (synthetic_embeddings(20_000, seed=seed) for seed in (1, 1, 2))
    first = joined(one.batches())[1]
    assert np.array_equal(first, joined(same.batches())[1])
    assert np.array_equal(one.queries(7), same.queries(7))
    assert not np.allclose(first[:100], joined(other.batches())[1][:100])
    longer = next(synthetic_embeddings(500_000, seed=1).batches())
    assert np.array_equal(first, longer.vectors[: len(first)])


def test_synthetic_tokens_cluster_like_those_of_a_model():
    """Random pairs are nearly unrelated, tokens and queries have close neighbours elsewhere."""
    embeddings = synthetic_embeddings(100_000)
    counts, vectors = joined(embeddings.batches())
    rng = np.random.default_rng(0)
    pairs = vectors[rng.integers(len(vectors), size=(2, 5_000))]
    assert 0.1 < np.einsum("ij,ij->i", *pairs).mean() < 0.3
    passage = np.repeat(np.arange(len(counts)), counts)
    some = rng.integers(len(vectors), size=200)
    similarities = vectors[some] @ vectors.T
    similarities[passage[some][:, None] == passage] = -1
    assert 0.7 < np.median(similarities.max(axis=1)) < 0.9
    queries = embeddings.queries(8)
    nearest = (queries.reshape(-1, 128) @ vectors.T).max(axis=1)
    assert 0.7 < np.median(nearest) < 0.9


def test_batches_are_cut_between_passages():
    """The same passages, none cut, in batches no larger than asked unless a single passage is."""
    counts = np.array([3, 4, 50, 1, 1, 9])
    vectors = np.arange(counts.sum() * 2, dtype=np.float32).reshape(-1, 2)
    halves = [TokenBatch(counts[:3], vectors[:57]), TokenBatch(counts[3:], vectors[57:])]
    found = list(of_passages(halves, 10))
    assert [batch.counts.tolist() for batch in found] == [[3, 4], [50], [1, 1], [9]]
    assert np.array_equal(joined(found)[1], vectors)


@pytest.fixture
def data(tmp_path):
    for name in ("one", "two"):
        passages = [
            {"id": str(n), "text": f"passage {n} of {name} about rivers and towns"} for n in range(40)
        ]
        queries = [{"id": str(n), "text": f"which rivers does {name} name {n}?"} for n in range(10)]
        qrels = "".join(f"{n}\t{n}\t1\n" for n in range(10))
        write_set(tmp_path / name, queries=queries, passages=passages, qrels=qrels)
    return tmp_path


def test_real_tokens_are_what_the_encoder_gives(data):
    """Whole passages of the sets in order, until there are enough tokens, with the encoder's vectors."""
    encoder = LexicalEncoder.open(RARITY_TABLE)
    counts, vectors = joined(real_embeddings(data, encoder, 100, ["two", "one"]).batches())
    texts = [f"passage {n} of two about rivers and towns" for n in range(len(counts))]
    expected = encoder.encode_passages(texts)
    assert counts.tolist() == [len(each.vectors) for each in expected]
    assert np.array_equal(vectors, np.concatenate([each.vectors for each in expected]))
    assert 100 <= len(vectors) < 100 + counts[-1]
    everything = joined(real_embeddings(data, encoder, 10**6).batches())[0]
    assert len(everything) == 80


def test_real_queries_are_padded_with_zeros(data):
    """Questions come from every set that was read, with the weights of their tokens; the rest is zero."""
    encoder = LexicalEncoder.open(RARITY_TABLE)
    embeddings = real_embeddings(data, encoder, 10**6, ["one", "two"])
    queries = embeddings.queries(4)
    assert queries.shape == (4, 32, encoder.dim)
    expected = encoder.encode_query("which rivers does two name 5?").vectors
    row = queries[3]
    assert np.array_equal(row[: len(expected)], expected)
    assert not row[len(expected) :].any()
    with pytest.raises(ValueError, match="20 questions"):
        embeddings.queries(21)


def test_sets_that_are_not_there_are_refused(data, tmp_path):
    """A wrong name or an empty folder is an error and not a measurement of nothing."""
    encoder = LexicalEncoder.open(RARITY_TABLE)
    with pytest.raises(ValueError, match="three"):
        real_embeddings(data, encoder, 100, ["three"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="no retrieval set"):
        real_embeddings(tmp_path / "empty", encoder, 100)
