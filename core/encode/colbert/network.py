"""What a checkpoint's network is to the encoder: token ids in, unit vectors out, on one device.

Two libraries can run one: PyTorch (torch_network.py, every family) and ONNX Runtime (onnx_network.py, BERT
with a graph beside its weights). Neither is imported before it is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from core.domain import Float32Array, Int32Array, Language
from core.encode.colbert.inputs import BoolArray


class Precision(StrEnum):
    """Of the backbone. The projection and the norm are always float32.

    INT8 is ONNX Runtime's: the matrices and what goes into them in 8 bits, all else in float32.
    """

    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"
    INT8 = "int8"


class Runtime(StrEnum):
    """The library that computes. Vectors of both are the same but for rounding."""

    TORCH = "torch"
    ONNX = "onnx"


class DeviceMemoryError(Exception):
    """A batch does not fit into the memory of the device."""


class DeviceLostError(Exception):
    """A graphics card, or its driver, failed."""


class Network(Protocol):
    """Thread-safe. `device`: "cpu" or "cuda". `dim`: the length of a vector."""

    @property
    def device(self) -> str: ...

    @property
    def precision(self) -> Precision: ...

    @property
    def dim(self) -> int: ...

    @property
    def concurrent(self) -> bool:
        """Whether several threads gain anything by using it at once."""
        ...

    @property
    def threads(self) -> int:
        """How many threads it has for itself, or gains by when it is used by several at once."""
        ...

    @property
    def batch_tokens(self) -> int:
        """Tokens that go through it together at best, padding included."""
        ...

    def embed(self, ids: Int32Array, attention: BoolArray, languages: Sequence[Language]) -> Float32Array:
        """Unit vectors `(texts, tokens, dim)` of `(texts, tokens)`, padded on the right.

        Raises DeviceMemoryError, DeviceLostError; what goes wrong on a processor is raised as it is.
        """
        ...

    def use_threads(self, count: int) -> None:
        """How many threads of its own a batch may take that the calling thread has computed."""
        ...

    def release_memory(self) -> None:
        """Give back what the device keeps for later."""
        ...

    def knows(self, language: Language) -> bool:
        """Whether it can be told this language; a network that needs no language knows all."""
        ...
