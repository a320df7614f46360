"""X-MOD keeps in memory the adapters that are needed, and no text ever gets another's."""

import json

import numpy as np
import pytest
import torch

from core.encode.backbones import xmod
from core.encode.colbert.encoder import ColbertEncoder, Options
from core.errors import ModelDamagedError, ModelUnsupportedError
from tests.core.encode.checkpoints.fabricate import fabricate

LANGUAGES = ["en", "ja", "de", "ar"]
TEXT = "The moon 月 pulls."


@pytest.fixture
def encoder(tmp_path):
    fabricate("colbert-xm", tmp_path)
    return ColbertEncoder.open(tmp_path)


def adapters_of(encoder):
    return list(encoder.runner.network.backbone.network.encoder.layer[0].output.adapter_modules)


def test_an_adapter_is_loaded_when_its_language_comes(encoder):
    assert adapters_of(encoder) == []
    encoder.encode_passages([TEXT], ["de"])
    assert adapters_of(encoder) == ["de_DE"]


def test_the_one_unused_for_longest_makes_room(encoder, monkeypatch):
    """What it gave before it gives again after it was dropped."""
    monkeypatch.setattr(xmod, "ADAPTERS_IN_MEMORY", 2)
    before = {language: encoder.encode_passages([TEXT], [language])[0].vectors for language in LANGUAGES}
    assert adapters_of(encoder) == ["de_DE", "ar_AR"]
    for language in reversed(LANGUAGES):
        again = encoder.encode_passages([TEXT], [language])[0].vectors
        assert np.abs(again - before[language]).max() <= 1e-6
    assert len({vectors.tobytes() for vectors in before.values()}) == len(LANGUAGES)


def test_more_languages_at_once_than_are_kept(encoder, monkeypatch):
    """A batch of many languages has all their adapters, whatever the bound."""
    monkeypatch.setattr(xmod, "ADAPTERS_IN_MEMORY", 1)
    single = [encoder.encode_passages([TEXT], [language])[0].vectors for language in LANGUAGES]
    mixed = encoder.encode_passages([TEXT] * 4, LANGUAGES)
    for one, other in zip(single, mixed, strict=True):
        assert np.abs(one - other.vectors).max() <= 1e-6


def test_a_language_without_an_adapter_takes_the_default_one(encoder):
    """And so does an unknown one of which nothing can be told."""
    backbone = encoder.runner.network.backbone
    assert backbone.adapter_for("de-CH") == "de_DE"
    assert backbone.adapter_for("de_DE") == "de_DE"
    assert backbone.adapter_for("xx") == "en_XX"
    assert backbone.adapter_for("") == "en_XX"


def test_the_language_is_found_out_where_nobody_says_it(encoder):
    """For each passage, not for the first of many."""
    texts = ["水道の元栓は流し台の下にあります。", "هذا نص باللغة العربية عن الماء."]
    found = encoder.encode_passages(texts)
    named = encoder.encode_passages(texts, ["ja", "ar"])
    for one, other in zip(found, named, strict=True):
        assert np.abs(one.vectors - other.vectors).max() <= 1e-6
    assert encoder.uses_languages


def test_a_person_may_fix_it(tmp_path, encoder):
    fixed = ColbertEncoder.open(tmp_path, Options(person={"language": "de"}))
    german = encoder.encode_passages([TEXT], ["de"])[0].vectors
    assert np.abs(fixed.encode_passages([TEXT])[0].vectors - german).max() <= 1e-6
    assert not fixed.uses_languages
    assert fixed.digest != encoder.digest
    with pytest.raises(ModelUnsupportedError, match="klingon"):
        ColbertEncoder.open(tmp_path, Options(person={"language": "klingon"}))


@pytest.mark.parametrize("languages", [[], None, ["../x"], [3]])
def test_a_config_without_usable_languages_is_damaged(tmp_path, languages):
    fabricate("colbert-xm", tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"languages": languages}))
    with pytest.raises(ModelDamagedError, match="languages"):
        ColbertEncoder.open(tmp_path)


def test_every_published_adapter_can_be_reached():
    """By its language; where one has two, by the plain code the simplified one."""
    names = ["en_XX", "zh_TW", "zh_CN", "no_XX", "tl_XX"]
    found = xmod._by_language(names)
    assert found["zh"] == "zh_CN"
    assert {found[name.lower()] for name in names} == set(names)
    assert {found[code] for code in ("en", "no", "tl")} == {"en_XX", "no_XX", "tl_XX"}


def test_no_buffer_is_left_to_chance(encoder):
    """What no checkpoint holds is computed, not what the memory happened to contain."""
    network = encoder.runner.network.backbone.network
    for _, buffer in network.named_buffers():
        assert not buffer.is_meta
    assert torch.equal(
        network.embeddings.position_ids[0], torch.arange(network.config.max_position_embeddings)
    )
