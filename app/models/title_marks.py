"""Words of the question in a title. Highlights lie in a passage; the heading above it can match as well, and
then a result would show nothing of why it was found.

This compares letters, not meanings: width, case and compatibility forms do not matter, and a word of the
title counts if it begins with a word of the question. Scripts without spaces match in runs of two or more
characters that are not all hiragana, so that particles and endings stay unmarked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from app.models.marks import Mark, utf16_positions
from core.domain import Span

_STRENGTH = 0.6
"""There is no alignment behind a match in a title; this looks like a good one of the passage."""

_MIN_PREFIX = 3
"""A word of the question this short has to be the whole word of the title."""

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_UNSPACED}]+|[^\\W{_UNSPACED}]+")
_CLUSTER = re.compile(".[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*", re.DOTALL)
"""A character and the accents or voicing marks that become one with it."""

_HIRAGANA = re.compile("[\u3041-\u309f]+")


def title_marks(title: str, question: str, *, inside: bool = False) -> tuple[Mark, ...]:
    """Marks in UTF-16 units of `title`, in order, none touching another.

    `inside`: a word of the question counts wherever it stands in a word of the title, as in a search for
    the name of a file.
    """
    letters, places = _folded(title)
    runs = [match.group() for match in _RUN.finditer(_folded(question)[0])]
    pieces = [
        (match.start() + start, match.start() + end)
        for match in _RUN.finditer(letters)
        for start, end in (_inside if inside else _matches)(match.group(), runs)
    ]
    found = bytearray(len(letters))
    for start, end in _telling(letters, pieces):
        found[start:end] = b"\x01" * (end - start)
    to_utf16 = utf16_positions(title)
    return tuple(
        Mark(
            start=to_utf16(places[match.start()].start),
            end=to_utf16(places[match.end() - 1].end),
            strength=_STRENGTH,
        )
        for match in re.finditer(b"\x01+", found)
    )


def _folded(text: str) -> tuple[str, list[Span]]:
    """`text` without differences of case and form, and where in `text` each of its characters comes from."""
    parts: list[str] = []
    places: list[Span] = []
    for cluster in _CLUSTER.finditer(text):
        part = unicodedata.normalize("NFKC", cluster.group()).casefold()
        parts.append(part)
        places += [Span(start=cluster.start(), end=cluster.end())] * len(part)
    return "".join(parts), places


def _matches(run: str, asked: list[str]) -> Iterator[tuple[int, int]]:
    """Stretches of one run of the title that are in the question."""
    if not _is_unspaced(run):
        if any(run == word or (len(word) >= _MIN_PREFIX and run.startswith(word)) for word in asked):
            yield 0, len(run)
        return
    for question in filter(_is_unspaced, asked):
        start = 0
        while start < len(run):
            end = start
            while end < len(run) and run[start : end + 1] in question:
                end += 1
            piece = run[start:end]
            if piece == question or (len(piece) > 1 and not _HIRAGANA.fullmatch(piece)):
                yield start, end
            start = max(end, start + 1)


def _inside(run: str, asked: list[str]) -> Iterator[tuple[int, int]]:
    """Every place in one run of the title where a word of the question stands, whole."""
    for word in asked:
        yield from ((found.start(), found.end()) for found in re.finditer(re.escape(word), run))


def _telling(letters: str, pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without the short words (the, of, und, la) if there are longer ones."""
    long = [(a, b) for a, b in pieces if b - a > _MIN_PREFIX or _is_unspaced(letters[a:b])]
    return long or pieces


def _is_unspaced(run: str) -> bool:
    return re.match(f"[{_UNSPACED}]", run) is not None
