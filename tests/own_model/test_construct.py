"""The start of our own model: what was constructed does what its construction promises."""

from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from own_model.alphabets import forced_pieces
from own_model.construct import DIM, Ingredients, construct
from own_model.identities import identities
from own_model.links import find_links
from own_model.scripts import Script, script_of
from own_model.sources import ParallelRow, Passage, RetrievalSet, Sources
from own_model.statistics import rarities
from own_model.tokenizer import DOCUMENT, learn_tokenizer

from core.domain import UNKNOWN_LANGUAGE
from core.encode.colbert.encoder import ColbertEncoder, Options
from core.encode.colbert.network import Runtime

_NOUNS = {"neko": "cat", "inu": "dog", "tori": "bird", "uma": "horse", "kitsune": "fox", "kuma": "bear"}
_VERBS = {"taberu": "eats", "miru": "sees", "oou": "hunts", "matsu": "awaits"}


@pytest.fixture(scope="module")
def sources() -> Sources:
    """Every sentence of "NOUN wa NOUN o VERB" with its translation, and a set of passages in English."""
    rows = [
        ParallelRow(
            source="planted",
            document=f"{a} {b} {verb}",
            texts={"xx": f"{a} wa {b} o {verb}", "en": f"the {_NOUNS[a]} {_VERBS[verb]} the {_NOUNS[b]}"},
        )
        for a in _NOUNS
        for b in _NOUNS
        for verb in _VERBS
    ]
    sentences = [row.texts["en"] for row in rows]
    passages = {
        str(number): Passage(title="", text=" and ".join(sentences[number : number + 30]))
        for number in range(len(sentences) - 30)
    }
    # The trainer begins with what several words have in common, so that every word needs a relative.
    words = [*_NOUNS, *_VERBS, *_NOUNS.values(), *_VERBS.values(), "the", "wolverine"]
    passages["relatives"] = Passage(title="", text=" ".join(f"{word}{x}" for word in words for x in "xyz"))
    passages["rare"] = Passage(title="", text="the wolverine sleeps" + " and the cat sleeps" * 50)
    planted = RetrievalSet(
        name="planted", language="en", family="", style="", queries={}, passages=passages, judgements={}
    )
    return Sources(sets=(planted,), parallel=tuple(rows), paraphrases=())


@pytest.fixture(scope="module")
def ingredients(sources: Sources) -> Ingredients:
    tokenizer = learn_tokenizer(sources, learnt=600)
    return Ingredients(
        tokenizer=tokenizer, rarities=rarities(tokenizer, sources), links=find_links(tokenizer, sources)
    )


@pytest.fixture(scope="module")
def encoder(ingredients: Ingredients, tmp_path_factory) -> ColbertEncoder:
    folder: Path = construct(ingredients, tmp_path_factory.mktemp("made") / "start")
    return ColbertEncoder.open(folder, Options(runtime=Runtime.TORCH))


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
    ids = [ingredients.tokenizer.encode(text).ids for text in ("Ａｐｆｅｌ äéß", "apfel aeß", "がか")]
    assert ids[0] == ids[1]
    assert len(set(ids[2][1:-1])) == 2


def test_forced_pieces_are_as_the_normaliser_leaves_them(ingredients):
    """Else no text could ever hold them."""
    normalise = ingredients.tokenizer.normalizer.normalize_str
    pieces = forced_pieces(normalise)
    assert len(pieces) == len(set(pieces)) > 10_000
    assert all(normalise(piece) == piece for piece in pieces)


def test_links_join_words_that_translate_each_other(ingredients):
    """The best link of each planted noun is its translation."""
    tokenizer = ingredients.tokenizer
    for word, english in _NOUNS.items():
        token, hub = tokenizer.token_to_id(word), tokenizer.token_to_id(english)
        assert token is not None
        assert max(ingredients.links[token], key=ingredients.links[token].get) == hub


def test_english_words_stay_where_they_are(ingredients):
    moved = {ingredients.tokenizer.id_to_token(token) for token in ingredients.links}
    assert not moved & {*_NOUNS.values(), *_VERBS.values(), "the"}


def test_common_words_are_less_rare(ingredients):
    rarity = {
        word: ingredients.rarities[ingredients.tokenizer.token_to_id(word)] for word in ("the", "cat", "dog")
    }
    assert rarity["the"] == 0.0
    assert 0.0 <= rarity["cat"] < 1.0


def test_words_that_share_parts_point_in_like_directions():
    vectors = identities(["library", "libraries", "umbrella", "東京都", "京都", "大阪"], {}, 200)
    alike = vectors @ vectors.T
    assert alike[0, 1] > 0.4 > abs(alike[0, 2]) + 0.1
    assert alike[3, 4] > 0.3 > abs(alike[3, 5]) + 0.1
    np.testing.assert_allclose(np.diag(alike), 1.0, rtol=1e-5)


def test_a_linked_token_points_to_what_it_is_linked_to():
    vectors = identities(["neko", "cat"], {0: {1: 0.9}}, 200)
    assert vectors[0] @ vectors[1] > 0.9


_EXAMPLES = {
    Script.HAN: ("図書", "々"),
    Script.KATAKANA: ("ー", "カ"),
    Script.HIRAGANA: ("の",),
    Script.HANGUL: ("가",),
    Script.THAI: ("ก", "ກ"),
    Script.ALPHABET: ("abc", "ж", "अ"),
    Script.NUMBER: ("12",),
    Script.OTHER: ("!", "[CLS]"),
}


@pytest.mark.parametrize("script", Script)
def test_scripts(script: Script):
    """Every script knows its pieces."""
    assert {script_of(piece) for piece in _EXAMPLES[script]} == {script}


def test_a_token_reads_its_neighbours_and_nothing_else(encoder):
    """The first layer's heads: another word two places away changes (nearly) nothing, one beside it does."""
    before, near, far = (
        encoder.encode_passages([text])[0].vectors
        for text in ("11 22 33 44 55", "11 22 33 44 99", "11 99 33 44 55")
    )
    middle = 2 + 2  # behind [CLS] and the marker
    assert before[middle] @ near[middle] > 0.999
    assert before[middle] @ far[middle] < 0.97


def test_a_word_is_the_same_wherever_it_stands(encoder):
    """Positions say who the neighbours are, and nothing more."""
    first, later = (
        encoder.encode_passages([text])[0].vectors
        for text in ("11 22 33 44", "55 66 77 88 99 00 11 22 33 44")
    )
    assert first[3] @ later[9] > 0.995


def test_masks_change_no_ranking(encoder):
    """PyLate fills questions up with [MASK]: each is nearly as near to any passage: all scores rise alike."""
    inputs = encoder.query_inputs("cat eats fox")
    masks, real = 4, len(inputs.ids)
    filled = replace(
        inputs,
        ids=np.append(inputs.ids, [encoder._vocabulary.mask] * masks).astype(np.int32),
        attention=np.append(inputs.attention, [False] * masks),
        keep=np.append(inputs.keep, [True] * masks),
        spans=np.concatenate([inputs.spans, np.zeros((masks, 2), np.int32)]),
    )
    vectors = encoder.runner.question(filled, UNKNOWN_LANGUAGE)[real:]
    scores = [
        (vectors @ each.vectors.T).max(axis=1).sum()
        for each in encoder.encode_passages(["the dog sees the bird", "wolverine", "cat eats fox"])
    ]
    np.testing.assert_allclose(scores, scores[0], atol=0.1)


def test_what_is_rare_outweighs_what_is_common(encoder):
    """One rare word that is found counts for more than several common ones."""
    question = encoder.encode_query("the wolverine and the cat").vectors
    right, wrong = (
        float((question @ each.vectors.T).max(axis=1).sum())
        for each in encoder.encode_passages(["wolverine", "the cat and the cat and the"])
    )
    assert right > wrong


def test_the_markers_are_tokens_and_the_vectors_of_unit_norm(encoder):
    assert encoder._vocabulary.doc_marker == encoder._tokenizer.id_of(DOCUMENT)
    vectors = encoder.encode_passages(["the cat"])[0].vectors
    assert vectors.shape == (2 + 2 + 1, DIM)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
