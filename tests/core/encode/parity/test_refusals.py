"""What cannot be encoded exactly is not encoded: a damaged or strange checkpoint is refused, by name."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core.encode.colbert.encoder import ColbertEncoder
from core.errors import ModelDamagedError, ModelUnsupportedError
from tests.core.encode.parity.conftest import Checkpoints

pytestmark = pytest.mark.parity

LAYERS = {
    "jacolbert": "bert.encoder.layer.1.attention.self.key.bias",
    "jacolbert-pylate": "encoder.layer.0.output.LayerNorm.weight",
    "jina-v1": "bert.encoder.layer.0.mlp.gated_layers.weight",
    "jina-v2": "roberta.encoder.layers.1.mixer.Wqkv.bias",
    "colbert-xm": "roberta.encoder.layer.0.attention.output.dense.weight",
}
"""A tensor of each family."""


@pytest.fixture
def copy_of(checkpoint: Checkpoints, tmp_path: Path) -> Callable[[str], Path]:
    """A folder of one's own, to be damaged."""
    return lambda kind: Path(shutil.copytree(checkpoint(kind), tmp_path / kind))


def change_weights(folder: Path, change: Callable[[dict[str, np.ndarray]], None]) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def change_json(folder: Path, name: str, **fields: object) -> None:
    path = folder / name
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | fields), encoding="utf-8")


def open_it(folder: Path) -> object:
    return ColbertEncoder.open(folder)


@pytest.mark.parametrize(("kind", "key"), LAYERS.items())
def test_a_dropped_tensor(kind: str, key: str, copy_of: Callable[[str], Path]):
    """No tensor is made up: the missing one is named."""
    folder = copy_of(kind)
    change_weights(folder, lambda tensors: tensors.pop(key))
    with pytest.raises(ModelDamagedError) as caught:
        open_it(folder)
    assert key in caught.value.detail


@pytest.mark.parametrize("kind", LAYERS)
def test_an_unexpected_tensor(kind: str, copy_of: Callable[[str], Path]):
    """A tensor that nothing reads belongs to another network, like Jina's with norms of queries and keys."""
    folder, key = copy_of(kind), f"{LAYERS[kind].split('.layer')[0]}.layer_norm_q.weight"
    change_weights(folder, lambda tensors: tensors.update({key: np.ones(32, dtype=np.float32)}))
    with pytest.raises(ModelUnsupportedError) as caught:
        open_it(folder)
    assert key in caught.value.detail


@pytest.mark.parametrize("kind", LAYERS)
def test_a_tensor_of_another_shape(kind: str, copy_of: Callable[[str], Path]):
    """Nothing is cut or filled up."""
    folder = copy_of(kind)

    def shorten(tensors: dict[str, np.ndarray]) -> None:
        tensors[LAYERS[kind]] = tensors[LAYERS[kind]][:-1].copy()

    change_weights(folder, shorten)
    with pytest.raises(ModelDamagedError) as caught:
        open_it(folder)
    assert LAYERS[kind] in caught.value.detail


def test_a_missing_projection(copy_of: Callable[[str], Path]):
    """A plain backbone has no vectors of its own to offer."""
    folder = copy_of("jacolbert")
    change_weights(folder, lambda tensors: tensors.pop("linear.weight"))
    with pytest.raises(ModelDamagedError) as caught:
        open_it(folder)
    assert "linear.weight" in caught.value.detail


def test_a_transposed_projection(copy_of: Callable[[str], Path]):
    """(hidden, dim) is not (dim, hidden)."""
    folder = copy_of("jina-v2")

    def transpose(tensors: dict[str, np.ndarray]) -> None:
        tensors["linear.weight"] = tensors["linear.weight"].T.copy()

    change_weights(folder, transpose)
    with pytest.raises(ModelDamagedError) as caught:
        open_it(folder)
    assert "linear.weight" in caught.value.detail


def test_jina_v1_is_no_bert(copy_of: Callable[[str], Path]):
    """With the fields of a plain BERT its weights do not fit, and are not replaced by random ones."""
    folder = copy_of("jina-v1")
    change_json(folder, "config.json", position_embedding_type="absolute")
    with pytest.raises((ModelDamagedError, ModelUnsupportedError)):
        open_it(folder)


def test_jina_v2_is_no_xlm_roberta(copy_of: Callable[[str], Path]):
    """Nor does a model_type that somebody adds make it another network."""
    folder = copy_of("jina-v2")
    change_json(folder, "config.json", model_type="xlm-roberta", position_embedding_type="absolute")
    with pytest.raises(ModelUnsupportedError):
        open_it(folder)


class Hostile:
    """Unpickled by a careless loader, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_a_pickle_with_code_is_not_run(copy_of: Callable[[str], Path], tmp_path: Path):
    """pytorch_model.bin is read as data; what else it wants to do, it does not."""
    folder, trace = copy_of("jacolbert"), tmp_path / "trace"
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"linear.weight": Hostile(trace)}))
    with pytest.raises(ModelDamagedError) as caught:
        open_it(folder)
    assert "pytorch_model.bin" in caught.value.detail
    assert not trace.exists()


def test_a_dnn_file_is_refused(copy_of: Callable[[str], Path]):
    """colbert-ai's old format can only be read by running what is in it."""
    folder = copy_of("jacolbert")
    (folder / "model.safetensors").rename(folder / "colbert.dnn")
    with pytest.raises(ModelUnsupportedError) as caught:
        open_it(folder)
    assert ".dnn" in caught.value.detail


def test_code_in_the_folder_is_not_run(copy_of: Callable[[str], Path], tmp_path: Path):
    """Python files in a model's folder, and what auto_map says of them, count for nothing."""
    folder, trace = copy_of("jina-v2"), tmp_path / "trace"
    for name in ("modeling_xlm_roberta.py", "configuration_xlm_roberta.py", "custom.py"):
        (folder / name).write_text(f"open({str(trace)!r}, 'w')\n", encoding="utf-8")
    local = {"AutoConfig": "configuration_xlm_roberta.X", "AutoModel": "modeling_xlm_roberta.X"}
    change_json(folder, "config.json", auto_map=local)
    open_it(folder)
    assert not trace.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"activation_function": "torch.nn.modules.activation.Tanh"},
        {"bias": True},
        {"use_residual": True},
    ],
    ids=str,
)
def test_another_projection_of_pylate(fields: dict[str, object], copy_of: Callable[[str], Path]):
    """Newer PyLate checkpoints can have more than a linear map; it is not left out silently."""
    folder = copy_of("jacolbert-pylate")
    change_json(folder / "1_Dense", "config.json", **fields)
    with pytest.raises(ModelUnsupportedError):
        open_it(folder)


def test_a_checkpoint_without_tokenizer(copy_of: Callable[[str], Path]):
    """The training snapshots of JaColBERTv2.5 have config.json and weights only."""
    folder = copy_of("jacolbert")
    for name in ("vocab.txt", "tokenizer_config.json", "special_tokens_map.json", "artifact.metadata"):
        (folder / name).unlink()
    with pytest.raises((ModelDamagedError, ModelUnsupportedError)):
        open_it(folder)


def test_cut_weights(copy_of: Callable[[str], Path]):
    """A download that stopped is noticed."""
    folder = copy_of("colbert-xm")
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ModelDamagedError) as caught:
        open_it(folder)
    assert "model.safetensors" in caught.value.detail
