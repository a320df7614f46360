"""Splitting a text into passages."""

import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.domain import ExtractedText, Page, Section, Span
from core.passages import HEADING_CHARACTERS, LONGEST, TARGET, encoded_text, split

SENTENCES = {
    "ja": "検索の仕組みは「索引」と「照合」から成る。速さは索引で決まる！",
    "zh": "索引决定速度。匹配决定质量？",
    "th": "การค้นหาข้อความ ต้องใช้ดัชนี ที่ดี ",
    "en": "An index makes a search fast, e.g. by 3.14 times. Dr. Smith said so. ",
    "ar": "هل البحث سريع؟ نعم، البحث سريع جدا. ",
    "hi": "खोज तेज़ है। सूचकांक अच्छा है। ",
    "ko": "색인은 검색을 빠르게 한다. 좋은 색인이 필요하다. ",
    "km": "ការស្វែងរកលឿន។ សន្ទស្សន៍ល្អ។ ",
    "plain": "x" * 50,
}


def document(text, *, pages=(), sections=(), title=""):
    return ExtractedText(text=text, title=title, format="txt", pages=pages, sections=sections)


def pieces(text, **parts):
    return [text[p.span.start : p.span.end] for p in split(document(text, **parts))]


@st.composite
def documents(draw):
    """Texts in many scripts, with pages (and gaps between them) and sections anywhere."""
    alphabet = st.sampled_from(
        [*SENTENCES.values(), "\n", "\n\n", " ", "。", ". ", "é\u0301", "👩\u200d🔬", "a"]
    )
    parts = draw(st.lists(st.tuples(alphabet, st.integers(1, 40)), max_size=12))
    text = "".join(part * times for part, times in parts)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pages = tuple(
        Page(number=n + 1, span=Span(start=a, end=b))
        for n, (a, b) in enumerate(zip(cuts[::2], cuts[1::2], strict=False))
    )
    starts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=5)))
    sections = tuple(Section(heading=f"Section {n}", start=start) for n, start in enumerate(starts))
    return document(
        text, pages=pages, sections=sections, title=draw(st.sampled_from(["", "Title", "題" * 120]))
    )


@settings(max_examples=150, deadline=None)
@given(documents())
@example(document("\u3000"))
def test_passages_hold_every_character_that_is_not_white_space(text):
    """Every character is in a passage; passages are in order, in range, stripped, bounded and repeatable."""
    passages = split(text)
    covered = [False] * len(text.text)
    for passage in passages:
        start, end = passage.span.start, passage.span.end
        assert 0 <= start < end <= len(text.text)
        assert text.text[start:end] == text.text[start:end].strip()
        assert end - start <= LONGEST
        covered[start:end] = [True] * (end - start)
    assert all(done or c.isspace() for done, c in zip(covered, text.text, strict=True))
    spans = [passage.span for passage in passages]
    assert all(a.start < b.start and a.end < b.end for a, b in pairwise(spans))
    assert passages == split(text)


@settings(max_examples=100, deadline=None)
@example(  # a page of white space between texts of no page
    ExtractedText(
        text=". . . . . . ", title="", format="txt", pages=(Page(number=1, span=Span(start=9, end=10)),)
    )
)
@given(documents())
def test_no_passage_leaves_its_page(text):
    """A passage lies within the page that it names, or outside every page."""
    for passage in split(text):
        inside = [
            page.number
            for page in text.pages
            if page.span.start <= passage.span.start and passage.span.end <= page.span.end
        ]
        touching = [
            page.number
            for page in text.pages
            if max(page.span.start, passage.span.start) < min(page.span.end, passage.span.end)
        ]
        assert touching == ([] if passage.page is None else [passage.page])
        assert passage.page is None or passage.page in inside


@pytest.mark.parametrize("language", ["ja", "zh", "en", "ar", "hi", "ko", "km"])
def test_passages_end_where_sentences_end(language):
    """In every script a long text of short sentences is cut between sentences only, and not overlapping."""
    text = SENTENCES[language] * 80
    passages = split(document(text))
    assert len(passages) > 2
    ends = "。！？.؟।។"
    assert all(text[p.span.end - 1] in ends for p in passages)
    assert all(a.span.end <= b.span.start for a, b in pairwise(passages))


def test_thai_is_cut_at_spaces():
    """Thai has no sentence mark; its spaces are the borders."""
    text = SENTENCES["th"] * 80
    assert all(text[p.span.end : p.span.end + 1] in {" ", ""} for p in split(document(text)))


def test_abbreviations_and_decimals_do_not_end_sentences():
    """`e.g.`, `Dr.`, `3.14`, an initial and an ordinal are no borders where a real one is near."""
    text = "Am 3. Oktober traf Dr. Smith den J. S. Bach, z. B. um 3.14 Uhr in St. Gallen. " * 40
    assert all(piece.endswith("Gallen.") for piece in pieces(text))


def test_quotations_stay_with_their_sentence():
    """「……。」と言った is one sentence; closing brackets stay with the full stop before them."""
    text = "彼は「今日は行く。」と言った。（明日は休む。）" * 60
    found = pieces(text)
    assert all(piece.endswith(("言った。", "休む。）")) for piece in found)
    assert all(piece.startswith(("彼", "（")) for piece in found)


def test_passages_are_of_like_size():
    """No tiny rest: a text that must be cut is cut into pieces of at least half the target."""
    for characters in range(1400, 4000, 130):
        text = (SENTENCES["en"] * 100)[:characters]
        assert all(TARGET / 2 <= len(piece) <= LONGEST for piece in pieces(text))


def test_only_a_cut_sentence_is_repeated():
    """A sentence too long for a passage is cut, and its pieces overlap a little, at words."""
    text = "word and another word " * 300
    found = split(document(text))
    overlaps = [a.span.end - b.span.start for a, b in pairwise(found)]
    assert all(0 < overlap <= TARGET / 4 for overlap in overlaps)
    assert all(text[p.span.start - 1 : p.span.start] in {"", " "} for p in found)


def test_a_section_starts_a_passage():
    """A new section starts a new passage, unless it and the one before are both tiny."""
    long, tiny = "A sentence of some length. " * 12, "Tiny. "
    text = long + long + tiny + tiny
    starts = (0, len(long), 2 * len(long), 2 * len(long) + len(tiny))
    sections = tuple(Section(heading=f"S{n}", start=start) for n, start in enumerate(starts))
    found = split(document(text, sections=sections, title="Book"))
    assert [p.heading for p in found] == ["Book › S0", "Book › S1", "Book › S2"]
    assert found[2].span == Span(start=starts[2], end=len(text) - 1)


@given(st.text(), st.text())
def test_headings_are_short(title, section):
    """Title and section are joined, without line breaks, in at most HEADING_CHARACTERS."""
    [passage] = split(document("text", title=title, sections=(Section(heading=section, start=0),)))
    assert len(passage.heading) <= HEADING_CHARACTERS
    assert "\n" not in passage.heading


@given(st.text(), st.text())
def test_the_encoded_text_ends_with_the_body(heading, body):
    """The number returned beside the encoded text is where the body starts in it."""
    text, shift = encoded_text(heading, body)
    assert text[shift:] == body
    assert text.startswith(heading)


@pytest.mark.parametrize("unit", ["x", "字", "a b ", "日本語。", "\u0301"])
def test_splitting_is_linear(unit):
    """A million characters, with or without any border, are split in a second of processor time or two."""
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    passages = split(document(text))
    assert time.process_time() - started < 4
    assert len(passages) > 500
