"""What two encoders must share to read each other's index."""

import json

import pytest

from core.encode.colbert.encoder import ColbertEncoder, Options
from tests.core.encode.checkpoints.fabricate import fabricate


@pytest.fixture
def folder(tmp_path):
    fabricate("jacolbert", tmp_path)
    return tmp_path


def test_the_same_files_have_the_same_digest(folder):
    """Whatever the device, the precision and the name: they round, and do not decide."""
    digest = ColbertEncoder.open(folder).digest
    assert ColbertEncoder.open(folder, Options(name="another", noise_floor=0.3)).digest == digest


@pytest.mark.parametrize("name", ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"])
def test_every_file_that_decides_about_tokens_is_in_the_digest(folder, name):
    before = ColbertEncoder.open(folder).digest
    path = folder / name
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps(content, indent=3), encoding="utf-8")
    assert ColbertEncoder.open(folder).digest != before


@pytest.mark.parametrize("options", [Options(windows=True), Options(person={"doc_length": 20})])
def test_so_is_how_a_person_wants_it_encoded(folder, options):
    assert ColbertEncoder.open(folder, options).digest != ColbertEncoder.open(folder).digest
