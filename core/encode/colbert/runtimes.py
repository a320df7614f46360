"""Which library runs a network? Imported is only the one that does."""

from __future__ import annotations

import importlib.util

from core.encode.checkpoint.family import Family, Shape
from core.encode.checkpoint.files import CheckpointFiles
from core.encode.checkpoint.graph_file import GRAPH, GRAPH_INT8
from core.encode.colbert.network import Network, Precision, Runtime
from core.errors import ModelUnsupportedError, PartMissingError

GRAPHS = {Precision.FP32: GRAPH, Precision.INT8: GRAPH_INT8}


def runtime_for(files: CheckpointFiles, precision: Precision, device: str) -> Runtime:
    """ONNX Runtime where it can do what is wanted: on the processor, of a folder with a graph for it."""
    if precision is Precision.INT8:
        return Runtime.ONNX
    suits = device == "cpu" and precision is Precision.FP32 and (files.folder / GRAPH).is_file()
    return Runtime.ONNX if suits and importlib.util.find_spec("onnxruntime") else Runtime.TORCH


def open_onnx(
    files: CheckpointFiles, family: Family, shape: Shape, precision: Precision, device: str
) -> Network:
    """Raises ModelDamagedError, ModelUnsupportedError, PartMissingError."""
    if device != "cpu" or precision not in GRAPHS:
        raise ModelUnsupportedError(files.model, f"ONNX Runtime does not compute in {precision} on {device}")
    if not (files.folder / GRAPHS[precision]).is_file():
        raise ModelUnsupportedError(files.model, f"it has no {GRAPHS[precision]}")
    try:
        from core.encode.colbert.onnx_network import OnnxNetwork  # noqa: PLC0415 - a tenth of a second
    except ImportError as error:
        raise PartMissingError(files.model, part="models", detail=str(error)) from error
    return OnnxNetwork.open(files, family, shape, precision, GRAPHS[precision])


def open_torch(
    files: CheckpointFiles, family: Family, shape: Shape, precision: Precision, device: str
) -> Network:
    """Raises ModelDamagedError, ModelUnsupportedError, PartMissingError; what torch raises on a card."""
    try:
        from core.encode.colbert.torch_network import TorchNetwork  # noqa: PLC0415 - an extra, and seconds
    except ImportError as error:
        raise PartMissingError(files.model, part="models", detail=str(error)) from error
    return TorchNetwork.open(files, family, shape, precision, device)
