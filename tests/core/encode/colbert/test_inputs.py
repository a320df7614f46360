"""What goes into the network, and which vectors come out."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.encode.checkpoint.profile import SPECIALS, Profile
from core.encode.checkpoint.rules import MarkerRule, QueryLengthRule, SkiplistRule
from core.encode.colbert.inputs import (
    Vocabulary,
    passage_inputs,
    passage_windows,
    query_inputs,
    query_length,
    tokenize,
)
from core.encode.tokenizers.tokenizer import SpecialIds, Tokens

BEGIN, END, MASK, PAD, UNKNOWN, QUERY, DOC = 2, 3, 4, 0, 1, 5, 6
FIRST_LETTER = 100
POSITIONS = 512

PROFILE = Profile(
    query_marker="[Q]",
    doc_marker="[D]",
    marker_rule=MarkerRule.INSERT,
    query_length=32,
    query_length_rule=QueryLengthRule.FIXED,
    query_expansion=True,
    doc_length=12,
    attend_to_masks=False,
    skiplist_rule=SkiplistRule.COLBERT_AI,
    skiplist=(".", "!"),
    strip=False,
    language="",
    origins={},
)


class Letters:
    """One token a character; `~` is [PAD], `_` is [MASK], and upper case is not known."""

    special = SpecialIds(begin=BEGIN, end=END, mask=MASK, pad=PAD, unknown=UNKNOWN)
    size = 1000

    def id_of(self, token):
        return {"[Q]": QUERY, "[D]": DOC}.get(token) or (None if len(token) != 1 else self._id(token))

    def tokenize(self, texts):
        return [
            Tokens(
                ids=np.array([self._id(letter) for letter in text], dtype=np.int32),
                spans=np.array([(i, i + 1) for i in range(len(text))], dtype=np.int32).reshape(-1, 2),
            )
            for text in texts
        ]

    @staticmethod
    def _id(letter):
        special = {"~": PAD, "_": MASK}.get(letter)
        if special is not None:
            return special
        return UNKNOWN if letter.isupper() else FIRST_LETTER + ord(letter) % 800


TOKENIZER = Letters()


def changed(**values):
    return dataclasses.replace(PROFILE, **values)


def question(text, profile=PROFILE):
    (tokens,) = tokenize([text], profile, TOKENIZER)
    return query_inputs(tokens, profile, Vocabulary.of(profile, TOKENIZER), POSITIONS)


def passage(text, profile=PROFILE):
    (tokens,) = tokenize([text], profile, TOKENIZER)
    return passage_inputs(tokens, profile, Vocabulary.of(profile, TOKENIZER))


def windows(text, profile=PROFILE):
    (tokens,) = tokenize([text], profile, TOKENIZER)
    return list(passage_windows(tokens, profile, Vocabulary.of(profile, TOKENIZER)))


@pytest.mark.parametrize(
    ("tokens", "length"),
    [(5, 32), (24, 32), (25, 33), (31, 39), (32, 40), (33, 64), (56, 64), (57, 65), (64, 72), (65, 96)],
)
def test_dynamic_query_length(tokens, length):
    """JaColBERTv2.5: the next multiple of 32, or eight masks where that leaves fewer (arXiv 2407.20750)."""
    profile = changed(query_length_rule=QueryLengthRule.DYNAMIC)
    assert query_length(tokens, profile, POSITIONS) == length


def test_a_dynamic_question_is_never_longer_than_the_network():
    """A pasted page is cut where the positions end."""
    inputs = question("a" * 2000, changed(query_length_rule=QueryLengthRule.DYNAMIC))
    assert len(inputs.ids) == POSITIONS
    assert inputs.ids[-1] == END


def test_a_question_is_filled_with_masks_that_count():
    """[CLS] marker … [SEP], then masks; their vectors are scored, but nobody attends to them."""
    inputs = question("ab")
    assert inputs.ids[:5].tolist() == [BEGIN, QUERY, *TOKENIZER.tokenize(["ab"])[0].ids, END]
    assert (inputs.ids[5:] == MASK).all()
    assert len(inputs.ids) == 32
    assert inputs.keep.all()
    assert inputs.attention.tolist() == [True] * 5 + [False] * 27
    assert inputs.spans.tolist() == [[0, 0], [0, 0], [0, 1], [1, 2]] + [[0, 0]] * 28


def test_masks_are_attended_to_where_the_profile_says_so():
    assert question("ab", changed(attend_to_masks=True)).attention.all()


def test_a_literal_pad_becomes_a_mask_in_a_question_and_is_dropped_from_a_passage():
    """As in colbert-ai, which looks at ids alone."""
    assert question("a~b").ids[3] == MASK
    assert passage("a~b").keep.tolist() == [True, True, True, False, True, True]


def test_no_masks_without_expansion():
    assert len(question("ab", changed(query_expansion=False)).ids) == 5


@pytest.mark.parametrize(("letters", "kept"), [(28, 28), (29, 29), (30, 29), (100, 29)])
def test_a_fixed_question_is_cut_on_the_right(letters, kept):
    inputs = question("abcdefghij" * 10 if letters == 100 else ("abcdefghij" * 10)[:letters])
    assert len(inputs.ids) == 32
    assert int((inputs.spans[:, 1] > 0).sum()) == kept
    assert inputs.ids[kept + 2] == END


def test_punctuation_of_passages_gets_no_vector():
    """By the ids of the skiplist; special tokens always stay."""
    assert passage("a.b!").keep.tolist() == [True, True, True, False, True, False, True]
    assert passage("..").keep.tolist() == [True, True, False, False, True]
    assert passage("").keep.tolist() == [True, True, True]
    assert passage("a.b!", changed(skiplist_rule=SkiplistRule.NONE)).keep.all()


def test_skiplists_of_characters_that_are_not_in_the_vocabulary():
    """PyLate then skips the unknown token wherever it stands."""
    rule = changed(skiplist_rule=SkiplistRule.PYLATE, skiplist=("[no such]",))
    assert passage("aBc", rule).keep.tolist() == [True, True, True, False, True, True]


def test_a_marker_that_the_vocabulary_lacks_is_the_unknown_token():
    """As colbert-ai does it for ColBERT-XM; no row is added to the embeddings."""
    assert question("a", changed(query_marker="[unused0]")).ids[1] == UNKNOWN


def test_legacy_markers_stand_on_the_first_token_of_a_full_stop():
    """What was written before the text leaves its rest behind, and spans stay those of the text."""
    inputs = passage("ab", changed(marker_rule=MarkerRule.LEGACY))
    assert inputs.ids.tolist() == [BEGIN, DOC, *TOKENIZER.tokenize([" ab"])[0].ids, END]
    assert inputs.spans.tolist() == [[0, 0], [0, 0], [0, 0], [0, 1], [1, 2], [0, 0]]


def test_stripped_texts_keep_the_spans_of_the_whole_text():
    inputs = passage("  ab ", changed(strip=True))
    assert inputs.spans.tolist() == [[0, 0], [0, 0], [2, 3], [3, 4], [0, 0]]


@given(st.text("abc.", max_size=200), st.integers(SPECIALS + 1, 60))
def test_windows_lose_nothing(text, length):
    """Every token that may have a vector has exactly one, in order, and special tokens come once."""
    profile = changed(doc_length=length)
    found = windows(text, profile)
    assert all(len(each.ids) <= length for each in found)
    spans = np.concatenate([each.spans[each.keep] for each in found])
    real = [span.tolist() for span in spans if span[1] > span[0]]
    assert real == [[i, i + 1] for i, letter in enumerate(text) if letter != "."]
    assert len(spans) - len(real) == SPECIALS


@given(st.text("abc.", max_size=57))
def test_a_passage_that_fits_is_one_window(text):
    """Then windows change nothing."""
    profile = changed(doc_length=60)
    (window,) = windows(text, profile)
    whole = passage(text, profile)
    assert window.ids.tolist() == whole.ids.tolist()
    assert window.keep.tolist() == whole.keep.tolist()
