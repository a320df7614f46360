"""A checkpoint's network in memory: backbone and projection, on one device and in one precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

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
from core.encode.checkpoint.files import CheckpointFiles, Layout
from core.encode.checkpoint.weights import PROJECTION, Weights
from core.encode.colbert.inputs import BoolArray
from core.errors import ModelDamagedError


class Precision(StrEnum):
    """Of the backbone. The projection and the norm are always float32."""

    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"

    @property
    def dtype(self) -> torch.dtype:
        return {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[self]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """Thread-safe. `projection`: `(dim, hidden)` float32."""

    backbone: Backbone
    projection: Tensor
    device: torch.device
    precision: Precision

    @classmethod
    def open(
        cls, files: CheckpointFiles, family: Family, shape: Shape, precision: Precision, device: str
    ) -> Network:
        """Raises ModelDamagedError, ModelUnsupportedError; on a graphics card what torch raises."""
        backbone = open_backbone(files, family, shape, precision.dtype)
        place = torch.device(device)
        return cls(
            backbone=backbone.to(place),
            projection=open_projection(files, shape).to(place),
            device=place,
            precision=precision,
        )

    @property
    def concurrent(self) -> bool:
        """Whether several threads gain anything by using it at once."""
        return self.device.type == "cpu" and not isinstance(self.backbone, XmodBackbone)

    @torch.inference_mode()
    def launch(self, ids: Int32Array, attention: BoolArray, languages: Sequence[Language]) -> Tensor:
        """Unit vectors `(texts, tokens, dim)` float32, on the device: a card may still be computing."""
        # Without a mask the attention is faster (by 4 % on a CPU, 2026-11).
        mask = None if attention.all() else self._there(torch.from_numpy(attention))
        hidden = self.backbone(self._there(torch.from_numpy(ids).long()), mask, languages)
        return functional.normalize(functional.linear(hidden.float(), self.projection), dim=-1)

    def _there(self, tensor: Tensor) -> Tensor:
        if self.device.type == "cpu":
            return tensor
        return tensor.pin_memory().to(self.device, non_blocking=True)


def collect(vectors: Tensor) -> Float32Array:
    """What `launch` gave, when it is there."""
    found: Float32Array = vectors.cpu().numpy()
    return found


def open_backbone(files: CheckpointFiles, family: Family, shape: Shape, dtype: torch.dtype) -> Backbone:
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


def open_projection(files: CheckpointFiles, shape: Shape) -> Tensor:
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
