"""What would a model that is not installed cost on this machine? Estimated from one layer of its shape.

All layers of a network cost the same, and what is not in layers (looking up the embeddings, the projection)
costs next to nothing. So one layer with random weights is timed and multiplied; the values of weights do not
change how long they take.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.encode.encoder import PASSAGE_TOKENS, Encoder
from core.models.known import Shape

if TYPE_CHECKING:
    import torch

_BATCH = 8

_SECONDS = 0.4

_SAMPLE = (
    "灯台守は毎晩、百三十七段の階段を上る。The keeper climbs the stairs of the lighthouse at dusk. " * 5
)[:300]
_SAMPLES = 32


class Speeds:
    """Remembers passages per second by shape, for this machine only. The file is replaced whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def known(self) -> Mapping[str, float]:
        """By `key_of` of what was measured on this machine; does not import torch."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            if found["machine"] != machine():
                return {}
            return {str(key): float(speed) for key, speed in found["speeds"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def measure(self, key: str, speed_of: Callable[[], float]) -> float:
        """What is known, else what `speed_of` measures now. Not being able to remember it is no failure."""
        known = dict(self.known())
        if key not in known:
            known[key] = speed_of()
            draft = self._path.with_suffix(".tmp")
            try:
                draft.write_text(json.dumps({"machine": machine(), "speeds": known}), encoding="utf-8")
                draft.replace(self._path)
            except OSError:
                return known[key]
        return known[key]


def key_of(shape: Shape) -> str:
    """The same for shapes that cost the same: how many parameters lie in the embeddings does not matter."""
    gated = "gated" if shape.gated else ""
    return f"{shape.layers}x{shape.hidden}/{shape.feed_forward}{gated}/{shape.heads}+{shape.adapter}"


def machine() -> str:
    """Changes when the processor or torch does."""
    try:
        version = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        version = ""
    whole = f"{platform.machine()} {platform.processor()} {_processor()} {os.cpu_count()} {version}"
    return hashlib.blake2b(whole.encode(), digest_size=8).hexdigest()


def _processor() -> str:
    """The processor's name where the system has it in a file (`platform.processor` is empty there)."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return ""
    return next((line for line in lines if line.startswith("model name")), "")


def encoder_speed(encoder: Encoder) -> float:
    """Passages of 300 characters per second, measured with the encoder itself."""
    texts = [_SAMPLE] * _SAMPLES
    encoder.encode_passages(texts[:1])
    return _rate(lambda: encoder.encode_passages(texts), _SAMPLES)


def estimated_speed(shape: Shape) -> float:
    """Passages of 300 characters per second on this processor, in float32. Takes half a second, and torch."""
    import torch  # noqa: PLC0415 - an extra, and seconds

    layer = _layer(shape, torch)
    hidden = torch.randn(_BATCH, PASSAGE_TOKENS, shape.hidden, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        layer(hidden)
        return _rate(lambda: layer(hidden), _BATCH) / shape.layers


def _rate(work: Callable[[], Any], passages: int) -> float:
    """Of the best time: others on this machine only ever make it slower."""
    best, started = float("inf"), time.perf_counter()
    while time.perf_counter() - started < _SECONDS:
        before = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - before)
    return passages / best


def _layer(shape: Shape, torch: Any) -> Callable[[torch.Tensor], torch.Tensor]:
    """Attention and feed-forward network of one layer, with what its family adds."""
    functional = torch.nn.functional
    width = shape.hidden // shape.heads

    def weights(rows: int, columns: int) -> torch.Tensor:
        return torch.randn(rows, columns, generator=torch.Generator().manual_seed(rows)) * 0.02

    into, out = weights(3 * shape.hidden, shape.hidden), weights(shape.hidden, shape.hidden)
    inner = weights((2 if shape.gated else 1) * shape.feed_forward, shape.hidden)
    outer = weights(shape.hidden, shape.feed_forward)
    down, up = weights(shape.adapter, shape.hidden), weights(shape.hidden, shape.adapter)

    def layer(hidden: torch.Tensor) -> torch.Tensor:
        heads = functional.linear(hidden, into).view(_BATCH, PASSAGE_TOKENS, 3, shape.heads, width)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(query, key, value)
        attended = attended.transpose(1, 2).reshape(_BATCH, PASSAGE_TOKENS, shape.hidden)
        hidden = functional.layer_norm(hidden + functional.linear(attended, out), (shape.hidden,))
        between = functional.linear(hidden, inner)
        if shape.gated:
            gate, between = between.chunk(2, dim=-1)
            between = functional.gelu(gate) * between
        else:
            between = functional.gelu(between)
        found = functional.linear(between, outer)
        if shape.adapter:
            found = found + functional.linear(functional.gelu(functional.linear(found, down)), up)
        return functional.layer_norm(hidden + found, (shape.hidden,))

    return layer
