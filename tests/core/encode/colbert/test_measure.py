"""The self-test of a model that was just opened."""

import dataclasses

import numpy as np
import pytest

from core.encode.colbert.encoder import ColbertEncoder
from core.encode.colbert.measure import UNRELATED, check, measure, noise_floor
from core.errors import ModelUnsupportedError
from tests.core.encode.checkpoints.fabricate import fabricate


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoint")
    fabricate("jina-v2", folder)
    return ColbertEncoder.open(folder)


def test_a_sound_model_passes_and_is_measured(encoder):
    """The noise floor is a cosine; the speed is more than nothing."""
    measured = measure(encoder, 0.05)
    assert 0 < measured.noise_floor < 1
    assert measured.passages_per_second > 0


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda vectors: vectors * 2, "length 1"),
        (lambda vectors: vectors * np.nan, "length 1"),
        (lambda vectors: vectors[:, ::-1], "among others"),
        (lambda vectors: np.ones_like(vectors) / np.sqrt(vectors.shape[1]), "among others"),
    ],
)
def test_a_broken_one_is_refused(encoder, damage, told):
    """Vectors of no unit length, not finite, or other ones in a batch than alone."""
    passages = [
        dataclasses.replace(each, vectors=damage(each.vectors)) for each in encoder.encode_passages(UNRELATED)
    ]
    with pytest.raises(ModelUnsupportedError, match=told):
        check(encoder, passages)


def test_the_noise_floor_compares_sentences_of_different_subjects_only(encoder):
    """Made alike across subjects, they are all noise; random ones of many dimensions are none."""
    rng = np.random.default_rng(0)

    def random(length):
        vectors = rng.standard_normal((length, 512)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    passages = encoder.encode_passages(UNRELATED)
    same = [
        dataclasses.replace(each, vectors=np.ones((len(each.vectors), 1), np.float32)) for each in passages
    ]
    assert noise_floor(same) == 1.0
    unlike = [dataclasses.replace(each, vectors=random(len(each.vectors))) for each in passages]
    assert noise_floor(unlike) < 0.2
