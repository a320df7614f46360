"""Fabricated checkpoints and encoders, once for all tests of parity."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import torch

from core.encode.colbert.encoder import ColbertEncoder, Options
from tests.core.encode.checkpoints.fabricate import fabricate
from tests.core.encode.parity.encoding import encoded
from tests.core.encode.parity.golden import Encoded, Golden

Checkpoints = Callable[[str], Path]
Encoders = Callable[..., ColbertEncoder]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """The golden files were made with one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoints:
    """The folder of a kind of checkpoint, which nobody may change."""

    @cache
    def folder_of(kind: str) -> Path:
        folder = tmp_path_factory.mktemp("checkpoint") / kind
        fabricate(kind, folder)
        return folder

    return folder_of


@pytest.fixture(scope="session")
def encoder_for(checkpoint: Checkpoints) -> Encoders:
    """The encoder that a golden file is compared with, set as that was made, but for `changed` values."""
    opened: dict[str, ColbertEncoder] = {}

    def encoder(golden: Golden, **changed: object) -> ColbertEncoder:
        settings = settings_of(golden) | changed
        key = f"{golden.about['kind']} {settings}"
        if key not in opened:
            opened[key] = ColbertEncoder.open(checkpoint(golden.about["kind"]), Options(person=settings))
        return opened[key]

    return encoder


def settings_of(golden: Golden) -> dict[str, object]:
    settings = dict(golden.about["settings"])
    if "language" in golden.about:
        settings["language"] = golden.about["language"].split("_")[0]
    if golden.name in ("jacolbert.pylate", "plain.pylate"):
        # In the layout of colbert-ai, so nothing in it asks for PyLate's rules.
        settings["skiplist_rule"] = "pylate"
    return settings


@pytest.fixture(scope="session")
def encoder_with(encoder_for: Encoders) -> Callable[..., tuple[list[Encoded], list[Encoded]]]:
    """The texts of a golden file through our encoder with some values of its profile changed."""

    def encode(golden: Golden, **changed: object) -> tuple[list[Encoded], list[Encoded]]:
        return encoded(encoder_for(golden, **changed), golden.texts)

    return encode
