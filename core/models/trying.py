"""Tries a checkpoint before it is called installed: does it load wholly, does it encode, and how fast?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.domain import ModelName
from core.errors import ModelUnsupportedError
from core.models.files import CONFIG
from core.models.known import Published
from core.models.process import Send
from core.models.record import Checked

if TYPE_CHECKING:
    from core.encode.colbert.encoder import ColbertEncoder

MEASURE_S = 3.0
"""How long the speed is measured: long enough for some batches of the slowest model."""

SETTINGS = ("device", "precision")
"""What a person can set beside the values of the profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried, or opened: the files in `checkpoint`, to be called `name`.

    `published` if it should be that one; `weights_digest` and `noise_floor` as far as they are known.
    """

    name: ModelName
    checkpoint: Path
    published: Published | None = None
    weights_digest: str | None = None
    noise_floor: float | None = None
    person: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = MEASURE_S


def try_out(_send: Send, trial: Trial) -> Checked:
    """Open the model, compare it with what it should be, test it and measure it. Runs in its own process.

    Raises ModelDamagedError, ModelUnsupportedError, PartMissingError.
    """
    from core.encode.colbert.measure import measure  # noqa: PLC0415 - torch

    encoder = open_checkpoint(trial)
    if trial.published:
        _compare(trial, trial.published, encoder.dim)
    measured = measure(encoder, trial.seconds)
    return Checked(
        dim=encoder.dim,
        noise_floor=measured.noise_floor,
        passages_per_second=measured.passages_per_second,
        profile=encoder.profile.values(),
    )


def open_checkpoint(trial: Trial) -> ColbertEncoder:
    """Load it, which takes seconds. Raises ModelDamagedError, ModelUnsupportedError, PartMissingError."""
    from core.encode.checkpoint.known import KNOWN  # noqa: PLC0415
    from core.encode.colbert.encoder import ColbertEncoder, Options  # noqa: PLC0415 - torch
    from core.encode.colbert.network import Precision  # noqa: PLC0415

    person = dict(trial.person)
    device = str(person.pop("device", "cpu"))
    precision = person.pop("precision", Precision.FP32)
    try:
        precision = Precision(precision)
    except ValueError as error:
        raise ModelUnsupportedError(trial.name, f"there is no precision {precision!r}") from error
    options = Options(
        name=trial.name,
        known=KNOWN.get(trial.name),
        person=person,
        windows=True,
        weights_digest=trial.weights_digest,
        precision=precision,
        device=device,
    )
    if trial.noise_floor is not None:
        options = replace(options, noise_floor=trial.noise_floor)
    return ColbertEncoder.open(trial.checkpoint, options)


def _compare(trial: Trial, published: Published, dim: int) -> None:
    config = json.loads((trial.checkpoint / CONFIG).read_text(encoding="utf-8"))
    shape = published.shape
    found = (config.get("num_hidden_layers"), config.get("hidden_size"), dim)
    if found != (shape.layers, shape.hidden, published.dim):
        raise ModelUnsupportedError(
            trial.name,
            f"this is not {published.title}: it has {found[0]} layers of {found[1]} and vectors of "
            f"{found[2]}, not {shape.layers} of {shape.hidden} and {published.dim}",
        )
