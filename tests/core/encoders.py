"""Encoders for tests: the models of a machine as a dict, and a small one of another dimension."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from core.domain import (
    BUILT_IN_MODEL,
    Companion,
    Float32Array,
    Int32Array,
    Language,
    ModelName,
    TokenEmbeddings,
)
from core.encode.encoder import Encoder
from core.errors import ModelMissingError

OTHER = ModelName("other")


class FixedEncoders:
    """The models of a machine on which there are just these; `companions` by digest."""

    def __init__(self, encoders: Mapping[ModelName, Encoder]) -> None:
        self.encoders = dict(encoders)
        self.companions: dict[str, Companion] = {}

    @classmethod
    def only(cls, encoder: Encoder) -> FixedEncoders:
        return cls({BUILT_IN_MODEL: encoder})

    def open(self, name: ModelName) -> Encoder:
        if name not in self.encoders:
            raise ModelMissingError(name)
        return self.encoders[name]

    def companion(self, digest: str) -> Companion:
        return self.companions.get(digest, Companion())


class WordEncoder:
    """A token for each word, a vector for each spelling; like a neural one it puts a marker first and fills
    questions with masks. `salt` makes another model of it; with `languages` they matter to it.
    """

    name = "words"
    dim = 48
    noise_floor = 0.6

    def __init__(self, salt: str = "", *, languages: bool = False) -> None:
        self.salt = salt
        self.uses_languages = languages
        self.digest = hashlib.sha256(f"words {salt} {languages}".encode()).hexdigest()[:32]
        self.asked: list[tuple[Language, ...]] = []

    def encode_query(self, text: str, languages: Sequence[Language] = ()) -> TokenEmbeddings:
        self.asked.append(tuple(languages))
        return self._encoded(text, languages[0] if languages else "", masks=3)

    def encode_passages(
        self, texts: Sequence[str], languages: Sequence[Language] | None = None, _cancel: object = None
    ) -> list[TokenEmbeddings]:
        spoken = languages or [Language("")] * len(texts)
        return [self._encoded(text, language) for text, language in zip(texts, spoken, strict=True)]

    def token_spans(self, text: str) -> Int32Array:
        return self._encoded(text, "").spans

    def _encoded(self, text: str, language: str, masks: int = 0) -> TokenEmbeddings:
        spans, end = [(0, 0)], 0
        for word in text.split():
            start = text.index(word, end)
            end = start + len(word)
            spans.append((start, start + len(word.rstrip(".,。"))))
        words = ["[marker]", *(text[start:end].casefold() for start, end in spans[1:])]
        words += ["[mask]"] * masks
        spans += [(0, 0)] * masks
        vectors = np.array([self._vector(word, language) for word in words], dtype=np.float32)
        return TokenEmbeddings(vectors=vectors, spans=np.array(spans, dtype=np.int32))

    def _vector(self, word: str, language: str) -> Float32Array:
        seed = f"{self.salt} {language if self.uses_languages else ''} {word}"
        drawn = np.random.default_rng(int(hashlib.sha256(seed.encode()).hexdigest()[:15], 16))
        vector = drawn.standard_normal(self.dim).astype(np.float32)
        return vector / np.linalg.norm(vector)
