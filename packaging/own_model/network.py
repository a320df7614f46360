"""BERT's encoder with gradients: token ids in, unit vectors of the kept tokens out.

Written out because a network this small spends its time elsewhere than one of the published size: texts of
like length go through together, queries, keys and values come out of one product, and attention is computed
step by step, which takes a fraction of the time of the fused kernels on a processor (they are made for long
texts and many heads). Computes what core's BertBackbone computes (a test holds them together).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.encode.checkpoint.family import Shape
from core.encode.checkpoint.files import PROJECTION
from core.encode.colbert.batches import length_sorted, padded
from core.encode.colbert.inputs import Inputs

Tensors = dict[str, Tensor]
"""Parameters by the names of transformers' BertModel, without a prefix, and `linear.weight`."""

TOGETHER = {"cpu": 2_048, "cuda": 65_536}
"""Tokens that go through the network together, padding included."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Embedded:
    """The kept vectors of some texts, one text after the other.

    `vectors`: `(tokens, dim)` float32, unit norm. `counts`: how many each text has, `(texts,)` int64.
    """

    vectors: Tensor
    counts: Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """`layers_in`: the dtype that the layers compute in; embeddings and the projection are always float32."""

    shape: Shape
    tensors: Tensors
    layers_in: torch.dtype = torch.float32

    @property
    def device(self) -> torch.device:
        return self.tensors[PROJECTION].device

    def embed(self, inputs: Sequence[Inputs]) -> Embedded:
        """The vectors of the texts, in their order."""
        most = TOGETHER[self.device.type]
        parts: list[Tensor] = []
        order: list[int] = []
        for batch in length_sorted([len(each.ids) for each in inputs], most):
            some = [inputs[number] for number in batch]
            parts.append(self._kept(some))
            order += batch
        counts = torch.tensor([int(each.keep.sum()) for each in inputs])
        return Embedded(vectors=_reordered(torch.cat(parts), order, counts), counts=counts)

    def hidden(self, ids: Tensor, attention: Tensor) -> Tensor:
        """`(texts, tokens, hidden)` float32; `attention` (bool) is False where a token is not looked at."""
        state = self._embeddings(ids).to(self.layers_in)
        mask = None
        if not bool(attention.all()):
            mask = torch.zeros(attention.shape, dtype=self.layers_in, device=ids.device)
            mask = mask.masked_fill(~attention, torch.finfo(self.layers_in).min)[:, None, None, :]
        for layer in range(self.shape.layers):
            state = self._layer(state, mask, f"encoder.layer.{layer}.")
        return state.float()

    def _kept(self, inputs: Sequence[Inputs]) -> Tensor:
        ids, attention = padded(inputs, self.shape.padding)
        keep = np.zeros(ids.shape, dtype=bool)
        for row, each in enumerate(inputs):
            keep[row, : len(each.keep)] = each.keep
        device = self.device
        hidden = self.hidden(torch.from_numpy(ids).long().to(device), torch.from_numpy(attention).to(device))
        kept = hidden[torch.from_numpy(keep).to(device)]
        return functional.normalize(functional.linear(kept, self.tensors[PROJECTION]), dim=-1)

    def _embeddings(self, ids: Tensor) -> Tensor:
        tensors = self.tensors
        state = functional.embedding(ids, tensors["embeddings.word_embeddings.weight"])
        state = state + tensors["embeddings.token_type_embeddings.weight"][0]
        state = state + tensors["embeddings.position_embeddings.weight"][: ids.shape[1]]
        return self._norm(state, "embeddings.LayerNorm")

    def _layer(self, state: Tensor, mask: Tensor | None, name: str) -> Tensor:
        attended = self._linear(self._attention(state, mask, name), f"{name}attention.output.dense")
        state = self._norm(state + attended, f"{name}attention.output.LayerNorm")
        inner = functional.gelu(self._linear(state, f"{name}intermediate.dense"))
        return self._norm(state + self._linear(inner, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _attention(self, state: Tensor, mask: Tensor | None, name: str) -> Tensor:
        texts, tokens, hidden = state.shape
        heads = self.shape.heads
        parts = [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
        weight = torch.cat([self.tensors[f"{part}.weight"] for part in parts]).to(self.layers_in)
        bias = torch.cat([self.tensors[f"{part}.bias"] for part in parts]).to(self.layers_in)
        split = functional.linear(state, weight, bias).view(texts, tokens, 3, heads, hidden // heads)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        logits = (query * (1 / math.sqrt(hidden // heads))) @ key.transpose(-1, -2)
        if mask is not None:
            logits += mask
        read = torch.softmax(logits, dim=-1) @ value
        return read.transpose(1, 2).reshape(texts, tokens, hidden)

    def _linear(self, state: Tensor, name: str) -> Tensor:
        weight, bias = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]
        return functional.linear(state, weight.to(self.layers_in), bias.to(self.layers_in))

    def _norm(self, state: Tensor, name: str) -> Tensor:
        weight, bias = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]
        size, epsilon = (self.shape.hidden,), self.shape.epsilon
        return functional.layer_norm(state, size, weight.to(state.dtype), bias.to(state.dtype), epsilon)


def parameter_names(shape: Shape) -> Iterator[str]:
    """The names of all tensors that the network has."""
    yield from (f"embeddings.{part}_embeddings.weight" for part in ("word", "position", "token_type"))
    modules = ["embeddings.LayerNorm"]
    for layer in range(shape.layers):
        name = f"encoder.layer.{layer}."
        modules += [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
        modules += [f"{name}attention.output.dense", f"{name}attention.output.LayerNorm"]
        modules += [f"{name}intermediate.dense", f"{name}output.dense", f"{name}output.LayerNorm"]
    for module in modules:
        yield f"{module}.weight"
        yield f"{module}.bias"
    yield PROJECTION


def _reordered(vectors: Tensor, order: Sequence[int], counts: Tensor) -> Tensor:
    """`vectors` lie text after text in `order`; give them in the order of the texts."""
    if list(order) == list(range(len(order))):
        return vectors
    ends = torch.cumsum(counts[list(order)], 0)
    first = torch.empty(len(order), dtype=torch.long)
    first[list(order)] = ends - counts[list(order)]
    starts = torch.cumsum(counts, 0) - counts
    places = torch.arange(int(counts.sum())) + torch.repeat_interleave(first - starts, counts)
    return vectors[places.to(vectors.device)]
