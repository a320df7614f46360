"""ONNX Runtime computes what PyTorch computes, and needs nothing of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core.encode.checkpoint.graph_file import GRAPH, GRAPH_INT8
from core.encode.colbert.encoder import ColbertEncoder, Options
from core.encode.colbert.network import Precision, Runtime
from core.errors import ModelUnsupportedError
from tests.core.encode.tokenizers.sentences import SENTENCES

ROOT = Path(__file__).resolve().parents[4]

ROUNDING = 2e-6
"""Between the values of two unit vectors in float32; measured: 5e-7."""

LEAST_COSINE = 0.999
"""Between a vector in 8 bits and in float32; measured: 0.9996."""

KINDS = ("plain", "plain-float32", "plain-bare", "plain-wide", "jacolbert")
TEXTS = [*SENTENCES.values(), "", " ", "東京 " * 400, "x", SENTENCES["ja"] * 12]
"""Some go through the network together with much shorter ones, some are longer than it takes."""


def opened(folder, runtime, **options):
    return ColbertEncoder.open(folder, Options(runtime=runtime, **options))


@pytest.fixture(scope="module", params=KINDS)
def pair(request, with_graph):
    folder = with_graph(request.param)
    return opened(folder, Runtime.ONNX, windows=True), opened(folder, Runtime.TORCH, windows=True)


def test_passages_are_those_of_pytorch(pair):
    """Same tokens, same vectors but for rounding: padded batches, windows, both names of tensors."""
    ours, theirs = (encoder.encode_passages(TEXTS) for encoder in pair)
    for text, one, other in zip(TEXTS, ours, theirs, strict=True):
        assert np.array_equal(one.spans, other.spans)
        assert one.vectors.dtype == np.float32
        assert abs(one.vectors - other.vectors).max(initial=0) < ROUNDING, text[:40]


def test_questions_are_those_of_pytorch(pair):
    """Masks that nobody looks at (JaColBERT) and questions without masks (ours)."""
    for text in TEXTS[::5]:
        one, other = (encoder.encode_query(text) for encoder in pair)
        assert one.vectors.shape == other.vectors.shape
        assert abs(one.vectors - other.vectors).max() < ROUNDING


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.INT8])
def test_a_text_gets_the_same_vectors_among_others_as_alone(precision, with_graph):
    """To the last bit: what is padded adds exact zeros, and in 8 bits no text shares a scale with another."""
    encoder = opened(with_graph("plain"), Runtime.ONNX, precision=precision)
    for text, together in zip(TEXTS, encoder.encode_passages(TEXTS), strict=True):
        assert np.array_equal(encoder.encode_passages([text])[0].vectors, together.vectors)


@pytest.mark.parametrize("kind", KINDS)
def test_8_bits_are_near_32(kind, with_graph):
    """Every token's vector, of whatever text."""
    folder = with_graph(kind)
    exact = opened(folder, Runtime.ONNX, windows=True).encode_passages(TEXTS)
    rounded = ColbertEncoder.open(folder, Options(precision=Precision.INT8, windows=True))
    for one, other in zip(exact, rounded.encode_passages(TEXTS), strict=True):
        assert np.array_equal(one.spans, other.spans)
        assert np.einsum("td,td->t", one.vectors, other.vectors).min(initial=1) > LEAST_COSINE


def test_a_row_of_zeros_stays_zero_in_8_bits(copy_of):
    """Its scale would be zero, too, and its products no numbers."""
    from own_model.graph import write_graph  # noqa: PLC0415 - found by conftest.py

    folder = copy_of("plain-float32")
    tensors = load_file(folder / "model.safetensors")
    tensors["bert.encoder.layer.0.intermediate.dense.weight"][3:] = 0
    save_file(tensors, folder / "model.safetensors")
    write_graph(folder, in_8_bits=True)
    encoder = opened(folder, Runtime.ONNX, precision=Precision.INT8)
    assert np.isfinite(encoder.encode_query("東京").vectors).all()


def test_the_library_does_not_decide_about_the_digest(with_graph):
    """Nor the precision: vectors of all may share an index."""
    folder = with_graph("plain")
    digest = opened(folder, Runtime.TORCH).digest
    assert opened(folder, Runtime.ONNX).digest == digest
    assert opened(folder, Runtime.ONNX, precision=Precision.INT8).digest == digest


def test_a_folder_with_a_graph_runs_on_onnx_runtime(copy_of):
    """Without being asked to, on the processor in float32; anything else is PyTorch's."""
    folder = copy_of("plain")
    assert type(ColbertEncoder.open(folder).runner.network).__name__ == "OnnxNetwork"
    lower = ColbertEncoder.open(folder, Options(precision=Precision.BF16))
    assert type(lower.runner.network).__name__ == "TorchNetwork"
    (folder / GRAPH).unlink()
    assert type(ColbertEncoder.open(folder).runner.network).__name__ == "TorchNetwork"


@pytest.mark.parametrize(
    ("runtime", "options"),
    [
        (Runtime.ONNX, {"precision": Precision.BF16}),
        (Runtime.ONNX, {"device": "cuda"}),
        (Runtime.TORCH, {"precision": Precision.INT8}),
    ],
)
def test_what_a_library_cannot_do_here_is_refused(runtime, options, with_graph):
    with pytest.raises(ModelUnsupportedError):
        opened(with_graph("plain"), runtime, **options)


@pytest.mark.parametrize(("precision", "name"), [(Precision.FP32, GRAPH), (Precision.INT8, GRAPH_INT8)])
def test_a_checkpoint_without_a_graph_is_refused(precision, name, copy_of):
    folder = copy_of("plain")
    (folder / name).unlink()
    with pytest.raises(ModelUnsupportedError, match=name):
        opened(folder, Runtime.ONNX, precision=precision)


def test_a_folder_that_cannot_be_written_and_has_an_odd_name(copy_of):
    """A program may be installed for all, by whoever, anywhere; the working folder is another one."""
    folder = copy_of("plain", "日本語 é モデル")
    folder.chmod(0o555)
    try:
        assert ColbertEncoder.open(folder).encode_query("東京").vectors.shape[0] > 3
    finally:
        folder.chmod(0o755)


ALONE = """
import json, sys
for name in ("torch", "transformers", "safetensors", "onnx", "huggingface_hub"):
    sys.modules[name] = None
from pathlib import Path
from core.encode.colbert.encoder import ColbertEncoder
from core.errors import PartMissingError

encoder = ColbertEncoder.open(Path(sys.argv[1]))
question = encoder.encode_query("東京はどこ?")
(passage,) = encoder.encode_passages(["東京は日本の首都です。"])
print(json.dumps([question.vectors.shape, passage.spans.tolist(), float(passage.vectors.sum())]))
(Path(sys.argv[1]) / "model.onnx").unlink()
try:
    ColbertEncoder.open(Path(sys.argv[1]))
except PartMissingError as error:
    print(error.part)
"""


def test_neither_pytorch_nor_transformers_nor_safetensors_is_needed(copy_of):
    """And where they are, because there is no graph, the part that is missing is named."""
    folder = copy_of("plain")
    encoder = opened(folder, Runtime.TORCH)
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALONE, folder],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr == ""
    found, part = run.stdout.splitlines()
    shape, spans, total = json.loads(found)
    (passage,) = encoder.encode_passages(["東京は日本の首都です。"])
    assert tuple(shape) == encoder.encode_query("東京はどこ?").vectors.shape
    assert spans == passage.spans.tolist()
    assert abs(total - float(passage.vectors.sum())) < 1e-4
    assert part == "models"
