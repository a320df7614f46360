"""The mean of several networks: of snapshots of one run, or of a fine-tuned network with the one it began as.

All of them must descend from one network, else their dimensions mean different things and the mean is noise.
JaColBERTv2.5 is such a mean (arXiv 2407.20750, 3.5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from own_model.checkpoint import Checkpoint
from own_model.network import Tensors


def mean(tables: Sequence[Mapping[str, Tensor]], weights: Sequence[float] | None = None) -> Tensors:
    """Tensor by tensor, computed in float32. `weights` are divided by their sum; None: all alike.

    Raises ValueError when the tables do not have the same tensors, or no weights of a sum above 0.
    """
    given = list(weights) if weights is not None else [1.0] * len(tables)
    if not tables or len(given) != len(tables) or sum(given) <= 0:
        raise ValueError("one weight for each of one or more networks is needed, and a sum above 0")
    first = tables[0]
    for other in tables:
        if {name: each.shape for name, each in other.items()} != {n: e.shape for n, e in first.items()}:
            raise ValueError("networks of different shapes have no mean")
    shares = [weight / sum(given) for weight in given]
    return {
        name: torch.stack(
            [share * table[name].float() for share, table in zip(shares, tables, strict=True)]
        ).sum(0)
        for name in first
    }


def read_tensors(path: Path) -> Tensors:
    """Of a snapshot (a file), or of a checkpoint (a folder); float32."""
    if path.is_dir():
        return Checkpoint.open(path).tensors
    return {name: tensor.float() for name, tensor in load_file(path).items()}


def mean_of(paths: Sequence[Path], weights: Sequence[float] | None = None) -> Tensors:
    """Of snapshots and checkpoints. Raises what `mean` and reading raise."""
    return mean([read_tensors(path) for path in paths], weights)


def merge(paths: Sequence[Path], weights: Sequence[float] | None, like: Path, output: Path) -> None:
    """The mean of snapshots and checkpoints as a checkpoint in `output`; all but the weights is that of
    `like`, their dtype too.
    """
    Checkpoint.open(like).save(mean_of(paths, weights), output)
