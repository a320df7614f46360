"""Here is a question: which documents answer it, where, and why?"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from sqlite_utils import Database

from core.catalogue import documents, models, passages, texts
from core.catalogue.catalogue import Catalogue
from core.domain import (
    Document,
    DocumentId,
    Hit,
    Language,
    ModelName,
    PassageId,
    Query,
    Result,
    SearchReply,
    TokenEmbeddings,
)
from core.encode.encoder import Encoder, Encoders
from core.index.blas import one_blas_thread
from core.index.codebook import Codebooks
from core.index.kernels.choose import load_kernels
from core.index.snapshot import Snapshot
from core.layout import LibraryLayout
from core.passages import encoded_text
from core.search.answers import least_products
from core.search.candidates import Candidate, Candidates
from core.search.highlight import Tokens, choose_snippet, find_highlights
from core.search.live import LiveSegments, Scope, TakenOverError
from core.search.maxsim import Question, Scorer

HITS_PER_DOCUMENT = 3
CANDIDATES_PER_RESULT = 10
"""Passages looked at for each result asked for: a document may have many good passages."""

QUERY_TOKENS = 256
"""A scan holds a similarity for each query token and takes time in proportion. Of a longer question (somebody
pasted a page) the heaviest tokens are asked: the rarest ones, which decide anyway."""

QUERY_CHARACTERS = 20_000
"""What is looked at for these tokens: ten pages. It bounds the memory of encoding."""


class Searcher:
    """Answers queries on the newest committed state. Thread-safe; never waits for a writer."""

    def __init__(
        self, catalogue: Catalogue, layout: LibraryLayout, encoders: Encoders, codebooks: Codebooks
    ) -> None:
        self._catalogue = catalogue
        self._layout = layout
        self._encoders = encoders
        self._codebooks = codebooks
        self._choosing = threading.Lock()
        self._answering: _Answering | None = None
        self._languages: tuple[int, tuple[Language, ...]] = (-1, ())
        # Loaded by the first search, not by whoever opens a library: it takes up to half a second.
        self._kernels = cache(lambda: load_kernels(layout.kernels))

    def search(self, query: Query) -> SearchReply:
        """The best documents, best first. Raises LibraryDamagedError, and what `Encoders.open` raises."""
        started = time.perf_counter()
        with one_blas_thread():
            while True:
                answering = self._opened()
                encoder = answering.encoder
                text = query.text[:QUERY_CHARACTERS]
                embedded = heaviest(encoder.encode_query(text, self._in_library(encoder)))
                try:
                    scope = answering.live.scope(query)
                except TakenOverError:
                    continue
                results, considered = self._results(query, encoder, embedded, scope)
                break
        return SearchReply(
            query=query,
            model=encoder.name,
            elapsed_ms=(time.perf_counter() - started) * 1000,
            passages_searched=considered,
            results=results,
        )

    def prepare(self) -> None:
        """Open the encoder, map the segments, open their codebooks, compile the kernels: 0.5 s with 4 million
        tokens and the built-in encoder.

        A question is what needs all of it and nothing else. Raises what `search` raises.
        """
        self.search(Query(text="a", limit=1))

    def _opened(self) -> _Answering:
        """The model that answers now; what was opened for it stays so until another one does."""
        with self._catalogue.read() as db:
            name = models.answering(db).name
        # Asked each time: its person may have set it to encode in another way since. May take seconds.
        encoder = self._encoders.open(name)
        with self._choosing:
            found = self._answering
            if found is None or found.name != name or found.encoder is not encoder:
                live = LiveSegments(
                    self._catalogue, self._layout.index, encoder.digest, self._codebooks, name
                )
                found = self._answering = _Answering(name=name, encoder=encoder, live=live)
            return found

    def _in_library(self, encoder: Encoder) -> tuple[Language, ...]:
        """The languages of the library, the most frequent first, for encoders to which it matters."""
        if not encoder.uses_languages:
            return ()
        with self._catalogue.read() as db:
            version = self._catalogue.data_version()
            if self._languages[0] != version:
                self._languages = version, tuple(filter(None, passages.languages(db)))
            return self._languages[1]

    def _results(
        self, query: Query, encoder: Encoder, embedded: TokenEmbeddings, scope: Scope
    ) -> tuple[tuple[Result, ...], int]:
        if len(embedded.vectors) == 0:
            return (), 0
        least = least_products(embedded, encoder.noise_floor)
        question = Question(vectors=embedded.vectors, least=least)
        # By id: asked for more, Candidates scores more, and some may rank among those that it gave before.
        looked_at: set[PassageId] = set()
        count = query.limit * CANDIDATES_PER_RESULT
        page = _ResultPage(encoder, scope.snapshot, query, embedded)
        with Scorer(question, self._kernels()) as scorer:
            found = Candidates(question, scorer, scope.snapshot, scope.masks)
            while True:
                best = found.best(count)
                with self._catalogue.read() as db:  # not while scoring: others want to read too
                    page.add(db, [each for each in best if each.passage_id not in looked_at])
                # A few documents with very many passages must not crowd out the rest.
                if len(page.results) >= query.limit or len(best) < count:
                    return page.ordered(), found.considered
                looked_at.update(each.passage_id for each in best)
                count *= CANDIDATES_PER_RESULT


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Answering:
    """A model that answers, with the segments that it answers from."""

    name: ModelName
    encoder: Encoder
    live: LiveSegments


def heaviest(embedded: TokenEmbeddings) -> TokenEmbeddings:
    """The QUERY_TOKENS of the largest weight, in their order; of equal ones the first."""
    if len(embedded.vectors) <= QUERY_TOKENS:
        return embedded
    weights = np.linalg.norm(embedded.vectors, axis=1)
    kept = np.sort(np.argsort(-weights, kind="stable")[:QUERY_TOKENS])
    return TokenEmbeddings(vectors=embedded.vectors[kept], spans=embedded.spans[kept])


@dataclass(slots=True)
class _ResultPage:
    """Collects hits, candidate by candidate, until there are enough documents."""

    encoder: Encoder
    snapshot: Snapshot
    query: Query
    embedded: TokenEmbeddings
    results: dict[DocumentId, tuple[Document, list[Hit]]] = field(default_factory=dict)
    _texts: dict[DocumentId, str] = field(default_factory=dict)

    def add(self, db: Database, candidates: Sequence[Candidate]) -> None:
        stored = passages.get(db, [candidate.passage_id for candidate in candidates])
        for candidate in candidates:
            passage = stored.get(candidate.passage_id)
            if passage is not None and self._has_room(passage.document_id):
                self._append(db, passage.document_id, self._hit(db, candidate, passage))

    def ordered(self) -> tuple[Result, ...]:
        return tuple(
            Result(document=document, score=hits[0].score, hits=tuple(hits))
            for document, hits in self.results.values()
        )

    def _has_room(self, document_id: DocumentId) -> bool:
        if document_id in self.results:
            return len(self.results[document_id][1]) < HITS_PER_DOCUMENT
        return len(self.results) < self.query.limit

    def _append(self, db: Database, document_id: DocumentId, hit: Hit) -> None:
        if document_id not in self.results:
            document = documents.get(db, document_id)
            assert document is not None, "a passage has a document: foreign key"
            self.results[document_id] = (document, [])
        self.results[document_id][1].append(hit)

    def _hit(self, db: Database, candidate: Candidate, stored: passages.Stored) -> Hit:
        span = stored.passage.span
        text = self._text(db, stored.document_id)[span.start : span.end]
        encoded, shift = encoded_text(stored.passage.heading, text)
        embeddings = TokenEmbeddings(
            vectors=self.snapshot.vectors(candidate.passage_id),
            spans=np.asarray(self.encoder.token_spans(encoded) - shift, dtype=np.int32),
        )
        highlights = find_highlights(
            Tokens(text=self.query.text, embeddings=self.embedded),
            Tokens(text=text, embeddings=embeddings),
            noise_floor=self.encoder.noise_floor,
        )
        return Hit(
            passage_id=candidate.passage_id,
            span=span,
            page=stored.passage.page,
            text=text,
            score=candidate.score,
            snippet=choose_snippet(text, highlights),
            highlights=highlights,
        )

    def _text(self, db: Database, document_id: DocumentId) -> str:
        if document_id not in self._texts:
            self._texts[document_id] = texts.get(db, document_id).text
        return self._texts[document_id]
