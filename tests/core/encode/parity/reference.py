"""The four networks in NumPy, float64, one text at a time: a second opinion beside the golden files.

Written from the description of the published checkpoints, sharing nothing with core. `Mistakes` are easily
made and hard to see: each gives unit vectors that look right, and a parity test has to notice each of them.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Mistakes:
    """None by default."""

    rotary_base: float | None = None
    interleaved: bool = False
    first_slopes: bool = False
    swapped_gate: bool = False
    tanh_gelu: bool = False
    positions_from: int | None = None
    not_normalised: bool = False
    new_projection: bool = False
    no_biases: bool = False
    pre_norm: bool = False


@dataclass(frozen=True)
class Reference:
    """A checkpoint in Stanford's layout. `language`: the adapter of X-MOD by its name in config.json."""

    config: dict
    weights: dict[str, Array]
    mistakes: Mistakes
    language: str = ""

    @classmethod
    def open(cls, folder: Path, mistakes: Mistakes = Mistakes(), language: str = "") -> Reference:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        found = load_file(folder / "model.safetensors")
        weights = {name: tensor.astype(np.float64) for name, tensor in found.items()}
        if mistakes.new_projection:
            drawn = np.random.default_rng(0).standard_normal(weights["linear.weight"].shape)
            weights["linear.weight"] = drawn * 0.02
        if mistakes.no_biases:
            weights = {name: tensor * (not name.endswith(".bias")) for name, tensor in weights.items()}
        return cls(config, weights, mistakes, language)

    def vectors(self, ids: Array, attention: Array) -> Array:
        """(tokens, dim) of all tokens."""
        hidden = self._hidden(np.asarray(ids), np.asarray(attention, dtype=bool))
        found = hidden @ self.weights["linear.weight"].T
        if self.mistakes.not_normalised:
            return found
        return found / np.linalg.norm(found, axis=-1, keepdims=True)

    def _hidden(self, ids: Array, attention: Array) -> Array:
        if self.config.get("position_embedding_type") == "rotary":
            return self._rotary(ids, attention)
        if self.config["position_embedding_type"] == "alibi":
            return self._jina_bert(ids, attention)
        return self._bert(ids, attention)

    def _bert(self, ids: Array, attention: Array) -> Array:
        """BERT, and X-MOD, which is RoBERTa with an adapter behind each layer."""
        xmod = self.config["model_type"] == "xmod"
        root = "roberta" if xmod else "bert"
        first = self.config["pad_token_id"] + 1 if xmod else 0
        first = first if self.mistakes.positions_from is None else self.mistakes.positions_from
        places = first + (np.cumsum(ids != self.config["pad_token_id"]) - 1 if xmod else np.arange(len(ids)))
        if xmod:
            # RoBERTa gives padding itself the position of its id.
            places = np.where(ids == self.config["pad_token_id"], self.config["pad_token_id"], places)
        hidden = self._words(f"{root}.embeddings", ids)
        hidden += self.weights[f"{root}.embeddings.position_embeddings.weight"][places]
        hidden = self._norm(f"{root}.embeddings.LayerNorm", hidden)
        for number in range(self.config["num_hidden_layers"]):
            layer = f"{root}.encoder.layer.{number}"
            hidden = self._attended(layer, hidden, self._hide(attention))
            inner = self._gelu(self._linear(f"{layer}.intermediate.dense", hidden))
            hidden = hidden + self._linear(f"{layer}.output.dense", inner)
            hidden = self._norm(f"{layer}.output.LayerNorm", hidden)
            if xmod:
                hidden = self._norm(f"{layer}.output.LayerNorm", self._adapted(layer, hidden))
        return hidden

    def _adapted(self, layer: str, hidden: Array) -> Array:
        """An adapter adds to what the layer's norm gave; the same norm comes once more behind it."""
        adapter = f"{layer}.output.adapter_modules.{self.language or self.config['default_language']}"
        inner = self._gelu(self._linear(f"{adapter}.dense1", hidden))
        return self._linear(f"{adapter}.dense2", inner) + hidden

    def _jina_bert(self, ids: Array, attention: Array) -> Array:
        hidden = self._norm("bert.embeddings.LayerNorm", self._words("bert.embeddings", ids))
        places = np.arange(len(ids))
        far = np.abs(places[:, None] - places[None])
        slopes = np.array(self._slopes())[:, None, None]
        for number in range(self.config["num_hidden_layers"]):
            layer = f"bert.encoder.layer.{number}"
            hidden = self._attended(layer, hidden, self._hide(attention) - slopes * far)
            gate, other = np.split(hidden @ self.weights[f"{layer}.mlp.gated_layers.weight"].T, 2, axis=-1)
            if self.mistakes.swapped_gate:
                gate, other = other, gate
            hidden = hidden + self._linear(f"{layer}.mlp.wo", self._gelu(gate) * other)
            hidden = self._norm(f"{layer}.mlp.layernorm", hidden)
        return hidden

    def _slopes(self) -> list[float]:
        """Of 12 heads: 2^-1 … 2^-8, then 2^-0.5, 2^-1.5, 2^-2.5, 2^-3.5."""
        heads = self.config["num_attention_heads"]
        whole = 2 ** int(math.log2(heads))
        series = [2 ** (-8 * number / whole) for number in range(1, whole + 1)]
        if self.mistakes.first_slopes:
            return (series * 2)[:heads]
        return series + [2 ** (-4 * number / whole) for number in range(1, 2 * whole, 2)][: heads - whole]

    def _rotary(self, ids: Array, attention: Array) -> Array:
        hidden = self._norm("roberta.emb_ln", self._words("roberta.embeddings", ids))
        for number in range(self.config["num_hidden_layers"]):
            layer = f"roberta.encoder.layers.{number}"
            fused = self._linear(f"{layer}.mixer.Wqkv", hidden)
            query, key, value = map(self._heads, np.split(fused, 3, axis=-1))
            seen = self._seen(self._turned(query), self._turned(key), value, self._hide(attention))
            hidden = self._norm(f"{layer}.norm1", hidden + self._linear(f"{layer}.mixer.out_proj", seen))
            inner = self._gelu(self._linear(f"{layer}.mlp.fc1", hidden))
            hidden = self._norm(f"{layer}.norm2", hidden + self._linear(f"{layer}.mlp.fc2", inner))
        return hidden

    def _turned(self, vectors: Array) -> Array:
        """Pairs of components half a head apart, turned by position · base^(-2i/size)."""
        base = self.mistakes.rotary_base or self.config.get("rotary_emb_base", 10000.0)
        length, size = vectors.shape[1:]
        angles = np.arange(length)[:, None] * base ** -(np.arange(0, size, 2) / size)
        turn = np.cos(angles) + 1j * np.sin(angles)
        if self.mistakes.interleaved:
            turned = (vectors[..., ::2] + 1j * vectors[..., 1::2]) * turn
            return np.stack([turned.real, turned.imag], axis=-1).reshape(vectors.shape)
        turned = (vectors[..., : size // 2] + 1j * vectors[..., size // 2 :]) * turn
        return np.concatenate([turned.real, turned.imag], axis=-1)

    def _attended(self, layer: str, hidden: Array, bias: Array) -> Array:
        own = f"{layer}.attention.self"
        query, key, value = (
            self._heads(self._linear(f"{own}.{name}", hidden)) for name in ("query", "key", "value")
        )
        found = self._linear(f"{layer}.attention.output.dense", self._seen(query, key, value, bias))
        if self.mistakes.pre_norm:
            return self._norm(f"{layer}.attention.output.LayerNorm", found) + hidden
        return self._norm(f"{layer}.attention.output.LayerNorm", found + hidden)

    def _seen(self, query: Array, key: Array, value: Array, bias: Array) -> Array:
        """(heads, tokens, size) three times -> (tokens, hidden)."""
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1]) + bias
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        return (shares @ value).transpose(1, 0, 2).reshape(query.shape[1], -1)

    def _heads(self, vectors: Array) -> Array:
        return vectors.reshape(len(vectors), self.config["num_attention_heads"], -1).transpose(1, 0, 2)

    @staticmethod
    def _hide(attention: Array) -> Array:
        return np.where(attention, 0.0, -np.inf)[None, None]

    def _words(self, embeddings: str, ids: Array) -> Array:
        """All tokens are of type 0."""
        types = self.weights[f"{embeddings}.token_type_embeddings.weight"]
        return self.weights[f"{embeddings}.word_embeddings.weight"][ids] + types[0]

    def _linear(self, name: str, vectors: Array) -> Array:
        return vectors @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _norm(self, name: str, vectors: Array) -> Array:
        centred = vectors - vectors.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self.config["layer_norm_eps"])
        return centred / scale * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def _gelu(self, values: Array) -> Array:
        if self.mistakes.tanh_gelu:
            inner = math.sqrt(2 / math.pi) * (values + 0.044715 * values**3)
            return 0.5 * values * (1 + np.tanh(inner))
        return 0.5 * values * (1 + np.vectorize(math.erf)(values / math.sqrt(2)))
