"""Terms of the keyword lane."""

import sqlite3
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.folding.fold import fold_text
from core.folding.units import Kind, kind_of
from core.terms import asked_terms, literal_spans, phrase_of, terms_of, terms_of_many

SCRIPTS = {
    "japanese": "検索引エンジンのをは",
    "chinese": "检索引擎的是",
    "korean": "한국어는을 ",
    "thai": "ค้นหาที่นี่",
    "mixed": "検の ab 12 ค้한국、Ａ\n㍿é-",
}
TEXTS = st.one_of(*[st.text(st.sampled_from(characters), max_size=12) for characters in SCRIPTS.values()])


def pieces_of(text):
    """Words, numbers and runs without spaces, told apart character by character."""

    def sort_of(character):
        kind = kind_of(ord(character))
        return "run" if kind >= Kind.HANGUL else kind

    groups = ((sort, "".join(part)) for sort, part in groupby(fold_text(text), sort_of))
    return [(sort == "run", part) for sort, part in groups if sort != Kind.BORDER]


def stands_in(question, text):
    """Whether the pieces of a question follow each other in a text; where it begins and ends, a run may be
    part of a longer one.
    """
    asked, found = pieces_of(question), pieces_of(text)
    for first in range(len(found) - len(asked) + 1):
        if all(
            _fits(each, found[first + number], number == 0, number == len(asked) - 1)
            for number, each in enumerate(asked)
        ):
            return bool(asked)
    return False


def _fits(asked, found, is_first, is_last):
    """Of runs whole characters count, a Thai one with its marks; a last one alone may be the start of one."""
    (run, part), (other, whole) = asked, found
    if run != other:
        return False
    if not run:
        return part == whole
    part, whole = characters_of(part), characters_of(whole)
    last = [first for first in range(len(whole)) if whole[first : first + len(part)] == part]
    if is_last and len(part) == 1:
        last = [number for number, each in enumerate(whole) if each.startswith(part[0])]
    if not is_first:
        last = [first for first in last if first == 0]
    return any(is_last or first + len(part) == len(whole) for first in last)


def characters_of(run):
    found = []
    for character in run:
        if found and kind_of(ord(character)) is Kind.MARK and kind_of(ord(found[-1][-1])) >= Kind.UNSPACED:
            found[-1] += character
        else:
            found.append(character)
    return found


class Table:
    """A full-text index like that of the catalogue, of one text."""

    def __init__(self, text):
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE t USING fts5(body, content='', tokenize='ascii')")
        self._db.execute("INSERT INTO t (rowid, body) VALUES (1, ?)", [terms_of(text)])

    def finds(self, expression):
        found = (
            self._db.execute("SELECT 1 FROM t WHERE t MATCH ?", [expression]).fetchone()
            if expression
            else None
        )
        return found is not None


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The quick-brown fox's", "the quick brown fox s"),
        ("検索エンジン", "検索 索エ エン ンジ ジン ン"),
        ("ＰｙｔｈｏｎでWeb開発", "python で web 開発 発"),
        ("한국어는 좋다", "한국 국어 어는 는 좋다 다"),
        ("v1.2.3", "v 1 2 3"),
        ("検。索", "検 索"),
        ("", ""),
        (" 。\n", ""),
    ],
)
def test_terms_of_many_scripts(text, terms):
    """Words and numbers as they are; pairs of characters without spaces, and the last one alone."""
    assert terms_of(text) == terms


@given(st.lists(st.one_of(TEXTS, st.text(max_size=8)), max_size=6))
def test_many_at_once_are_the_same_as_one_by_one(texts):
    """Nothing of a text touches its neighbour in the batch."""
    assert terms_of_many(texts) == [terms_of(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("検索エンジン", ("検索", "索エ", "エン", "ンジ", "ジン")),
        ("検", ("検*",)),
        ("検 と 検 to TO", ("検*", "と*", "to")),
        ("？", ()),
    ],
)
def test_terms_that_are_asked(text, terms):
    """Each once, in order; a character that stands alone asks for all that begins with it."""
    assert asked_terms(text) == terms


@given(TEXTS, TEXTS)
def test_a_phrase_is_found_where_it_stands_and_nowhere_else(text, question):
    """In every script a phrase holds just where the pieces of the question follow each other."""
    assert Table(text).finds(phrase_of(question)) == stands_in(question, text)


@given(st.sampled_from(["japanese", "chinese"]), st.data())
def test_any_substring_without_spaces_is_found(script, data):
    """Of a text without spaces every part is found, single characters too."""
    text = data.draw(st.text(st.sampled_from(SCRIPTS[script]), min_size=1))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert Table(text).finds(phrase_of(text[start:end]))


@given(st.text())
def test_no_text_is_syntax(text):
    """Whatever is typed, the expression is a phrase and no error."""
    assert Table(text).finds(phrase_of(text)) == bool(terms_of(text))


@pytest.mark.parametrize(
    ("question", "text", "pairs"),
    [
        ("house Keeper", "The ＨＯＵＳＥ-keeper keeps", [("ＨＯＵＳＥ", "house"), ("keeper", "Keeper")]),
        ("検索エンジン", "全文検索、エンジンの検", [("検索", "検索"), ("エンジン", "エンジン")]),
        ("霧 の鐘", "夜霧と鐘、の鐘", [("霧", "霧"), ("の鐘", "の鐘")]),
        ("株式会社の", "㍿の話", [("㍿の", "株式会社の")]),
        ("cat", "category", []),
        ("", "x", []),
    ],
)  # fmt: skip
def test_where_a_question_stands_literally(question, text, pairs):
    """Whole words, and the longest common pieces of scripts without spaces, in characters as written."""
    found = literal_spans(question, text)
    assert [(text[a.start : a.end], question[b.start : b.end]) for a, b in found] == pairs


def test_a_word_that_is_being_typed_stands_in_longer_ones():
    """Only the last word, only the part of it that is there, and only while nothing follows it."""
    text = "keepers keep"
    assert [(a.start, a.end) for a, _ in literal_spans("the kee", text, typing=True)] == [(0, 3), (8, 11)]
    assert literal_spans("the kee ", text, typing=True) == ()
    assert literal_spans("the kee", text) == ()


@given(TEXTS, TEXTS, st.booleans())
def test_literal_spans_are_apart_and_say_the_same(question, text, typing):
    """Spans are in order, do not overlap, and what they cover is folded to the same or part of it."""
    end = 0
    for place, asked in literal_spans(question, text, typing=typing):
        assert 0 <= asked.start < asked.end <= len(question)
        assert place.start < place.end <= len(text)
        # One character that stands for several (㍿) may begin one pair and end another.
        assert place.start >= end or text[place.start] == "㍿"
        end = place.end
        mine, theirs = fold_text(text[place.start : place.end]), fold_text(question[asked.start : asked.end])
        assert mine in theirs or theirs in mine or "㍿" in text + question
