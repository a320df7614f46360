"""How rare is a unit, or a pair of neighbours? A small table of what is frequent, defaults for the rest.

The file (little-endian): the magic, `uint32` version, `uint32` entries n, n `uint32` keys in ascending order
(the upper halves of feature hashes), n `uint8` rarities in steps of 1/24. packaging/rarity/ builds it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array
from core.encode.lexical.directions import Hashes
from core.errors import LibraryDamagedError
from core.folding.units import Kind

MAGIC = b"MIKKERAR"
VERSION = 1
STEPS = 24.0
"""A rarity is an inverse document frequency in natural logarithms; 255 / 24 = 10.6 is the largest one."""

UNIT_CAP = 9.0
PAIR_CAP = 10.6
LEAST = 0.05
_HEADER = len(MAGIC) + 8
_KEY_SHIFT = np.uint64(32)

_WORD_DEFAULTS = np.array([0.0, 1.0, 1.5, 2.5, 4.0, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0], dtype=np.float32)
"""By length in characters: in a language that the table does not know, short words are the frequent ones."""

_OTHER_DEFAULT = 8.0
_PAIR_SHARE = 0.75
"""Share of the sum of two rarities that their pair gets: words of a text are not independent."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RarityTable:
    """`keys`: `(n,)` uint32, ascending; `values`: `(n,)` float32; `checksum`: SHA-256 of the file."""

    keys: NDArray[np.uint32]
    values: Float32Array
    checksum: str

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the table; raises LibraryDamagedError if the file is missing or not a rarity table."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise LibraryDamagedError(path, str(error)) from error
        return cls.from_bytes(content, path)

    @classmethod
    def from_bytes(cls, content: bytes, path: Path) -> Self:
        """Parse the file `path`, whose content this is; raises LibraryDamagedError."""
        if content[: len(MAGIC)] != MAGIC or len(content) < _HEADER:
            raise LibraryDamagedError(path, "not a rarity table")
        version, count = (int(x) for x in np.frombuffer(content, dtype="<u4", count=2, offset=len(MAGIC)))
        if version != VERSION or len(content) != _HEADER + 5 * count:
            raise LibraryDamagedError(path, f"version {version} with {count} entries in {len(content)} bytes")
        keys = np.frombuffer(content, dtype="<u4", count=count, offset=_HEADER).astype(np.uint32)
        steps = np.frombuffer(content, dtype=np.uint8, offset=_HEADER + 4 * count)
        values = (steps / np.float32(STEPS)).astype(np.float32)
        return cls(keys=keys, values=values, checksum=hashlib.sha256(content).hexdigest())

    def of_units(
        self, hashes: Hashes, kinds: NDArray[np.uint8], lengths: NDArray[np.integer]
    ) -> Float32Array:
        """`(n,)` float32, from LEAST to UNIT_CAP."""
        return np.maximum(self._look_up(hashes, default_rarity(kinds, lengths)), np.float32(LEAST))

    def of_pairs(self, hashes: Hashes, left: Float32Array, right: Float32Array) -> Float32Array:
        """`(n,)` float32, from LEAST to PAIR_CAP; `left` and `right` are the rarities of the two units."""
        return np.maximum(self._look_up(hashes, default_pair_rarity(left, right)), np.float32(LEAST))

    def _look_up(self, hashes: Hashes, default: Float32Array) -> Float32Array:
        if len(self.keys) == 0:
            return default
        wanted = key_of(hashes)
        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[places] == wanted, self.values[places], default).astype(np.float32)


def key_of(hashes: Hashes) -> NDArray[np.uint32]:
    return (hashes >> _KEY_SHIFT).astype(np.uint32)


def default_rarity(kinds: NDArray[np.uint8], lengths: NDArray[np.integer]) -> Float32Array:
    """Rarity of units that the table does not have."""
    by_length = _WORD_DEFAULTS[np.minimum(lengths, len(_WORD_DEFAULTS) - 1)]
    is_word = (kinds == Kind.WORD) | (kinds == Kind.HANGUL)
    return np.where(is_word, by_length, np.float32(_OTHER_DEFAULT)).astype(np.float32)


def default_pair_rarity(left: Float32Array, right: Float32Array) -> Float32Array:
    """Rarity of pairs that the table does not have."""
    expected = (left + right) * np.float32(_PAIR_SHARE)
    return np.asarray(np.minimum(expected, np.float32(PAIR_CAP)), dtype=np.float32)


def table_bytes(keys: NDArray[np.uint32], values: NDArray[np.floating]) -> bytes:
    """The file for these entries; of equal keys the least rare stays."""
    order = np.lexsort((values, keys))
    keys, values = keys[order], values[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    steps = np.clip(np.rint(values[first] * STEPS), 0, 255).astype(np.uint8)
    header = MAGIC + np.array([VERSION, first.sum()], dtype="<u4").tobytes()
    return b"".join([header, keys[first].astype("<u4").tobytes(), steps.tobytes()])
