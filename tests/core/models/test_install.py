"""Installing a model: all of it, checked, or nothing."""

from __future__ import annotations

import hashlib
import stat
import time

import pytest

from core.domain import BUILT_IN_MODEL, ModelName
from core.errors import (
    CancelledError,
    DiskFullError,
    DownloadError,
    LibraryInUseError,
    ModelDamagedError,
    ModelInUseError,
    ModelMissingError,
    ModelUnsupportedError,
    PartMissingError,
)
from core.models.install import alone
from core.progress import CancelToken, CheckingModel, Fetching, ModelInstalled
from tests.core.models.hub import COMMIT
from tests.core.models.pretend import NAME, REPOSITORY, WANTED, files


@pytest.fixture
def models(models_inline):
    return models_inline


def installed(models, name=NAME, cancel=None):
    return list(models.install(name, cancel or CancelToken()))


def left_over(layout):
    """What is in the folder of the models but installed ones and the lock."""
    if not layout.root.exists():
        return set()
    return {path.name for path in layout.root.iterdir() if path.name.startswith(".")}


def test_a_model_is_installed_as_it_was_published(models_in_processes, layout, hub):
    """Only wanted files, byte by byte, from the newest commit, which is recorded; private to their owner."""
    models = models_in_processes
    events = installed(models)
    fetching = [event for event in events if isinstance(event, Fetching)]
    content = hub.repositories[REPOSITORY]
    total = sum(len(content[name]) for name in WANTED)
    assert fetching[0] == Fetching(file=f"{REPOSITORY} {COMMIT[:7]}", done=0, total=total)
    assert [event.done for event in fetching] == sorted(event.done for event in fetching)
    assert fetching[-1].done == total
    assert events[-2] == CheckingModel(model=NAME)
    assert isinstance(events[-1], ModelInstalled)
    model = events[-1].model
    assert (model.revision, model.bytes, model.installed, model.measured) == (COMMIT, total, True, True)
    checkpoint = layout.checkpoint(NAME)
    assert {path.name for path in checkpoint.iterdir()} == WANTED
    assert all((checkpoint / name).read_bytes() == content[name] for name in WANTED)
    assert (
        stat.S_IMODE(layout.root.stat().st_mode) == stat.S_IMODE(layout.folder(NAME).stat().st_mode) == 0o700
    )
    assert models.get(NAME) == model
    assert left_over(layout) == set()
    assert not any("evil" in path or "onnx" in path or "README" in path for path in hub.asked)


def test_nothing_asks_the_network_but_an_installation(models, hub):
    """Listing, describing and removing make no request."""
    models.all()
    models.get(NAME)
    with pytest.raises(ModelMissingError):
        models.remove(NAME)
    with pytest.raises(ModelMissingError):
        models.open(NAME)
    assert not hub.asked


@pytest.mark.parametrize("no_ranges", [False, True])
def test_broken_connections_are_mended(models, layout, hub, no_ranges):
    """A connection that breaks again and again is taken up again, from where it broke if the server can."""
    hub.break_after = 300_000
    hub.no_ranges = no_ranges
    if no_ranges:
        with pytest.raises(DownloadError):
            installed(models)
        hub.break_after = None
    installed(models)
    weights = layout.checkpoint(NAME) / "model.safetensors"
    assert weights.read_bytes() == hub.repositories[REPOSITORY][weights.name]
    if not no_ranges:
        assert hub.served == sum(len(hub.repositories[REPOSITORY][name]) for name in WANTED)


def test_a_second_try_goes_on_with_the_same_commit(models_in_processes, layout, hub):
    """What was fetched stays when the hub goes away; later only the rest is fetched, of the same commit."""
    models = models_in_processes
    hub.repositories[REPOSITORY]["model.safetensors"] += b"more" * 100_000
    hub.slow_s = 0.02
    steps = models.install(NAME, CancelToken())
    for event in steps:
        if isinstance(event, Fetching) and event.done > event.total / 2:
            hub.down = 503
            break
    steps.close()
    assert left_over(layout) == {f".{NAME}.unfinished"}
    with pytest.raises(DownloadError) as caught:
        installed(models)
    assert "503" in caught.value.detail
    hub.down, hub.slow_s = 0, 0.0
    before = hub.served
    content = hub.repositories[REPOSITORY]["model.safetensors"]
    fetched = [event for event in installed(models) if isinstance(event, Fetching)]
    assert hub.served - before < len(content) / 2
    assert fetched[-1].done == fetched[-1].total
    assert (layout.checkpoint(NAME) / "model.safetensors").read_bytes() == content
    assert hub.asked[f"/api/models/{REPOSITORY}"] == 1


def test_another_commit_begins_anew(models_in_processes, layout, hub, monkeypatch):
    """What was fetched of one commit is not mixed with another that is pinned later."""
    models = models_in_processes
    hub.break_after = 10_000
    monkeypatch.setattr("core.models.hub._TRIES", 1)
    hub.slow_s = 0.05
    steps = models.install(NAME, CancelToken())
    next(event for event in steps if isinstance(event, Fetching) and event.done > 0)
    steps.close()
    hub.break_after, hub.slow_s = None, 0.0
    hub.commit = "f" * 40
    hub.repositories[REPOSITORY] = files(seed=1)
    from core.models.install import Hub  # noqa: PLC0415
    from core.models.models import Models  # noqa: PLC0415
    from tests.core.models.pretend import published  # noqa: PLC0415

    newer = Models.of(layout, [published(revision="f" * 40)], Hub(endpoint=hub.url, retry_s=0.01))
    assert installed(newer)[-1].model.revision == "f" * 40
    assert (layout.checkpoint(NAME) / "config.json").read_bytes() == files(seed=1)["config.json"]
    weights = (layout.checkpoint(NAME) / "model.safetensors").read_bytes()
    assert weights == files(seed=1)["model.safetensors"]


@pytest.mark.parametrize(
    ("name", "lie", "told"),
    [
        ("model.safetensors", {"lfs": {"sha256": "0" * 64, "size": 1_000_000, "pointerSize": 1}}, "checksum"),
        ("config.json", {"blobId": "0" * 40}, "checksum"),
        ("model.safetensors", {"size": 1_000_001}, "1000000 bytes, not 1000001"),
        ("tokenizer.json", {"size": 100}, "200 bytes, not 100"),
    ],
)
def test_a_file_that_is_not_what_was_published_is_refused(models, layout, hub, name, lie, told):
    """Another checksum or size than the hub states: an error with the file's name, nothing installed."""
    hub.lies[name] = lie
    with pytest.raises(ModelDamagedError) as caught:
        installed(models)
    assert name in caught.value.detail
    assert told in caught.value.detail
    assert not models.get(NAME).installed
    assert not (layout.unfinished(NAME) / "checkpoint" / name).exists()


def test_hubs_that_refuse(models, layout, hub):
    """No such repository, no such commit, no hub at all: told as such, and nothing is left behind."""
    content = hub.repositories.pop(REPOSITORY)
    with pytest.raises(DownloadError) as caught:
        installed(models)
    assert "404" in caught.value.detail
    assert hub.asked == {f"/api/models/{REPOSITORY}": 1}  # asking again would not help
    assert left_over(layout) == set()
    hub.repositories[REPOSITORY] = {"README.md": b"", "config.json": content["config.json"]}
    with pytest.raises(ModelDamagedError) as damaged:
        installed(models)
    assert "model.safetensors" in damaged.value.detail
    hub.__exit__()
    with pytest.raises(DownloadError):
        installed(models)
    hub._thread.join()
    assert left_over(layout) == set()


def test_an_unknown_name_is_refused(models, hub):
    """Only models that Mikke knows are fetched."""
    with pytest.raises(ModelMissingError):
        installed(models, ModelName("somebody-else"))
    assert not hub.asked


def test_a_missing_part_is_told_before_anything_is_fetched(models, hub, monkeypatch):
    """Without torch nothing is fetched that could not be used."""
    monkeypatch.setattr("core.models.parts.importlib.util.find_spec", lambda _name: None)
    with pytest.raises(PartMissingError) as caught:
        installed(models)
    assert caught.value.part == "models"
    assert not hub.asked


def test_stopping_takes_less_than_a_second(models_in_processes, layout, hub):
    """Even while nothing comes from the network; the next try goes on."""
    models = models_in_processes
    hub.break_after, hub.stall = 200_000, True
    cancel = CancelToken()
    steps = models.install(NAME, cancel)
    next(event for event in steps if isinstance(event, Fetching) and event.done > 50_000)
    started = time.monotonic()
    cancel.cancel()
    with pytest.raises(CancelledError):
        list(steps)
    assert time.monotonic() - started < 1
    assert left_over(layout) == {f".{NAME}.unfinished"}
    hub.break_after, hub.stall = None, False
    before = hub.served
    installed(models)
    assert hub.served - before < 900_000


def test_a_full_disk_is_noticed_before_and_meanwhile(models_in_processes, hub, monkeypatch, layout):
    """Too little space is told before the first byte is fetched."""
    models = models_in_processes
    monkeypatch.setattr("core.models.install.fetch", fetch_on_a_full_disk)
    with pytest.raises(DiskFullError):
        installed(models)
    assert not any("resolve" in path for path in hub.asked)
    monkeypatch.setattr("core.models.install.fetch", fetch_on_a_disk_that_fills_up)
    with pytest.raises(DiskFullError):
        installed(models)
    monkeypatch.undo()
    assert left_over(layout) == {f".{NAME}.unfinished"}


def fetch_on_a_full_disk(send, request, checkpoint):
    """Runs in the process that fetches."""
    from collections import namedtuple  # noqa: PLC0415

    from core.models import hub  # noqa: PLC0415

    usage = namedtuple("usage", "total used free")  # noqa: PYI024
    hub.shutil.disk_usage = lambda _path: usage(10**12, 10**12, 1_000)
    return hub.fetch(send, request, checkpoint)


def fetch_on_a_disk_that_fills_up(send, request, checkpoint):
    """Runs in the process that fetches."""
    import errno  # noqa: PLC0415

    from core.models import hub  # noqa: PLC0415

    def full(_number):
        raise OSError(errno.ENOSPC, "No space left on device")

    hub.os.fsync = full
    return hub.fetch(send, request, checkpoint)


def test_a_process_that_dies_is_told(models_in_processes, monkeypatch):
    """A process that the system ends, for lack of memory say, is an error and no endless wait."""
    models = models_in_processes
    monkeypatch.setattr("core.models.install.fetch", die)
    with pytest.raises(DownloadError) as caught:
        installed(models)
    assert "-9" in caught.value.detail


def die(_send, _request, _checkpoint):
    """Runs in the process that fetches."""
    import os  # noqa: PLC0415
    import signal  # noqa: PLC0415

    os.kill(os.getpid(), signal.SIGKILL)


def test_one_installation_at_a_time(models, layout, hub):
    """A second program is refused while one installs, and removes nothing."""
    with alone(layout), pytest.raises(LibraryInUseError):
        installed(models)
    with alone(layout), pytest.raises(LibraryInUseError):
        models.remove(NAME)
    assert not hub.asked


def test_a_model_that_fails_its_trial_is_not_installed(models, layout, hub):
    """What was fetched stays for another try; it is no model."""
    hub.repositories[REPOSITORY]["config.json"] = b'{"unusable": true}'
    with pytest.raises(ModelUnsupportedError):
        installed(models)
    assert not models.get(NAME).installed
    assert left_over(layout) == {f".{NAME}.unfinished"}
    models.remove(NAME)
    assert left_over(layout) == set()


def test_installing_again_replaces(models, layout, hub):
    """A damaged model is made whole by installing it again."""
    installed(models)
    weights = layout.checkpoint(NAME) / "model.safetensors"
    weights.write_bytes(b"short")
    with pytest.raises(ModelDamagedError) as caught:
        models.open(NAME)
    assert "model.safetensors" in caught.value.detail
    installed(models)
    assert weights.read_bytes() == hub.repositories[REPOSITORY]["model.safetensors"]


def test_removing(models, layout):
    """A removed model is gone from the disk; the built-in one stays."""
    installed(models)
    models.remove(NAME)
    assert not models.get(NAME).installed
    assert {path.name for path in layout.root.iterdir()} <= {"models.lock"}
    with pytest.raises(ModelMissingError):
        models.remove(NAME)
    with pytest.raises(ModelInUseError):
        models.remove(BUILT_IN_MODEL)


def test_a_removal_that_was_interrupted_is_finished_later(models, layout, monkeypatch):
    """A program that ends between renaming and deleting leaves no model, and the next one cleans up."""
    installed(models)
    monkeypatch.setattr("core.models.install.shutil.rmtree", lambda *_args, **_kwargs: None)
    models.remove(NAME)
    monkeypatch.undo()
    assert left_over(layout) == {f".{NAME}.removed"}
    assert not models.get(NAME).installed


def test_the_record_has_the_checksum_of_every_file(models, hub):
    """Also of small files, whose SHA-256 the hub does not state."""
    installed(models)
    recorded = {file.name: file.sha256 for file in models._record(NAME).files}
    content = hub.repositories[REPOSITORY]
    assert recorded == {name: hashlib.sha256(content[name]).hexdigest() for name in WANTED}
    assert models._record(NAME).weights_digest == recorded["model.safetensors"]
