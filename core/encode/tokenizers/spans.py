"""Spans of tokens: what a text must look like for a tokenizer, and spans without white space around them."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from core.domain import Int32Array

_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


def readable(text: str) -> str:
    """`text` with U+FFFD for lone surrogates, which no tokenizer takes; as many characters as before."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def trimmed(spans: Int32Array, text: str) -> Int32Array:
    """`spans` without white space at either end; one of nothing but white space is empty, at its end."""
    is_space = _spaces(text)
    if is_space is None or len(spans) == 0:
        return spans
    places = np.arange(len(text), dtype=np.int32)
    ink = np.where(is_space, np.int32(len(text)), places)
    next_ink = np.append(np.minimum.accumulate(ink[::-1])[::-1], np.int32(len(text)))
    last_ink_end = np.append(np.int32(0), np.maximum.accumulate(np.where(is_space, 0, places + 1)))
    starts = np.minimum(next_ink[spans[:, 0]], spans[:, 1])
    ends = np.maximum(last_ink_end[spans[:, 1]], starts)
    return np.stack([starts, ends], axis=1).astype(np.int32)


def _spaces(text: str) -> NDArray[np.bool_] | None:
    """`(len(text),)`: which characters are white space; None when there are none."""
    runs = [match.span() for match in _SPACE.finditer(text)]
    if not runs:
        return None
    is_space = np.zeros(len(text), dtype=bool)
    for start, end in runs:
        is_space[start:end] = True
    return is_space
