"""What is in a checkpoint's folder? Its JSON files as data, and where its weights are. No code is ever run.

Two layouts are read. Stanford's (colbert-ai; all five published families): one folder, `linear.weight` beside
the backbone, settings in `artifact.metadata`. PyLate's (sentence-transformers): `modules.json`, the backbone
at the root, the projection in a module of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.encode.json_files import read_json, read_optional_json
from core.errors import ModelDamagedError, ModelUnsupportedError

SAFETENSORS, PICKLED = "model.safetensors", "pytorch_model.bin"

PROJECTION = "linear.weight"

_BACKBONE_MODULES = ("Transformer",)
_PROJECTION_MODULES = ("Dense",)
_IDENTITY = "Identity"


class Layout(StrEnum):
    STANFORD = "stanford"
    PYLATE = "pylate"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckpointFiles:
    """`config` is config.json, `settings` what the publisher says about encoding (artifact.metadata, or
    config_sentence_transformers.json; empty when there is none). `projection` is the file that holds
    `linear.weight`. `model` is the name for messages.
    """

    folder: Path
    model: str
    layout: Layout
    config: Mapping[str, Any]
    settings: Mapping[str, Any]
    weights: Path
    projection: Path


def read_files(folder: Path, model: str) -> CheckpointFiles:
    """Raises ModelDamagedError (a file is missing or no JSON), ModelUnsupportedError (another layout)."""
    config = read_json(folder / "config.json", model)
    weights = _weights_in(folder, model)
    if (folder / "modules.json").exists():
        projection = _weights_in(folder / _pylate_projection(folder, model), model)
        settings = read_json(folder / "config_sentence_transformers.json", model)
        layout = Layout.PYLATE
    else:
        projection, layout = weights, Layout.STANFORD
        settings = read_optional_json(folder / "artifact.metadata", model)
    return CheckpointFiles(
        folder=folder,
        model=model,
        layout=layout,
        config=config,
        settings=settings,
        weights=weights,
        projection=projection,
    )


def _weights_in(folder: Path, model: str) -> Path:
    """The file with the weights: safetensors before a pickle, which is read as data only."""
    for name in (SAFETENSORS, PICKLED):
        if (folder / name).is_file():
            return folder / name
    if next(folder.glob("*.index.json"), None):
        raise ModelUnsupportedError(model, "its weights are in several files")
    if next(folder.glob("*.dnn"), None):
        raise ModelUnsupportedError(model, "its weights are a .dnn file, which could run code when opened")
    raise ModelDamagedError(model, f"{SAFETENSORS} is missing in {folder.name}")


def _pylate_projection(folder: Path, model: str) -> str:
    """The folder of the projection. Anything but a backbone and one plain linear layer is refused."""
    path = folder / "modules.json"
    try:
        modules = json.loads(path.read_text(encoding="utf-8"))
        kinds = [(str(each["type"]).rsplit(".", 1)[-1], str(each["path"])) for each in modules]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelDamagedError(model, f"modules.json cannot be read: {error}") from error
    match kinds:
        case [(backbone, ""), (dense, place)] if (
            backbone in _BACKBONE_MODULES and dense in _PROJECTION_MODULES
        ):
            pass
        case _:
            named = ", ".join(kind for kind, _ in kinds)
            raise ModelUnsupportedError(
                model, f"its modules are {named}; one backbone and one Dense are needed"
            )
    if Path(place).name != place or place in ("", ".", ".."):
        raise ModelUnsupportedError(model, f"modules.json names the folder {place!r}")
    _check_projection(read_json(folder / place / "config.json", model), model)
    _check_backbone(folder / "sentence_bert_config.json", model)
    return place


def _check_projection(config: Mapping[str, Any], model: str) -> None:
    activation = str(config.get("activation_function", _IDENTITY)).rsplit(".", 1)[-1]
    if activation != _IDENTITY or config.get("bias") or config.get("use_residual"):
        raise ModelUnsupportedError(model, f"its projection is not a plain linear map: {dict(config)}")


def _check_backbone(path: Path, model: str) -> None:
    if read_optional_json(path, model).get("do_lower_case"):
        raise ModelUnsupportedError(
            model, "sentence_bert_config.json asks for lower-casing before tokenising"
        )


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal: 1 to 3 s a gigabyte."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
