"""The start of our own model: what was constructed does what its construction promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from own_model.construct import DIM, Ingredients, construct
from own_model.identities import identities
from own_model.scripts import MARK, Script, is_continuing, script_of
from own_model.tokenizer import DOCUMENT

from core.domain import UNKNOWN_LANGUAGE
from core.encode.colbert.encoder import ColbertEncoder, Options
from core.encode.colbert.network import Runtime
from tests.own_model.planted import NOUNS, VERBS


@pytest.fixture(scope="module")
def encoder(ingredients: Ingredients, tmp_path_factory) -> ColbertEncoder:
    folder: Path = construct(ingredients, tmp_path_factory.mktemp("made") / "start")
    return ColbertEncoder.open(folder, Options(runtime=Runtime.TORCH))


def test_links_join_words_that_translate_each_other(ingredients):
    """The best link of each planted noun is its translation."""
    tokenizer = ingredients.tokenizer
    for word, english in NOUNS.items():
        token, hub = (tokenizer.token_to_id(MARK + each) for each in (word, english))
        assert token is not None
        assert max(ingredients.links[token], key=ingredients.links[token].get) == hub


def test_english_words_stay_where_they_are(ingredients):
    moved = {ingredients.tokenizer.id_to_token(token) for token in ingredients.links}
    assert not moved & {MARK + word for word in (*NOUNS.values(), *VERBS.values(), "the")}


def test_common_words_are_less_rare(ingredients):
    rarity = {
        word: ingredients.rarities[ingredients.tokenizer.token_to_id(MARK + word)]
        for word in ("the", "cat", "dog")
    }
    assert rarity["the"] == 0.0
    assert 0.0 <= rarity["cat"] < 1.0


def test_what_continues_a_word_is_never_common(ingredients):
    """A word that had to be cut is rare, however common its parts are."""
    pieces = ingredients.tokenizer.get_vocab()
    continuing = [number for piece, number in pieces.items() if is_continuing(piece) and len(piece) >= 3]
    assert len(continuing) > 20
    assert ingredients.rarities[continuing].min() > 0.3


def test_words_that_share_parts_point_in_like_directions():
    pieces = ["library", "libraries", "umbrella", "東京都", "京都", "大阪", "▁library"]
    vectors = identities(pieces, {}, 200)
    alike = vectors @ vectors.T
    assert alike[0, 1] > 0.4 > abs(alike[0, 2]) + 0.1
    assert alike[3, 4] > 0.3 > abs(alike[3, 5]) + 0.1
    assert 0.7 < alike[0, 6] < 0.95  # as the end of a compound, and by itself
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
    Script.ALPHABET: ("abc", "▁abc", "ж", "अ"),
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
