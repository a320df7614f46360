"""Weights as data: read tensor by tensor, put into a network strictly. Never a pickle that may run code.

Needs torch, so nothing on the path of a starting window imports it.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from core.encode.checkpoint.files import SAFETENSORS
from core.errors import ModelDamagedError, ModelUnsupportedError

_OLD_NAMES = {".gamma": ".weight", ".beta": ".bias"}
"""What very old .bin files call the parameters of a LayerNorm."""

_NAMED = 4
"""Keys that an error message lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Where a parameter of ours is in a checkpoint: a tensor, or the `share`-th of `of` equal parts of its
    rows.
    """

    name: str
    share: int = 0
    of: int = 1

    def cut(self, tensor: Tensor) -> Tensor:
        return tensor.chunk(self.of, dim=0)[self.share] if self.of > 1 else tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """One file of weights. `names`: our name of each tensor -> its name in the file."""

    path: Path
    model: str
    names: Mapping[str, str]

    @classmethod
    def open(cls, path: Path, model: str) -> Weights:
        """Read the names. Raises ModelDamagedError."""
        try:
            if path.name == SAFETENSORS:
                with safe_open(path, framework="pt") as file:
                    found = list(file.keys())
            else:
                found = list(_unpickled(path, model))
        except (OSError, SafetensorError) as error:
            raise ModelDamagedError(model, f"{path.name} cannot be read: {error}") from error
        return cls(path=path, model=model, names={_modern(name): name for name in found})

    def read(self, names: Iterable[str]) -> dict[str, Tensor]:
        """These tensors, by our names. Raises ModelDamagedError if the file cannot be read or lacks one."""
        wanted = list(names)
        missing = [name for name in wanted if name not in self.names]
        if missing:
            raise ModelDamagedError(self.model, f"{self.path.name} lacks {_listed(missing)}")
        try:
            if self.path.name != SAFETENSORS:
                pickled = _unpickled(self.path, self.model)
                return {name: pickled[self.names[name]] for name in wanted}
            with safe_open(self.path, framework="pt") as file:
                return {name: file.get_tensor(self.names[name]) for name in wanted}
        except (OSError, SafetensorError) as error:
            raise ModelDamagedError(self.model, f"{self.path.name} cannot be read: {error}") from error

    def refuse_unknown(self, known: Iterable[str], harmless: Callable[[str], bool]) -> None:
        """Raises ModelUnsupportedError for tensors that nobody reads: they are of another network."""
        known = set(known)
        strange = sorted(name for name in self.names if name not in known and not harmless(name))
        if strange:
            raise ModelUnsupportedError(
                self.model, f"{self.path.name} has {_listed(strange)}, which no part of it uses"
            )


def load_strictly(module: nn.Module, weights: Weights, parts: Mapping[str, Part], dtype: torch.dtype) -> None:
    """Give every parameter of `module` (made on the meta device) its tensor, converted to `dtype`.

    `parts` must name all of them and nothing else: a wrong mapping is our mistake, not the checkpoint's.
    Raises ModelDamagedError for a missing tensor or one of another shape.
    """
    expected = module.state_dict()
    if expected.keys() != parts.keys():
        raise AssertionError(f"not mapped one to one: {sorted(expected.keys() ^ parts.keys())[:_NAMED]}")
    read = weights.read({part.name for part in parts.values()})
    state = {}
    for key, part in parts.items():
        tensor = part.cut(read[part.name])
        if tensor.shape != expected[key].shape:
            shapes = f"{tuple(tensor.shape)}, not {tuple(expected[key].shape)}"
            raise ModelDamagedError(
                weights.model, f"{part.name} in {weights.path.name} has the shape {shapes}"
            )
        # Cut tensors are views of larger ones, which would stay in memory with them.
        state[key] = tensor.to(dtype, copy=part.of > 1).contiguous()
    module.load_state_dict(state, strict=True, assign=True)


def _unpickled(path: Path, model: str) -> dict[str, Tensor]:
    """Needs torch >= 2.6: before, weights_only could be got round (CVE-2025-32434)."""
    try:
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except pickle.UnpicklingError as error:
        raise ModelDamagedError(model, f"{path.name} holds more than weights and was not opened") from error
    except (OSError, RuntimeError, EOFError, ValueError) as error:
        raise ModelDamagedError(model, f"{path.name} cannot be read: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(each, Tensor) for each in found.values()):
        raise ModelDamagedError(model, f"{path.name} is not a table of tensors")
    return found


def _modern(name: str) -> str:
    for old, new in _OLD_NAMES.items():
        if name.endswith("LayerNorm" + old):
            return name.removesuffix(old) + new
    return name


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
