"""Which files of a published checkpoint are taken: data that the loader reads, and nothing else.

Never code (`*.py`), never what runs elsewhere (ONNX, TensorFlow, Flax), never another format of the same
weights.
"""

from __future__ import annotations

from collections.abc import Collection

from core.encode.checkpoint.files import PICKLED, SAFETENSORS

CONFIG = "config.json"

_SMALL = (
    "artifact.metadata",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    # what PyLate and sentence-transformers write
    "modules.json",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
)

_DENSE = "1_Dense"
"""Where they put the linear map."""


EVERY = (
    *_SMALL,
    *(f"{folder}{name}" for folder in ("", f"{_DENSE}/") for name in (CONFIG, SAFETENSORS, PICKLED)),
)
"""All names that `wanted` can give."""


def wanted(published: Collection[str]) -> tuple[str, ...]:
    """Those of the published files (paths with slashes) that are taken; small ones first, so that what makes
    a checkpoint unusable is known early.
    """
    small = [name for name in (CONFIG, *_SMALL, f"{_DENSE}/{CONFIG}") if name in published]
    weights = [_weights(published, ""), _weights(published, f"{_DENSE}/")]
    return (*small, *(name for name in weights if name))


def missing(published: Collection[str]) -> str:
    """What no checkpoint can do without and is not there, by name; empty if all is."""
    if CONFIG not in published:
        return CONFIG
    return "" if _weights(published, "") else SAFETENSORS


def _weights(published: Collection[str], folder: str) -> str:
    found = (name for name in (folder + SAFETENSORS, folder + PICKLED) if name in published)
    return next(found, "")
