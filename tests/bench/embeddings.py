"""Token embeddings to measure an engine with: real ones of retrieval sets, synthetic ones of any number.

Both are streams of `TokenBatch`es, so that 20 million tokens (10 GB as float32) need never be in memory, and
both are the same for the same arguments, run after run. Queries are `(queries, 32, dim)` float32; a row of
zeros scores 0 with every token and pads a shorter question.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.domain import ExtractedText, Float32Array, Int64Array
from core.encode.encoder import Encoder
from core.passages import encoded_text, split
from tests.bench.retrieval_set import RetrievalSet, find_sets, read_set

QUERY_TOKENS = 32

# --- What both kinds give ------------------------------------------------------------------------


class TokenBatch(NamedTuple):
    """`counts`: tokens of each passage, none is 0; `vectors`: `(counts.sum(), dim)` float32, unit norm."""

    counts: Int64Array
    vectors: Float32Array


def of_passages(batches: Iterable[TokenBatch], tokens: int) -> Iterator[TokenBatch]:
    """The same passages in batches of about `tokens` tokens (a longer passage apart), none cut."""
    counts: list[int] = []
    parts: list[Float32Array] = []
    for batch in batches:
        ends = np.cumsum(batch.counts)
        for count, end in zip(batch.counts.tolist(), ends.tolist(), strict=True):
            if counts and sum(counts) + count > tokens:
                yield TokenBatch(np.array(counts, dtype=np.int64), np.concatenate(parts))
                counts, parts = [], []
            counts.append(count)
            parts.append(batch.vectors[end - count : end])
    if counts:
        yield TokenBatch(np.array(counts, dtype=np.int64), np.concatenate(parts))


# --- Real ones -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RealEmbeddings:
    """Passages of retrieval sets as the program splits and encodes them, and the sets' questions."""

    sets: tuple[RetrievalSet, ...]
    encoder: Encoder
    tokens: int

    def batches(self) -> Iterator[TokenBatch]:
        """Whole passages until `tokens` is reached or the sets end; the last one may go beyond it."""
        total = 0
        strings = (string for each in self.sets for string in _passage_strings(each))
        while total < self.tokens and (some := list(itertools.islice(strings, 128))):
            vectors = [each.vectors for each in self.encoder.encode_passages(some) if len(each.vectors)]
            if not vectors:
                continue
            counts = np.array([len(each) for each in vectors], dtype=np.int64)
            keep = int(np.searchsorted(np.cumsum(counts), self.tokens - total)) + 1
            batch = TokenBatch(counts[:keep], np.concatenate(vectors[:keep], dtype=np.float32))
            total += len(batch.vectors)
            yield batch

    def queries(self, count: int) -> Float32Array:
        """Answerable questions, taken in turn from the sets, each evenly spread; tokens beyond 32 are left
        out.

        A row's norm is the weight that the encoder gives to its token.
        """
        found = np.zeros((count, QUERY_TOKENS, self.encoder.dim), dtype=np.float32)
        share = -(-count // len(self.sets))
        questions = [_spread([each.queries[id_] for id_ in each.judgements], share) for each in self.sets]
        taken = [text for turn in itertools.zip_longest(*questions) for text in turn if text is not None]
        if len(taken) < count:
            raise ValueError(f"the sets have {len(taken)} questions for {count} queries")
        for row, text in zip(found, taken, strict=False):
            vectors = self.encoder.encode_query(text).vectors[:QUERY_TOKENS]
            row[: len(vectors)] = vectors
        return found


def real_embeddings(
    data: Path, encoder: Encoder, tokens: int, names: Sequence[str] | None = None
) -> RealEmbeddings:
    """Of the sets below `data` (retrieval_set.py), only `names` if given, in an order mixed once for all.

    Read are as many sets as `tokens` needs, judged by their text; questions come from these only. Raises
    ValueError when there is no set or a name is unknown.
    """
    folders = find_sets(data)
    if unknown := set(names or ()) - folders.keys():
        raise ValueError(f"no such set in {data}: {', '.join(sorted(unknown))}")
    if not folders:
        raise ValueError(f"no retrieval set in {data}")
    mixed = np.random.default_rng(0).permutation(sorted(folders)).tolist()
    sets: list[RetrievalSet] = []
    estimated = 0.0
    for name in names or mixed:
        if estimated >= tokens * _MARGIN:
            break
        sets.append(read_set(folders[name], name))
        estimated += sum(_tokens(passage.text) for passage in sets[-1].passages)
    return RealEmbeddings(sets=tuple(sets), encoder=encoder, tokens=tokens)


_UNSPACED = re.compile("[\u0e00-\u0eff\u2e80-\ua4ff\uac00-\ud7ff\uf900-\uffef]")
"""Thai, Lao, Han, kana and Hangul: tokens are characters there, and words elsewhere."""


def _tokens(text: str) -> float:
    """About the built-in encoder's; measured on 15 sets: 0.8 to 1.2 times as many, Tamil 0.6 times."""
    unspaced = len(_UNSPACED.findall(text))
    return 0.8 * unspaced + 0.17 * (len(text) - unspaced)


_MARGIN = 1.25
"""Sets are read for so many times the tokens asked for, so that they suffice."""


def _passage_strings(retrieval_set: RetrievalSet) -> Iterator[str]:
    for each in retrieval_set.passages:
        text = ExtractedText(text=each.text, title=each.title, format="txt")
        for passage in split(text):
            yield encoded_text(passage.heading, text.text[passage.span.start : passage.span.end])[0]


def _spread(texts: list[str], count: int) -> list[str]:
    return texts if len(texts) <= count else [texts[number * len(texts) // count] for number in range(count)]


# --- Synthetic ones ------------------------------------------------------------------------------

AREAS, TOPICS_PER_AREA, WORDS_PER_TOPIC = 64, 8, 58
"""29,696 token identities (vocabularies of ColBERT models have about 30,000) in 512 topics."""

BATCH_PASSAGES = 500

_COMMON, _AREA, _TOPIC, _OWN = 0.28, 0.12, 0.16, 0.44
"""What an identity's direction shares with all others, with its area, its topic and nobody (energies)."""

_IDENTITY, _PASSAGE, _NOISE = 0.70, 0.12, 0.18
"""What a token has of its identity, of what its passage is about and of its context (energies)."""

_TOPICAL = 0.5
"""This share of the words of a passage belongs to its topic, the rest to no topic in particular."""

_QUERY_NOISE, _MASK_NOISE = 0.25, 0.20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SyntheticEmbeddings:
    """`identities`: `(vocabulary, dim)`, by topic; `subjects`: `(topics, dim)`; `mixing`: `(dim, dim)`.

    All directions are unit vectors; `mixing` turns white noise into the coloured noise of a context, whose
    expected squared norm is 1.
    """

    tokens: int
    seed: int
    identities: Float32Array
    subjects: Float32Array
    mixing: Float32Array

    @property
    def dim(self) -> int:
        return self.identities.shape[1]

    def batches(self) -> Iterator[TokenBatch]:
        """Exactly `tokens` tokens; only the last passage may be cut for that."""
        left = self.tokens
        for number in itertools.count():
            if left == 0:
                return
            batch = self._batch(number)
            if len(batch.vectors) > left:
                ends = np.minimum(np.cumsum(batch.counts), left)
                counts = np.diff(ends, prepend=0)
                batch = TokenBatch(counts[counts > 0], batch.vectors[:left])
            left -= len(batch.vectors)
            yield batch

    def queries(self, count: int) -> Float32Array:
        """Each asks for one passage: its own tokens said in another context, and masks that repeat them."""
        rng = np.random.default_rng([self.seed, 2])
        batches = max(1, self.tokens // (BATCH_PASSAGES * _MEAN_COUNT))
        asked = min(batches, 10)
        queries = []
        for part in range(asked):
            batch = self._batch(part * batches // asked)
            ends = np.cumsum(batch.counts)
            for number in rng.integers(len(ends), size=-(-count // asked)).tolist():
                passage = batch.vectors[ends[number] - batch.counts[number] : ends[number]]
                queries.append(self._query(rng, passage))
        return np.stack(queries[:count])

    def _batch(self, number: int) -> TokenBatch:
        """Batch `number`, from nothing but its number and the seed."""
        rng = np.random.default_rng([self.seed, 1, number])
        counts = np.clip(rng.normal(_MEAN_COUNT, 35, BATCH_PASSAGES), 10, 220).astype(np.int64)
        topics = rng.integers(len(self.subjects), size=BATCH_PASSAGES)
        passages = np.repeat(np.arange(BATCH_PASSAGES), counts)
        words = self._words(rng, topics[passages])
        own = _unit(rng.standard_normal((BATCH_PASSAGES, self.dim), dtype=np.float32))
        subject = _unit(self.subjects[topics] + own)
        vectors = self._noise(rng, len(words), _NOISE)
        vectors += (np.float32(np.sqrt(_IDENTITY)) * self.identities)[words]
        vectors += (np.float32(np.sqrt(_PASSAGE)) * subject)[passages]
        return TokenBatch(counts, _unit(vectors))

    def _words(self, rng: np.random.Generator, topics: Int64Array) -> Int64Array:
        """An identity for each token: of its topic or of the whole vocabulary, both by Zipf's law."""
        everywhere = _zipf(rng, len(self.identities), len(topics))
        # Frequent words are spread over the topics: rank 0, 1, 2, … lie a prime number of rows apart.
        everywhere = everywhere * _STRIDE % len(self.identities)
        topical = topics * WORDS_PER_TOPIC + _zipf(rng, WORDS_PER_TOPIC, len(topics))
        return np.where(rng.random(len(topics)) < _TOPICAL, topical, everywhere)

    def _query(self, rng: np.random.Generator, passage: Float32Array) -> Float32Array:
        asked = int(rng.integers(8, 20))
        tokens = self._noisy(rng, passage[rng.integers(len(passage), size=asked)], _QUERY_NOISE)
        masks = self._noisy(rng, tokens[rng.integers(asked, size=QUERY_TOKENS - asked)], _MASK_NOISE)
        return np.concatenate([tokens, masks])

    def _noisy(self, rng: np.random.Generator, vectors: Float32Array, noise: float) -> Float32Array:
        return _unit(np.float32(np.sqrt(1 - noise)) * vectors + self._noise(rng, len(vectors), noise))

    def _noise(self, rng: np.random.Generator, count: int, energy: float) -> Float32Array:
        """`(count, dim)` of this mean squared norm.

        Even bytes are made several times faster than normal numbers, and sums of 128 of them are as good.
        """
        even = rng.integers(-128, 128, size=(count, self.dim), dtype=np.int8).astype(np.float32)
        return even @ (self.mixing * np.float32(np.sqrt(energy) / _BYTE_DEVIATION))


_MEAN_COUNT = 100

_STRIDE = 10_007

_BYTE_DEVIATION = np.sqrt((256**2 - 1) / 12)


def synthetic_embeddings(tokens: int, dim: int = 128, seed: int = 0) -> SyntheticEmbeddings:
    """A vocabulary whose tokens cluster by identity, topic and passage as those of a ColBERT model do.

    Measured on 2 million tokens of 128 dimensions, seed 0 (5th, 50th and 95th percentile of the cosine):
    random pairs .04 .18 .32; the same identity in another place .66 .77 .86; nearest token of another passage
    .76 .83 .86; nearest token to a query token .73 .81 .88. Passages have 99 tokens on average. The passage
    asked for scores 26 of 32, the second 18.0, the 10th 17.2, the 100th 13.7; the 10th and the 11th lie .05
    apart (median of 20 queries). 1.6 s a million tokens on two cores that were busy otherwise.
    """
    rng = np.random.default_rng([seed, 0])

    def directions(count: int) -> Float32Array:
        return _unit(rng.standard_normal((count, dim), dtype=np.float32))

    topics = AREAS * TOPICS_PER_AREA
    common, areas, subjects, own = (directions(n) for n in (1, AREAS, topics, topics * WORDS_PER_TOPIC))
    shared = np.sqrt(_AREA) * np.repeat(areas, TOPICS_PER_AREA, axis=0) + np.sqrt(_TOPIC) * subjects
    identities = np.repeat(shared, WORDS_PER_TOPIC, axis=0) + np.sqrt(_COMMON) * common + np.sqrt(_OWN) * own
    # The k-th of the noise's directions has an energy of 1/sqrt(k): contexts differ in some ways more than
    # in others.
    energy = np.arange(1, dim + 1) ** -0.5
    rotation = np.linalg.qr(rng.standard_normal((dim, dim)))[0]
    mixing = np.sqrt(energy / energy.sum())[:, None] * rotation
    return SyntheticEmbeddings(
        tokens=tokens,
        seed=seed,
        identities=_unit(identities.astype(np.float32)),
        subjects=subjects,
        mixing=mixing.astype(np.float32),
    )


def _zipf(rng: np.random.Generator, kinds: int, count: int) -> Int64Array:
    """`count` ranks below `kinds`; rank r is drawn in proportion to 1/(r + 2.7) (Zipf–Mandelbrot)."""
    cumulated = np.cumsum(1 / (np.arange(kinds) + 2.7))
    found = np.searchsorted(cumulated, rng.random(count) * cumulated[-1], side="right")
    return np.minimum(found, kinds - 1)


def _unit(vectors: Float32Array) -> Float32Array:
    """In place."""
    norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    vectors /= norms[:, None]
    return vectors
