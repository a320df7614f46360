"""The weights of the miniature checkpoints: random, but nothing in them zero, one or alike.

Small standard deviations hide mistakes, because all vectors look alike; biases of zero hide a missing bias;
layer norms of one hide a missing layer norm. So all of them are drawn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

Tensors = dict[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Size:
    """Of a network. `rows` of the word embeddings; `spread`: standard deviation of a matrix."""

    rows: int
    hidden: int = 32
    layers: int = 2
    inner: int = 64
    dim: int = 16
    positions: int = 512
    spread: float = 0.1


@dataclass
class Draw:
    """A table of tensors that fills; the order of the calls decides the values."""

    seed: int
    spread: float
    tensors: Tensors = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)

    def normal(self, *shape: int) -> np.ndarray:
        return self.random.standard_normal(shape, dtype=np.float32) * np.float32(self.spread)

    def matrix(self, name: str, rows: int, columns: int, *, bias: bool = True) -> None:
        self.tensors[f"{name}.weight"] = self.normal(rows, columns)
        if bias:
            self.tensors[f"{name}.bias"] = self.normal(rows)

    def norm(self, name: str, hidden: int) -> None:
        self.tensors[f"{name}.weight"] = 1 + self.normal(hidden)
        self.tensors[f"{name}.bias"] = self.normal(hidden)


def bert(size: Size, seed: int) -> Tensors:
    """JaColBERT: BERT with the pooler and the position_ids that old checkpoints carry along."""
    draw = Draw(seed, size.spread)
    for name, rows in (("word", size.rows), ("position", size.positions), ("token_type", 2)):
        draw.matrix(f"bert.embeddings.{name}_embeddings", rows, size.hidden, bias=False)
    draw.norm("bert.embeddings.LayerNorm", size.hidden)
    for layer in _layers("bert.encoder.layer", size):
        _attention(draw, layer, size)
        _feed_forward(draw, layer, size)
    return _finished(draw, "bert", size)


def jina_bert(size: Size, seed: int) -> Tensors:
    """Jina-ColBERT v1: no positions; gate and values of the feed-forward in one matrix without a bias."""
    draw = Draw(seed, size.spread)
    for name, rows in (("word", size.rows), ("token_type", 2)):
        draw.matrix(f"bert.embeddings.{name}_embeddings", rows, size.hidden, bias=False)
    draw.norm("bert.embeddings.LayerNorm", size.hidden)
    for layer in _layers("bert.encoder.layer", size):
        _attention(draw, layer, size)
        draw.matrix(f"{layer}.mlp.gated_layers", 2 * size.inner, size.hidden, bias=False)
        draw.matrix(f"{layer}.mlp.wo", size.hidden, size.inner)
        draw.norm(f"{layer}.mlp.layernorm", size.hidden)
    return _finished(draw, "bert", size)


def rotary(size: Size, seed: int) -> Tensors:
    """Jina-ColBERT v2: queries, keys and values in one matrix, in this order."""
    draw = Draw(seed, size.spread)
    for name, rows in (("word", size.rows), ("token_type", 1)):
        draw.matrix(f"roberta.embeddings.{name}_embeddings", rows, size.hidden, bias=False)
    draw.norm("roberta.emb_ln", size.hidden)
    for layer in _layers("roberta.encoder.layers", size):
        draw.matrix(f"{layer}.mixer.Wqkv", 3 * size.hidden, size.hidden)
        draw.matrix(f"{layer}.mixer.out_proj", size.hidden, size.hidden)
        draw.norm(f"{layer}.norm1", size.hidden)
        draw.matrix(f"{layer}.mlp.fc1", size.inner, size.hidden)
        draw.matrix(f"{layer}.mlp.fc2", size.hidden, size.inner)
        draw.norm(f"{layer}.norm2", size.hidden)
    return _finished(draw, "roberta", size)


def xmod(size: Size, seed: int, languages: tuple[str, ...]) -> Tensors:
    """ColBERT-XM: RoBERTa with an adapter of half the width for each language in each layer."""
    draw = Draw(seed, size.spread)
    for name, rows in (("word", size.rows), ("position", size.positions), ("token_type", 1)):
        draw.matrix(f"roberta.embeddings.{name}_embeddings", rows, size.hidden, bias=False)
    draw.norm("roberta.embeddings.LayerNorm", size.hidden)
    draw.tensors["roberta.embeddings.position_ids"] = np.arange(size.positions, dtype=np.int64)[None]
    for layer in _layers("roberta.encoder.layer", size):
        _attention(draw, layer, size)
        _feed_forward(draw, layer, size)
        for language in languages:
            adapter = f"{layer}.output.adapter_modules.{language}"
            draw.matrix(f"{adapter}.dense1", size.hidden // 2, size.hidden)
            draw.matrix(f"{adapter}.dense2", size.hidden, size.hidden // 2)
    return _finished(draw, "roberta", size)


def _layers(prefix: str, size: Size) -> Iterator[str]:
    return (f"{prefix}.{number}" for number in range(size.layers))


def _attention(draw: Draw, layer: str, size: Size) -> None:
    for name in ("self.query", "self.key", "self.value", "output.dense"):
        draw.matrix(f"{layer}.attention.{name}", size.hidden, size.hidden)
    draw.norm(f"{layer}.attention.output.LayerNorm", size.hidden)


def _feed_forward(draw: Draw, layer: str, size: Size) -> None:
    draw.matrix(f"{layer}.intermediate.dense", size.inner, size.hidden)
    draw.matrix(f"{layer}.output.dense", size.hidden, size.inner)
    draw.norm(f"{layer}.output.LayerNorm", size.hidden)


def _finished(draw: Draw, prefix: str, size: Size) -> Tensors:
    """With the pooler that nobody uses, and the projection."""
    draw.matrix(f"{prefix}.pooler.dense", size.hidden, size.hidden)
    draw.matrix("linear", size.dim, size.hidden, bias=False)
    return draw.tensors


_NAMES = {"float32": "F32", "float16": "F16", "int64": "I64", "uint16": "BF16"}


def bfloat16(tensors: Tensors) -> Tensors:
    """Rounded to the nearest, ties to even; kept as the upper halves in uint16, as NumPy has no such type."""
    halves = {}
    for name, tensor in tensors.items():
        bits = tensor.view(np.uint32)
        halves[name] = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)
    return halves


def write_safetensors(tensors: Tensors, path: Path) -> None:
    """uint16 is written as bfloat16, which the library's NumPy side cannot."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, tensor in sorted(tensors.items()):
        header[name] = {
            "dtype": _NAMES[tensor.dtype.name],
            "shape": list(tensor.shape),
            "data_offsets": [at, at + tensor.nbytes],
        }
        at += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for _, tensor in sorted(tensors.items()):
            file.write(np.ascontiguousarray(tensor).tobytes())
