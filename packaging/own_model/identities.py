"""Where does each token point before any context? Random directions, shared by tokens with shared parts.

A word shares directions with words that have its groups of letters or its beginning, as in the lexical
encoder (core/encode/lexical/words.py), and a compound of ideographs with its characters. Tokens of other
languages are drawn towards the English tokens that they are linked to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from own_model.links import Strengths
from own_model.scripts import Script, bare, script_of

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What counts beside the whole piece (1): all its groups of so many characters, and its beginning."""

    groups: tuple[int, ...]
    weight: float
    beginning: int = 0
    beginning_weight: float = 0.0


_PARTS: Mapping[Script, _Parts] = {
    Script.ALPHABET: _Parts(groups=(3,), weight=2.0, beginning=4, beginning_weight=1.0),
    Script.HANGUL: _Parts(groups=(1, 2), weight=1.5, beginning=2, beginning_weight=0.7),
    Script.HAN: _Parts(groups=(1, 2), weight=1.0),
    Script.KATAKANA: _Parts(groups=(2, 3), weight=1.0),
    Script.HIRAGANA: _Parts(groups=(2,), weight=0.7),
    Script.THAI: _Parts(groups=(3,), weight=1.0),
}

PULL = 3.0
"""How far a link moves a token: 3 is the best of 0.7 to 3 for translations, and costs Japanese nothing
(prototype; 1.5 and 3 measured again here)."""

_CERTAIN = 3.0
"""Times the strength of the best link: from 1/3 on a token is drawn with all of PULL."""


def identities(pieces: Sequence[str], links: Strengths, dim: int) -> Vectors:
    """`(pieces, dim)` float32 unit vectors."""
    start = np.stack([_identity(piece, dim) for piece in pieces])
    found = start.copy()
    for token, hubs in links.items():
        strengths = np.array(list(hubs.values()), dtype=np.float32)
        towards = _unit(strengths @ start[list(hubs)])
        found[token] = _unit(start[token] + PULL * min(1.0, _CERTAIN * strengths.max()) * towards)
    return found


def _identity(piece: str, dim: int) -> Vectors:
    found = _direction(f"whole {piece}", dim).copy()
    parts = _PARTS.get(script_of(piece))
    if parts is None:
        return found
    letters = bare(piece)
    groups = [
        letters[start : start + length]
        for length in parts.groups
        for start in range(len(letters) - length + 1)
    ]
    if groups:
        shared = np.sum([_direction(f"group {group}", dim) for group in groups], axis=0)
        found += parts.weight / np.sqrt(len(groups)) * shared
    if parts.beginning and len(letters) >= parts.beginning:
        found += parts.beginning_weight * _direction(f"beginning {letters[: parts.beginning]}", dim)
    return _unit(found)


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


@lru_cache(maxsize=1 << 18)
def _direction(feature: str, dim: int) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "little")
    return _unit(np.random.default_rng(seed).standard_normal(dim).astype(np.float32))
