"""BERT with learned absolute positions (JaColBERT, JaColBERTv2.5), through transformers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from core.domain import Language
from core.encode.backbones.backbone import (
    check_names,
    on_meta,
    position_buffers,
    prefix_of,
    same_names,
    set_buffers,
    sizes,
)
from core.encode.checkpoint.family import Shape
from core.encode.checkpoint.files import PROJECTION
from core.encode.checkpoint.weights import Weights, load_strictly


class BertBackbone(nn.Module):
    """Implements Backbone. Token types are always 0."""

    def __init__(self, network: BertModel) -> None:
        super().__init__()
        self.network = network

    @classmethod
    def open(cls, weights: Weights, shape: Shape, dtype: torch.dtype) -> Self:
        """Raises what load_strictly and check_names raise."""
        config = BertConfig(
            max_position_embeddings=shape.positions,
            **sizes(shape),
        )
        network = on_meta(lambda: BertModel(config, add_pooling_layer=False))
        prefix = prefix_of(weights, "bert.", "embeddings.word_embeddings.weight")
        parts = same_names(network, prefix)
        check_names(weights, parts, prefix, frozenset({PROJECTION}))
        load_strictly(network, weights, parts, dtype)
        set_buffers(network, position_buffers(shape.positions))
        return cls(network)

    def forward(self, ids: Tensor, attention: Tensor | None, languages: Sequence[Language]) -> Tensor:  # noqa: ARG002
        found: Tensor = self.network(input_ids=ids, attention_mask=attention).last_hidden_state
        return found
