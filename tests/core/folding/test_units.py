"""Cutting folded text into units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.folding.fold import fold, points_of
from core.folding.units import MAX_WORD, find_units


def units_of(text):
    folded = fold(text).text
    units = find_units(points_of(folded))
    return [folded[start:end] for start, end in zip(units.starts, units.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("The quick-brown fox's", ["the", "quick", "brown", "fox", "s"]),
        ("検索エンジンです。", list("検索エンジンです")),
        ("PythonでWeb開発", ["python", "で", "web", "開", "発"]),
        ("CVE-2024-1234 v1.2.3", ["cve", "2024", "1234", "v", "1", "2", "3"]),
        ("foo_bar@example.org", ["foo", "bar", "example", "org"]),
        ("한국어는 좋다", ["한국어는", "좋다"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("寿司🍣、…★", ["寿", "司", "🍣"]),
        ("٣٫١٤ १२", ["٣", "١٤", "१२"]),
        ("", []),
        (" 。\n", []),
    ],
)
def test_units_of_many_scripts(text, units):
    """Words of spaced scripts, single characters (with their marks) of the others; numbers apart."""
    assert units_of(text) == units


def test_a_run_without_borders_is_cut():
    """Base64 does not become one word of a million characters."""
    assert [len(unit) for unit in units_of("a" * 100)] == [MAX_WORD, MAX_WORD, 100 - 2 * MAX_WORD]


@given(st.text())
def test_units_are_in_order_and_apart(text):
    """Units never overlap and are never empty, whatever the text."""
    units = find_units(points_of(text))
    assert (units.starts < units.ends).all()
    assert (units.ends[:-1] <= units.starts[1:]).all()
