"""Where is each tensor in a safetensors file? Its header as data, without the library and without torch.

Format: 8 bytes with the length of the header (little-endian), the header (a JSON object: name -> dtype,
shape, data_offsets from its end on), then the bytes of all tensors without a gap.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ModelDamagedError

_MOST_HEADER_BYTES = 100 * 2**20
"""The library's own limit."""

_BYTES = {"F32": 4, "F16": 2, "BF16": 2, "I64": 8}
"""Of a value, for the types that checkpoints have."""

_NUMPY = {"F32": "<f4", "F16": "<f2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTensor:
    """`offset` from the beginning of the file, and `length`, in bytes."""

    dtype: str
    shape: tuple[int, ...]
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredTensors:
    """The tensors of one file, by their names there."""

    path: Path
    model: str
    tensors: Mapping[str, StoredTensor]

    @classmethod
    def open(cls, path: Path, model: str) -> StoredTensors:
        """Read the header. Raises ModelDamagedError for one that is broken, or longer than the file."""
        try:
            with path.open("rb") as file:
                length = int.from_bytes(file.read(8), "little")
                if length > _MOST_HEADER_BYTES:
                    raise ValueError(f"its header would have {length} bytes")  # noqa: TRY301
                header = json.loads(file.read(length))
            header.pop("__metadata__", None)
            begin, size = 8 + length, path.stat().st_size
            tensors = {str(name): _stored(entry, begin, size) for name, entry in header.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ModelDamagedError(model, f"{path.name} cannot be read: {error}") from error
        return cls(path=path, model=model, tensors=tensors)

    def get(self, name: str) -> StoredTensor:
        """Raises ModelDamagedError when there is none."""
        if name not in self.tensors:
            raise ModelDamagedError(self.model, f"{self.path.name} lacks {name}")
        return self.tensors[name]

    def read(self, name: str) -> np.ndarray[Any, np.dtype[Any]]:
        """A float32 or float16 tensor as it is stored. Raises ModelDamagedError."""
        stored = self.get(name)
        if stored.dtype not in _NUMPY:
            raise ModelDamagedError(self.model, f"{name} in {self.path.name} is {stored.dtype}")
        count = stored.length // _BYTES[stored.dtype]
        flat = np.fromfile(self.path, dtype=_NUMPY[stored.dtype], count=count, offset=stored.offset)
        return flat.reshape(stored.shape)


def _stored(entry: Mapping[str, Any], begin: int, size: int) -> StoredTensor:
    """Raises ValueError, KeyError, TypeError for an entry that makes no sense."""
    shape = tuple(entry["shape"])
    first, end = entry["data_offsets"]
    if not all(type(number) is int and number >= 0 for number in (*shape, first, end)):
        raise ValueError(f"no shape or place: {entry!r}")
    width = _BYTES.get(entry["dtype"])
    values = int(np.prod(shape, dtype=object)) if shape else 1
    if end < first or (width is not None and end - first != values * width):
        raise ValueError(f"a tensor of {entry['shape']} has {end - first} bytes")
    if begin + end > size:
        raise ValueError("it ends too early")
    return StoredTensor(dtype=str(entry["dtype"]), shape=shape, offset=begin + first, length=end - first)
