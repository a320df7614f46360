"""Which words of a question the full-text index is asked for."""

from hypothesis import given
from hypothesis import strategies as st

from core.search.ranking.keywords import MOST_ROWS, affordable, rarity

COUNTS = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 2 * MOST_ROWS), max_size=12)


@given(counts=COUNTS, most=st.integers(1, MOST_ROWS))
def test_the_rarest_words_are_asked_within_bounds(counts, most):
    """Never a word that is nowhere or all over; else the rarest, and more of them as long as they fit."""
    chosen = affordable(counts, most)
    useful = sorted(count for count in counts.values() if 0 < count < MOST_ROWS)
    assert sorted(counts[term] for term in chosen) == useful[: len(chosen)]
    assert bool(chosen) == bool(useful)
    assert len(chosen) <= 1 or sum(counts[term] for term in chosen) <= most
    if len(chosen) < len(useful):
        assert sum(useful[: len(chosen) + 1]) > most


@given(passages=st.integers(1, 10**6), count=st.integers(0, 10**6))
def test_a_rarer_word_says_more(passages, count):
    count = min(count, passages)
    assert rarity(count, passages) >= rarity(min(count + 1, passages), passages) >= 0
