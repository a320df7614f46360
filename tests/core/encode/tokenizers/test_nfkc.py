"""NFKC with the way back."""

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from core.encode.tokenizers.nfkc import LIMIT, normalise

PARTS = st.sampled_from(
    [
        *"ｶﾞﾊﾟ㍿ﬁé각가が ¨aeoA１",
        "\u0301",
        "\u0323",
        "\u1161",
        "\u11a8",
        "ᄀ",
        "\u09be",
        "\u09c7",
        "\u3099",
        "\u0344",
        "\u0f73",
    ]
)
TEXT = st.lists(
    PARTS | st.characters(exclude_categories=["Cs"]) | st.characters(categories=["Mn", "Mc", "No", "Lm"]),
    max_size=12,
).map("".join)


@given(TEXT)
def test_the_clusters_together_are_the_whole(text):
    """Normalising cluster by cluster gives what `unicodedata.normalize` gives of the whole text."""
    assert normalise(text).text == unicodedata.normalize("NFKC", text)


@given(TEXT)
def test_every_normalised_character_has_a_source(text):
    """Sources are not empty, in order, and normalise to what holds the character; together, the text."""
    found = normalise(text)
    assert len(found.text) == len(found.starts) == len(found.ends)
    assert list(found.starts) == sorted(found.starts)
    assert list(found.ends) == sorted(found.ends)
    done = 0
    for character, start, end in zip(found.text, found.starts, found.ends, strict=True):
        assert start < end <= len(text)
        assert start <= done
        assert character in unicodedata.normalize("NFKC", text[start:end])
        done = int(end)
    assert done == len(text)


def test_what_joins_has_one_source():
    """㍿ becomes four characters of one source, ｶﾞ one of two; what stays as it is has its own."""
    found = normalise("㍿ｶﾞは\u0e01\u0e38")
    assert found.text == "株式会社ガは\u0e01\u0e38"
    assert found.starts.tolist() == [0, 0, 0, 0, 1, 3, 4, 5]
    assert found.ends.tolist() == [1, 1, 1, 1, 3, 4, 5, 6]


def test_the_tables_reach_far_enough():
    """Behind the tables no character is changed by NFKC or joins another."""
    for point in range(LIMIT, sys.maxunicode + 1):
        character = chr(point)
        assert not unicodedata.decomposition(character)
        assert not unicodedata.combining(character)
