from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from own_model.checkpoint import Checkpoint
from safetensors import safe_open

from core.encode.colbert.encoder import ColbertEncoder
from core.encode.colbert.inputs import passage_windows
from core.errors import ModelUnsupportedError

TEXTS = [
    "水道の元栓はどこですか。流し台の下です、と母が言った。",
    "短い",
    "東京,大阪! と 京都",
    "a b c " * 40,
    "",
]
KINDS = ("jacolbert", "jacolbert-pylate", "jacolbert-bin", "words")


@pytest.mark.parametrize("kind", KINDS)
def test_the_vectors_are_those_of_the_program(kind: str, checkpoint) -> None:
    """What is trained is what will be run: passages and questions, batches of any lengths."""
    opened, encoder = Checkpoint.open(checkpoint(kind)), ColbertEncoder.open(checkpoint(kind))
    tokens = opened.tokenize(TEXTS)
    network = opened.network()
    passages = network.embed([opened.passage_inputs(each) for each in tokens])
    wanted = [found.vectors for found in encoder.encode_passages(TEXTS)]
    assert passages.counts.tolist() == [len(each) for each in wanted]
    np.testing.assert_allclose(passages.vectors.numpy(), np.concatenate(wanted), atol=2e-6)
    queries = network.embed([opened.query_inputs(each) for each in tokens])
    wanted = [encoder.encode_query(text).vectors for text in TEXTS]
    np.testing.assert_allclose(queries.vectors.numpy(), np.concatenate(wanted), atol=2e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_the_layout_survives(kind: str, checkpoint, tmp_path) -> None:
    """The same files, names and dtypes; a pickle becomes safetensors; the same vectors."""
    opened = Checkpoint.open(checkpoint(kind))
    opened.save(opened.tensors, tmp_path / "again")
    before = {
        path.relative_to(opened.folder).as_posix() for path in opened.folder.rglob("*") if path.is_file()
    }
    after = {
        path.relative_to(tmp_path / "again").as_posix()
        for path in (tmp_path / "again").rglob("*")
        if path.is_file()
    }
    assert after == {name.replace("pytorch_model.bin", "model.safetensors") for name in before}
    old, new = ColbertEncoder.open(opened.folder), ColbertEncoder.open(tmp_path / "again")
    np.testing.assert_array_equal(old.encode_query(TEXTS[0]).vectors, new.encode_query(TEXTS[0]).vectors)
    with safe_open(tmp_path / "again" / "model.safetensors", "pt") as file:
        names = set(file.keys())
    assert ("linear.weight" in names) == (kind != "jacolbert-pylate")
    assert any(name.startswith("bert.") for name in names) == (kind != "jacolbert-pylate")


def test_a_dtype_can_be_asked_for(checkpoint, tmp_path) -> None:
    """Half the size; what was trained and what was not."""
    opened = Checkpoint.open(checkpoint("jacolbert"))
    opened.save(opened.tensors, tmp_path / "half", torch.float16)
    with safe_open(tmp_path / "half" / "model.safetensors", "pt") as file:
        assert {file.get_tensor(name).dtype for name in file.keys()} <= {torch.float16, torch.int64}  # noqa: SIM118


def test_what_was_made_from_the_old_weights_is_left_behind(checkpoint, tmp_path) -> None:
    """A graph, a codebook, a record and a card are of the weights that they were made from."""
    opened = Checkpoint.open(checkpoint("words"))
    opened.save(opened.tensors, tmp_path / "one")
    stale = ("model.onnx", "vectors.codebook", "record.json", "README.md")
    for name in stale:
        (tmp_path / "one" / name).write_text("old")
    Checkpoint.open(tmp_path / "one").save(opened.tensors, tmp_path / "two")
    assert not any((tmp_path / "two" / name).exists() for name in stale)


def test_only_a_checkpoint_is_replaced(checkpoint, tmp_path) -> None:
    """A folder with anything else in it stays as it is, whatever was meant."""
    opened = Checkpoint.open(checkpoint("words"))
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mother.txt").write_text("Dear mother")
    with pytest.raises(FileExistsError, match="not replaced"):
        opened.save(opened.tensors, tmp_path / "letters")
    assert (tmp_path / "letters" / "mother.txt").exists()
    for _ in range(2):
        opened.save(opened.tensors, tmp_path / "new")
    Checkpoint.open(tmp_path / "new").save(opened.tensors, tmp_path / "new")
    assert Checkpoint.open(tmp_path / "new").shape == opened.shape


def test_another_network_is_refused(checkpoint) -> None:
    """Jina's calls itself bert, too."""
    with pytest.raises(ModelUnsupportedError, match="only BERT"):
        Checkpoint.open(checkpoint("jina-v1"))


def test_the_profile_is_the_publishers(checkpoint) -> None:
    """Lengths, markers and whether questions are filled up come from the folder."""
    opened = Checkpoint.open(checkpoint("words"))
    settings = json.loads((opened.folder / "artifact.metadata").read_text())
    (tokens,) = opened.tokenize(["fox " * 100])
    assert len(opened.query_inputs(tokens).ids) == settings["query_maxlen"]
    assert len(opened.passage_inputs(tokens).ids) == settings["doc_maxlen"]
    assert len([*passage_windows(tokens, opened.profile, opened.vocabulary)]) > 1
    (short,) = opened.tokenize(["fox"])
    assert len(opened.query_inputs(short).ids) == 4
