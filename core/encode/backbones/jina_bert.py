"""JinaBERT (Jina-ColBERT v1): BERT with symmetric ALiBi in the place of positions and a GEGLU feed-forward
part.

transformers has no such network. Formulas: arXiv 2310.19923 (the model), 2108.12409 (ALiBi), 2002.05202
(GEGLU).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.domain import Language
from core.encode.backbones.backbone import check_names, on_meta, prefix_of, same_names, set_buffers
from core.encode.checkpoint.family import Shape
from core.encode.checkpoint.files import PROJECTION
from core.encode.checkpoint.weights import Weights, load_strictly

BIAS_NUMBERS = 2**24
"""Numbers of the position bias that are made at a time (64 MB): all of 8,192 tokens at once would be 3.2 GB.
"""


class JinaBertBackbone(nn.Module):
    """Implements Backbone."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embeddings = _Embeddings(shape)
        self.encoder = _Encoder(shape)
        self.register_buffer("slopes", torch.empty(shape.heads), persistent=False)

    @classmethod
    def open(cls, weights: Weights, shape: Shape, dtype: torch.dtype) -> Self:
        """Raises what load_strictly and check_names raise."""
        network = on_meta(lambda: cls(shape))
        prefix = prefix_of(weights, "bert.", "embeddings.word_embeddings.weight")
        parts = same_names(network, prefix)
        check_names(weights, parts, prefix, frozenset({PROJECTION}))
        load_strictly(network, weights, parts, dtype)
        set_buffers(network, {"slopes": alibi_slopes(shape.heads)})
        return network

    def forward(self, ids: Tensor, attention: Tensor | None, languages: Sequence[Language]) -> Tensor:  # noqa: ARG002
        hidden: Tensor = self.embeddings(ids)
        for layer in self.encoder.layer:
            hidden = layer(hidden, attention, self.slopes)
        return hidden


def alibi_slopes(heads: int) -> Tensor:
    """`(heads,)` float32: 2^(-8/n), 2^(-16/n), … for a power of two n; for other counts those of the next
    lower power of two, then every second one of the next higher.
    """
    power = 2 ** int(math.log2(heads))
    slopes = [2.0 ** (-8.0 * (i + 1) / power) for i in range(power)]
    between = [2.0 ** (-4.0 * (i + 1) / power) for i in range(2 * power)]
    return torch.tensor(slopes + between[0::2][: heads - power], dtype=torch.float32)


class _Embeddings(nn.Module):
    """Words and token type 0; no positions."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(shape.vocabulary, shape.hidden)
        self.token_type_embeddings = nn.Embedding(shape.token_types, shape.hidden)
        self.LayerNorm = nn.LayerNorm(shape.hidden, eps=shape.epsilon)

    def forward(self, ids: Tensor) -> Tensor:
        found: Tensor = self.LayerNorm(self.word_embeddings(ids) + self.token_type_embeddings.weight[0])
        return found


class _Encoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.layer = nn.ModuleList(_Layer(shape) for _ in range(shape.layers))


class _Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention = _Attention(shape)
        self.mlp = _Geglu(shape)

    def forward(self, hidden: Tensor, attention: Tensor | None, slopes: Tensor) -> Tensor:
        found: Tensor = self.mlp(self.attention(hidden, attention, slopes))
        return found


class _Attention(nn.Module):
    # Submodules are named as in the published checkpoints.
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.self = nn.ModuleDict(
            {name: nn.Linear(shape.hidden, shape.hidden) for name in ("query", "key", "value")}
        )
        self.output = _Output(shape)

    def forward(self, hidden: Tensor, attention: Tensor | None, slopes: Tensor) -> Tensor:
        query, key, value = (
            self.self[name](hidden).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        texts, _, tokens, _ = query.shape
        rows = max(1, BIAS_NUMBERS // (texts * self.heads * tokens))
        found = [
            functional.scaled_dot_product_attention(
                query[:, :, first : first + rows],
                key,
                value,
                attn_mask=_bias(first, min(first + rows, tokens), tokens, attention, slopes, query.dtype),
            )
            for first in range(0, tokens, rows)
        ]
        together = torch.cat(found, dim=2) if len(found) > 1 else found[0]
        states: Tensor = self.output(together.transpose(1, 2).flatten(2), hidden)
        return states


def _bias(
    first: int, end: int, tokens: int, attention: Tensor | None, slopes: Tensor, dtype: torch.dtype
) -> Tensor:
    """`(texts or 1, heads, end - first, tokens)`: -slope · |i - j|, and no way to what is not looked at."""
    positions = torch.arange(tokens, device=slopes.device)
    distances = (positions[first:end, None] - positions).abs()
    bias = (-slopes[:, None, None] * distances).to(dtype)[None]
    if attention is None:
        return bias
    return bias.masked_fill(~attention[:, None, None, :], torch.finfo(dtype).min)


class _Output(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.dense = nn.Linear(shape.hidden, shape.hidden)
        self.LayerNorm = nn.LayerNorm(shape.hidden, eps=shape.epsilon)

    def forward(self, found: Tensor, before: Tensor) -> Tensor:
        after: Tensor = self.LayerNorm(self.dense(found) + before)
        return after


class _Geglu(nn.Module):
    """The first half of the gated layer is the gate, through the exact GELU."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gated_layers = nn.Linear(shape.hidden, 2 * shape.inner, bias=False)
        self.wo = nn.Linear(shape.inner, shape.hidden)
        self.layernorm = nn.LayerNorm(shape.hidden, eps=shape.epsilon)

    def forward(self, hidden: Tensor) -> Tensor:
        gate, values = self.gated_layers(hidden).chunk(2, dim=-1)
        found: Tensor = self.layernorm(self.wo(functional.gelu(gate) * values) + hidden)
        return found
