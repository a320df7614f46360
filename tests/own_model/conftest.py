"""The package is a script's, not one that is installed: it is imported from its folder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from tests.core.encode.checkpoints import settings_files as settings
from tests.core.encode.checkpoints import tensors as weights
from tests.core.encode.checkpoints import tokenizer_files as files
from tests.core.encode.checkpoints.fabricate import fabricate

if TYPE_CHECKING:
    from own_model.construct import Ingredients

ROOT = Path(__file__).resolve().parents[2]

sys.path.append(str(ROOT / "packaging"))

Checkpoints = Callable[[str], Path]


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """Small networks gain nothing by two, and sums stay the same."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory) -> Checkpoints:
    """The folder of a kind of checkpoint, which nobody may change. `words`: BERT with a word for a token."""

    @cache
    def folder_of(kind: str) -> Path:
        folder = tmp_path_factory.mktemp("checkpoint") / kind
        if kind == "words":
            _words(folder)
        else:
            fabricate(kind, folder)
        return folder

    return folder_of


def _words(folder: Path) -> None:
    from tests.own_model.miniature import PIECES  # noqa: PLC0415 - after the path is set

    folder.mkdir()
    size = weights.Size(rows=len(PIECES), positions=64)
    files.write_uncased(folder, list(PIECES), size.positions)
    files.write_json(folder / "config.json", settings.bert_config(size, heads=4))
    described = settings.metadata(56, size.dim, attend=False) | {
        "query_maxlen": 16,
        "do_query_expansion": False,
    }
    files.write_json(folder / "artifact.metadata", described)
    weights.write_safetensors(weights.bert(size, 5), folder / "model.safetensors")


@pytest.fixture(scope="session")
def ingredients() -> Ingredients:
    """Of the planted texts."""
    from own_model.construct import Ingredients  # noqa: PLC0415 - after the path is set
    from own_model.links import find_links  # noqa: PLC0415
    from own_model.statistics import rarities  # noqa: PLC0415
    from own_model.tokenizer import learn_tokenizer  # noqa: PLC0415

    from tests.own_model.planted import planted  # noqa: PLC0415

    sources = planted()
    tokenizer = learn_tokenizer(sources, learnt=600, pieces=700)
    return Ingredients(
        tokenizer=tokenizer, rarities=rarities(tokenizer, sources), links=find_links(tokenizer, sources)
    )
