"""A checkpoint's folder is read as data, and refused by name where it is not what we know."""

import json

import pytest

from core.encode import json_files
from core.encode.checkpoint.files import read_files
from core.errors import ModelDamagedError, ModelUnsupportedError
from tests.core.encode.checkpoints.fabricate import fabricate


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_missing_file_is_named(tmp_path, name):
    """A training snapshot without a configuration, say."""
    fabricate("jacolbert", tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ModelDamagedError, match=name):
        read_files(tmp_path, "m")


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 100_000, "\ufeff{}"])
def test_what_is_no_json_object_is_damaged(tmp_path, content):
    fabricate("jacolbert", tmp_path)
    (tmp_path / "artifact.metadata").write_text(content, encoding="utf-8")
    with pytest.raises(ModelDamagedError, match=r"artifact\.metadata"):
        read_files(tmp_path, "m")


def test_a_huge_json_file_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(json_files, "MOST_JSON_BYTES", 100)
    fabricate("jacolbert", tmp_path)
    with pytest.raises(ModelDamagedError, match="MB"):
        read_files(tmp_path, "m")


@pytest.mark.parametrize(
    ("name", "told"), [("weights.dnn", "dnn"), ("model.safetensors.index.json", "several")]
)
def test_weights_of_other_kinds_are_refused(tmp_path, name, told):
    """A .dnn file runs code when it is opened."""
    fabricate("jacolbert", tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / name)
    with pytest.raises(ModelUnsupportedError, match=told):
        read_files(tmp_path, "m")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"activation_function": "torch.nn.modules.activation.Tanh"}, "linear map"),
        ({"bias": True}, "linear map"),
        ({"use_residual": True}, "linear map"),
    ],
)
def test_another_projection_than_a_linear_map_is_refused(tmp_path, change, told):
    """Newer PyLate models may have one; half of it would be another model."""
    fabricate("jacolbert-pylate", tmp_path)
    path = tmp_path / "1_Dense" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelUnsupportedError, match=told):
        read_files(tmp_path, "m")


@pytest.mark.parametrize("place", ["../1_Dense", "/etc", "..", "."])
def test_a_projection_outside_the_folder_is_refused(tmp_path, place):
    fabricate("jacolbert-pylate", tmp_path)
    path = tmp_path / "modules.json"
    modules = json.loads(path.read_text())
    modules[1]["path"] = place
    path.write_text(json.dumps(modules))
    with pytest.raises(ModelUnsupportedError, match=r"modules\.json"):
        read_files(tmp_path, "m")


def test_a_second_dense_module_is_refused(tmp_path):
    fabricate("jacolbert-pylate", tmp_path)
    path = tmp_path / "modules.json"
    modules = json.loads(path.read_text())
    path.write_text(json.dumps([*modules, modules[1]]))
    with pytest.raises(ModelUnsupportedError, match="Dense, Dense"):
        read_files(tmp_path, "m")
