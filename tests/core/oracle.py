"""What a library must answer, by the plainest means: MaxSim in numpy, with a dict of texts or with the
vectors as they are stored.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.catalogue import encodings, keywords, passages, segments
from core.collection import Collection
from core.domain import Float32Array, Mode, PassageId, Query
from core.encode.lexical.encoder import LexicalEncoder
from core.extract.read import extract_file
from core.index.snapshot import Snapshot
from core.passages import encoded_text, split
from core.progress import CancelToken
from core.search.noise import Noise
from core.search.showing.answers import least_products
from core.settings import ReadingLimits

TOLERANCE = 0.01
"""Relative: what storing a vector in 8 bits a component may change about a score."""
COMPRESSED_TOLERANCE = 0.06
"""The same for residuals of 4 bits, with the few centroids of a library of some sentences; also when they
were compressed anew several times."""

UNDECIDED = 0.02
"""A cosine so near to the smallest that answers may be on either side: scans round the query, too."""


class Oracle:
    """Scores files as they are on the disk, without catalogue, index or merges."""

    def __init__(self, encoder: LexicalEncoder, tolerance: float = TOLERANCE) -> None:
        self.encoder = encoder
        self.tolerance = tolerance
        self._known: dict[tuple[Path, str], list[np.ndarray]] = {}

    def scores(self, files: list[Path], question: str) -> dict[Path, float]:
        """The best score of each file that answers."""
        embedded = self.encoder.encode_query(question)
        query, least = embedded.vectors, least_products(embedded, self.encoder.noise_floor)
        found = {}
        for path in files:
            products = [(query @ vectors.T).max(axis=1) for vectors in self._passages(path) if len(vectors)]
            answering = [float(each.sum()) for each in products if (each >= least).any()]
            if answering:
                found[path] = max(answering)
        return found

    def check(self, collection: Collection, files: list[Path], question: str) -> None:
        """The collection finds just the files that answer, once each, with their scores, best first."""
        results = collection.search(Query(text=question, limit=1 + len(files), mode=Mode.MAXSIM)).results
        found = [(result.document.path, result.score) for result in results]
        expected = self.scores(files, question)
        assert sorted(path for path, _ in found) == sorted(expected), question
        assert dict(found) == pytest.approx(expected, rel=self.tolerance), question
        assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)

    def _passages(self, path: Path) -> list[np.ndarray]:
        key = (path, path.read_text(encoding="utf-8"))
        if key not in self._known:
            text = extract_file(path, ReadingLimits()).text
            pieces = [(each.heading, text.text[each.span.start : each.span.end]) for each in split(text)]
            encoded = self.encoder.encode_passages([encoded_text(*piece)[0] for piece in pieces])
            self._known[key] = [each.vectors for each in encoded]
        return self._known[key]


def stored_vectors(collection: Collection) -> dict[PassageId, Float32Array]:
    """The embeddings of every passage that is alive, as its segment keeps them."""
    index = collection._layout.index
    with collection._catalogue.read() as db:
        live = {
            index / stored.file: segments.dead_in(db, stored.id)
            for stored in segments.live(db)
            if not stored.upcoming
        }
        snapshot = Snapshot.open(live)
    return {
        PassageId(int(view.segment.passage_ids[ordinal])): view.segment.vectors(int(ordinal))
        for view in snapshot.views
        for ordinal in np.flatnonzero(view.alive)
    }


def check_stored(collection: Collection, encoder: LexicalEncoder, *questions: str) -> None:
    """The answers are exactly those that the stored vectors give, whatever forms they are stored in."""
    stored = stored_vectors(collection)
    unrelated = collection._encoders.companion(encoder.digest).unrelated
    for question in questions:
        embedded = encoder.encode_query(question)
        query = embedded.vectors
        weights = np.linalg.norm(query, axis=1)
        # One floor, or one for each token: tests/core/search/test_noise.py.
        least = least_products(embedded, Noise.of(encoder, unrelated).floor_of(embedded))
        scores, beyond = {}, {}
        for id_, vectors in stored.items():
            products = (query @ vectors.T).max(axis=1, initial=-np.inf)
            scores[id_] = float(products.sum())
            beyond[id_] = float(((products - least) / weights).max())
        _check_answers(collection, question, scores, beyond)


def _check_answers(
    collection: Collection, question: str, scores: dict[PassageId, float], beyond: dict[PassageId, float]
) -> None:
    """`beyond`: by how much the best cosine of a passage is larger than the least that answers."""
    results = collection.search(Query(text=question, limit=1 + len(scores), mode=Mode.MAXSIM)).results
    hits = {hit.passage_id: hit.score for result in results for hit in result.hits}
    assert all(beyond[id_] > -UNDECIDED for id_ in hits), question
    assert hits == pytest.approx({id_: scores[id_] for id_ in hits}, abs=1e-3), question
    with collection._catalogue.read() as db:
        certain = passages.get(db, [id_ for id_, each in beyond.items() if each > UNDECIDED])
    assert {each.document_id for each in certain.values()} <= {result.document.id for result in results}
    assert [each.score for each in results] == sorted((each.score for each in results), reverse=True)


def check_whole(collection: Collection) -> None:
    """Catalogue and index agree, byte by byte and row by row."""
    *_, verified = collection.verify(CancelToken())
    assert verified.damaged == ()
    with collection._catalogue.read() as db:
        for stored in segments.live(db):
            within = encodings if stored.upcoming else passages
            assert len(within.in_segment(db, stored.id)) == stored.alive_passages
            assert len(segments.dead_in(db, stored.id)) == stored.dead_passages
        assert keywords.missing(db, after=0, limit=1) == []
        counted = db.execute("SELECT COALESCE(language, ''), COUNT(*) FROM passages GROUP BY 1").fetchall()
        assert passages.languages(db) == dict(counted)
