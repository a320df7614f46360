"""PDF: text in reading order, the place of each character, states of bad files."""

from __future__ import annotations

import dataclasses
import random
import unicodedata

import numpy as np
import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import Reason, Span
from core.errors import ExtractionError
from core.extract.pdf import extract_pdf, render_pdf_page
from core.extract.pdf_page import read_page
from core.radicals import IDEOGRAPH_OF_RADICAL
from core.settings import ReadingLimits
from tests.core.extract.papers import paper, raw_pdf, save, vertical_pdf

LIMITS = ReadingLimits()
JAPANESE = "吾輩は検索する機械である。名前はまだ無い。どこで作られたかとんと見当がつかぬ。" * 3
ENGLISH = "Search engines read the files of a person and answer questions about them in little time. " * 4


def reason_of(path) -> Reason:
    with pytest.raises(ExtractionError) as caught:
        extract_pdf(path, LIMITS)
    return caught.value.reason.code


def ink(rendered, box) -> float:
    """The share of dark pixels in a box."""
    pixels = np.frombuffer(rendered.rgb, np.uint8).reshape(rendered.height, rendered.width, 3).min(axis=2)
    inside = pixels[int(box.top) : int(box.bottom) + 1, int(box.left) : int(box.right) + 1]
    return float((inside < 128).mean())


def test_lines_are_joined_as_their_script_asks(tmp_path):
    """Japanese lines are joined without a space, English ones with one, and nothing is lost."""
    japanese = extract_pdf(paper(tmp_path / "ja.pdf", JAPANESE, font="japan"), LIMITS)
    assert japanese.text == JAPANESE
    english = extract_pdf(paper(tmp_path / "en.pdf", ENGLISH), LIMITS)
    assert english.text == ENGLISH.strip()


def test_divided_words_are_joined(tmp_path):
    """A hyphen at a line's end goes where it divides a word, and stays where it belongs to it."""
    text = (
        "this long line of text ends with an extra-\nordinary word and then it goes on to\n"
        "the next one which names the town of Baden-\nBaden and ends the paragraph with some words"
    )
    found = extract_pdf(paper(tmp_path / "x.pdf", text), LIMITS).text
    assert "an extraordinary word" in found
    assert "Baden- Baden" in found


def test_widely_set_lines_are_one_paragraph(tmp_path):
    """Lines so far apart that each is a block of its own are joined; headings and new paragraphs are not."""
    document = pymupdf.open()
    page = document.new_page()
    rows = [
        (72, 14, "水まわり"),
        (72, 10, "水漏れに気づいたときは、まず玄関横の扉を開け、赤い止水栓を右に回して水を止め"),
        (72, 10, "てください。夜でも担当者が到着します。"),
        (82, 10, "鍵をなくしたときは管理室に届け出て、新しい鍵への交換をすぐに申し込んでくだ"),
        (72, 10, "さい。"),
    ]
    for number, (left, size, text) in enumerate(rows):
        page.insert_text((left, 100 + 21 * number), text, fontsize=size, fontname="japan")
    page.insert_text((72, 300), "The valve is closed by turning it", fontsize=10)
    page.insert_text((72, 321), "to the right, as far as it goes.", fontsize=10)
    page.insert_text((72, 342), "Then call us.", fontsize=10)
    found = extract_pdf(save(document, tmp_path / "x.pdf"), LIMITS).text
    assert found.split("\n\n") == [
        "水まわり",
        "水漏れに気づいたときは、まず玄関横の扉を開け、赤い止水栓を右に回して水を止めてください。夜でも担当者が到着します。",
        "鍵をなくしたときは管理室に届け出て、新しい鍵への交換をすぐに申し込んでください。",
        "The valve is closed by turning it to the right, as far as it goes.",
        "Then call us.",
    ]


def test_columns_are_read_one_after_the_other(tmp_path):
    """Two columns are two blocks, and a blank line stands between blocks."""
    document = pymupdf.open()
    page = document.new_page()
    page.insert_textbox((50, 60, 280, 700), "left " * 60, fontsize=11)
    page.insert_textbox((310, 60, 540, 700), "right " * 60, fontsize=11)
    found = extract_pdf(save(document, tmp_path / "x.pdf"), LIMITS).text
    assert found == " ".join(["left"] * 60) + "\n\n" + " ".join(["right"] * 60)


def test_vertical_text(tmp_path):
    """Columns of vertical Japanese are lines of one text, and their boxes are on the ink."""
    path = tmp_path / "x.pdf"
    path.write_bytes(vertical_pdf(["国境の長いトンネルを", "抜けると雪国であった"]))
    text = extract_pdf(path, LIMITS).text
    assert text == "国境の長いトンネルを抜けると雪国であった"
    rendered = render_pdf_page(path, page=1, expected_text=text, spans=[Span(start=8, end=12)], dpi=72)
    assert len(rendered.boxes[0]) == 2
    assert all(ink(rendered, box) > 0.05 for box in rendered.boxes[0])
    first = render_pdf_page(path, page=1, expected_text=text, spans=[Span(start=0, end=1)], dpi=72)
    pixels = np.frombuffer(first.rgb, np.uint8).reshape(first.height, first.width, 3).min(axis=2)
    ((box,),) = first.boxes
    rows = np.flatnonzero((pixels[:, int(box.left) : int(box.right)] < 128).any(axis=1))
    assert box.top <= rows.min() <= box.top + 4, "the box of the first character begins where its ink begins"


def test_radicals_become_ideographs():
    """Every look-alike radical has one ideograph, so that positions stay where they are."""
    assert len(IDEOGRAPH_OF_RADICAL) == 214 + 114
    assert all(len(ideograph) == 1 for ideograph in IDEOGRAPH_OF_RADICAL.values())
    assert not set(IDEOGRAPH_OF_RADICAL) & set(IDEOGRAPH_OF_RADICAL.values())
    for radical, ideograph in IDEOGRAPH_OF_RADICAL.items():
        assert unicodedata.normalize("NFKC", radical) in (radical, ideograph)


def test_radicals_in_a_pdf(tmp_path):
    """The word that a reader sees is the word that is stored."""
    found = extract_pdf(paper(tmp_path / "x.pdf", "⽇本の⾃然と⺠話", font="japan"), LIMITS).text
    assert found == "日本の自然と民話"


def test_pages_hold_their_text(tmp_path):
    """Pages are numbered from 1, in order, apart, and cover the text."""
    found = extract_pdf(paper(tmp_path / "x.pdf", "first page", "", "third page"), LIMITS)
    assert [page.number for page in found.pages] == [1, 2, 3]
    assert [found.text[page.span.start : page.span.end] for page in found.pages] == [
        "first page",
        "",
        "third page",
    ]


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("On Searching", "On Searching"),
        ("Microsoft Word - draft.doc", "The Large Heading"),
        ("untitled", "The Large Heading"),
        ("report_final.docx", "The Large Heading"),
        ("", "The Large Heading"),
    ],
)
def test_title(tmp_path, stated, title):
    """The title is what a person wrote; what programs fill in is replaced by the largest line."""
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((60, 50), "a small line above")
    page.insert_text((60, 100), "The Large Heading", fontsize=24)
    page.insert_textbox((60, 150, 500, 700), ENGLISH)
    document.set_metadata({"title": stated})
    assert extract_pdf(save(document, tmp_path / "x.pdf"), LIMITS).title == title


def test_no_title(tmp_path):
    """Where all letters are of one size nothing is a title."""
    assert extract_pdf(paper(tmp_path / "x.pdf", ENGLISH), LIMITS).title == ""


def test_bookmarks_become_sections(tmp_path):
    """A bookmark's section starts at its heading if the page has it, else at the top of the page."""
    document = pymupdf.open()
    for number in range(3):
        document.new_page().insert_text((60, 60), f"some words before Chapter {number} and after")
    document.set_toc([[1, "Chapter 0", 1], [1, "Elsewhere", 2], [2, "Chapter 2", 3]])
    found = extract_pdf(save(document, tmp_path / "x.pdf"), LIMITS)
    assert [section.heading for section in found.sections] == ["Chapter 0", "Elsewhere", "Chapter 2"]
    assert found.text.startswith("Chapter 0", found.sections[0].start)
    assert found.sections[1].start == found.pages[1].span.start
    assert found.text.startswith("Chapter 2", found.sections[2].start)


def test_too_many_pages_are_cut_at_a_page(tmp_path):
    """A long file is read up to the last whole page within the limit, and says so."""
    path = paper(tmp_path / "x.pdf", *["word " * 100] * 10)
    found = extract_pdf(path, dataclasses.replace(LIMITS, text_chars=1700))
    assert found.truncated is not None
    assert found.truncated.code is Reason.TOO_LONG
    assert len(found.pages) == 3
    assert found.pages[-1].span.end == len(found.text) <= 1700


def test_a_slow_file_is_truncated_before_it_is_killed(tmp_path):
    """Pages that were read before the time was up can be found."""
    path = paper(tmp_path / "x.pdf", *["some words"] * 5)
    found = extract_pdf(path, dataclasses.replace(LIMITS, timeout_s=1e-9))
    assert found.truncated is not None
    assert len(found.pages) == 1


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_are_where_the_ink_is(tmp_path, rotation):
    """On a turned and cropped page too, a span's box holds its ink and its neighbours' boxes hold theirs."""
    document = pymupdf.open()
    page = document.new_page(width=400, height=300)
    page.insert_text((50, 80), "needle", fontsize=20)
    page.insert_text((50, 200), "haystack", fontsize=20)
    page.set_cropbox(pymupdf.Rect(20, 30, 380, 280))
    page.set_rotation(rotation)
    path = save(document, tmp_path / "x.pdf")
    text = extract_pdf(path, LIMITS).text
    span = Span(start=text.index("needle"), end=text.index("needle") + 6)
    rendered = render_pdf_page(
        path, page=1, expected_text=text, spans=[span, Span(start=0, end=len(text))], dpi=100
    )
    (box,) = rendered.boxes[0]
    assert ink(rendered, box) > 0.1
    assert (box.right - box.left > box.bottom - box.top) == (rotation in (0, 180))
    total = sum(
        ink(rendered, each) * (each.right - each.left) * (each.bottom - each.top)
        for each in rendered.boxes[1]
    )
    pixels = np.frombuffer(rendered.rgb, np.uint8).reshape(-1, 3).min(axis=1)
    assert total == pytest.approx((pixels < 128).sum(), rel=0.15)


def test_a_changed_page_has_no_boxes(tmp_path):
    """Where the text is not what was indexed, or a span does not fit, nothing is marked."""
    path = paper(tmp_path / "x.pdf", "new words")
    spans = [Span(start=0, end=3), Span(start=4, end=400), Span(start=3, end=3)]
    assert render_pdf_page(path, page=1, expected_text="old words", spans=spans, dpi=72).boxes == ((), (), ())
    boxes = render_pdf_page(path, page=1, expected_text="new words", spans=spans, dpi=72).boxes
    assert [len(each) for each in boxes] == [1, 0, 0]
    with pytest.raises(ExtractionError) as caught:
        render_pdf_page(path, page=2, expected_text="", spans=[], dpi=72)
    assert caught.value.reason.code is Reason.VANISHED


def test_a_poster_is_drawn_smaller(tmp_path):
    """The picture of a huge page is bounded, and its boxes fit the picture."""
    document = pymupdf.open()
    document.new_page(width=14000, height=14000).insert_text((100, 9000), "poster", fontsize=3000)
    path = save(document, tmp_path / "x.pdf")
    rendered = render_pdf_page(path, page=1, expected_text="poster", spans=[Span(start=0, end=6)], dpi=300)
    assert rendered.width * rendered.height <= 16_100_000
    assert ink(rendered, rendered.boxes[0][0]) > 0.1


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text("abc de-日本語のﾃ、。한국어 ", min_size=1, max_size=120), min_size=1, max_size=4))
def test_every_character_has_a_place(texts):
    """There is one box and one line for each character; what has a place was on the page, in order."""
    with pymupdf.open() as document:
        page = document.new_page()
        for number, text in enumerate(texts):
            page.insert_textbox((60, 60 + 150 * number, 300, 200 + 150 * number), text, fontname="japan")
        found = read_page(page)
        shown = "".join(page.get_text().split())
    assert found.boxes.shape == (len(found.text), 4)
    assert found.lines.shape == (len(found.text),)
    assert (np.isnan(found.boxes[:, 0]) == (found.lines < 0)).all()
    placed = "".join(c for c, line in zip(found.text, found.lines, strict=True) if line >= 0 and c != " ")
    assert placed.replace("-", "") == shown.replace("-", "")
    for start in range(0, len(found.text), 7):
        span = Span(start=start, end=min(start + 5, len(found.text)))
        lines = set(found.lines[span.start : span.end].tolist()) - {-1}
        assert len(found.boxes_of(span)) == len(lines)


def test_encrypted(tmp_path):
    """A file that asks for a password says so; one that only restricts printing is read."""
    options = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "owner_pw": "owner"}
    document = pymupdf.open(paper(tmp_path / "x.pdf", "words"))
    assert reason_of(save(document, tmp_path / "locked.pdf", user_pw="user", **options)) is Reason.ENCRYPTED
    document = pymupdf.open(tmp_path / "x.pdf")
    assert extract_pdf(save(document, tmp_path / "open.pdf", **options), LIMITS).text == "words"


def test_damaged(tmp_path):
    """Garbage, another format under this name, and a file without its pages are damaged."""
    whole = paper(tmp_path / "whole.pdf", *[ENGLISH] * 5).read_bytes()
    cases = {
        "garbage.pdf": random.Random(1).randbytes(5000),
        "header.pdf": b"%PDF-1.7\n" + random.Random(2).randbytes(5000),
        "text.pdf": b"just some text, not a PDF at all",
        "page.pdf": b"<html><body>a page</body></html>",
        "short.pdf": whole[:200],
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        assert reason_of(tmp_path / name) is Reason.DAMAGED, name


def test_what_can_be_repaired_is_read(tmp_path):
    """A file that lost its end keeps its text as far as it goes."""
    path = paper(tmp_path / "x.pdf", *[ENGLISH] * 5)
    path.write_bytes(path.read_bytes()[:-300])
    assert ENGLISH.strip() in extract_pdf(path, LIMITS).text


def test_no_text(tmp_path):
    """A scan and a file without pages have no text."""
    document = pymupdf.open()
    document.new_page().draw_rect((50, 50, 200, 200), fill=(0, 0, 0))
    assert reason_of(save(document, tmp_path / "scan.pdf")) is Reason.NO_TEXT
    (tmp_path / "none.pdf").write_bytes(raw_pdf(b"", pages=0))
    assert reason_of(tmp_path / "none.pdf") is Reason.NO_TEXT
