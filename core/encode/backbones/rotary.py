"""XLM-RoBERTa with rotary positions (Jina-ColBERT v2), through transformers' class of the same network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn
from transformers import JinaEmbeddingsV3Config, JinaEmbeddingsV3Model

from core.domain import Language
from core.encode.backbones.backbone import (
    check_names,
    on_meta,
    position_buffers,
    prefix_of,
    set_buffers,
    sizes,
)
from core.encode.checkpoint.family import Shape
from core.encode.checkpoint.files import PROJECTION
from core.encode.checkpoint.weights import Part, Weights, load_strictly
from core.errors import ModelDamagedError

DEFAULT_BASE = 10_000.0
"""Of the published network's own code where its config says nothing. transformers' class would take the
20,000 of another model, jina-embeddings-v3: other vectors, and no error."""

_RENAMED = {
    "self_attn.o_proj": "mixer.out_proj",
    "post_attention_layernorm": "norm1",
    "post_mlp_layernorm": "norm2",
    "mlp.fc1": "mlp.fc1",
    "mlp.fc2": "mlp.fc2",
}
_FUSED = ("q_proj", "k_proj", "v_proj")


class RotaryBackbone(nn.Module):
    """Implements Backbone."""

    def __init__(self, network: JinaEmbeddingsV3Model) -> None:
        super().__init__()
        self.network = network

    @classmethod
    def open(cls, weights: Weights, shape: Shape, dtype: torch.dtype, base: Any = None) -> Self:
        """`base` is `rotary_emb_base` of config.json. Raises what load_strictly and check_names raise."""
        base = DEFAULT_BASE if base is None else base
        if not isinstance(base, int | float) or not 1 < base < 1e9:
            raise ModelDamagedError(weights.model, f"config.json: rotary_emb_base is {base!r}")
        config = JinaEmbeddingsV3Config(
            max_position_embeddings=shape.positions,
            **sizes(shape),
            rope_parameters={"rope_type": "default", "rope_theta": float(base)},
        )
        network = on_meta(lambda: JinaEmbeddingsV3Model(config, add_pooling_layer=False))
        prefix = prefix_of(weights, "roberta.", "embeddings.word_embeddings.weight")
        parts = {key: _part(prefix, key) for key in network.state_dict()}
        check_names(weights, parts, prefix, frozenset({PROJECTION}))
        load_strictly(network, weights, parts, dtype)
        set_buffers(network, _buffers(shape, float(base)))
        return cls(network)

    def forward(self, ids: Tensor, attention: Tensor | None, languages: Sequence[Language]) -> Tensor:  # noqa: ARG002
        found: Tensor = self.network(input_ids=ids, attention_mask=attention).last_hidden_state
        return found


def _part(prefix: str, key: str) -> Part:
    """Our name -> the published one: `layers.3.self_attn.q_proj.bias` is a third of
    encoder.layers.3.mixer.Wqkv.
    """
    if key.startswith("embeddings.LayerNorm."):
        return Part(name=prefix + key.replace("embeddings.LayerNorm", "emb_ln"))
    if key.startswith("embeddings."):
        return Part(name=prefix + key)
    layers, number, rest = key.split(".", 2)
    module, _, kind = rest.rpartition(".")
    where = f"{prefix}encoder.{layers}.{number}."
    for share, name in enumerate(_FUSED):
        if module == f"self_attn.{name}":
            return Part(name=f"{where}mixer.Wqkv.{kind}", share=share, of=len(_FUSED))
    return Part(name=f"{where}{_RENAMED[module]}.{kind}")


def _buffers(shape: Shape, base: float) -> dict[str, Tensor]:
    """The inverse frequencies of half-split rotary positions over the whole head (arXiv 2104.09864)."""
    head = shape.hidden // shape.heads
    frequencies = 1.0 / (base ** (torch.arange(0, head, 2, dtype=torch.float32) / head))
    return position_buffers(shape.positions) | {
        "rotary_emb.inv_freq": frequencies,
        "rotary_emb.original_inv_freq": frequencies.clone(),
    }
