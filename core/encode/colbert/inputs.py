"""Here are the tokens of a text: what goes into the network, and which vectors come out of the model?

As colbert-ai 0.2.22 does it (modeling/tokenization), or PyLate 1.6.0 (models/colbert.py) where the profile
says so. Pure functions on numpy arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Int32Array
from core.encode.checkpoint.profile import SPECIALS, Profile
from core.encode.checkpoint.rules import MarkerRule, QueryLengthRule, SkiplistRule
from core.encode.tokenizers.tokenizer import Tokenizer, Tokens

BoolArray = NDArray[np.bool_]

DYNAMIC_STEP, DYNAMIC_LEAST_MASKS = 32, 8
"""JaColBERTv2.5's query length (arXiv 2407.20750, 3.1): the next multiple of 32; where that leaves fewer than
eight masks, exactly eight of them. We count [CLS], the marker and [SEP] among the tokens; the paper does not
say."""

OVERLAP = 32
"""Tokens that two windows of a long passage share, so that none is read without what surrounds it."""

LEGACY_PREFIX = ". "


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """One text for the network, all `(tokens,)`: `ids` int32, `attention` bool (whether others look at it),
    `keep` bool (whether its vector counts), `spans` `(tokens, 2)` int32, empty for special tokens.
    """

    ids: Int32Array
    attention: BoolArray
    keep: BoolArray
    spans: Int32Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Token ids that a profile names. A marker that the vocabulary lacks is its unknown token, as in
    colbert-ai (ColBERT-XM is published like that: questions and passages have the same marker).
    """

    begin: int
    end: int
    mask: int
    pad: int
    query_marker: int
    doc_marker: int
    skipped: frozenset[int]

    @classmethod
    def of(cls, profile: Profile, tokenizer: Tokenizer) -> Vocabulary:
        special = tokenizer.special

        def id_of(token: str) -> int:
            found = tokenizer.id_of(token)
            return special.unknown if found is None else found

        if profile.skiplist_rule is SkiplistRule.COLBERT_AI:
            # Of several pieces the first: in SentencePiece often a lone ▁, which then is skipped everywhere.
            skipped = {int(each.ids[0]) for each in tokenizer.tokenize(profile.skiplist) if len(each.ids)}
        elif profile.skiplist_rule is SkiplistRule.PYLATE:
            skipped = {id_of(word) for word in profile.skiplist}
        else:
            skipped = set()
        return cls(
            begin=special.begin,
            end=special.end,
            mask=special.mask,
            pad=special.pad,
            query_marker=id_of(profile.query_marker),
            doc_marker=id_of(profile.doc_marker),
            skipped=frozenset(skipped),
        )


def tokenize(texts: Sequence[str], profile: Profile, tokenizer: Tokenizer) -> list[Tokens]:
    """The tokens of texts as the profile wants them tokenised; spans are in the texts as given."""
    if profile.marker_rule is MarkerRule.LEGACY:
        return [_without_first(each) for each in tokenizer.tokenize([LEGACY_PREFIX + text for text in texts])]
    if not profile.strip:
        return tokenizer.tokenize(texts)
    leading = [len(text) - len(text.lstrip()) for text in texts]
    found = tokenizer.tokenize([text.strip() for text in texts])
    return [Tokens(ids=each.ids, spans=each.spans + by) for each, by in zip(found, leading, strict=True)]


def _without_first(tokens: Tokens) -> Tokens:
    """The marker takes the place of the first token of what was written before the text."""
    return Tokens(ids=tokens.ids[1:], spans=np.maximum(tokens.spans[1:] - len(LEGACY_PREFIX), 0))


def query_inputs(tokens: Tokens, profile: Profile, vocabulary: Vocabulary, most: int) -> Inputs:
    """A question, filled up with masks, whose vectors count too. `most` tokens fit into the network."""
    length = query_length(len(tokens.ids) + SPECIALS, profile, most)
    inputs = _framed(tokens, vocabulary.query_marker, vocabulary, length)
    real = len(inputs.ids)
    if not profile.query_expansion:
        return inputs
    ids = np.full(length, vocabulary.mask, dtype=np.int32)
    ids[:real] = np.where(inputs.ids == vocabulary.pad, vocabulary.mask, inputs.ids)
    attention = np.full(length, profile.attend_to_masks)
    attention[:real] = True
    spans = np.zeros((length, 2), dtype=np.int32)
    spans[:real] = inputs.spans
    return Inputs(ids=ids, attention=attention, keep=np.ones(length, dtype=bool), spans=spans)


def query_length(tokens: int, profile: Profile, most: int) -> int:
    """The length of a question with so many tokens, special ones included."""
    if profile.query_length_rule is QueryLengthRule.FIXED:
        return profile.query_length
    rounded = -(-tokens // DYNAMIC_STEP) * DYNAMIC_STEP
    length = rounded if rounded - tokens >= DYNAMIC_LEAST_MASKS else tokens + DYNAMIC_LEAST_MASKS
    return min(length, most)


def passage_inputs(tokens: Tokens, profile: Profile, vocabulary: Vocabulary) -> Inputs:
    """A passage, cut to `doc_length` as the reference does."""
    inputs = _framed(tokens, vocabulary.doc_marker, vocabulary, profile.doc_length)
    dropped = [*vocabulary.skipped]
    if profile.skiplist_rule is not SkiplistRule.PYLATE:
        dropped.append(vocabulary.pad)  # a literal [PAD] in the text
    keep = ~np.isin(inputs.ids, dropped)
    return Inputs(ids=inputs.ids, attention=inputs.attention, keep=keep, spans=inputs.spans)


def passage_windows(tokens: Tokens, profile: Profile, vocabulary: Vocabulary) -> Iterator[Inputs]:
    """The same without a loss: a longer passage becomes windows that overlap. Each token counts once, where
    it is farther from an edge, and the special ones in the first window.
    """
    room = profile.doc_length - SPECIALS
    step = max(1, room - min(OVERLAP, room // 2))
    count = len(tokens.ids)
    starts = [0] if count <= room else list(range(0, count - room + step, step))
    for number, start in enumerate(starts):
        end = min(start + room, count)
        part = Tokens(ids=tokens.ids[start:end], spans=tokens.spans[start:end])
        inputs = passage_inputs(part, profile, vocabulary)
        if len(starts) > 1:
            previous_end = min(starts[number - 1] + room, count) if number else start
            next_start = starts[number + 1] if number + 1 < len(starts) else end
            own = np.arange(len(inputs.ids)) + start - (SPECIALS - 1)  # the token at each place
            first, last = (previous_end + start + 1) // 2, (end + next_start + 1) // 2
            special = np.isin(np.arange(len(own)), (0, 1, len(own) - 1))
            counts = np.where(special, number == 0, (own >= first) & (own < last))
            inputs = Inputs(
                ids=inputs.ids, attention=inputs.attention, keep=inputs.keep & counts, spans=inputs.spans
            )
        yield inputs


def _framed(tokens: Tokens, marker: int, vocabulary: Vocabulary, length: int) -> Inputs:
    """[CLS] marker … [SEP], cut on the right so that `length` holds it."""
    ids, spans = tokens.ids, tokens.spans
    ids, spans = ids[: length - SPECIALS], spans[: length - SPECIALS]
    nowhere = np.zeros((1, 2), dtype=np.int32)
    framed = np.concatenate([[vocabulary.begin, marker], ids, [vocabulary.end]]).astype(np.int32)
    return Inputs(
        ids=framed,
        attention=np.ones(len(framed), dtype=bool),
        keep=np.ones(len(framed), dtype=bool),
        spans=np.concatenate([nowhere, nowhere, spans, nowhere]).astype(np.int32),
    )
