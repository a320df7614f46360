"""What of a question is marked in a title."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.title_marks import title_marks

_TEXT = st.text(alphabet=st.sampled_from("abＡß 予算案のを🍣𠮟ｶﾞ-é"), max_size=30)


def marked(title: str, question: str) -> list[str]:
    raw = title.encode("utf-16-le")
    return [raw[2 * mark.start : 2 * mark.end].decode("utf-16-le") for mark in title_marks(title, question)]


@pytest.mark.parametrize(
    ("title", "question", "expected"),
    [
        ("Walrus handbook", "the WALRUS", ["Walrus"]),
        ("Released packages", "release", ["Released"]),
        ("A handbook of ice", "a ic", ["A"]),
        ("The walrus and the ice", "the walrus", ["walrus"]),
        ("🐘 Ｅｌｅｐｈａｎｔｓ", "elephant", ["Ｅｌｅｐｈａｎｔｓ"]),
        ("セイウチの手引き", "セイウチはどこで手引きを見る", ["セイウチ", "手引き"]),
        ("ｶﾞｽ料金の明細", "ガス料金", ["ｶﾞｽ料金"]),
        ("山の日記", "山", ["山"]),
        ("山の日記", "海から", []),
        ("관리비 안내", "관리비", ["관리비"]),
        ("report.pdf", "", []),
        ("", "report", []),
    ],
)
def test_words_of_the_question_are_marked(title, question, expected):
    """Words that begin alike and runs of characters are marked, particles and small words are not."""
    assert marked(title, question) == expected


def test_in_a_name_a_word_counts_wherever_it_stands():
    """Names are searched for parts of words, so these are marked; the rest of the word is not."""
    assert [(mark.start, mark.end) for mark in title_marks("myReports-2024", "report", inside=True)] == [
        (2, 8)
    ]
    assert title_marks("myReports", "report") == ()


@given(title=_TEXT, question=_TEXT, inside=st.booleans())
def test_marks_are_inside_the_title_and_in_order(title, question, inside):
    """Marks never overlap, never leave the title and never split a character."""
    found = title_marks(title, question, inside=inside)
    end = 0
    for mark in found:
        assert end <= mark.start < mark.end <= len(title.encode("utf-16-le")) // 2
        end = mark.end
    assert all(piece in title for piece in marked(title, question))
