"""Here are some texts: which of them answer a question? Without a library, a file or a folder.

Each text is one passage, encoded and scored as those of a library are whose segments are exact, so the
scores are those of its model alone (`Mode.MAXSIM`); there is no index of words to ask beside it. In
RAGatouille this is encode (`InMemory.add`), search_encoded_docs (`search`), clear_encoded_docs (`clear`) and
rerank.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.domain import PassageId
from core.encode.encoder import Encoder
from core.encode.lexical.encoder import LexicalEncoder
from core.index.blas import one_blas_thread
from core.index.codebook import Codebooks
from core.index.codec import ExactCodec
from core.index.kernels.arrays import Kernels
from core.index.kernels.choose import choose_kernels
from core.index.kernels.plain import PlainKernels
from core.index.segment import EncodedPassages, Segment, header_of
from core.index.snapshot import SegmentView, Snapshot
from core.layout import OWN_MODEL_FOLDER, RARITY_TABLE
from core.models.own import open_own
from core.search.ranking.candidates import Candidates
from core.search.ranking.maxsim import Question, Scorer
from core.search.searcher import QUERY_CHARACTERS, heaviest
from core.search.showing.answers import least_products

_BATCH_CHARACTERS = 100_000
"""Encoded at a time: 50 MB of float32 where every character is a token. 132 bytes a token are kept."""

_FEW_TOKENS = 100_000
"""Up to here numpy answers before faster kernels would be compiled and measured (0.3 s, once)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A text that answers a question. `position` counts the texts from 0, as they were added; `score` is the
    MaxSim that a library would show.
    """

    position: int
    text: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Held:
    """`texts` only grows, so a search may go on reading it; `parts` are what the snapshot's views show."""

    texts: list[str] = field(default_factory=list)
    parts: tuple[EncodedPassages, ...] = ()
    snapshot: Snapshot = field(default_factory=lambda: Snapshot(views=()))


class InMemory:
    """Texts that can be searched, and added to, and forgotten. Thread-safe: nobody waits for a search, which
    finds what was there when it began.

    `kernels`: which ones score; by default numpy's for few texts and the fastest of this machine for many.
    """

    def __init__(self, encoder: Encoder, kernels: Kernels | None = None) -> None:
        self._encoder = encoder
        self._kernels = kernels
        self._changing = threading.Lock()
        self._held = _Held()

    def __len__(self) -> int:
        return len(self._held.texts)

    def add(self, texts: Iterable[str]) -> range:
        """Encode texts, after those that are there; returns their positions. Empty ones are never found.

        All or nothing: raises what the encoder or `texts` raises, and ValueError for vectors not finite.
        """
        if isinstance(texts, str):
            raise TypeError("a list of texts is needed; one text would be added character by character")
        new: list[str] = []
        parts: list[EncodedPassages] = []
        for batch in _batches(texts):
            new += batch
            parts.append(_encoded(self._encoder, batch))
        with self._changing:
            held = self._held
            first = len(held.texts)
            merged = _merged((*held.parts, *_numbered(parts, first)))
            snapshot = Snapshot(views=tuple(map(_view, merged)))
            held.texts.extend(new)
            self._held = _Held(texts=held.texts, parts=merged, snapshot=snapshot)
        return range(first, first + len(new))

    def search(self, question: str, count: int = 10) -> tuple[Answer, ...]:
        """The best `count` texts that answer, best first, equal ones by position; fewer if no more answer."""
        held = self._held
        with one_blas_thread():
            embedded = heaviest(self._encoder.encode_query(question[:QUERY_CHARACTERS]))
            if len(embedded.vectors) == 0 or count < 1:
                return ()
            least = least_products(embedded, self._encoder.noise_floor)
            asked = Question(vectors=embedded.vectors, least=least)
            with Scorer(asked, self._kernels_for(held)) as scorer:
                everything = [view.alive for view in held.snapshot.views]
                found = Candidates(asked, scorer, held.snapshot, everything).best(count)
        return tuple(
            Answer(position=each.passage_id, text=held.texts[each.passage_id], score=each.score)
            for each in found
        )

    def clear(self) -> None:
        """Forget all texts; the next one has position 0 again."""
        with self._changing:
            self._held = _Held()

    def _kernels_for(self, held: _Held) -> Kernels:
        if self._kernels is not None:
            return self._kernels
        if sum(part.token_count for part in held.parts) <= _FEW_TOKENS:
            return PlainKernels()
        self._kernels = choose_kernels()
        return self._kernels


def rerank(
    encoder: Encoder, question: str, texts: Iterable[str], count: int | None = None
) -> tuple[Answer, ...]:
    """The texts that answer, best first, at most `count` of them: those that another search found, say.

    Texts in which nothing answers are left out, as everywhere. Raises what `InMemory.add` raises.
    """
    given = InMemory(encoder)
    given.add(texts)
    return given.search(question, len(given) if count is None else count)


def built_in_encoder() -> Encoder:
    """The lexical encoder, which always opens. Raises LibraryDamagedError if its table cannot be read."""
    return LexicalEncoder.open(RARITY_TABLE)


def own_encoder() -> Encoder:
    """The encoder of the model that comes with Mikke. Raises ModelDamagedError if it cannot be opened."""
    return open_own(OWN_MODEL_FOLDER)


def _encoded(encoder: Encoder, texts: list[str]) -> EncodedPassages:
    """The ids are their positions among these texts."""
    made = encoder.encode_passages(texts)
    ids = [PassageId(position) for position in range(len(texts))]
    return EncodedPassages.compress(ids, made, ExactCodec(dim=encoder.dim))


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and size + len(text) > _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def _numbered(parts: Iterable[EncodedPassages], first: int) -> Iterator[EncodedPassages]:
    for part in parts:
        yield part.numbered_from(first)
        first += len(part.counts)


def _merged(parts: Iterable[EncodedPassages]) -> tuple[EncodedPassages, ...]:
    """Each more than twice as long as the next: so there are few, and a text is copied log n times in all."""
    merged: list[EncodedPassages] = []
    for part in parts:
        merged.append(part)
        while len(merged) > 1 and len(merged[-2].counts) <= 2 * len(merged[-1].counts):
            merged[-2:] = [_joined(*merged[-2:])]
    return tuple(merged)


def _joined(first: EncodedPassages, second: EncodedPassages) -> EncodedPassages:
    return EncodedPassages(
        ids=np.concatenate([first.ids, second.ids]),
        counts=np.concatenate([first.counts, second.counts]),
        form=first.form,
        tokens=tuple(np.concatenate(pair) for pair in zip(first.tokens, second.tokens, strict=True)),
    )


def _view(part: EncodedPassages) -> SegmentView:
    """As if a segment's file were open."""
    segment = Segment(
        path=Path("in memory"),
        header=header_of([part], bytes(16)),
        passage_ids=part.ids,
        offsets=np.concatenate([[0], np.cumsum(part.counts)]),
        arrays=part.tokens,
        _codebooks=Codebooks(Path()),
    )
    return SegmentView.whole(segment)
