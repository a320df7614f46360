"""Does this model encode as it should, how alike are unrelated tokens to it, and how fast is it here?"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.domain import Float32Array, TokenEmbeddings
from core.encode.colbert.encoder import ColbertEncoder
from core.encode.colbert.network import Precision
from core.encode.encoder import PASSAGE_TOKENS
from core.errors import ModelUnsupportedError

UNRELATED = (
    "The moon pulls the water of the oceans towards it, which is why the tide rises twice a day.",
    "Fold the sheet of paper along the dotted line and glue the two edges together.",
    "Our bakery on the market square is closed on Mondays and in the last week of August.",
    "月の引力が海水を引き寄せるため、潮は一日に二回満ちる。",
    "点線に沿って紙を折り、二つの端をのりで貼り合わせてください。",
    "広場のパン屋は毎週月曜日と八月の最終週に休業いたします。",
    "Der Mond zieht das Wasser der Meere an, darum steigt die Flut zweimal am Tag.",
    "Falten Sie das Blatt an der gestrichelten Linie und kleben Sie beide Kanten zusammen.",
    "月亮的引力牵动海水,所以潮水每天涨落两次。",
    "请沿虚线将纸对折,再把两条边粘在一起。",
)
"""Sentences of three subjects; those of one subject, and those of one language, stand beside each other."""

_SUBJECTS = (0, 1, 2, 0, 1, 2, 0, 1, 0, 1)

NOISE_QUANTILE = 0.75
"""Of the best cosines that tokens reach in unrelated sentences. Set without real weights to try it on: none
can be had where Mikke is made, so the first measurements on published models may move it."""

ROUNDING = {Precision.FP32: 1e-5, Precision.BF16: 0.1, Precision.FP16: 0.02, Precision.INT8: 1e-5}
"""How much a vector may differ between a batch and alone."""

_PASSAGE_CHARACTERS = 300
_WARM_UP_PASSAGES = 4
_PASSAGES_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`noise_floor`: see Encoder; passages of PASSAGE_TOKENS, on this machine as it is now."""

    noise_floor: float
    passages_per_second: float


def measure(encoder: ColbertEncoder, seconds: float) -> Measured:
    """Takes about `seconds`. Raises ModelUnsupportedError if the vectors cannot be right."""
    passages = encoder.encode_passages(UNRELATED)
    check(encoder, passages)
    return Measured(
        noise_floor=noise_floor(passages), passages_per_second=passages_per_second(encoder, seconds)
    )


def check(encoder: ColbertEncoder, passages: Sequence[TokenEmbeddings]) -> None:
    """The self-test: vectors are finite and of unit norm, batched as alone, and tell texts apart. `passages`
    are those of UNRELATED. Raises ModelUnsupportedError.
    """
    alone = [encoder.encode_passages([text])[0] for text in UNRELATED]
    most = ROUNDING[encoder.runner.network.precision]
    for batched, single in zip(passages, alone, strict=True):
        vectors = batched.vectors
        if not np.isfinite(vectors).all() or abs(np.linalg.norm(vectors, axis=1) - 1).max(initial=0) > 1e-4:
            raise ModelUnsupportedError(encoder.name, "its vectors are not of length 1")
        if vectors.shape != single.vectors.shape or abs(vectors - single.vectors).max(initial=0) > most:
            raise ModelUnsupportedError(encoder.name, "a text gets other vectors among others than alone")
    first, second = passages[0].vectors, passages[1].vectors
    if len(first) < 3 or len(second) < 3 or np.allclose(first[:3], second[:3], atol=1e-4):
        raise ModelUnsupportedError(encoder.name, "different texts get the same vectors")


def noise_floor(passages: Sequence[TokenEmbeddings]) -> float:
    """The cosine that a token of a sentence reaches by chance somewhere in a sentence of another subject."""
    best = [
        similarities.max(axis=1)
        for one, other in itertools.permutations(range(len(passages)), 2)
        if _SUBJECTS[one] != _SUBJECTS[other]
        and (similarities := _content(passages[one]) @ _content(passages[other]).T).size
    ]
    return round(float(np.quantile(np.concatenate(best), NOISE_QUANTILE)), 3) if best else 0.0


def _content(embedded: TokenEmbeddings) -> Float32Array:
    return embedded.vectors[embedded.spans[:, 1] > embedded.spans[:, 0]]


def passages_per_second(encoder: ColbertEncoder, seconds: float) -> float:
    """Passages of PASSAGE_TOKENS, by the tokens of different texts in the languages of UNRELATED."""
    made = _passages()
    encoder.encode_passages([next(made) for _ in range(_WARM_UP_PASSAGES)])
    tokens, elapsed = 0, 0.0
    while not elapsed or elapsed < seconds:
        texts = [next(made) for _ in range(_PASSAGES_AT_ONCE)]
        started = time.perf_counter()
        encoder.encode_passages(texts)
        elapsed += time.perf_counter() - started
        tokens += sum(len(encoder.passage_inputs(text).ids) for text in texts)
    return round(tokens / PASSAGE_TOKENS / elapsed, 2)


def _passages() -> Iterator[str]:
    languages = [UNRELATED[:3], UNRELATED[3:6], UNRELATED[6:8], UNRELATED[8:]]

    def passage(number: int) -> str:
        sentences = languages[number % len(languages)]
        text = f"{number}. " + " ".join(sentences[(number + i) % len(sentences)] for i in range(20))
        return text[:_PASSAGE_CHARACTERS]

    return map(passage, itertools.count())
