"""The folder of a checkpoint, opened for training, and written back in the layout that it had.

Stanford's layout or PyLate's, as core/encode/checkpoint/files.py reads them; the network must be BERT's.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from safetensors.torch import save
from torch import Tensor

from core.encode.checkpoint.family import Family, Shape
from core.encode.checkpoint.files import PICKLED, PROJECTION, SAFETENSORS, CheckpointFiles, Layout
from core.encode.checkpoint.profile import SPECIALS, Profile
from core.encode.checkpoint.weights import Weights
from core.encode.colbert.encoder import Description, Options
from core.encode.colbert.inputs import Inputs, Vocabulary, passage_inputs, query_inputs, tokenize
from core.encode.tokenizers.open import open_tokenizer
from core.encode.tokenizers.tokenizer import Tokenizer, Tokens
from core.errors import ModelUnsupportedError
from own_model.network import Network, Tensors, parameter_names

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}

_NOT_COPIED = (SAFETENSORS, PICKLED, "*.onnx", "*.codebook", "record.json", "README.md", "*.unfinished")
"""Written anew, or made from the weights and wrong for others."""

_PREFIX = "bert."
_PROBE = "embeddings.word_embeddings.weight"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checkpoint:
    """What is needed to train a model and to write it back. `tensors` are float32, on the processor."""

    folder: Path
    files: CheckpointFiles
    shape: Shape
    profile: Profile
    tokenizer: Tokenizer
    vocabulary: Vocabulary
    tensors: Tensors

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Raises what core's loader raises; ModelUnsupportedError for another network than BERT's."""
        description = Description.of(folder, Options())
        files, shape = description.files, description.shape
        if description.family is not Family.BERT:
            raise ModelUnsupportedError(
                files.model, f"it is a {description.family} network; only BERT's can be trained here"
            )
        tokenizer = open_tokenizer(folder, files.model)
        return cls(
            folder=folder,
            files=files,
            shape=shape,
            profile=description.profile,
            tokenizer=tokenizer,
            vocabulary=Vocabulary.of(description.profile, tokenizer),
            tensors=_read_tensors(files, shape),
        )

    @property
    def room(self) -> int:
        """How many tokens of a passage fit in, special ones not counted."""
        return self.profile.doc_length - SPECIALS

    def network(self, device: str = "cpu", layers_in: torch.dtype = torch.float32) -> Network:
        """A copy of the weights, which can be trained."""
        tensors = {name: tensor.to(device, copy=True) for name, tensor in self.tensors.items()}
        return Network(shape=self.shape, tensors=tensors, layers_in=layers_in)

    def tokenize(self, texts: Sequence[str]) -> list[Tokens]:
        return tokenize(texts, self.profile, self.tokenizer)

    def query_inputs(self, tokens: Tokens) -> Inputs:
        return query_inputs(tokens, self.profile, self.vocabulary, self.shape.positions)

    def passage_inputs(self, tokens: Tokens) -> Inputs:
        return passage_inputs(tokens, self.profile, self.vocabulary)

    def save(self, tensors: Mapping[str, Tensor], folder: Path, dtype: torch.dtype | None = None) -> None:
        """Write a checkpoint with other weights and everything else as here; `dtype` None: as stored here.

        The folder is there with all its files or not at all; a checkpoint of that name is replaced. Raises
        FileExistsError for a folder that holds anything else.
        """
        if folder.exists() and any(folder.iterdir()) and not (folder / "config.json").exists():
            raise FileExistsError(f"{folder} is no checkpoint's folder, so it is not replaced")
        making = folder.with_name(folder.name + ".unfinished")
        shutil.rmtree(making, ignore_errors=True)
        shutil.copytree(self.folder, making, ignore=shutil.ignore_patterns(*_NOT_COPIED))
        for path, content in self._stored(tensors, dtype).items():
            (making / path).write_bytes(save(content, metadata={"format": "pt"}))
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)

    def _stored(
        self, tensors: Mapping[str, Tensor], dtype: torch.dtype | None
    ) -> dict[Path, dict[str, Tensor]]:
        """File below the folder -> name in the file -> tensor. What is no part of the network is copied."""
        stored: dict[Path, dict[str, Tensor]] = {}
        for path in {self.files.weights, self.files.projection}:
            weights = Weights.open(path, self.files.model)
            content = weights.read(weights.names)
            for name, old in content.items():
                new = tensors.get(name.removeprefix(_PREFIX))
                if new is not None:
                    content[name] = new.detach().to("cpu", dtype or old.dtype).contiguous()
                elif dtype is not None and old.is_floating_point():
                    content[name] = old.to(dtype)
            stored[path.relative_to(self.folder).with_name(SAFETENSORS)] = content
        return stored

    def settings(self) -> dict[str, Any]:
        """What the publisher says about encoding."""
        return dict(self.files.settings)


def write_tensors(tensors: Mapping[str, Tensor], path: Path) -> None:
    """A snapshot: only the weights, float32, safetensors."""
    making = path.with_name(path.name + ".unfinished")
    making.write_bytes(save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}))
    making.replace(path)


def _read_tensors(files: CheckpointFiles, shape: Shape) -> Tensors:
    weights = Weights.open(files.weights, files.model)
    prefix = _PREFIX if _PREFIX + _PROBE in weights.names else ""
    names = {name: prefix + name for name in parameter_names(shape) if name != PROJECTION}
    read = weights.read(names.values())
    tensors = {name: read[stored].float() for name, stored in names.items()}
    if files.layout is Layout.PYLATE:
        weights = Weights.open(files.projection, files.model)
    return tensors | {PROJECTION: weights.read([PROJECTION])[PROJECTION].float()}
