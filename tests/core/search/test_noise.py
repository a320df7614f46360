"""What of a likeness is noise: one floor for all tokens, or each token's own."""

from __future__ import annotations

import numpy as np
import pytest

from core.domain import TokenEmbeddings
from core.search.noise import MOST, Noise
from core.search.showing.answers import least_products, salience, strengths
from tests.core.encoders import WordEncoder

TEXTS = ("the tide of the sea", "the paper is folded", "the baker is away", "the end")


def question(*vectors) -> TokenEmbeddings:
    spans = np.array([(i, i + 1) for i in range(len(vectors))], dtype=np.int32)
    return TokenEmbeddings(vectors=np.array(vectors, dtype=np.float32), spans=spans)


def test_one_floor_for_all():
    """Without unrelated texts it is the encoder's."""
    encoder = WordEncoder()
    assert Noise.of(encoder).floor_of(encoder.encode_query("any words")) == encoder.noise_floor


def test_each_token_has_its_own():
    """What is in every text says nothing; what is in few, or in none, can say much. Weights do not matter."""
    encoder = WordEncoder()
    noise = Noise.of(encoder, TEXTS)
    asked = encoder.encode_query("the tide zeppelin")
    floor = noise.floor_of(asked)
    assert floor[1] == pytest.approx(MOST)  # the
    assert max(floor[2:4]) < 0.7  # tide, zeppelin
    heavier = TokenEmbeddings(vectors=3 * asked.vectors, spans=asked.spans)
    assert noise.floor_of(heavier) == pytest.approx(floor, abs=1e-6)


def test_what_says_nothing_cannot_answer():
    """Of two equal cosines the one far above its token's noise answers, and the other does not."""
    asked = question([1, 0, 0], [0, 1, 0])
    floor = np.array([0.9, 0.1], dtype=np.float32)
    near = np.array([[0.92, 0.5], [0.92, 0.5]], dtype=np.float32)
    strong = strengths(near, floor)
    assert strong == pytest.approx(np.array([[0.2, -4.0], [0.9111, 0.4444]]), abs=1e-3)
    assert salience(asked.vectors, floor) == pytest.approx([(0.1 / 0.45) ** 2, 1.0])
    least = least_products(asked, floor)
    assert np.isinf(least[0])
    assert least[1] == pytest.approx(0.1 + 0.9 * 0.25)


def test_a_constant_floor_changes_no_salience():
    """As before there was any other."""
    asked = question([1, 0, 0], [0, 0.3, 0], [0, 0, 0.6])
    assert salience(asked.vectors, 0.4) == pytest.approx(salience(asked.vectors))


def test_no_tokens():
    """An empty question has no noise."""
    noise = Noise.of(WordEncoder(), TEXTS)
    nothing = TokenEmbeddings(
        vectors=np.empty((0, WordEncoder.dim), np.float32), spans=np.empty((0, 2), np.int32)
    )
    assert noise.floor_of(nothing) == WordEncoder.noise_floor
