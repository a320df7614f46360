"""A BERT network run by ONNX Runtime on the processor: no PyTorch, a start in milliseconds.

The folder has model.onnx beside model.safetensors (packaging/own_model/graph.py writes it): the network as a
graph that refers to the weights in place. Needs onnxruntime, so only encoder.py imports this, when a network
is opened.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from core.domain import Float32Array, Int32Array, Language
from core.encode.checkpoint.family import Family, Shape
from core.encode.checkpoint.files import PROJECTION, SAFETENSORS, CheckpointFiles
from core.encode.checkpoint.graph_file import read_graph
from core.encode.checkpoint.stored_tensors import StoredTensors
from core.encode.colbert.inputs import BoolArray
from core.encode.colbert.network import Precision
from core.errors import ModelDamagedError, ModelUnsupportedError

IDS, ATTENTION, EMBEDDINGS = "input_ids", "attention_mask", "embeddings"
"""Into a graph go two `(texts, tokens)` int64, out of it comes `(texts, tokens, dim)` float32."""

BATCH_TOKENS = {Precision.FP32: 512, Precision.INT8: 1}
"""In float32 256 to 2,048 were equally fast (a small network, Zen 4, 2026-11). In 8 bits all tokens that go
through the network together share a scale, so each text goes alone: its vectors must not depend on others.
"""

onnxruntime: Any = import_module("onnxruntime")  # it has neither types nor a list of what it exports

_FATAL_ONLY = 4
"""What goes wrong is raised; standard error is not for it."""

_PROVIDERS = ["CPUExecutionProvider"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OnnxNetwork:
    """Implements Network. One session for all threads, each of which computes its batch alone."""

    session: Any
    dim: int
    threads: int
    precision: Precision
    device: str = "cpu"
    concurrent: bool = True

    @classmethod
    def open(
        cls, files: CheckpointFiles, family: Family, shape: Shape, precision: Precision, name: str
    ) -> OnnxNetwork:
        """`name`: of the graph's file, which is for this precision.

        Raises ModelDamagedError, ModelUnsupportedError.
        """
        if family is not Family.BERT or files.weights.name != SAFETENSORS:
            raise ModelUnsupportedError(files.model, f"{name} is for BERT in {SAFETENSORS} only")
        weights = StoredTensors.open(files.weights, files.model)
        dim = _check_projection(weights, shape)
        graph = read_graph(files.folder / name, weights)
        onnxruntime.disable_telemetry_events()  # its builds for Windows report events to the system
        try:
            # The fallback would be the same provider once more, and a message on standard output.
            session = onnxruntime.InferenceSession(
                graph, _options(files), providers=_PROVIDERS, enable_fallback=0
            )
            network = cls(session=session, dim=dim, threads=_processors(), precision=precision)
            tried = network.embed(np.zeros((1, 3), np.int32), np.ones((1, 3), dtype=bool), ())
        except Exception as error:  # the library's own kinds have no base of theirs
            raise ModelDamagedError(files.model, f"{name} cannot be opened: {error}") from error
        if tried.shape != (1, 3, dim) or not np.isfinite(tried).all():
            raise ModelDamagedError(files.model, f"{name} is no graph of this network, or it is damaged")
        return network

    @property
    def batch_tokens(self) -> int:
        return BATCH_TOKENS[self.precision]

    def embed(self, ids: Int32Array, attention: BoolArray, languages: Sequence[Language]) -> Float32Array:  # noqa: ARG002
        (found,) = self.session.run(
            [EMBEDDINGS], {IDS: ids.astype(np.int64), ATTENTION: attention.astype(np.int64)}
        )
        vectors: Float32Array = found
        return vectors

    def use_threads(self, count: int) -> None:
        """The session has no threads of its own."""

    def release_memory(self) -> None:
        """Nothing that is large is kept."""

    def knows(self, language: Language) -> bool:  # noqa: ARG002
        return True


def _options(files: CheckpointFiles) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL_ONLY
    # The bytes are given, not the path, so that what was checked is what is opened.
    options.add_session_config_entry(
        "session.model_external_initializers_file_folder_path", str(files.folder)
    )
    return options


def _check_projection(weights: StoredTensors, shape: Shape) -> int:
    """The dimension of the vectors. Raises ModelDamagedError."""
    found = weights.read(PROJECTION)
    if found.ndim != 2 or found.shape[1] != shape.hidden:
        raise ModelDamagedError(
            weights.model, f"{PROJECTION} has the shape {found.shape}, not (dim, {shape.hidden})"
        )
    if not np.isfinite(found).all():
        raise ModelDamagedError(weights.model, f"{PROJECTION} is not finite")
    return int(found.shape[0])


def _processors() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
