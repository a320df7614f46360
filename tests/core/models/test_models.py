"""The models of this machine: what is listed, what is opened."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain import BUILT_IN_MODEL, OWN_MODEL, Companion, Language, ModelName
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import (
    ModelDamagedError,
    ModelInUseError,
    ModelMissingError,
    ModelUnsupportedError,
    PartMissingError,
)
from core.layout import OWN_CODEBOOK, OWN_RECORD, RARITY_TABLE, ModelsLayout
from core.models.coverage import uncovered
from core.models.files import missing, wanted
from core.models.known import BY_NAME, PUBLISHED
from core.models.models import Models
from core.models.speed import estimated_speed, key_of
from core.progress import CancelToken
from tests.core.models.own import DIGEST, LANGUAGES, pretend_own
from tests.core.models.pretend import NAME, WANTED, files, published

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def models(models_inline):
    return models_inline


def install(models):
    return list(models.install(NAME, CancelToken()))[-1].model


def test_the_published_models_are_all_there():
    """Seven checkpoints with a licence, a source and languages; Jina's v2 says what it forbids."""
    names = {"jacolbert", "jacolbert-v2.5", "jina-colbert-v1-en", "colbert-xm"}
    jina = {"jina-colbert-v2", "jina-colbert-v2-96", "jina-colbert-v2-64"}
    assert set(BY_NAME) == names | jina
    for each in PUBLISHED:
        assert each.restriction == ("not for commercial use" if each.name in jina else "")
        assert each.licence == ("CC-BY-NC-4.0" if each.name in jina else each.licence)
        assert each.licence
        assert each.revision is None or len(each.revision) == 40
        assert "japanese" in each.parts if each.languages == {"ja"} else each.parts == ("models",)
    assert len(BY_NAME[ModelName("colbert-xm")].languages) == 80  # two of 81 adapters are Chinese
    assert len(BY_NAME[ModelName("jina-colbert-v2")].languages) == 93


def test_nothing_is_made_by_looking(layout, own):
    """Listing needs no folder and makes none."""
    found = Models.of(layout, own=own).all()
    assert [model.name for model in found] == [OWN_MODEL, BUILT_IN_MODEL, *BY_NAME]
    assert [model.installed for model in found] == [True, True, *[False] * 7]
    assert not layout.root.exists()


def test_listing_imports_no_torch():
    """A window that starts lists models without the seconds that torch takes."""
    code = (
        "import sys; from pathlib import Path; from core.models.models import Models; "
        "from core.layout import ModelsLayout; Models.of(ModelsLayout(Path('nowhere'))).all(); "
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'huggingface_hub')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=False).returncode == 0


def test_better_models_are_the_specialised_ones_first(layout, tmp_path):
    """For Japanese the Japanese ones, then those of many languages; for Welsh only the latter."""
    models = Models.of(layout, own=tmp_path / "nothing")
    japanese = [model.name for model in models.better_for(Language("ja"))]
    assert japanese[:2] == ["jacolbert-v2.5", "jacolbert"]
    assert set(japanese[2:]) == {"colbert-xm", "jina-colbert-v2", "jina-colbert-v2-96", "jina-colbert-v2-64"}
    assert "jina-colbert-v1-en" in [model.name for model in models.better_for(Language("en"))]
    assert "colbert-xm" in [model.name for model in models.better_for(Language("cy"))]
    assert models.better_for(Language("tlh")) == ()


def test_languages_that_are_not_covered(layout):
    """Those of the library that a model does not know, frequent ones first, but for a handful of passages."""
    models = Models.of(layout)
    library = {
        Language(code): count for code, count in {"en": 500, "ja": 300, "de": 400, "": 99, "fr": 1}.items()
    }
    assert uncovered(models.get(ModelName("jacolbert")), library) == ("en", "de")
    assert uncovered(models.get(ModelName("colbert-xm")), library) == ()
    assert uncovered(models.get(BUILT_IN_MODEL), library) == ()
    assert uncovered(models.get(ModelName("jacolbert")), {}) == ()


def test_wanted_files():
    """Data only, one form of the weights, the config first."""
    assert set(wanted(files())) == WANTED
    assert wanted(files())[0] == "config.json"
    assert wanted({"config.json", "pytorch_model.bin"}) == ("config.json", "pytorch_model.bin")
    assert missing(files()) == ""
    assert missing({"model.safetensors"}) == "config.json"
    assert missing({"config.json"}) == "model.safetensors"


def test_everybody_shares_an_encoder_while_it_is_held(models, monkeypatch):
    """Two threads that open a model get one encoder, loaded once; it goes when nobody holds it."""
    install(models)
    opened = []

    def slowly(trial):
        opened.append(trial.name)
        time.sleep(0.05)
        return LexicalEncoder.open(RARITY_TABLE)

    monkeypatch.setattr("core.models.models.open_checkpoint", slowly)
    found = []
    threads = [threading.Thread(target=lambda: found.append(models.open(NAME))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [NAME]
    assert len(set(map(id, found))) == 1
    assert models.open(BUILT_IN_MODEL) is models.open(BUILT_IN_MODEL)
    found.clear()
    gc.collect()
    models.open(NAME)
    assert opened == [NAME] * 2


def test_opening_uses_what_was_recorded(models, monkeypatch):
    """The checksum of the weights, the noise and the person's values need not be found out again."""
    install(models)
    list(models.set_values(NAME, {"query_length": 128}, CancelToken()))
    seen = []

    def open_it(trial):
        seen.append(trial)
        return LexicalEncoder.open(RARITY_TABLE)

    monkeypatch.setattr("core.models.models.open_checkpoint", open_it)
    models.open(NAME)
    assert (seen[0].noise_floor, dict(seen[0].person)) == (0.25, {"query_length": 128})
    assert seen[0].weights_digest == models._record(NAME).weights_digest


def test_what_another_program_changes_is_noticed(models, layout, monkeypatch):
    """A model that was set to encode otherwise, or removed, is opened anew, or not at all, by everybody."""
    install(models)
    monkeypatch.setattr(
        "core.models.models.open_checkpoint", lambda _trial: LexicalEncoder.open(RARITY_TABLE)
    )
    other = Models.of(ModelsLayout(layout.root), [published()])
    held = other.open(NAME)
    assert other.open(NAME) is held
    list(models.set_values(NAME, {"doc_length": 100}, CancelToken()))
    changed = other.open(NAME)
    assert changed is not held
    assert other.open(NAME) is changed
    models.remove(NAME)
    with pytest.raises(ModelMissingError):
        other.open(NAME)


def test_what_cannot_be_opened(models, monkeypatch):
    """Not installed, unknown, or without the part of Mikke that it needs: each is an error of its own."""
    for name in (NAME, ModelName("nobody")):
        with pytest.raises(ModelMissingError):
            models.open(name)
    install(models)
    monkeypatch.setattr("core.models.parts.importlib.util.find_spec", lambda _name: None)
    with pytest.raises(PartMissingError):
        models.open(NAME)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"version": 99}', b'{"version": "x"}', b"\xff"])
def test_a_damaged_record_can_be_repaired(models, layout, content):
    """The list is still shown; opening says what is wrong; installing again mends it."""
    install(models)
    layout.record(NAME).write_bytes(content)
    with pytest.raises(ModelDamagedError):
        models.open(NAME)
    described = next(model for model in models.all() if model.name == NAME)
    assert not described.installed
    assert described.profile[0].name == "damaged"
    assert install(models).installed


def test_a_damaged_model_of_ones_own_is_listed_so_that_it_can_be_removed(models, layout):
    """A folder with a broken record keeps its place in the list."""
    layout.folder("mine").mkdir(parents=True)
    layout.record("mine").write_text("{")
    assert models.all()[-1].name == "mine"
    with pytest.raises(ModelDamagedError):
        models.get(ModelName("mine"))
    models.remove(ModelName("mine"))
    assert models.all()[-1].name == NAME


def test_speeds_are_measured_once_and_told(models, layout, monkeypatch):
    """One measurement for each shape, remembered; another machine, or a damaged file, measures anew."""
    measured = []
    monkeypatch.setattr("core.models.models.estimated_speed", lambda shape: measured.append(shape) or 7.0)
    assert models.get(NAME).passages_per_second is None
    assert models.measure_speeds(CancelToken()) == ""
    assert (models.get(NAME).passages_per_second, models.get(NAME).measured) == (7.0, False)
    built_in = models.get(BUILT_IN_MODEL)
    assert built_in.measured
    assert built_in.passages_per_second > 100
    models.measure_speeds(CancelToken())
    assert len(measured) == 1
    for damaged in ("{", json.dumps({"machine": "another", "speeds": {}})):
        layout.speeds.write_text(damaged)
        models.measure_speeds(CancelToken())
    assert len(measured) == 3
    assert install(models).passages_per_second == 12.5


def test_without_torch_there_is_no_estimate(models, monkeypatch):
    """What is missing is named; the built-in model is measured all the same."""
    monkeypatch.setattr("core.models.parts.importlib.util.find_spec", lambda _name: None)
    assert models.measure_speeds(CancelToken()) == "models"
    assert models.get(BUILT_IN_MODEL).measured
    assert models.get(NAME).passages_per_second is None


def test_larger_networks_are_estimated_slower():
    """A network with twice the layers takes twice as long; equal shapes are measured once."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    small, large = published().shape, BY_NAME[ModelName("jina-colbert-v2")].shape
    assert estimated_speed(small) > 10 * estimated_speed(large)
    assert len({key_of(each.shape) for each in PUBLISHED}) == 4


INSTALL = """
import sys
from pathlib import Path
from core.layout import ModelsLayout
from core.models.install import Hub
from core.models.models import Models
from core.progress import CancelToken
from tests.core.models.own import DIGEST, LANGUAGES, pretend_own
from tests.core.models.pretend import NAME, published

if __name__ == "__main__":
    models = Models.of(ModelsLayout(Path(sys.argv[1])), [published()], Hub(endpoint=sys.argv[2]))
    for event in models.install(NAME, CancelToken()):
        print(getattr(event, "done", 0), flush=True)
"""


def test_killed_in_the_middle_and_tried_again(models_in_processes, layout, hub, tmp_path):
    """After kill -9 nothing is installed, nobody goes on writing, and the next try fetches only the rest."""
    script = tmp_path / "install.py"
    script.write_text(INSTALL)
    hub.slow_s = 0.05
    command = [sys.executable, str(script), str(layout.root), hub.url]
    with subprocess.Popen(
        command, cwd=CHECKOUT, env={"PYTHONPATH": str(CHECKOUT)}, stdout=subprocess.PIPE, text=True
    ) as program:
        next(line for line in program.stdout if int(line) > 400_000)
        program.kill()
    time.sleep(0.3)
    served = hub.served
    time.sleep(0.3)
    assert hub.served - served <= 65_536  # at most what was on its way
    assert not models_in_processes.get(NAME).installed
    assert [path.name for path in layout.root.iterdir() if path.is_dir()] == [f".{NAME}.unfinished"]
    before, hub.slow_s = hub.served, 0.0
    install(models_in_processes)
    assert hub.served - before < 700_000
    assert (layout.checkpoint(NAME) / "model.safetensors").read_bytes() == files()["model.safetensors"]


def test_two_of_the_same_folder_know_of_each_other(models, layout):
    """What one installs another sees without being told."""
    other = Models.of(ModelsLayout(layout.root), [published()])
    install(models)
    assert other.get(NAME).installed
    models.remove(NAME)
    assert not other.get(NAME).installed


def test_the_model_of_our_own_is_described_by_its_record(models, own):
    """Languages, licence, size and profile, without anything being opened; damage takes its place only."""
    found = models.get(OWN_MODEL)
    assert (found.languages, found.licence, found.installed) == (LANGUAGES, "Apache-2.0", True)
    assert found.bytes == 2 * 1000
    assert found.profile[0].name == "doc_length"
    assert uncovered(found, {Language("el"): 5}) == ()
    for path, content in ((own / "model.safetensors", b"cut"), (own / OWN_RECORD, b"[]")):
        whole = path.read_bytes()
        path.write_bytes(content)
        assert not models.get(OWN_MODEL).installed
        assert models.all()[0].profile[0].name == "damaged"
        with pytest.raises(ModelDamagedError):
            models.open(OWN_MODEL)
        assert models.companion(DIGEST) == Companion()
        path.write_bytes(whole)
    assert models.get(OWN_MODEL) == found


def test_without_a_run_time_the_model_of_our_own_is_damaged(models, monkeypatch):
    """What is missing is named, and nothing else fails."""
    monkeypatch.setattr("core.models.own.importlib.util.find_spec", lambda _name: None)
    with pytest.raises(ModelDamagedError, match="onnxruntime is not installed"):
        models.open(OWN_MODEL)
    assert models.open(BUILT_IN_MODEL).digest


def test_whatever_a_run_time_raises(models, monkeypatch):
    """A library that is installed and does not load is no reason to crash."""
    monkeypatch.setitem(sys.modules, "core.encode.colbert.encoder", None)
    with pytest.raises(ModelDamagedError):
        models.open(OWN_MODEL)


def test_what_comes_with_a_model(models, own):
    """A weight, a codebook and texts to measure noise with, for the encoder that they were made for only."""
    (own / OWN_CODEBOOK).write_bytes(b"a codebook")
    pretend_own(own, weight=0.75)
    found = models.companion(DIGEST)
    assert (found.keyword_weight, found.codebook) == (0.75, own / OWN_CODEBOOK)
    assert len(found.unrelated) > 5
    assert models.companion("f" * 32) == Companion()
    (own / OWN_CODEBOOK).unlink()
    assert models.companion(DIGEST) == replace(found, codebook=None)
    assert models.get(OWN_MODEL).installed


def test_parts_of_mikke_cannot_be_removed_or_changed(models):
    """Nor can a copy take their names."""
    for name in (OWN_MODEL, BUILT_IN_MODEL):
        with pytest.raises(ModelInUseError):
            models.remove(name)
        with pytest.raises(ModelUnsupportedError):
            list(models.set_values(name, {"doc_length": 9}, CancelToken()))
        with pytest.raises(ModelUnsupportedError):
            list(models.install_from(CHECKOUT, name, CancelToken()))
