"""A BERT whose weights are set, not trained: it matches words, their parts and their neighbours.

The hidden dimensions are parted: `_CONTENT` say which token it is, `_POSITIONS` where it stands, and one,
`_NULL`, how common it is. A token of rarity r (its inverse document frequency, 0 to 1) has sqrt(r) of
content and sqrt(1 - r) of null, so all vectors have one norm; two common tokens match each other with nearly
1 in every passage, which changes no ranking, and a rare one adds its r where it is found and nowhere else.
So the inverse document frequency needs no weights beside the vectors (prototype of issue 6).

In the first layer half of the heads read the token before and half the one behind: position embeddings are
cosines and sines at random frequencies, and turning them by one step in the query makes the neighbour's the
best key. The second layer and the feed-forwards do nothing yet; training may use them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from tokenizers import Tokenizer

from own_model.identities import Vectors, identities
from own_model.links import Strengths
from own_model.tokenizer import DOCUMENT, PAD, QUERY, SPECIAL, write_tokenizer

LAYERS, HIDDEN, HEADS, INNER, POSITIONS, DIM = 2, 160, 4, 512, 512, 128
"""Hidden sizes of 128 to 256 find the same (RESULTS.md), and the narrow ones leave room for more pieces."""

_HEAD = HIDDEN // HEADS
_FREQUENCIES = 18
_CONTENT = slice(0, 120)
_COSINES, _SINES = slice(120, 138), slice(138, 156)
_NULL = 156

_CONTENT_NORM, _POSITION_NORM = np.sqrt(96.0), 8.0
"""Their squares make 160: LayerNorm leaves a vector of that norm as it is."""

_NEIGHBOUR = 0.6
"""What each neighbour adds to a token of 1 (0.9 and 1.3 were worse in the prototype)."""

_PEAK = 16.0
"""The logit of the wanted neighbour; the others stay around 0, 8 at most."""

_SMALL = 0.06
"""Standard deviation of what starts near zero, times input of norm 13; what it leads to is 0."""

METADATA = {
    "query_token_id": QUERY,
    "doc_token_id": DOCUMENT,
    "query_token": "[Q]",
    "doc_token": "[D]",
    "query_maxlen": 128,
    "doc_maxlen": POSITIONS,
    "mask_punctuation": True,
    "attend_to_mask_tokens": False,
    "do_query_expansion": False,
    "dim": DIM,
    "similarity": "cosine",
    "checkpoint": "mikke",
}

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ingredients:
    """`rarities`: `(vocabulary,)`, 0 to 1."""

    tokenizer: Tokenizer
    rarities: Array
    links: Strengths


def construct(ingredients: Ingredients, folder: Path, seed: int = 0) -> Path:
    """Write the checkpoint: config.json, model.safetensors, the tokenizer and artifact.metadata."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = weights(ingredients, np.random.default_rng(seed))
    halves = {name: torch.from_numpy(each).to(torch.float16).contiguous() for name, each in tensors.items()}
    save_file(halves, folder / "model.safetensors", metadata={"format": "pt"})
    write_tokenizer(ingredients.tokenizer, folder)
    config = _config(ingredients.tokenizer)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    (folder / "artifact.metadata").write_text(json.dumps(METADATA, indent=1) + "\n", encoding="utf-8")
    return folder


def weights(ingredients: Ingredients, rng: np.random.Generator) -> dict[str, Array]:
    """All parameters by the names of a ColBERT checkpoint, float32."""
    frequencies = rng.uniform(0, np.pi, _FREQUENCIES)
    found = {
        "bert.embeddings.word_embeddings.weight": _words(ingredients),
        "bert.embeddings.position_embeddings.weight": _positions(frequencies),
        "bert.embeddings.token_type_embeddings.weight": np.zeros((2, HIDDEN), np.float32),
        **_layer_norm("bert.embeddings.LayerNorm"),
        "linear.weight": _projection(rng),
    }
    for layer in range(LAYERS):
        prefix = f"bert.encoder.layer.{layer}."
        attention = _neighbours(frequencies, rng) if layer == 0 else _idle_attention(rng)
        for name, weight in (attention | _idle_feed_forward(rng)).items():
            found[f"{prefix}{name}.weight"] = weight
            found[f"{prefix}{name}.bias"] = np.zeros(len(weight), np.float32)
        found |= _layer_norm(prefix + "attention.output.LayerNorm")
        found |= _layer_norm(prefix + "output.LayerNorm")
    return found


def _config(tokenizer: Tokenizer) -> dict[str, object]:
    return {
        "architectures": ["HF_ColBERT"],
        "model_type": "bert",
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "max_position_embeddings": POSITIONS,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
        "pad_token_id": tokenizer.token_to_id(PAD),
        "position_embedding_type": "absolute",
    }


def _words(ingredients: Ingredients) -> Array:
    tokenizer = ingredients.tokenizer
    pieces = [tokenizer.id_to_token(number) for number in range(tokenizer.get_vocab_size())]
    rarities = ingredients.rarities.copy()
    rarities[[tokenizer.token_to_id(special) for special in SPECIAL]] = 0.0
    content: Vectors = identities(pieces, ingredients.links, _CONTENT.stop)
    found = np.zeros((len(pieces), HIDDEN), np.float32)
    found[:, _CONTENT] = content * np.sqrt(rarities)[:, None] * _CONTENT_NORM
    found[:, _NULL] = np.sqrt(1.0 - rarities) * _CONTENT_NORM
    return found


def _positions(frequencies: NDArray[np.float64]) -> Array:
    angles = np.arange(POSITIONS)[:, None] * frequencies
    found = np.zeros((POSITIONS, HIDDEN), np.float32)
    found[:, _COSINES], found[:, _SINES] = np.cos(angles), np.sin(angles)
    return found * np.float32(_POSITION_NORM / np.sqrt(_FREQUENCIES))


def _layer_norm(name: str) -> dict[str, Array]:
    return {f"{name}.weight": np.ones(HIDDEN, np.float32), f"{name}.bias": np.zeros(HIDDEN, np.float32)}


def _neighbours(frequencies: NDArray[np.float64], rng: np.random.Generator) -> dict[str, Array]:
    """Heads that read the token before (the first half of them) and the one behind."""
    query, key, value, output = (np.zeros((HIDDEN, HIDDEN), np.float32) for _ in range(4))
    half = HIDDEN // 2
    for first, step in ((0, -1), (half, 1)):
        into = _orthonormal(half, _CONTENT.stop, rng)
        back = _orthonormal(_CONTENT.stop, half, rng)
        value[first : first + half, _CONTENT] = into
        output[_CONTENT, first : first + half] = back * _NEIGHBOUR * np.sqrt(_CONTENT.stop / half)
        for start in range(first, first + half, _HEAD):
            query[start : start + 2 * _FREQUENCIES] = _turned(frequencies * step)
            key[start : start + 2 * _FREQUENCIES] = _turned(np.zeros(_FREQUENCIES))
    return {
        "attention.self.query": query,
        "attention.self.key": key,
        "attention.self.value": value,
        "attention.output.dense": output,
    }


def _turned(angles: NDArray[np.float64]) -> Array:
    """`(36, hidden)`: reads the position and turns each of its pairs by an angle; scaled for _PEAK."""
    scale = np.sqrt(_PEAK * np.sqrt(_HEAD)) / _POSITION_NORM
    found = np.zeros((2 * _FREQUENCIES, HIDDEN), np.float32)
    found[:_FREQUENCIES, _COSINES] = np.diag(np.cos(angles)) * scale
    found[:_FREQUENCIES, _SINES] = -np.diag(np.sin(angles)) * scale
    found[_FREQUENCIES:, _COSINES] = np.diag(np.sin(angles)) * scale
    found[_FREQUENCIES:, _SINES] = np.diag(np.cos(angles)) * scale
    return found


def _idle_attention(rng: np.random.Generator) -> dict[str, Array]:
    names = ("attention.self.query", "attention.self.key", "attention.self.value")
    found = {name: _noise((HIDDEN, HIDDEN), rng) for name in names}
    return found | {"attention.output.dense": np.zeros((HIDDEN, HIDDEN), np.float32)}


def _idle_feed_forward(rng: np.random.Generator) -> dict[str, Array]:
    return {
        "intermediate.dense": _noise((INNER, HIDDEN), rng),
        "output.dense": np.zeros((HIDDEN, INNER), np.float32),
    }


def _noise(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    return (rng.standard_normal(shape) * _SMALL).astype(np.float32)


def _projection(rng: np.random.Generator) -> Array:
    """Content to all dimensions but the last, which is null's."""
    found = np.zeros((DIM, HIDDEN), np.float32)
    kept = DIM - 1
    found[:kept, _CONTENT] = _orthonormal(kept, _CONTENT.stop, rng) * np.sqrt(_CONTENT.stop / kept)
    found[kept, _NULL] = 1.0
    return found


def _orthonormal(rows: int, columns: int, rng: np.random.Generator) -> Array:
    """Random, with orthonormal rows or columns, whichever are fewer."""
    found, _ = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    return np.asarray(found if rows >= columns else found.T, dtype=np.float32)
