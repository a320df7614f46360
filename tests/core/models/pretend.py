"""Checkpoints that are none, for tests of installing: nothing is loaded, so that no test waits for torch."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Generator
from typing import Any

from core.domain import Language, ModelName, ProfileValue
from core.errors import ModelUnsupportedError
from core.models.known import Published, Shape
from core.models.process import Send
from core.models.record import Checked
from core.models.trying import Trial

REPOSITORY = "someone/tiny-colbert"
NAME = ModelName("tiny-colbert")


def published(**changes: object) -> Published:
    """A model that the tests' hub has."""
    usual: dict[str, object] = {
        "name": NAME,
        "title": "Tiny ColBERT",
        "languages": frozenset({Language("ja")}),
        "licence": "CC-BY-NC-4.0",
        "restriction": "not for commercial use",
        "repository": REPOSITORY,
        "bytes": 1_000_000,
        "shape": Shape(layers=2, hidden=32, feed_forward=64, heads=4, parameters=1_000),
        "dim": 16,
    }
    return Published(**(usual | changes))  # type: ignore[arg-type]


def files(size: int = 1_000_000, seed: int = 0) -> dict[str, bytes]:
    """A repository: what is wanted, and what must never be fetched."""
    config = {"num_hidden_layers": 2, "hidden_size": 32}
    return {
        "README.md": b"# A card",
        "config.json": json.dumps(config).encode(),
        "artifact.metadata": b"{}",
        "tokenizer.json": b"{}" * 100,
        "tokenizer_config.json": b"{}",
        "model.safetensors": random.Random(seed).randbytes(size),
        "pytorch_model.bin": b"not this one",
        "modeling_evil.py": b"raise SystemExit",
        "onnx/model.onnx": b"not this one either",
    }


WANTED = {"config.json", "artifact.metadata", "tokenizer.json", "tokenizer_config.json", "model.safetensors"}


def try_out(_send: Send, trial: Trial) -> Checked:
    """Stands in for core.models.trying.try_out: looks at config.json only."""
    config = json.loads((trial.checkpoint / "config.json").read_text())
    if config.get("unusable"):
        raise ModelUnsupportedError(trial.name, "it is unusable")
    profile = tuple(
        ProfileValue(name=key, value=str(value), origin="you")
        for key, value in trial.person.items()
        if key not in ("device", "precision")
    )
    return Checked(dim=16, noise_floor=0.25, passages_per_second=12.5, profile=profile)


def inline(
    work: Callable[..., Any], arguments: tuple[Any, ...], _cancel: object, _crashed: object
) -> Generator[Any, None, Any]:
    """Stands in for core.models.process.in_a_process: the same events and results, without a process."""
    events: list[Any] = []
    found = work(events.append, *arguments)
    yield from events
    return found
