from __future__ import annotations

import json
import os
import subprocess

import numpy as np
import pytest
from own_model.checkpoint import Checkpoint

from core.encode.colbert.encoder import ColbertEncoder, Options
from tests.own_model.conftest import ROOT

PYTHON = ROOT / ".venv-golden" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

SCRIPT = """
import json, sys
from pylate import models

def encode(folder, expansion, texts):
    model = models.ColBERT(folder, device="cpu", do_query_expansion=expansion)
    some = dict(batch_size=1, show_progress_bar=False)
    found = [model.encode(texts, is_query=asked, **some) for asked in (True, False)]
    return [[each.tolist() for each in vectors] for vectors in found]

jobs = json.loads(sys.argv[1])
print("vectors " + json.dumps([encode(*job) for job in jobs]))
"""

TEXTS = ["where does the fox live", "the fox lives near the old wood and sleeps all day"]

KINDS = {"words": False, "jacolbert-pylate": True}
"""Whether questions are filled up, which PyLate does not read in Stanford's layout."""


@pytest.mark.parity
@pytest.mark.skipif(not PYTHON.exists(), reason="needs the environment of `tasks.py golden`")
def test_pylate_reads_what_was_written(checkpoint, tmp_path) -> None:
    """Changed weights, either layout: its vectors are ours."""
    for kind in KINDS:
        opened = Checkpoint.open(checkpoint(kind))
        opened.save({name: each * 1.25 + 0.01 for name, each in opened.tensors.items()}, tmp_path / kind)
    jobs = json.dumps([(str(tmp_path / kind), expansion, TEXTS) for kind, expansion in KINDS.items()])
    environ = os.environ | {"CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1", "PYTHONPATH": ""}
    done = subprocess.run(
        [PYTHON, "-c", SCRIPT, jobs], env=environ, capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("vectors ")]
    for kind, (questions, passages) in zip(KINDS, json.loads(line.removeprefix("vectors ")), strict=True):
        encoder = ColbertEncoder.open(tmp_path / kind, Options())
        for text, question in zip(TEXTS, questions, strict=True):
            np.testing.assert_allclose(encoder.encode_query(text).vectors, question, atol=1e-5)
        for ours, theirs in zip(encoder.encode_passages(TEXTS), passages, strict=True):
            np.testing.assert_allclose(ours.vectors, theirs, atol=1e-5)
