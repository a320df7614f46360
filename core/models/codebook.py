"""Makes the codebook that comes with a model, from texts of any kind that a library may hold."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from core.domain import PassageId
from core.encode.encoder import Encoder
from core.errors import ModelError
from core.index.codebook import SUFFIX
from core.index.codec import ExactCodec
from core.index.files import new_name
from core.index.segment import EncodedPassages, header_of, write_segment
from core.index.training import SAMPLE_PER_CENTROID, TrainingJob, train_codebook
from core.models.process import Send, in_a_process
from core.progress import CancelToken

CENTROIDS = 32_768
"""2.2 MB. A library of a million tokens would train half as many of its own."""

BITS = 4
"""Only noted in the file: a library writes its copy for the bits of its own settings."""

_TEXTS_AT_ONCE = 256
_SEED = 1


def make_codebook(encoder: Encoder, texts: Sequence[str], path: Path, centroids: int = CENTROIDS) -> Path:
    """Encode texts, drawn at random until there are SAMPLE_PER_CENTROID tokens for each centroid, train a
    codebook on their tokens, and write it to `path` (core/index/FORMAT.md). Fewer centroids where the texts
    have fewer tokens. Deterministic. Takes 140 bytes of memory and of temporary disk a token, and minutes.

    Raises ValueError if the texts have no tokens, ModelError if the training process ended by itself, and
    what the encoder and writing raise.
    """
    with tempfile.TemporaryDirectory(prefix="mikke-codebook-") as temporary:
        folder = Path(temporary)
        parts = list(_encoded(encoder, texts, centroids * SAMPLE_PER_CENTROID))
        tokens = sum(part.token_count for part in parts)
        if not tokens:
            raise ValueError("the texts have no tokens")
        segment = write_segment(folder, header_of(parts, bytes.fromhex(encoder.digest)), parts)
        job = TrainingJob(
            folder=folder,
            segments=(segment,),
            tokens=tokens,
            bits=BITS,
            threads=os.cpu_count() or 1,
            centroids=centroids,
            name=new_name(SUFFIX),
        )
        # In a process of its own: faiss brings an OpenMP that must not meet torch's.
        steps = in_a_process(_train, (job,), CancelToken(), lambda told: ModelError(encoder.name, told))
        path.write_bytes(_returned(steps).read_bytes())
    return path


def _encoded(encoder: Encoder, texts: Sequence[str], wanted: int) -> Iterator[EncodedPassages]:
    """Until there are so many tokens, or no more texts."""
    order = list(range(len(texts)))
    random.Random(_SEED).shuffle(order)  # noqa: S311 - nothing secret
    tokens = 0
    for first in range(0, len(order), _TEXTS_AT_ONCE):
        if tokens >= wanted:
            return
        some = order[first : first + _TEXTS_AT_ONCE]
        made = encoder.encode_passages([texts[number] for number in some])
        ids = [PassageId(1 + number) for number in some]
        part = EncodedPassages.compress(ids, made, ExactCodec(dim=encoder.dim))
        tokens += part.token_count
        yield part


def _train(_send: Send, job: TrainingJob) -> Path:
    return train_codebook(job)[0]


def _returned(steps: Generator[Any, None, Path]) -> Path:
    """What a generator returns that yields nothing."""
    try:
        next(steps)
    except StopIteration as ended:
        found: Path = ended.value
        return found
    raise AssertionError("training tells nothing on its way")
