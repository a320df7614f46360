"""A checkpoint is really loaded and tried before it is called installed; these tests need torch."""

from __future__ import annotations

import shutil
import socket
import sys
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from core.domain import Language, ModelName  # noqa: E402
from core.errors import CancelledError, ModelDamagedError, ModelUnsupportedError  # noqa: E402
from core.models.install import Hub  # noqa: E402
from core.models.known import BY_NAME, Shape  # noqa: E402
from core.models.models import Models  # noqa: E402
from core.models.trying import Trial, open_checkpoint, try_out  # noqa: E402
from core.progress import CancelToken, CheckingModel  # noqa: E402
from tests.core.encode.checkpoints.fabricate import fabricate  # noqa: E402
from tests.core.models import pretend  # noqa: E402

SECONDS = 0.05


def nothing(_event):
    """Takes an event."""


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """Fabricated ones, made when they are asked for."""
    root = tmp_path_factory.mktemp("checkpoints")

    def folder(kind):
        if not (root / kind).exists():
            fabricate(kind, root / kind)
        return root / kind

    return folder


def small(name, checkpoints_shape=(2, 32, 16)):
    """The published model as if it were of the fabricated size."""
    layers, hidden, dim = checkpoints_shape
    shape = Shape(layers=layers, hidden=hidden, feed_forward=64, heads=4, parameters=1)
    return replace(BY_NAME[ModelName(name)], shape=shape, dim=dim)


FAMILIES = [
    ("jacolbert", "jacolbert"),
    ("jacolbert-v2.5", "jacolbert-v2.5"),
    ("jina-v1", "jina-colbert-v1-en"),
    ("jina-v2", "jina-colbert-v2"),
    ("colbert-xm", "colbert-xm"),
]


@pytest.mark.parametrize(("kind", "name"), FAMILIES)
def test_every_family_passes_its_trial(checkpoints, kind, name):
    """The vectors' length, the noise, the speed and every value of the profile are found out."""
    trial = Trial(name=ModelName(name), checkpoint=checkpoints(kind), published=small(name), seconds=SECONDS)
    checked = try_out(nothing, trial)
    assert checked.dim == 16
    assert 0 < checked.noise_floor < 1
    assert checked.passages_per_second > 0
    assert checked.device in ("cpu", "cuda")
    lengths = {value.name: value.value for value in checked.profile}
    assert {"doc_length", "query_length", "attend_to_masks"} <= set(lengths)


def test_vectors_that_the_index_cannot_keep_are_refused(checkpoints):
    """Compressed vectors are packed in bytes; this would only fail in the middle of a library's life."""
    trial = Trial(name=ModelName("mine"), checkpoint=checkpoints("jina-v2-96"), seconds=SECONDS)
    with pytest.raises(ModelUnsupportedError, match="12 values"):
        try_out(nothing, trial)


def test_another_model_than_the_one_that_was_named_is_refused(checkpoints):
    """Another network, or the same network in another size or with other vectors."""
    folder = checkpoints("jina-v2")
    for published in (small("colbert-xm"), small("jina-colbert-v2", (12, 768, 128))):
        trial = Trial(name=published.name, checkpoint=folder, published=published, seconds=SECONDS)
        with pytest.raises(ModelUnsupportedError) as caught:
            try_out(nothing, trial)
    assert "2 layers of 32" in caught.value.detail


@pytest.mark.parametrize(
    "person",
    [
        {"nonsense": 1},
        {"doc_length": "abc"},
        {"doc_length": 100_000},
        {"query_length_rule": "odd"},
        {"attend_to_masks": 5},
        {"precision": "fp8"},
        {"device": "abacus"},
    ],
)
def test_values_that_cannot_be_used_are_told(checkpoints, person):
    """Whatever a person types: an error of ours that names it, never a traceback."""
    trial = Trial(name=ModelName("mine"), checkpoint=checkpoints("jacolbert"), person=person, seconds=SECONDS)
    with pytest.raises((ModelUnsupportedError, ModelDamagedError)) as caught:
        try_out(nothing, trial)
    assert any(word in caught.value.detail for word in (*person, *map(str, person.values())))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a graphics card")
def test_without_a_graphics_card(checkpoints, caplog):
    """Asking for one is refused; a model that was installed with one encodes without, and that is said."""
    trial = Trial(name=ModelName("mine"), checkpoint=checkpoints("jacolbert"), seconds=SECONDS)
    with pytest.raises(ModelUnsupportedError):
        try_out(nothing, replace(trial, person={"device": "cuda"}))
    encoder = open_checkpoint(replace(trial, device="cuda", precision="fp16"))
    assert encoder.encode_query("灯台").vectors.shape[1] == 16
    assert "no graphics card" in caplog.text


def test_precision_is_only_lowered_where_it_pays(checkpoints, monkeypatch):
    """Float32 stays where a lower precision is not clearly faster, or changes the vectors."""
    trial = Trial(name=ModelName("mine"), checkpoint=checkpoints("jacolbert"), seconds=SECONDS)
    speeds = {"fp32": 100.0, "bf16": 119.0}
    monkeypatch.setattr(
        "core.encode.colbert.measure.passages_per_second",
        lambda encoder, _seconds: speeds[encoder.runner.network.precision.value],
    )
    monkeypatch.setattr("core.models.trying._alike", lambda _exact, _rounded: True)
    assert try_out(nothing, trial).precision == "fp32"
    speeds["bf16"] = 130.0
    assert try_out(nothing, trial).precision == "bf16"
    assert try_out(nothing, replace(trial, person={"precision": "fp32"})).precision == "fp32"
    monkeypatch.setattr("core.models.trying._alike", lambda _exact, _rounded: False)
    assert try_out(nothing, trial).precision == "fp32"


def install(layout, folder, name, **changes):
    models = Models.of(layout, [small(name)], Hub())
    *_, done = models.install_from(folder, ModelName(name), CancelToken(), **changes)
    return models, done.model


def test_a_real_installation(layout, checkpoints, monkeypatch):
    """From a folder to answers, tried in a process of its own; what a person sets changes the digest."""
    monkeypatch.setattr("core.models.install.SECONDS", SECONDS)
    models, model = install(layout, checkpoints("colbert-xm"), "colbert-xm")
    monkeypatch.setattr("core.models.install.in_a_process", pretend.inline)
    assert model.measured
    encoder = models.open(model.name)
    assert models.open(model.name) is encoder
    assert encoder.noise_floor == models._record(model.name).checked.noise_floor
    (found,) = encoder.encode_passages(["灯台守は階段を上る。"], [Language("ja")])
    assert len(found.vectors) > 5
    before = encoder.digest
    del encoder
    *_, done = models.set_values(model.name, {"doc_length": 64}, CancelToken())
    values = {value.name: (value.value, value.origin) for value in done.model.profile}
    assert values["doc_length"] == ("64", "you")
    assert models.open(model.name).digest != before
    with pytest.raises(ModelUnsupportedError):
        list(models.set_values(model.name, {"doc_lenght": 64}, CancelToken()))
    assert models.get(model.name) == done.model


def test_a_checkpoint_that_lacks_a_tensor_is_not_installed(layout, checkpoints, tmp_path, monkeypatch):
    """The trial loads strictly; nothing of the copy stays."""
    monkeypatch.setattr("core.models.install.in_a_process", pretend.inline)
    broken = tmp_path / "broken"
    shutil.copytree(checkpoints("jina-v2"), broken)
    from safetensors.numpy import load_file, save_file  # noqa: PLC0415

    tensors = load_file(broken / "model.safetensors")
    name = next(each for each in tensors if "Wqkv" in each)
    del tensors[name]
    save_file(tensors, broken / "model.safetensors")
    with pytest.raises(ModelDamagedError) as caught:
        install(layout, broken, "jina-colbert-v2")
    assert name.split(".")[-1] in caught.value.detail
    assert [path.name for path in layout.root.iterdir()] == ["models.lock"]


def test_a_trial_can_be_stopped(layout, checkpoints):
    """At once, in whatever it is doing."""
    models = Models.of(layout, [small("jacolbert")], Hub())
    cancel = CancelToken()
    steps = models.install_from(checkpoints("jacolbert"), ModelName("jacolbert"), cancel)
    next(event for event in steps if isinstance(event, CheckingModel))
    cancel.cancel()
    with pytest.raises(CancelledError):
        list(steps)
    assert [path.name for path in layout.root.iterdir()] == ["models.lock"]


def test_no_network_is_used(layout, checkpoints, monkeypatch):
    """Installing a copy, opening it, asking and encoding open no connection and look up no name."""
    calls = []

    def watch(event, arguments):
        if event.startswith("socket.") and watching:
            calls.append((event, arguments))

    watching = True
    sys.addaudithook(watch)  # it cannot be taken away again
    try:
        monkeypatch.setattr("core.models.install.in_a_process", pretend.inline)
        monkeypatch.setattr("core.models.install.SECONDS", SECONDS)
        for kind, name in FAMILIES:
            models, model = install(layout, checkpoints(kind), name)
            encoder = models.open(model.name)
            encoder.encode_query("灯台はどこ")
            encoder.encode_passages(["The keeper climbs.", "灯台守は上る。"])
            models.all()
        assert not calls
        socket.socket().close()
        assert calls  # the watching itself works
    finally:
        watching = False
