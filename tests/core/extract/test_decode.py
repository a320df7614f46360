"""Bytes to text in any encoding."""

from __future__ import annotations

import os
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Reason
from core.errors import ExtractionError
from core.extract.cleanup import clean
from core.extract.decode import decode
from tests.core.extract.sentences import ENCODINGS, SENTENCES

UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
LEGACY = [(language, codec) for language, codecs in ENCODINGS.items() for codec in codecs]


@pytest.mark.parametrize("codec", UNICODE)
@pytest.mark.parametrize("language", SENTENCES)
def test_unicode_with_and_without_a_mark(language, codec):
    """Every form of Unicode is read as it was written, the mark removed."""
    assert decode(SENTENCES[language].encode(codec)) == SENTENCES[language]


@pytest.mark.parametrize(("language", "codec"), LEGACY)
@pytest.mark.parametrize("repeat", [1, 200])
def test_legacy_encodings(language, codec, repeat):
    """One sentence is enough to know a legacy encoding by its letters."""
    text = f"{SENTENCES[language]}\r\n" * repeat
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize("codec", ["cp932", "euc_jp"])
@pytest.mark.parametrize(
    "text", ["会議", "東京都", "見積書について", "テスト", "ひらがな", "ご確認ください。"]
)
def test_a_few_japanese_characters(text, codec):
    """A memo of one word in Shift_JIS or EUC-JP is Japanese, not Korean or Chinese."""
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize("text", ["日本語の文章", "我们在图书馆", "สวัสดีครับ"])
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_mark_or_zero_bytes(text, codec):
    """UTF-16 is recognised even where no byte of it is zero."""
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize(
    ("language", "codec"),
    [*LEGACY, *((language, codec) for language in SENTENCES for codec in UNICODE)],
)
def test_a_cut_inside_a_character(language, codec):
    """The start of a file, cut anywhere, decodes to the start of its text."""
    text = SENTENCES[language] * 3
    whole = text.encode(codec)
    for length in range(len(whole) - 5, len(whole)):
        start = decode(whole[:length], cut=True)
        assert text.startswith(start)
        assert len(start) >= len(text) - 8


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_utf_8_is_itself(text):
    """Valid UTF-8 is never taken for anything else."""
    assert decode(b"\xef\xbb\xbf" + text.encode()) == text
    if text.isprintable() and not text.startswith("\ufeff"):
        assert decode(text.encode()) == text


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_give_text_or_a_reason(data, cut):
    """Decoding fails in no other way than "this is no text", and what it gives can be stored as UTF-8."""
    try:
        clean(decode(data, cut=cut)).encode()
    except ExtractionError as error:
        assert error.reason.code is Reason.BINARY  # noqa: PT017 - both outcomes are fine


def test_a_declared_encoding_is_believed_if_it_can_be_true():
    """A document's own word decides between encodings that both fit, and loses against proof."""
    assert decode("Ý".encode("cp1252"), declared="cp1254") == "İ"
    assert decode("日本語".encode(), declared="cp1252") == "日本語"
    assert decode("日本語です".encode("cp932"), declared="no such thing") == "日本語です"


def test_a_few_damaged_bytes_cost_only_themselves():
    """A UTF-8 log with one broken byte stays UTF-8; the place is marked."""
    text = decode(("größer, schöner, älter. " * 4).encode() + b"\xff!")
    assert text.endswith("älter. \ufffd!")


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 40,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + os.urandom(400),
        zlib.compress(random.Random(1).randbytes(5000)),
        b"\x7fELF\x02\x01\x01" + bytes(100) + b"text" * 10,
        b"\x01\x02\x03\x04\x05 few \x06\x07\x10\x11",
    ],
    ids=["bytes", "png", "deflate", "elf", "controls"],
)
def test_binary_is_no_text(data):
    """Programs, pictures and packed data are refused with that reason, whatever their name says."""
    with pytest.raises(ExtractionError) as caught:
        decode(data)
    assert caught.value.reason.code is Reason.BINARY


def test_cleaning():
    """Line ends become one kind, control characters go, lone surrogates can be stored."""
    assert clean("a\r\nb\rc\x00\x07d\x0ce\ud800\ufeff") == "a\nb\ncd\n\ne\ufffd"
