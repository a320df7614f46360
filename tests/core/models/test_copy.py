"""Installing from a folder: a copy, without a network."""

from __future__ import annotations

import hashlib

import pytest

from core.domain import ModelName
from core.errors import (
    CancelledError,
    DiskFullError,
    FolderNotFoundError,
    ModelDamagedError,
    ModelUnsupportedError,
)
from core.models.install import Hub
from core.models.models import Models
from core.progress import CancelToken, Fetching, ModelInstalled
from tests.core.models.pretend import NAME, REPOSITORY, WANTED, files, published


@pytest.fixture
def models(models_inline):
    return models_inline


def write(folder, content):
    folder.mkdir(parents=True)
    for name, data in content.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def installed(models, folder, name=None, cancel=None):
    events = list(models.install_from(folder, name, cancel or CancelToken()))
    assert isinstance(events[-1], ModelInstalled)
    return events[-1].model


def test_a_folder_becomes_a_model_of_its_own(models, layout, tmp_path, hub):
    """Only what is wanted is copied, under the folder's name, without asking anybody."""
    folder = write(tmp_path / "My Model (2)", files())
    model = installed(models, folder)
    assert (model.name, model.languages, model.revision, model.installed) == ("my-model-2", None, "", True)
    copied = {path.name for path in layout.checkpoint(model.name).iterdir()}
    assert copied == WANTED
    assert [each.name for each in models.all()][-1] == "my-model-2"
    assert not hub.asked
    weights = hashlib.sha256(files()["model.safetensors"]).hexdigest()
    assert models._record(model.name).weights_digest == weights


def test_the_cache_of_the_hub_says_what_it_is(models, tmp_path):
    """A snapshot in the hub's own cache, made of links, is recognised: name, repository and commit."""
    commit = "c" * 40
    cache = tmp_path / f"models--{REPOSITORY.replace('/', '--')}"
    blobs = write(cache / "blobs", {str(number): data for number, data in enumerate(files().values())})
    snapshot = cache / "snapshots" / commit
    for number, name in enumerate(files()):
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).symlink_to(blobs / str(number))
    model = installed(models, snapshot)
    assert (model.name, model.repository, model.revision) == (NAME, REPOSITORY, commit)
    assert not any(path.is_symlink() for path in models._layout.checkpoint(NAME).iterdir())
    (blobs / str(list(files()).index("config.json"))).unlink()
    with pytest.raises(ModelDamagedError) as caught:
        installed(models, snapshot)
    assert "config.json" in caught.value.detail


def test_two_layouts_have_their_files(models, layout, tmp_path):
    """The folder of PyLate's linear map comes too; a pickle only where there is no safetensors file."""
    content = {
        "config.json": b"{}",
        "modules.json": b"[]",
        "pytorch_model.bin": b"weights",
        "1_Dense/config.json": b"{}",
        "1_Dense/model.safetensors": b"weights",
        "1_Dense/pytorch_model.bin": b"weights",
    }
    installed(models, write(tmp_path / "pylate", content))
    found = {
        str(path.relative_to(layout.checkpoint("pylate")))
        for path in layout.checkpoint("pylate").rglob("*.*")
    }
    assert found == set(content) - {"1_Dense/pytorch_model.bin"}


def test_what_is_no_checkpoint_is_refused(models, layout, tmp_path):
    """No folder, no weights, no usable name, not what it is said to be: nothing is installed."""
    with pytest.raises(FolderNotFoundError):
        installed(models, tmp_path / "nowhere")
    with pytest.raises(ModelDamagedError):
        installed(models, write(tmp_path / "empty", {"config.json": b"{}"}))
    folder = write(tmp_path / "fine", files())
    for name in ("built-in", "../up", "a/b", "Capital", "", "."):
        if name:
            with pytest.raises(ModelUnsupportedError):
                installed(models, folder, ModelName(name))
    (folder / "config.json").write_bytes(b'{"unusable": true}')
    with pytest.raises(ModelUnsupportedError):
        installed(models, folder)
    assert {path.name for path in layout.root.iterdir()} == {"models.lock"}


def test_a_copy_can_be_stopped(models, layout, tmp_path):
    """Nothing of a stopped copy stays: the original is still there."""
    cancel = CancelToken()
    steps = models.install_from(write(tmp_path / "large", files(size=5_000_000)), None, cancel)
    assert isinstance(next(steps), Fetching)
    cancel.cancel()
    with pytest.raises(CancelledError):
        list(steps)
    assert {path.name for path in layout.root.iterdir()} == {"models.lock"}


def test_a_copy_that_does_not_fit(models, layout, tmp_path, monkeypatch):
    """The space is looked at first."""
    folder = write(tmp_path / "large", files())
    monkeypatch.setattr("core.models.space.SPARE_BYTES", 2**60)
    with pytest.raises(DiskFullError):
        installed(models, folder)
    assert {path.name for path in layout.root.iterdir()} == {"models.lock"}


def test_values_of_the_person_are_tried_and_kept(models, tmp_path):
    """They are in the record and in the profile; None takes one back."""
    model = installed(models, write(tmp_path / "mine", files()))
    *_, done = models.set_values(model.name, {"doc_length": 8192, "device": "cpu"}, CancelToken())
    shown = {each.name: (each.value, each.origin) for each in done.model.profile}
    assert shown["doc_length"] == ("8192", "you")
    assert shown["device"] == ("cpu", "you")
    assert shown["precision"] == ("fp32", "the fastest when it was tried")
    *_, done = models.set_values(model.name, {"device": None}, CancelToken())
    assert models._record(model.name).person == {"doc_length": 8192}
    again = Models.of(models._layout, [published()], Hub())
    assert again.get(model.name) == done.model
