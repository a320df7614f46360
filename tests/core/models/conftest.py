"""What the tests of models share: a hub, a place for models, and no torch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.layout import ModelsLayout
from core.models.install import Hub
from core.models.models import Models
from tests.core.models import pretend
from tests.core.models.hub import FakeHub
from tests.core.models.own import pretend_own


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub({pretend.REPOSITORY: pretend.files()}) as hub:
        yield hub


@pytest.fixture
def layout(tmp_path) -> ModelsLayout:
    return ModelsLayout(tmp_path / "models")


@pytest.fixture
def own(tmp_path) -> Path:
    """The folder of Mikke's own model, which cannot really be loaded."""
    return pretend_own(tmp_path / "own_model")


@pytest.fixture
def models_in_processes(layout, hub, own, monkeypatch) -> Models:
    """One model can be installed, from the hub; trying it out only looks at config.json."""
    monkeypatch.setattr("core.models.install.try_out", pretend.try_out)
    return Models.of(layout, [pretend.published()], Hub(endpoint=hub.url, retry_s=0.01), own)


@pytest.fixture
def models_inline(models_in_processes, monkeypatch) -> Models:
    """The same without processes, which take half a second each."""
    monkeypatch.setattr("core.models.install.in_a_process", pretend.inline)
    return models_in_processes
