"""Hashes of ranges of a text."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.encode.lexical.ranges import RangeHashes
from core.folding.fold import points_of


@given(st.text(), st.text(), st.text())
def test_the_hash_of_a_range_depends_on_its_characters_only(before, text, after):
    """The same string has the same hash wherever it stands; another one has another."""
    inside = RangeHashes(points_of(before + text + after))
    alone = RangeHashes(points_of(text))
    start, end = np.array([len(before)]), np.array([len(before) + len(text)])
    assert inside.of(start, end) == alone.of(np.array([0]), np.array([len(text)]))
    if text != text[::-1]:
        assert inside.of(start, end) != RangeHashes(points_of(text[::-1])).of(
            np.array([0]), np.array([len(text)])
        )
