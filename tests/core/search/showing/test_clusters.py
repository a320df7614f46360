"""What a reader sees as one character is never cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Span
from core.search.showing.clusters import continues, whole, without_parts

ONE_CHARACTER = {
    "combining mark": "e\u0301",
    "voiced kana in two parts": "カ\u3099",
    "ideograph with a variation selector": "葛\U000e0100",
    "family of emoji": "👩\u200d👩\u200d👧",
    "skin tone": "👍🏽",
    "flag": "🇯🇵",
    "flag by tags": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "keycap": "1\ufe0f\u20e3",
    "jamo": "\u1112\u1161\u11ab",
    "open syllable and final": "하\u11ab",
    "Thai consonant with vowel and tone": "ที่",
    "Devanagari conjunct": "क्षि",
    "Arabic letter with points": "بَّ",
    "line break": "\r\n",
}


@pytest.mark.parametrize("character", ONE_CHARACTER.values(), ids=ONE_CHARACTER.keys())
def test_what_a_reader_sees_as_one_is_one(character):
    """Any stretch that touches it is widened to all of it, and to nothing else."""
    text = f"x{character}y"
    for start in range(1, len(character) + 1):
        assert whole(text, Span(start=start, end=start + 1)) == Span(start=1, end=len(text) - 1)


@pytest.mark.parametrize("text", ["ab", "日本", "かな", "한국", "กข", "a\n", "\n\u0301", "نا"])
def test_what_a_reader_sees_as_two_are_two(text):
    """Letters, syllables, flags side by side; a mark on a line break is on nothing."""
    assert not continues(text, 1)


def test_flags_are_counted_from_the_first():
    """Of four regional indicators in a row the second and the fourth go on."""
    assert [continues("🇯🇵🇫🇷", position) for position in range(5)] == [False, True, False, True, False]


@given(text=st.text(max_size=30), data=st.data())
def test_widening_is_idempotent_and_never_shrinks(text, data):
    """The result holds what was given, lies inside, and is its own result."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    wide = whole(text, Span(start=start, end=end))
    assert 0 <= wide.start <= start <= end <= wide.end <= len(text)
    assert whole(text, wide) == wide


@given(text=st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Mn", "Nd"]), max_size=20))
def test_no_mark_ever_stands_first(text):
    """Wherever a stretch is widened, it begins with no mark, unless the text does."""
    for position in range(1, len(text)):
        found = whole(text, Span(start=position, end=position + 1))
        assert found.start == 0 or not unicodedata.category(text[found.start]).startswith("M")


@pytest.mark.parametrize(
    ("text", "marked", "expected"),
    [
        ("ในเครื่องจักร", "นเครื่องจักร", "เครื่องจักร"),
        ("นักสิ่งแวดล้อมเชื่อ", "สิ่งแวดล้อมเ", "สิ่งแวดล้อม"),
        ("บอนน์", "น์", ""),
        ("การทำคะแนน", "ำคะแนน", "คะแนน"),
        ("ไอน้ำ", "น้ำ", "น้ำ"),
        ("ไฟฟ้า", "ฟฟ", ""),
        ("searching", "arch", "arch"),
        ("水漏れ", "水漏", "水漏"),
    ],
)
def test_half_a_thai_syllable_is_left_out(text, marked, expected):
    """A vowel without its consonant, a consonant without its vowel and a silent letter alone say nothing."""
    start = text.index(marked)
    found = without_parts(text, Span(start=start, end=start + len(marked)))
    assert text[found.start : found.end] == expected
