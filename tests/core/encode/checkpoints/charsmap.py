"""A precompiled character map as SentencePiece models carry one, made by us from Python's own NFKC.

The published tokenizers normalise by such a map (230 kB of base64), and the `tokenizers` library treats it
unlike its own NFKC: grapheme by grapheme, with spans of its own. Layout: the length of a double array in
bytes, the array, then the replacements, each ended by a zero byte. A unit of the array: label in bits 0-7,
bit 8 "a leaf hangs here", offset to the children from bit 10 on; a leaf is its value with bit 31 set.
"""

from __future__ import annotations

import base64
import struct
import unicodedata
from collections.abc import Iterator

_RANGES = (
    (0x00A0, 0x0100),
    (0x2000, 0x2150),
    (0x2460, 0x2500),
    (0x3000, 0x3400),
    (0xFB00, 0xFB07),
    (0xFF00, 0xFFF0),
)
"""Latin-1, punctuation and letter-likes, circled numbers, squared words, ligatures, half and full width."""


def precompiled_charsmap() -> str:
    """In base64, as it stands in tokenizer.json."""
    pairs = dict(_replacements())
    blob, at = bytearray(), {}
    for text in sorted(set(pairs.values())):
        at[text] = len(blob)
        blob += text + b"\0"
    units = _double_array({key: at[text] for key, text in pairs.items()})
    array = struct.pack(f"<{len(units)}I", *units)
    return base64.b64encode(struct.pack("<I", len(array)) + array + bytes(blob)).decode()


def _replacements() -> Iterator[tuple[bytes, bytes]]:
    for control in (0x9, 0xA, 0xD, 0x1680, 0x200B, 0x2028, 0x2029, 0xFEFF):
        yield chr(control).encode(), b" "
    for first, end in _RANGES:
        for code in range(first, end):
            character = chr(code)
            changed = unicodedata.normalize("NFKC", character)
            if changed != character:
                yield character.encode(), changed.encode()
    # Two characters that become one: half-width kana with a mark, letters with a combining accent.
    kana, vowels = map(chr, range(0xFF76, 0xFF85)), "aeiou"
    for base, mark in [*((base, "ﾞ") for base in kana), *((base, "\u0301") for base in vowels)]:
        yield (base + mark).encode(), unicodedata.normalize("NFKC", base + mark).encode()


def _double_array(values: dict[bytes, int]) -> list[int]:
    """The first fit for each node, parents before children."""
    nodes: dict[bytes, set[int]] = {b"": set()}
    for key in values:
        for length in range(len(key)):
            nodes.setdefault(key[:length], set()).add(key[length])
        nodes.setdefault(key, set())
    units, places, free_from = {0: 0}, {b"": 0}, 1
    for prefix in sorted(nodes, key=lambda each: (len(each), each)):
        labels = sorted(nodes[prefix]) + ([0] if prefix in values else [])
        base = free_from
        while any(base ^ label in units for label in labels):
            base += 1
        while free_from in units:
            free_from += 1
        place = places[prefix]
        units[place] = (
            _unit(place ^ base) | (0x100 if prefix in values else 0) | (prefix[-1] if prefix else 0)
        )
        for label in labels:
            units[base ^ label] = (1 << 31 | values[prefix]) if label == 0 else label
            if label:
                places[prefix + bytes([label])] = base ^ label
    # Any byte may be looked up below any base.
    size = ((max(units) | 0xFF) + 1 + 0xFF) & ~0xFF
    return [units.get(index, 0) for index in range(size)]


def _unit(offset: int) -> int:
    """An offset of up to 21 bits; larger ones would need the form that is shifted by eight."""
    if offset >= 1 << 21:
        raise ValueError(offset)
    return offset << 10
