"""Here is a passage that was found: which words of the question does nothing in it answer?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.domain import Span
from core.folding.fold import fold, text_of
from core.search.ranking.maxsim import similarity
from core.search.showing.answers import MIN_STRENGTH, salience, stand_for_something, strengths
from core.search.showing.clusters import whole, without_parts
from core.search.showing.function_words import UNSPACED, function_words
from core.search.showing.highlight import Aligned, Tokens
from core.search.showing.words import Script, Words, find_words, with_ending

_BoolArray = NDArray[np.bool_]

SHARE = 0.5
"""A word is answered when tokens with this share of its letters are: `search` of `searching`, not `ing`."""

_LONG_WORD = 4
"""From so many letters on, a word stands in a passage also as a part of another word (a German compound)."""

_LITERAL = {Script.IDEOGRAPHS: 2, Script.KATAKANA: 3, Script.HIRAGANA: 3, Script.UNSPACED: 4}
"""So many characters in a row, found in the passage, are no coincidence; one ideograph of many may be."""

_SHORTEST = {Script.IDEOGRAPHS: 2, Script.UNSPACED: 4}
"""What is left over of a run and shorter than this is no word: 部 of 部分."""

_HOLDS_TOGETHER = re.compile(
    f"(?:{'|'.join(sorted(UNSPACED, key=len, reverse=True))})(?![\u0e30-\u0e3a\u0e45\u0e47-\u0e4e])"
)
"""A word that holds a sentence together; not the beginning of a syllable that goes on (การ of การ์ตูน)."""


def find_unanswered(aligned: Aligned) -> tuple[Span, ...]:
    """The words of the question that nothing in the passage or its heading answers: spans in the text of the
    question, in order. What stands there literally (folded) is answered, whatever the encoder says.

    Words that only hold a sentence together are never among them, nor are hiragana, for want of a dictionary.
    """
    question = aligned.question
    words = find_words(question.text)
    if len(words.starts) == 0:
        return ()
    answered = _by_tokens(aligned, words)
    answered |= _literally(
        words, len(question.text), _folded(aligned.heading) + _folded(aligned.passage.text)
    )
    salient = _salient(question)
    left = salient & ~answered
    found: list[Span] = []
    for span, script in words:
        inside = slice(span.start, span.end)
        if script is Script.HIRAGANA or not left[inside].any():
            continue
        if script in (Script.SPACED, Script.KATAKANA):
            found += [span] if answered[inside].mean() < SHARE else []
        else:
            found += _left_over(question.text, span, script, left[inside])
    return tuple(found)


def _by_tokens(aligned: Aligned, words: Words) -> _BoolArray:
    """Which characters of the question belong to a token that is answered, `(characters,)`."""
    question, asked, found = aligned.question, aligned.question.embeddings, aligned.passage.embeddings
    answered = np.zeros(len(question.text), dtype=bool)
    real = np.flatnonzero(stand_for_something(found))
    if len(asked.vectors) == 0 or len(real) == 0:
        return answered
    near = strengths(similarity(asked.vectors, found.vectors[real]), aligned.noise_floor)
    best = real[near.argmax(axis=1)]
    strong = (near.max(axis=1) >= MIN_STRENGTH) & stand_for_something(asked)
    for token in np.flatnonzero(strong).tolist():
        start, end = asked.spans[token].tolist()
        if not _may_be_coincidence(words, start, end) or _differ(aligned, token, int(best[token])):
            answered[start:end] = True
    return answered


def _may_be_coincidence(words: Words, start: int, end: int) -> bool:
    """Whether a token is a few characters of a longer word: the same few somewhere else answer nothing, but
    for what stands there literally.
    """
    number = words.at(start)
    if number < 0 or words.scripts[number] == Script.SPACED:
        return False
    length = int(words.ends[number] - words.starts[number])
    return end - start < min(_LITERAL[Script(words.scripts[number])], length)


def _differ(aligned: Aligned, asked: int, token: int) -> bool:
    """Whether two tokens are written differently, so that it is their meaning that makes them alike."""
    written, answer = aligned.question.word(asked), aligned.answer_text(token)
    return written != answer and fold(written).text != fold(answer).text


def _folded(text: str) -> str:
    return text_of(find_words(text).folded.points)


def _literally(words: Words, characters: int, folded: str) -> _BoolArray:
    """Which of the question's characters stand in a folded text, as a word or in a row of several."""
    answered = np.zeros(characters, dtype=bool)
    starts, ends = words.folded.starts, words.folded.ends
    for number, (span, script) in enumerate(words):
        word, first = words.written(number), int(words.from_[number])
        if script is Script.SPACED:
            answered[span.start : span.end] |= _stands_in(word, folded)
            continue
        row = min(_LITERAL[script], len(word))
        for at in range(len(word) - row + 1):
            if word[at : at + row] in folded:
                answered[starts[first + at] : ends[first + at + row - 1]] = True
    return answered


def _stands_in(word: str, text: str) -> bool:
    if len(word) >= (_LONG_WORD if word < "\u1100" else 2):
        return word in text
    at = text.find(word)
    while at >= 0:
        if not (text[at - 1 : at].isalnum() or text[at + len(word) : at + len(word) + 1].isalnum()):
            return True
        at = text.find(word, at + 1)
    return False


@lru_cache(maxsize=4)
def _salient(question: Tokens) -> _BoolArray:
    """Which characters of the question belong to a token that can be an answer, and to no function word.

    Kept for the next passages that answer the same question.
    """
    words = find_words(question.text)
    salient = np.zeros(len(question.text), dtype=bool)
    weights = salience(question.embeddings.vectors, question.noise_floor)
    for token in np.flatnonzero(weights >= MIN_STRENGTH).tolist():
        start, end = question.embeddings.spans[token].tolist()
        salient[start:end] = True
    for span in function_words(question.text):
        salient[span.start : span.end] = False
    for number, (span, script) in enumerate(words):
        if script is Script.SPACED:
            continue
        word, first = words.written(number), int(words.from_[number])
        if script is Script.UNSPACED:
            # Its letters are in every text. What is rare is a row of them, which no token stands for.
            salient[span.start : span.end] = salient[span.start : span.end].any()
        for match in _HOLDS_TOGETHER.finditer(word):
            start, end = first + match.start(), first + match.end() - 1
            salient[words.folded.starts[start] : words.folded.ends[end]] = False
    return salient


def _left_over(text: str, span: Span, script: Script, left: _BoolArray) -> Iterator[Span]:
    """The words that are left of a run: what is salient and unanswered, if it is long enough to be a word."""
    shortest = min(_SHORTEST[script], span.end - span.start)
    for start, end in _stretches(left):
        found = Span(start=span.start + start, end=span.start + end)
        found = without_parts(text, whole(text, found))
        if found.end - found.start >= shortest:
            ends = found.end == span.end and script is Script.IDEOGRAPHS
            yield with_ending(text, found) if ends else found


def _stretches(marked: _BoolArray) -> Iterator[tuple[int, int]]:
    """Where `marked` is True, `[start, end)`."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
