"""Our own encoder on checkpoints with one thing changed: it reads what it should; the comparison notices."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core.domain import Language
from core.encode.colbert import encoder as encoder_module
from core.encode.colbert.encoder import ColbertEncoder, Options
from tests.core.encode.parity.conftest import Checkpoints, settings_of
from tests.core.encode.parity.encoding import encoded
from tests.core.encode.parity.golden import differences, load
from tests.core.encode.parity.reference import Mistakes, Reference

pytestmark = pytest.mark.parity

Tensors = dict[str, np.ndarray]

SOME = ("english sentence", "japanese sentence", "german", "mixed scripts")


def _halves_swapped(tensors: Tensors) -> None:
    """The gate of GEGLU behind what it gates."""
    for name in [name for name in tensors if name.endswith("gated_layers.weight")]:
        tensors[name] = np.concatenate(np.split(tensors[name], 2)[::-1])


def _keys_before_queries(tensors: Tensors) -> None:
    for name in [name for name in tensors if "Wqkv" in name]:
        query, key, value = np.split(tensors[name], 3)
        tensors[name] = np.concatenate([key, value, query])


def _adapters_swapped(tensors: Tensors) -> None:
    for name in [name for name in tensors if ".en_XX." in name]:
        other = name.replace(".en_XX.", ".ja_XX.")
        tensors[name], tensors[other] = tensors[other], tensors[name]


def _projection_drawn_anew(tensors: Tensors) -> None:
    shape = tensors["linear.weight"].shape
    tensors["linear.weight"] = np.random.default_rng(1).standard_normal(shape).astype(np.float32)


def _transposed(tensors: Tensors) -> None:
    """Square matrices transposed: nothing about their shapes tells."""
    for name in [name for name in tensors if name.endswith("attention.output.dense.weight")]:
        tensors[name] = tensors[name].T.copy()


def _no_positions(tensors: Tensors) -> None:
    (name,) = [name for name in tensors if name.endswith("position_embeddings.weight")]
    tensors[name] = np.zeros_like(tensors[name])


def _other_token_type(tensors: Tensors) -> None:
    (name,) = [name for name in tensors if name.endswith("token_type_embeddings.weight")]
    tensors[name] = tensors[name][::-1].copy()


def _no_last_norm(tensors: Tensors) -> None:
    name = "bert.encoder.layer.1.output.LayerNorm.weight"
    tensors[name] = np.ones_like(tensors[name])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("jina-v1.colbert-ai", _halves_swapped),
        ("jina-v1.colbert-ai", _other_token_type),
        ("jina-v2.colbert-ai", _keys_before_queries),
        ("jina-v2.colbert-ai", _projection_drawn_anew),
        ("colbert-xm-en_XX.colbert-ai", _adapters_swapped),
        ("colbert-xm-en_XX.colbert-ai", _no_positions),
        ("jacolbert.colbert-ai", _transposed),
        ("jacolbert.colbert-ai", _projection_drawn_anew),
        ("jacolbert.colbert-ai", _no_positions),
        ("jacolbert.colbert-ai", _no_last_norm),
    ],
)
def test_changed_weights_are_noticed(
    name: str, change: Callable[[Tensors], None], checkpoint: Checkpoints, tmp_path: Path
):
    """Weights that are used wrongly give other vectors, never the same ones by luck."""
    golden = load(name).only(SOME)
    folder = Path(shutil.copytree(checkpoint(golden.about["kind"]), tmp_path / "changed"))
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors")
    encoder = ColbertEncoder.open(folder, Options(person=settings_of(golden)))
    found = differences(golden, *encoded(encoder, golden.texts))
    assert any("vectors differ" in each for each in found)


def test_the_rotary_base_is_read(checkpoint: Checkpoints, tmp_path: Path):
    """A checkpoint that names another base, as Jina's embeddings v3 does, is encoded with that one."""
    golden = load("jina-v2.colbert-ai").only(SOME)
    folder = Path(shutil.copytree(checkpoint("jina-v2"), tmp_path / "other"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"rotary_emb_base": 20000.0}), encoding="utf-8")
    questions, passages = encoded(ColbertEncoder.open(folder), golden.texts)
    assert any("vectors differ" in each for each in differences(golden, questions, passages))
    reference = Reference.open(checkpoint("jina-v2"), Mistakes(rotary_base=20000.0))
    for passage in passages:
        expected = reference.vectors(passage.ids, passage.attention)[passage.keep]
        assert np.abs(passage.vectors - expected).max() < 1e-6


def test_another_default_language_is_read(
    checkpoint: Checkpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Where no language is known, config.json's default adapter is taken."""
    golden = load("colbert-xm-de_DE.colbert-ai").only(["german"])
    folder = Path(shutil.copytree(checkpoint("colbert-xm"), tmp_path / "german"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"default_language": "de_DE"}), encoding="utf-8")
    monkeypatch.setattr(encoder_module, "detect", lambda *_: Language("xx"))  # which has no adapter
    encoder = ColbertEncoder.open(folder)
    assert differences(golden, *encoded(encoder, golden.texts)) == []
