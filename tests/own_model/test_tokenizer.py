"""Our own tokenizer: all texts are read, words of any language keep their parts, spans are what one sees."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from own_model.alphabets import forced_pieces
from own_model.scripts import bare
from own_model.tokenizer import write_tokenizer

from core.encode.tokenizers.fast import FastTokenizer


def test_every_sign_of_ascii_and_every_ordinary_letter_is_a_token(ingredients):
    """PyLate takes a sign that is none for [UNK], and leaves out every [UNK] then."""
    tokenizer = ingredients.tokenizer
    ordinary = string.ascii_lowercase + "あアー亜一가各กअক" + "αάςяґאبةაա" + "éßñ"
    for character in string.punctuation + string.digits + ordinary:
        assert "[UNK]" not in tokenizer.encode(character).tokens, character
        assert not any(token.startswith("<0x") for token in tokenizer.encode(character).tokens), character


def test_what_is_no_token_is_read_byte_by_byte(ingredients):
    tokens = ingredients.tokenizer.encode("𓀀", add_special_tokens=False).tokens
    assert tokens == [f"<0x{byte:02X}>" for byte in "𓀀".encode()]


@pytest.mark.parametrize(
    ("word", "another_form"), [("ανθρωπος", "ανθρωπους"), ("მეგობარი", "მეგობარს"), ("ընկերը", "ընկերոջ")]
)
def test_an_ending_changes_the_end_only(ingredients, word: str, another_form: str):
    """In scripts without training text words are cut into pairs of letters from their beginning."""
    one, other = (
        ingredients.tokenizer.encode(x, add_special_tokens=False).tokens for x in (word, another_form)
    )
    shared = sum(1 for a, b in zip(one, other, strict=False) if a == b)
    assert shared >= 2


@pytest.mark.parametrize("word", ["βιβλιοθήκη", "ספרייה", "ბიბლიოთეკა", "पुस्तकालय", "மேசை", "মানুষ", "მანქანა"])
def test_scripts_without_text_do_not_fall_to_single_letters(ingredients, word: str):
    """Issue 6: a token of such a word holds more than one letter on average."""
    tokens = ingredients.tokenizer.encode(word, add_special_tokens=False).tokens
    assert len(tokens) <= 0.67 * len(word)


def test_texts_are_folded(ingredients):
    """Width, case, accents and vowel points make no difference; the sound mark of kana does."""
    ids = [ingredients.tokenizer.encode(text).ids for text in ("Ａｐｆｅｌ äéß Øl", "apfel aess ol", "がか")]
    assert ids[0] == ids[1]
    assert len(set(ids[2][1:-1])) == 2


def test_forced_pieces_are_as_the_normaliser_leaves_them(ingredients):
    """Else no text could ever hold them."""
    normalise = ingredients.tokenizer.normalizer.normalize_str
    pieces = forced_pieces(normalise)
    assert len(pieces) == len(set(pieces)) > 10_000
    assert all(bare(normalise(piece)) == piece for piece in pieces)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the cat, the dog", ["▁the", "▁cat", ",", "▁the", "▁dog"]),
        ("猫cat犬", ["猫", "▁cat", "犬"]),
        ("cät", ["▁cat"]),
        ("7cat", ["7", "▁cat"]),
    ],
)
def test_words_of_latin_letters_begin_with_a_mark(ingredients, text: str, words: list[str]):
    tokens = ingredients.tokenizer.encode(text, add_special_tokens=False).tokens
    assert tokens == words


def test_a_word_that_is_not_known_falls_into_groups_of_letters(ingredients):
    """Of three, which words that are known have, and not into one letter after the other."""
    tokens = ingredients.tokenizer.encode("kitbersun", add_special_tokens=False).tokens
    assert tokens == ["▁kit", "ber", "sun"]


@pytest.fixture(scope="module")
def opened(ingredients, tmp_path_factory) -> FastTokenizer:
    folder: Path = tmp_path_factory.mktemp("tokenizer")
    write_tokenizer(ingredients.tokenizer, folder)
    return FastTokenizer.open(folder, "ours")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("3cat", "cat"),
        ("'cat'", "cat"),
        ("a  cat", "cat"),
        ("②ｃａｔ", "ｃａｔ"),
        ("“cat”", "cat"),
        ("の cat", "cat"),
    ],
)
def test_the_mark_belongs_to_no_other_token(ingredients, opened, text: str, word: str):
    """The span of a word is the word, whatever stands before it."""
    tokens = opened.tokenize([text])[0]
    where = tokens.ids.tolist().index(ingredients.tokenizer.token_to_id("▁cat"))
    start, end = tokens.spans[where]
    assert text[start:end] == word
