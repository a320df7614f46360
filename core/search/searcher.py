"""Here is a question: which documents answer it, where, and why?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from sqlite_utils import Database

from core.catalogue import documents, names, passages, texts
from core.catalogue.catalogue import Catalogue
from core.domain import (
    Document,
    Explanation,
    Int64Array,
    Mode,
    Order,
    PassageId,
    Query,
    Result,
    SearchReply,
    TokenEmbeddings,
)
from core.encode.encoder import Encoders
from core.index.blas import one_blas_thread
from core.index.codebook import Codebooks
from core.index.kernels.choose import load_kernels
from core.layout import LibraryLayout
from core.search.answering import Answering, AnsweringModel
from core.search.live import Scope, TakenOverError
from core.search.ranking.candidates import Candidates
from core.search.ranking.fusion import POOL
from core.search.ranking.keywords import FIRST_ROWS, MOST_ROWS, KeywordLane, KeywordScores
from core.search.ranking.maxsim import Question, Scorer
from core.search.ranking.ranking import Ranking, in_order
from core.search.restrictions import Restrictions
from core.search.showing.answers import NoiseFloor, least_products
from core.search.showing.explain import explain_tokens
from core.search.showing.highlight import Tokens
from core.search.showing.hits import EncodedHits, LiteralHits
from core.search.showing.page import ResultPage
from core.search.showing.unanswered import find_unanswered

CANDIDATES_PER_RESULT = 10
"""Passages looked at for each result asked for: a document may have many good passages."""

QUERY_TOKENS = 256
"""A scan holds a similarity for each query token and takes time in proportion. Of a longer question (somebody
pasted a page) the heaviest tokens are asked: the rarest ones, which decide anyway."""

QUERY_CHARACTERS = 20_000
"""What is looked at for these tokens: ten pages. It bounds the memory of encoding."""

FIRST_RESULTS = 10
"""First answers are given at once, so they are few: more than a window shows without scrolling."""

FIRST_LOOKED_AT = 3 * FIRST_RESULTS
"""Passages that may become first answers: those that turn out to hold no word of it take time, too."""

LEAST_NAME = 2
"""Characters of a question that is looked for in names: nearly all names have any one letter."""

MOST_NAME_WORDS = 20
"""Who types more words means no name."""

SORTED_AMONG = 100
"""Sorted by date are the best so many results, or as many as are asked for: all answer a little."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """A query on its way: what it is asked of. `text` is what is asked: of a passage, for more like it.
    `noise_floor`: of its tokens.
    """

    query: Query
    text: str
    answering: Answering
    embedded: TokenEmbeddings
    noise_floor: NoiseFloor
    scope: Scope


class Searcher:
    """Answers queries on the newest committed state. Thread-safe; never waits for a writer."""

    def __init__(
        self, catalogue: Catalogue, layout: LibraryLayout, encoders: Encoders, codebooks: Codebooks
    ) -> None:
        self._catalogue = catalogue
        self._model = AnsweringModel(catalogue, layout, encoders, codebooks)
        self._keywords = KeywordLane()
        # Loaded by the first search, not by whoever opens a library: it takes up to half a second.
        self._kernels = cache(lambda: load_kernels(layout.kernels))

    def search(self, query: Query) -> SearchReply:
        """The best documents, best first; by names and words alone while nothing is encoded with the model.

        Raises LibraryDamagedError, KeyError if there is no passage `query.like`, and what `Encoders.open`
        raises.
        """
        started = time.perf_counter()
        with one_blas_thread():
            asked = self._asked(query)
            if query.mode is Mode.HYBRID and query.like is None and not asked.scope.snapshot.views:
                # Nothing is encoded with this model yet: an update of Mikke brought another one, say.
                return replace(self.glance(query), model=asked.answering.encoder.name, final=True)
            results = self._results(asked)
        return SearchReply(
            query=query,
            model=asked.answering.encoder.name,
            elapsed_ms=(time.perf_counter() - started) * 1000,
            passages_searched=asked.scope.allowed if len(asked.embedded.vectors) else 0,
            results=results,
        )

    def glance(self, query: Query) -> SearchReply:
        """The first answers, at once: documents by their names and passages by their words. No model is
        opened for it. Raises LibraryDamagedError.
        """
        started = time.perf_counter()
        text = query.text[:QUERY_CHARACTERS]
        page = ResultPage(limit=min(query.limit, FIRST_RESULTS), make_hit=LiteralHits(question=text))
        with self._catalogue.read_quickly() as db:
            allowed = Restrictions.of(db, query)
            limit = 2 * POOL if allowed.nothing else FIRST_ROWS
            found = self._keywords.ask(db, text, limit, FIRST_ROWS)
            found = found.only(allowed.allows(db, found.ids), POOL).answering()
            page.add(db, in_order(found.ids, found.scores, FIRST_LOOKED_AT, found.doubtful))
            results = page.ordered(self._named(db, query, allowed), query.order)
        return SearchReply(
            query=query,
            model="",
            elapsed_ms=(time.perf_counter() - started) * 1000,
            passages_searched=0,
            results=results,
            final=False,
        )

    def explain(self, query: Query, passage_id: PassageId) -> Explanation:
        """Why a passage has its place among the answers. Raises KeyError if it is gone, and what `search`
        raises.
        """
        with one_blas_thread():
            asked = self._asked(query)
            with self._ranked(asked) as ranking, self._catalogue.read() as db:
                stored, text = _passage(db, passage_id)
                ids = np.array([passage_id], dtype=np.int64)
                maxsim = np.array([ranking.candidates.scores_of(ids)[passage_id]])
                aligned = self._hits(asked).aligned(stored, text)
                return Explanation(
                    passage_id=passage_id,
                    text=asked.text,
                    tokens=explain_tokens(aligned),
                    unanswered=find_unanswered(aligned),
                    maxsim=float(maxsim[0]),
                    keyword=float(ranking.keyword_scores(ids)[0]),
                    score=float(ranking.fused(ids, maxsim)[0]),
                )

    def prepare(self) -> None:
        """Open the encoder, map the segments, open their codebooks, compile the kernels: 0.5 s with 4 million
        tokens and the built-in encoder.

        A question is what needs all of it and nothing else. Raises what `search` raises.
        """
        self.search(Query(text="a", limit=1))

    def _asked(self, query: Query) -> _Asked:
        text, others = self._text_of(query)
        while True:
            answering = self._model.opened()
            encoder = answering.encoder
            embedded = heaviest(encoder.encode_query(text, self._model.languages(encoder)))
            try:
                scope = answering.live.scope(query)
            except TakenOverError:
                continue
            return _Asked(
                query=query,
                text=text,
                answering=answering,
                embedded=embedded,
                noise_floor=answering.noise.floor_of(embedded),
                scope=scope.without(others) if len(others) else scope,
            )

    def _text_of(self, query: Query) -> tuple[str, Int64Array]:
        """What is asked, and which passages are no answers: the one that is asked about, and those that share
        text with it.
        """
        if query.like is None:
            return query.text[:QUERY_CHARACTERS], np.empty(0, dtype=np.int64)
        with self._catalogue.read() as db:
            stored, text = _passage(db, query.like)
            span = stored.passage.span
            neighbours = [
                each.id
                for each in passages.of_document(db, stored.document_id)
                if each.passage.span.start < span.end and span.start < each.passage.span.end
            ]
        return text[:QUERY_CHARACTERS], np.array(neighbours, dtype=np.int64)

    def _results(self, asked: _Asked) -> tuple[Result, ...]:
        query = asked.query
        limit = query.limit if query.order is Order.BEST else max(query.limit, SORTED_AMONG)
        page = ResultPage(limit=limit, make_hit=self._hits(asked))
        if asked.text.strip() and len(asked.embedded.vectors):  # filters alone ask for no passage
            with self._ranked(asked) as ranking:
                self._fill(page, ranking)
        with self._catalogue.read() as db:
            results = page.ordered(self._named(db, query, asked.scope.restrictions), query.order)
        return results[: query.limit]

    def _fill(self, page: ResultPage, ranking: Ranking) -> None:
        """Candidates until there are enough documents, or no more candidates."""
        # By id: asked for more, Candidates scores more, and some may rank among those that it gave before.
        looked_at: set[PassageId] = set()
        count = page.limit * CANDIDATES_PER_RESULT
        while True:
            best = ranking.best(count)
            with self._catalogue.read() as db:  # not while scoring: others want to read too
                page.add(db, [each for each in best if each.passage_id not in looked_at])
            # A few documents with very many passages must not crowd out the rest.
            if page.full or len(best) < count:
                return
            looked_at.update(each.passage_id for each in best)
            count *= CANDIDATES_PER_RESULT

    @contextmanager
    def _ranked(self, asked: _Asked) -> Iterator[Ranking]:
        """Both lanes' passages; only valid inside the block."""
        least = least_products(asked.embedded, asked.noise_floor)
        question = Question(vectors=asked.embedded.vectors, least=least)
        keyword = self._by_keywords(asked)
        with Scorer(question, self._kernels()) as scorer:
            candidates = Candidates(question, scorer, asked.scope.snapshot, asked.scope.masks)
            yield Ranking(
                candidates=candidates,
                keyword=keyword,
                allowed=asked.scope.allowed,
                mode=asked.query.mode,
                keyword_weight=asked.answering.keyword_weight,
            )

    def _by_keywords(self, asked: _Asked) -> KeywordScores:
        if asked.query.mode is Mode.MAXSIM:
            return KeywordScores.none()
        limit = 2 * POOL if asked.scope.restrictions.nothing else MOST_ROWS
        with self._catalogue.read() as db:
            found = self._keywords.ask(db, asked.text, limit)
        return found.only(asked.scope.allows(found.ids), POOL)

    def _hits(self, asked: _Asked) -> EncodedHits:
        return EncodedHits(
            encoder=asked.answering.encoder,
            snapshot=asked.scope.snapshot,
            question=Tokens(text=asked.text, embeddings=asked.embedded, noise_floor=asked.noise_floor),
            noise_floor=asked.noise_floor,
        )

    def _named(self, db: Database, query: Query, allowed: Restrictions) -> list[Document]:
        """The documents whose name has every word of the question; for filters alone, all allowed ones."""
        words = query.text.replace("\0", " ").split()  # where SQL ends its strings
        if query.mode is not Mode.HYBRID or query.like is not None:
            return []
        if not words:
            if allowed.nothing:
                return []
            newest_first = query.order is not Order.OLDEST
            ids = [*allowed.listed(db, query.limit, newest_first=newest_first)]
        elif (
            sum(map(len, words)) < LEAST_NAME or len(words) > MOST_NAME_WORDS or allowed.passages is not None
        ):
            return []
        else:
            ids = [id_ for id_ in names.matching(db, words, query.limit) if allowed.allows_document(id_)]
        found = (documents.get(db, id_) for id_ in ids)
        return [each for each in found if each is not None]


def heaviest(embedded: TokenEmbeddings) -> TokenEmbeddings:
    """The QUERY_TOKENS of the largest weight, in their order; of equal ones the first."""
    if len(embedded.vectors) <= QUERY_TOKENS:
        return embedded
    weights = np.linalg.norm(embedded.vectors, axis=1)
    kept = np.sort(np.argsort(-weights, kind="stable")[:QUERY_TOKENS])
    return TokenEmbeddings(vectors=embedded.vectors[kept], spans=embedded.spans[kept])


def _passage(db: Database, passage_id: PassageId) -> tuple[passages.Stored, str]:
    """Raises KeyError if it is gone."""
    stored = passages.get(db, [passage_id])[passage_id]
    span = stored.passage.span
    return stored, texts.get(db, stored.document_id).text[span.start : span.end]
