"""What goes wrong on a card is told so that the runner can act on it; on a processor it is left as it is."""

import numpy as np
import pytest
import torch

from core.domain import UNKNOWN_LANGUAGE
from core.encode.colbert.network import DeviceLostError, DeviceMemoryError, Precision
from core.encode.colbert.torch_network import TorchNetwork


class Failing:
    """A backbone whose device fails."""

    def __init__(self, error):
        self.error = error

    def __call__(self, _ids, _attention, _languages):
        raise self.error


def embed(error, device):
    network = TorchNetwork(
        backbone=Failing(error),
        projection=torch.zeros(2, 2),
        place=torch.device(device),
        precision=Precision.FP32,
        threads=1,
    )
    # Tensors of the processor do for a backbone that looks at none.
    there = TorchNetwork._there
    TorchNetwork._there = lambda _, tensor: tensor
    try:
        network.embed(np.ones((1, 2), np.int32), np.ones((1, 2), bool), [UNKNOWN_LANGUAGE])
    finally:
        TorchNetwork._there = there


def test_too_little_memory_is_told_apart():
    with pytest.raises(DeviceMemoryError):
        embed(torch.OutOfMemoryError("too much"), "cuda")


def test_a_card_that_fails_is_told_in_one_line():
    with pytest.raises(DeviceLostError, match=r"^CUDA error: device lost$"):
        embed(RuntimeError("CUDA error: device lost\nmore"), "cuda")


def test_an_error_of_the_processor_is_left_as_it_is():
    with pytest.raises(RuntimeError, match="shapes"):
        embed(RuntimeError("shapes"), "cpu")
