"""An explanation is the MaxSim, token by token."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import Span
from core.search.ranking.maxsim import similarity
from core.search.showing.explain import explain_tokens
from core.search.showing.highlight import Aligned, Tokens
from tests.core.search.made_tokens import aligned, tokens


def test_each_token_has_its_answer():
    """One for each query token, with its weight, and where in the passage it landed."""
    question = tokens("big car", ("big", "b"), ("car", "c"), weights=[2.0, 3.0])
    big, car = explain_tokens(aligned(question, tokens("a large car", ("large", "~b"), ("car", "c"))))
    assert (big.asked, big.weight, big.answer, big.answer_text) == (
        Span(start=0, end=3),
        2.0,
        Span(start=2, end=7),
        "large",
    )
    assert big.similarity == pytest.approx(0.7071, abs=1e-4)
    assert big.strength == pytest.approx((0.7071 - 0.2) / 0.8, abs=1e-3)
    assert (car.answer, car.similarity, car.strength) == (Span(start=8, end=11), 1.0, 1.0)


def test_an_answer_in_the_heading_has_a_text_but_no_place():
    """The heading is no part of the passage that is shown."""
    passage = tokens("Cars\nnone here", ("Cars", "c"), ("none", "n"))
    (car,) = explain_tokens(aligned(tokens("car", ("car", "c")), passage, heading="Cars\n"))
    assert (car.answer, car.answer_text, car.strength) == (None, "Cars", 1.0)


def test_markers_count_and_are_no_answers():
    """A marker adds to the MaxSim; its strength is 0, and so is that of what only a marker is near to."""
    question = tokens("car", ("", "m"), ("car", "c"))
    marker, car = explain_tokens(aligned(question, tokens("x", ("", "m"), ("", "c"), ("x", "x"))))
    assert (marker.asked.start, marker.asked.end, marker.similarity, marker.strength) == (0, 0, 1.0, 0.0)
    assert (car.similarity, car.strength, car.answer, car.answer_text) == (1.0, 0.0, None, "")


def test_no_tokens_no_explanation():
    assert explain_tokens(aligned(tokens(""), tokens("x", ("x", "x")))) == ()
    assert explain_tokens(aligned(tokens("x", ("x", "x")), tokens(""))) == ()


@settings(deadline=None)
@given(question=st.text(min_size=1, max_size=40), passage=st.text(min_size=1, max_size=100))
def test_weights_times_similarities_sum_to_the_score(encoder, question, passage):
    """For whatever texts, the parts are those of the MaxSim, within a thousandth."""
    asked, (found,) = encoder.encode_query(question), encoder.encode_passages([passage])
    if len(asked.vectors) == 0 or len(found.vectors) == 0:
        return
    told = explain_tokens(
        Aligned(
            question=Tokens(text=question, embeddings=asked),
            passage=Tokens(text=passage, embeddings=found),
            heading="",
            noise_floor=encoder.noise_floor,
        )
    )
    score = float(np.max(asked.vectors @ found.vectors.T, axis=1).sum())
    assert sum(each.weight * each.similarity for each in told) == pytest.approx(score, abs=1e-3)
    assert len(told) == len(asked.vectors) == len(similarity(asked.vectors, found.vectors))
    for each in told:
        assert 0 <= each.strength <= 1
        assert each.answer is None or passage[each.answer.start : each.answer.end] == each.answer_text
