"""Which texts go through the network together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.encode.colbert.batches import length_sorted, padded
from core.encode.colbert.inputs import Inputs


@given(st.lists(st.integers(1, 300), max_size=60), st.integers(1, 1000))
def test_every_text_is_in_one_batch_of_bounded_size(lengths, most):
    """Padding counts; only a text that is too long by itself may go beyond, alone. Longest first."""
    batches = list(length_sorted(lengths, most))
    assert sorted(number for batch in batches for number in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[number] for number in batch) <= most
    order = [lengths[number] for batch in batches for number in batch]
    assert order == sorted(lengths, reverse=True)


def test_padding_is_on_the_right_and_not_attended_to():
    """RoBERTa counts positions by what is not padding, so that padding on the left would shift them."""

    def inputs(ids, attention):
        ids = np.array(ids, dtype=np.int32)
        keep = np.ones(len(ids), dtype=bool)
        spans = np.zeros((len(ids), 2), dtype=np.int32)
        return Inputs(ids=ids, attention=np.array(attention, dtype=bool), keep=keep, spans=spans)

    ids, attention = padded([inputs([5, 6, 7], [1, 1, 0]), inputs([8], [1])], pad=9)
    assert ids.tolist() == [[5, 6, 7], [8, 9, 9]]
    assert attention.tolist() == [[True, True, False], [True, False, False]]
