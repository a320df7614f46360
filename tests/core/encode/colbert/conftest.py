"""Fabricated checkpoints with a graph for ONNX Runtime beside their weights."""

import shutil
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.core.encode.checkpoints.fabricate import fabricate

ROOT = Path(__file__).resolve().parents[4]

sys.path.append(str(ROOT / "packaging"))


@pytest.fixture(scope="session")
def with_graph(tmp_path_factory):
    """The folder of a kind of checkpoint with its model.onnx and model-int8.onnx, which nobody may change."""
    from own_model.graph import write_graph  # noqa: PLC0415 - found by the line above

    @cache
    def folder_of(kind):
        folder = tmp_path_factory.mktemp("graph") / kind
        fabricate(kind, folder)
        write_graph(folder)
        write_graph(folder, in_8_bits=True)
        return folder

    return folder_of


@pytest.fixture
def copy_of(with_graph, tmp_path):
    """A folder of one's own, to be changed."""
    return lambda kind, name="mine": Path(shutil.copytree(with_graph(kind), tmp_path / name))
