"""Words are found in every script, without a dictionary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Span
from core.search.showing.words import Script, find_words, with_ending


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop: it’s 3.5 km!", ["Don't", "stop", "it’s", "3.5", "km"]),
        ("Versicherungsvertrag, § 5", ["Versicherungsvertrag", "5"]),
        ("炊飯器の保証期間は？", ["炊飯器", "の", "保証期間", "は"]),
        ("Pythonのパッケージ", ["Python", "の", "パッケージ"]),
        ("谁在1000年统治", ["谁在", "1000", "年统治"]),
        ("팬서스 수비진은 2019년", ["팬서스", "수비진은", "2019년"]),
        ("ทีมรับ 308 แต้ม", ["ทีมรับ", "308", "แต้ม"]),
        ("कितने अंक दिए?", ["कितने", "अंक", "दिए"]),
        ("كم عدد النِّقاط؟", ["كم", "عدد", "النِّقاط"]),
        ("Сколько очков", ["Сколько", "очков"]),
        ("co\u00adop", ["co\u00adop"]),
        ("ﾊﾟｯｹｰｼﾞ ＡＢＣ", ["ﾊﾟｯｹｰｼﾞ", "ＡＢＣ"]),
        ("a.b 1.b", ["a", "b", "1", "b"]),
        ("", []),
        ("…!", []),
    ],
)
def test_words_of_every_script(text, expected):
    """Words between borders, runs where there are none, in characters as they were written."""
    assert [text[span.start : span.end] for span, _ in find_words(text)] == expected


def test_scripts_are_told_apart():
    """Each word has the script that decides how it is looked at."""
    scripts = [script for _, script in find_words("Python 漢字 カタカナ ひらがな ไทย 한국")]
    assert scripts == [
        Script.SPACED,
        Script.IDEOGRAPHS,
        Script.KATAKANA,
        Script.HIRAGANA,
        Script.UNSPACED,
        Script.SPACED,
    ]


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("水漏れのとき", "水漏", "水漏れ"),
        ("食べる物", "食", "食べる"),
        ("始めたのが", "始", "始めた"),
        ("由来している？", "由来", "由来している"),
        ("名前は？", "名前", "名前"),
        ("東京から来た", "東京", "東京"),
        ("資格を持つ", "資格", "資格"),
        ("区別して、", "区別", "区別して"),
        ("三年まで", "三年", "三年"),
        ("方法", "方法", "方法"),
    ],
)
def test_a_word_has_its_ending_and_no_particle(text, word, expected):
    """What hiragana write of a word belongs to it; from the first possible particle on, nothing does."""
    span = with_ending(text, Span(start=0, end=len(word)))
    assert text[span.start : span.end] == expected


@given(st.text(max_size=60))
def test_words_lie_apart_and_inside(text):
    """Whatever the text: words in order, not empty, none over another, each found by its characters."""
    words, position = find_words(text), 0
    for number, (span, _) in enumerate(words):
        assert position <= span.start < span.end <= len(text)
        assert words.at(span.start) == words.at(span.end - 1) == number
        position = span.end
    assert words.at(len(text)) == -1
