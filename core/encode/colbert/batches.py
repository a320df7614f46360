"""Which texts go through the network together? Those of similar length: what is padded is computed for
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.domain import Int32Array
from core.encode.colbert.inputs import BoolArray, Inputs


def length_sorted(lengths: Sequence[int], most_tokens: int) -> Iterator[list[int]]:
    """The numbers of the texts, longest first, in batches of at most `most_tokens` with their padding (or one
    text).

    Longest first, so that what does not fit into the memory fails at once and not after an hour.
    """
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda number: (-lengths[number], number)):
        if batch and (len(batch) + 1) * lengths[batch[0]] > most_tokens:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def padded(inputs: Sequence[Inputs], pad: int) -> tuple[Int32Array, BoolArray]:
    """`ids` and `attention`, both `(texts, longest)`, padded on the right: RoBERTa's positions count what is
    not padding.
    """
    longest = max(len(each.ids) for each in inputs)
    ids = np.full((len(inputs), longest), pad, dtype=np.int32)
    attention = np.zeros((len(inputs), longest), dtype=bool)
    for row, each in enumerate(inputs):
        ids[row, : len(each.ids)] = each.ids
        attention[row, : len(each.ids)] = each.attention
    return ids, attention
