"""Tries a checkpoint before it is called installed: does it load, does it encode, where is it fastest?"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.domain import ModelName, TokenEmbeddings
from core.errors import ModelUnsupportedError
from core.models.known import Published
from core.models.process import Send
from core.models.record import Checked

if TYPE_CHECKING:
    from core.encode.colbert.encoder import ColbertEncoder

DEVICES = ("cpu", "cuda")

DIM_STEP = 8
"""Compressed vectors are packed in whole bytes (core/index/FORMAT.md)."""

PAYS = 1.2
"""So many times as fast as float32 on the processor something else has to be: rounding is not for nothing."""

LEAST_COSINE = 0.999
"""Between the vectors of any token in float32 and in a lower precision, for that to be taken."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried, or opened: the files in `checkpoint`, to be called `name`.

    `published` if it should be that one; `weights_digest` and `noise_floor` as far as they are known.
    `person`: what the person set, values of the profile and perhaps `device` and `precision`. Without these
    two an encoder is opened with the ones below, and a trial finds out the fastest, each in `seconds`.
    """

    name: ModelName
    checkpoint: Path
    published: Published | None = None
    weights_digest: str | None = None
    noise_floor: float | None = None
    person: Mapping[str, Any] = field(default_factory=dict)
    device: str = "cpu"
    precision: str = "fp32"
    seconds: float = 1.0


def try_out(_send: Send, trial: Trial) -> Checked:
    """Open the model, compare it with what it should be, test it and measure it. Runs in its own process.

    Raises ModelDamagedError, ModelUnsupportedError, PartMissingError.
    """
    best: Checked | None = None
    exact: list[TokenEmbeddings] = []
    for each in _places(trial):
        encoder = open_checkpoint(each)
        if each.published and not exact:
            _compare(each, each.published, encoder)
        if encoder.dim % DIM_STEP:
            raise ModelUnsupportedError(
                each.name, f"Its vectors have {encoder.dim} values; the index needs a multiple of {DIM_STEP}"
            )
        if not exact or _alike(exact, _sample_of(encoder)):
            checked = _measured(each, encoder)
            if best is None or checked.passages_per_second > PAYS * best.passages_per_second:
                best = checked
        exact = exact or _sample_of(encoder)
        del encoder  # before the next one is loaded
    assert best is not None, "the first one is always taken"
    return best


def _places(trial: Trial) -> Iterator[Trial]:
    """The trial on every device and in every precision that the person allows; the most exact first.

    Raises ModelUnsupportedError.
    """
    import torch  # noqa: PLC0415 - an extra, and seconds

    if trial.person.get("device") == "cuda" and not torch.cuda.is_available():
        raise ModelUnsupportedError(trial.name, "There is no graphics card that torch can use")
    ways = [("cpu", "fp32"), ("cpu", "bf16")]
    if torch.cuda.is_available():
        ways += [("cuda", "fp16"), ("cuda", "bf16")]
    device, precision = trial.person.get("device"), trial.person.get("precision")
    allowed = [way for way in ways if device in (None, way[0]) and precision in (None, way[1])]
    for way in allowed or [(device or "cpu", precision or "fp32")]:
        yield replace(trial, device=way[0], precision=way[1])


def _measured(trial: Trial, encoder: ColbertEncoder) -> Checked:
    from core.encode.colbert.measure import measure  # noqa: PLC0415

    measured = measure(encoder, trial.seconds)
    return Checked(
        dim=encoder.dim,
        noise_floor=measured.noise_floor,
        passages_per_second=measured.passages_per_second,
        profile=encoder.profile_values(),
        device=trial.device,
        precision=trial.precision,
    )


def _sample_of(encoder: ColbertEncoder) -> list[TokenEmbeddings]:
    from core.encode.colbert.measure import UNRELATED  # noqa: PLC0415

    return encoder.encode_passages(UNRELATED)


def _alike(exact: list[TokenEmbeddings], rounded: list[TokenEmbeddings]) -> bool:
    return all(
        np.einsum("td,td->t", one.vectors, other.vectors).min(initial=1.0) >= LEAST_COSINE
        for one, other in zip(exact, rounded, strict=True)
    )


def open_checkpoint(trial: Trial) -> ColbertEncoder:
    """Load it, which takes seconds. Raises ModelDamagedError, ModelUnsupportedError, PartMissingError."""
    from core.encode.checkpoint.known import KNOWN  # noqa: PLC0415
    from core.encode.colbert.encoder import ColbertEncoder, Description, Options  # noqa: PLC0415 - torch
    from core.encode.colbert.network import Precision  # noqa: PLC0415

    person = dict(trial.person)
    device, precision = _place(trial, person.pop("device", None), person.pop("precision", None))
    try:
        options = Options(
            name=trial.name,
            known=KNOWN.get(trial.name),
            person=person,
            windows=True,
            weights_digest=trial.weights_digest,
            precision=Precision(precision),
            device=device,
        )
        if person:  # what a person typed may be anything
            Description.of(trial.checkpoint, options)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelUnsupportedError(trial.name, f"A value cannot be used: {error}") from error
    if trial.noise_floor is not None:
        options = replace(options, noise_floor=trial.noise_floor)
    return ColbertEncoder.open(trial.checkpoint, options)


def _place(trial: Trial, device: str | None, precision: str | None) -> tuple[str, str]:
    """Where to encode and how; on the processor, exactly, if the graphics card that it was to be is gone."""
    import torch  # noqa: PLC0415 - an extra, and seconds

    wanted = device or trial.device
    if wanted not in DEVICES:
        raise ModelUnsupportedError(
            trial.name, f"There is no device {wanted!r}, only {' and '.join(DEVICES)}"
        )
    if wanted == "cuda" and not torch.cuda.is_available():
        _log.warning("There is no graphics card now: %s encodes on the processor.", trial.name)
        return "cpu", "fp32"
    return wanted, precision or trial.precision


def _compare(trial: Trial, published: Published, encoder: ColbertEncoder) -> None:
    shape = published.shape
    found = (encoder.shape.layers, encoder.shape.hidden, encoder.dim)
    if found != (shape.layers, shape.hidden, published.dim):
        raise ModelUnsupportedError(
            trial.name,
            f"This is not {published.title}: it has {found[0]} layers of {found[1]} and vectors of "
            f"{found[2]}, not {shape.layers} of {shape.hidden} and {published.dim}",
        )
