"""Spans of tokens: the characters that each stands for."""

import sys
import unicodedata
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from core.encode.tokenizers.fast import FastTokenizer
from core.encode.tokenizers.japanese import JapaneseTokenizer
from core.encode.tokenizers.open import open_tokenizer
from core.encode.tokenizers.spans import readable, tidied
from tests.core.encode.checkpoints import charsmap
from tests.core.encode.tokenizers import folders
from tests.core.encode.tokenizers.sentences import LITERALS, SENTENCES
from tests.core.encode.tokenizers.strategies import ODD_TEXT

KINDS = {
    "japanese": folders.japanese,
    "uncased": folders.uncased,
    "unigram": folders.unigram,
    "plain-unigram": folders.plain,
    "plain-wordpiece": partial(folders.plain, model="WordPiece"),
}


@pytest.fixture(scope="module", params=KINDS)
def tokenizer(request, tmp_path_factory):
    return open_tokenizer(KINDS[request.param](tmp_path_factory.mktemp(request.param)), request.param)


def normalised(tokenizer, text):
    if isinstance(tokenizer, JapaneseTokenizer):
        return unicodedata.normalize("NFKC", text)
    return tokenizer._backend.normalizer.normalize_str(text)


def surfaces(tokenizer, ids):
    """What the entries of the vocabulary stand for."""
    if isinstance(tokenizer, FastTokenizer):
        pieces = [tokenizer._backend.id_to_token(number) for number in ids]
    else:
        entries = {number: piece for piece, number in tokenizer._vocabulary.items()}
        pieces = [entries[number] for number in ids]
    return [piece.replace("▁", "") if "▁" in piece else piece.removeprefix("##") or "##" for piece in pieces]


@pytest.mark.parametrize("language", SENTENCES)
def test_a_span_reproduces_its_token(tokenizer, language):
    """In every language: the text of a span, normalised as the model does it, is the surface of its token."""
    text = SENTENCES[language]
    tokens = tokenizer.tokenize([text])[0]
    unknown = tokenizer.special.unknown
    assert len(tokens.ids)
    for number, surface, (start, end) in zip(
        tokens.ids.tolist(), surfaces(tokenizer, tokens.ids.tolist()), tokens.spans.tolist(), strict=True
    ):
        written = normalised(tokenizer, text[start:end]).replace(" ", "")
        if number != unknown:
            shared = np.count_nonzero((tokens.spans[:, 0] < end) & (tokens.spans[:, 1] > start)) > 1
            assert surface in written if shared else surface == written, (surface, text[start:end])
        else:
            assert start < end


@pytest.mark.parametrize("language", SENTENCES)
def test_no_character_is_left_out(tokenizer, language):
    """The spans together cover all that is not white space (of these sentences)."""
    text = SENTENCES[language]
    spans = tokenizer.tokenize([text])[0].spans.tolist()
    covered = {place for start, end in spans for place in range(start, end)}
    left_out = {c for place, c in enumerate(text) if place not in covered and not c.isspace()}
    assert left_out <= {"\u200c"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=ODD_TEXT)
def test_spans_are_in_order_and_without_white_space(tokenizer, text):
    """For any text: as many spans as ids, within the text, in order, no white space at either end."""
    tokens = tokenizer.tokenize([text])[0]
    assert tokens.ids.dtype == tokens.spans.dtype == np.int32
    assert tokens.spans.shape == (len(tokens.ids), 2)
    assert tokens.spans.min(initial=0) >= 0
    assert tokens.spans.max(initial=0) <= len(text)
    assert (np.diff(tokens.spans[:, 0]) >= 0).all()
    for start, end in tokens.spans.tolist():
        assert start <= end
        assert text[start:end] == text[start:end].strip()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=ODD_TEXT)
def test_a_literal_special_token_is_found_where_it_stands(tokenizer, text):
    """A token written as `[MASK]` has the span of just that text, whatever stands around it."""
    for literal in map(str.strip, LITERALS):
        number = tokenizer.id_of(literal)
        whole = f"{text} {literal} end"
        if number is not None and literal in ("[MASK]", "<mask>"):
            tokens = tokenizer.tokenize([whole])[0]
            assert [len(text) + 1, len(text) + 1 + len(literal)] in tokens.spans[
                tokens.ids == number
            ].tolist()


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("japanese", "㍿ ｶﾞ　e\u0301", ["㍿", "㍿", "㍿", "㍿", "ｶﾞ", "e\u0301"]),
        ("uncased", "e\u0301a me\u0301", ["e\u0301", "a", "m", "e\u0301"]),
        ("unigram", "me\u0301 \r\nm", ["", "m", "e\u0301", "", "m"]),
    ],
)
def test_spans_of_what_normalising_changes(kind, text, expected, tmp_path):
    """Expansions share a span, marks go with letters, a lone ▁ has none."""
    tokenizer = open_tokenizer(KINDS[kind](tmp_path), kind)
    assert [text[start:end] for start, end in tokenizer.tokenize([text])[0].spans.tolist()] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x7fx>\x01k", ["", "x", ">", "k"]),
        ("<mask>\x01\x7fx>\x7f k", ["<mask>", "", "x", ">", "", "k"]),
        ("x㍿\x7fk", ["", "x", "㍿", "㍿", "㍿", "k"]),
        ("\x01x\x01\u0301k", ["", "x", "\u0301", "k"]),
    ],
)
def test_characters_that_vanish_shift_nothing(text, expected, tmp_path, monkeypatch):
    """The published map drops control characters; the spans of what follows them are right all the same."""
    pairs = [*charsmap._replacements(), (b"\x01", b""), (b"\x7f", b"")]
    monkeypatch.setattr(charsmap, "_replacements", lambda: iter(pairs))
    tokenizer = open_tokenizer(folders.unigram(tmp_path), "unigram")
    assert [text[start:end] for start, end in tokenizer.tokenize([text])[0].spans.tolist()] == expected


def test_marks_end_where_the_tables_end():
    """White space and marks behind the tables: only the variation selectors, and they are known."""
    for point in range(0x30000, sys.maxunicode + 1):
        character = chr(point)
        assert not character.isspace()
        assert unicodedata.category(character).startswith("M") == (0xE0100 <= point <= 0xE01EF)
    spans = np.array([[0, 1]], dtype=np.int32)
    assert tidied(spans, "葛\U000e0100").tolist() == [[0, 2]]


def test_lone_surrogates_are_replaced_one_by_one():
    """A text that no encoding takes still has as many characters."""
    assert readable("a\ud800b\udfff") == "a\ufffdb\ufffd"
