"""A network run by PyTorch: every family, on a processor or a graphics card.

Needs torch, so only encoder.py imports this, when a network is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.domain import Float32Array, Int32Array, Language
from core.encode.backbones.backbone import Backbone
from core.encode.backbones.bert import BertBackbone
from core.encode.backbones.jina_bert import JinaBertBackbone
from core.encode.backbones.rotary import RotaryBackbone
from core.encode.backbones.xmod import XmodBackbone
from core.encode.checkpoint.family import Family, Shape
from core.encode.checkpoint.files import PROJECTION, CheckpointFiles, Layout
from core.encode.checkpoint.weights import Weights
from core.encode.colbert.inputs import BoolArray
from core.encode.colbert.network import DeviceLostError, DeviceMemoryError, Precision
from core.errors import ModelDamagedError, ModelUnsupportedError

BATCH_TOKENS = {"cpu": 512, "cuda": 65_536}
"""On a CPU few are best: BERT-base took 311 ms a passage of CPU time with 512, 329 with 1,024, 374 with
2,048, 432 with 4,096, and in bfloat16 169, 174, 183, 217 (one thread of a Zen 4, 2026-11). The other number
is not measured yet.
"""

DTYPES = {Precision.FP32: torch.float32, Precision.BF16: torch.bfloat16, Precision.FP16: torch.float16}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TorchNetwork:
    """Implements Network. `projection`: `(dim, hidden)` float32. `place`: the device."""

    backbone: Backbone
    projection: Tensor
    place: torch.device
    precision: Precision
    threads: int

    @classmethod
    def open(
        cls, files: CheckpointFiles, family: Family, shape: Shape, precision: Precision, device: str
    ) -> TorchNetwork:
        """Raises ModelDamagedError, ModelUnsupportedError; on a graphics card what torch raises."""
        if precision not in DTYPES:
            raise ModelUnsupportedError(files.model, f"PyTorch does not compute in {precision} here")
        backbone = _open_backbone(files, family, shape, DTYPES[precision])
        place = torch.device(device)
        return cls(
            backbone=backbone.to(place),
            projection=_open_projection(files, shape).to(place),
            place=place,
            precision=precision,
            threads=torch.get_num_threads(),
        )

    @property
    def device(self) -> str:
        return self.place.type

    @property
    def dim(self) -> int:
        return int(self.projection.shape[0])

    @property
    def concurrent(self) -> bool:
        """Threads that share the work of one batch wait for each other at every step, the more so when other
        programs are at work; so on a processor each thread takes a batch of its own.
        """
        return self.device == "cpu" and not isinstance(self.backbone, XmodBackbone)

    @property
    def batch_tokens(self) -> int:
        return BATCH_TOKENS[self.device]

    def embed(self, ids: Int32Array, attention: BoolArray, languages: Sequence[Language]) -> Float32Array:
        try:
            found: Float32Array = self._launch(ids, attention, languages).cpu().numpy()
        except torch.OutOfMemoryError as error:
            raise DeviceMemoryError(str(error)) from error
        except RuntimeError as error:  # what torch raises when a card or its driver fails
            if self.device == "cpu":
                raise
            raise DeviceLostError(str(error).splitlines()[0]) from error
        return found

    def use_threads(self, count: int) -> None:
        """PyTorch keeps the number for each thread apart."""
        if torch.get_num_threads() != count:
            torch.set_num_threads(count)

    def release_memory(self) -> None:
        if self.device != "cpu":
            torch.cuda.empty_cache()

    def knows(self, language: Language) -> bool:
        return not isinstance(self.backbone, XmodBackbone) or self.backbone.has_adapter(language)

    @torch.inference_mode()
    def _launch(self, ids: Int32Array, attention: BoolArray, languages: Sequence[Language]) -> Tensor:
        # Without a mask the attention is faster (by 4 % on a CPU, 2026-11).
        mask = None if attention.all() else self._there(torch.from_numpy(attention))
        hidden = self.backbone(self._there(torch.from_numpy(ids).long()), mask, languages)
        return functional.normalize(functional.linear(hidden.float(), self.projection), dim=-1)

    def _there(self, tensor: Tensor) -> Tensor:
        if self.device == "cpu":
            return tensor
        return tensor.pin_memory().to(self.place, non_blocking=True)


def _open_backbone(files: CheckpointFiles, family: Family, shape: Shape, dtype: torch.dtype) -> Backbone:
    """Raises ModelDamagedError, ModelUnsupportedError."""
    weights = Weights.open(files.weights, files.model)
    match family:
        case Family.BERT:
            return BertBackbone.open(weights, shape, dtype)
        case Family.JINA_BERT:
            return JinaBertBackbone.open(weights, shape, dtype)
        case Family.ROTARY:
            return RotaryBackbone.open(weights, shape, dtype, files.config.get("rotary_emb_base"))
        case Family.XMOD:
            return XmodBackbone.open(weights, shape, dtype, files.config)


def _open_projection(files: CheckpointFiles, shape: Shape) -> Tensor:
    """`linear.weight`, `(dim, hidden)` float32. Raises ModelDamagedError."""
    weights = Weights.open(files.projection, files.model)
    if files.layout is Layout.PYLATE:
        weights.refuse_unknown({PROJECTION}, lambda _: False)
    found = weights.read([PROJECTION])[PROJECTION].float()
    if found.ndim != 2 or found.shape[1] != shape.hidden:
        raise ModelDamagedError(
            files.model, f"{PROJECTION} has the shape {tuple(found.shape)}, not (dim, {shape.hidden})"
        )
    if not np.isfinite(found.numpy()).all():
        raise ModelDamagedError(files.model, f"{PROJECTION} is not finite")
    return found.contiguous()
