"""What a library of some texts must answer, by the plainest means: a dict of texts, and MaxSim in numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.catalogue import passages, segments
from core.collection import Collection
from core.domain import Query
from core.encode.lexical import LexicalEncoder
from core.extract.read import extract_file
from core.passages import encoded_text, split
from core.progress import CancelToken
from core.search.answers import least_products
from core.settings import ReadingLimits

TOLERANCE = 0.01
"""Relative: what storing a vector in 8 bits a component may change about a score."""


class Oracle:
    """Scores files as they are on the disk, without catalogue, index or merges."""

    def __init__(self, encoder: LexicalEncoder) -> None:
        self._encoder = encoder
        self._known: dict[tuple[Path, str], list[np.ndarray]] = {}

    def scores(self, files: list[Path], question: str) -> dict[Path, float]:
        """The best score of each file that answers."""
        query = self._encoder.encode_query(question).vectors
        least = least_products(query, self._encoder.noise_floor)
        found = {}
        for path in files:
            products = [(query @ vectors.T).max(axis=1) for vectors in self._passages(path) if len(vectors)]
            answering = [float(each.sum()) for each in products if (each >= least).any()]
            if answering:
                found[path] = max(answering)
        return found

    def check(self, collection: Collection, files: list[Path], question: str) -> None:
        """The collection finds just the files that answer, once each, with their scores, best first."""
        results = collection.search(Query(text=question, limit=1 + len(files))).results
        found = [(result.document.path, result.score) for result in results]
        expected = self.scores(files, question)
        assert sorted(path for path, _ in found) == sorted(expected), question
        assert dict(found) == pytest.approx(expected, rel=TOLERANCE), question
        assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)

    def _passages(self, path: Path) -> list[np.ndarray]:
        key = (path, path.read_text(encoding="utf-8"))
        if key not in self._known:
            text = extract_file(path, ReadingLimits()).text
            pieces = [(each.heading, text.text[each.span.start : each.span.end]) for each in split(text)]
            encoded = self._encoder.encode_passages([encoded_text(*piece)[0] for piece in pieces])
            self._known[key] = [each.vectors for each in encoded]
        return self._known[key]


def check_whole(collection: Collection) -> None:
    """Catalogue and index agree, byte by byte and row by row."""
    *_, verified = collection.verify(CancelToken())
    assert verified.damaged == ()
    with collection._catalogue.read() as db:
        for stored in segments.live(db):
            assert len(passages.in_segment(db, stored.id)) == stored.alive_passages
            assert len(segments.dead_in(db, stored.id)) == stored.dead_passages
