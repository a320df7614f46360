"""ALiBi in pieces: long documents without a bias of all positions at once."""

import numpy as np
import pytest
import torch

from core.encode.backbones import jina_bert
from core.encode.backbones.jina_bert import alibi_slopes
from core.encode.colbert.encoder import ColbertEncoder, Options
from tests.core.encode.checkpoints.fabricate import fabricate


def test_slopes_of_a_power_of_two_and_of_twelve_heads():
    """2^(-8i/n); twelve heads have those of eight and every second one of sixteen (arXiv 2108.12409)."""
    assert alibi_slopes(8).tolist() == [2.0**-i for i in range(1, 9)]
    expected = [2.0**-i for i in range(1, 9)] + [2.0**-i for i in (0.5, 1.5, 2.5, 3.5)]
    assert torch.allclose(alibi_slopes(12), torch.tensor(expected))


@pytest.mark.parametrize("numbers", [1, 5_000, 100_000])
def test_pieces_of_the_bias_change_nothing(tmp_path, monkeypatch, numbers):
    """Row by row, some rows at a time, or all at once."""
    fabricate("jina-v1", tmp_path)
    encoder = ColbertEncoder.open(tmp_path, Options(person={"doc_length": 400}))
    texts = ["Where is the water main? " * 30, "short"]
    whole = encoder.encode_passages(texts)
    monkeypatch.setattr(jina_bert, "BIAS_NUMBERS", numbers)
    for one, other in zip(whole, encoder.encode_passages(texts), strict=True):
        assert np.abs(one.vectors - other.vectors).max() <= 1e-6
