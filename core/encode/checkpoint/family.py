"""Which network is this? Told from the raw config.json, because two families do not say it themselves.

Jina-ColBERT v1 calls itself `bert`, and Jina-ColBERT v2 has no `model_type` at all. Whoever trusts it loads
another network with random layers, without an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.encode.checkpoint.files import CheckpointFiles
from core.errors import ModelDamagedError, ModelUnsupportedError


class Family(StrEnum):
    """The four networks of the five published models."""

    BERT = "bert"
    JINA_BERT = "jina-bert"
    ROTARY = "xlm-roberta-rotary"
    XMOD = "xmod"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes that every family has. `positions` is how many tokens the network can tell apart."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    padding: int


_LIMITS = {
    "hidden_size": 16_384,
    "num_hidden_layers": 256,
    "num_attention_heads": 256,
    "intermediate_size": 65_536,
    "vocab_size": 2_000_000,
    "max_position_embeddings": 1_048_576,
    "type_vocab_size": 16,
}
"""Far above every known model: what is larger is a broken or hostile file."""


def family_of(files: CheckpointFiles) -> Family:
    """Raises ModelUnsupportedError for a network that is none of ours."""
    config, model = files.config, files.model
    positions = config.get("position_embedding_type", "absolute")
    model_type = config.get("model_type")
    if positions == "alibi":
        _require(model, config, "feed_forward_type", ("geglu",))
        _require(model, config, "hidden_act", ("gelu",))
        return Family.JINA_BERT
    if positions == "rotary":
        _require(model, config, "hidden_act", ("gelu",))
        if config.get("lora_adaptations"):
            raise ModelUnsupportedError(model, "it has LoRA adaptations")
        return Family.ROTARY
    if model_type == "xmod" and positions == "absolute":
        _require(model, config, "hidden_act", ("gelu",))
        return Family.XMOD
    if model_type == "bert" and positions == "absolute":
        _require(model, config, "hidden_act", ("gelu",))
        return Family.BERT
    raise ModelUnsupportedError(
        model,
        f"config.json says model_type {model_type!r} with {positions!r} positions, no network that we have",
    )


def _require(model: str, config: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> None:
    if config.get(key, allowed[0]) not in allowed:
        raise ModelUnsupportedError(
            model, f"config.json says {key} {config[key]!r}, not {' or '.join(allowed)}"
        )


def shape_of(files: CheckpointFiles, family: Family) -> Shape:
    """Raises ModelDamagedError when a size is missing or beyond all reason."""
    sizes = {key: _size(files, key, most) for key, most in _LIMITS.items()}
    if sizes["hidden_size"] % sizes["num_attention_heads"]:
        raise ModelDamagedError(files.model, "config.json: hidden_size is no multiple of num_attention_heads")
    epsilon = files.config.get("layer_norm_eps", 1e-5 if family in (Family.ROTARY, Family.XMOD) else 1e-12)
    if not isinstance(epsilon, float) or not 0 < epsilon < 1:
        raise ModelDamagedError(files.model, f"config.json: layer_norm_eps is {epsilon!r}")
    padding = files.config.get("pad_token_id")
    if padding is None:
        padding = 1 if family in (Family.ROTARY, Family.XMOD) else 0
    if type(padding) is not int or not 0 <= padding < sizes["vocab_size"]:
        raise ModelDamagedError(files.model, f"config.json: pad_token_id is {padding!r}")
    positions = sizes["max_position_embeddings"]
    if family in (Family.ROTARY, Family.XMOD):
        # RoBERTa counts positions from padding + 1 on.
        positions -= padding + 1
    return Shape(
        hidden=sizes["hidden_size"],
        layers=sizes["num_hidden_layers"],
        heads=sizes["num_attention_heads"],
        inner=sizes["intermediate_size"],
        vocabulary=sizes["vocab_size"],
        positions=positions,
        token_types=sizes["type_vocab_size"],
        epsilon=epsilon,
        padding=padding,
    )


def _size(files: CheckpointFiles, key: str, most: int) -> int:
    value = files.config.get(key)
    if type(value) is not int or not 0 < value <= most:
        raise ModelDamagedError(files.model, f"config.json: {key} is {value!r}")
    return value
