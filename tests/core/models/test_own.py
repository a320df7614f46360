"""The model of our own, made small: its record, what comes with it, and a library that answers with it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.domain import OWN_MODEL, Language, Query
from core.encode.colbert.encoder import ColbertEncoder, Options
from core.errors import ModelDamagedError
from core.index.format import parse_codebook_header
from core.layout import OWN_CODEBOOK, OWN_MODEL_FOLDER, OWN_RECORD, ModelsLayout
from core.models.codebook import make_codebook
from core.models.models import Models
from core.models.own import Described, open_own, read_own_record, write_own_record
from core.progress import CancelToken
from tests.core.conftest import index, inline_collection
from tests.core.encode.checkpoints.fabricate import MAKERS
from tests.core.oracle import check_stored, check_whole
from tests.core.small import check_no_garbage, forms_of

ROOT = Path(__file__).resolve().parents[3]

TEXTS = [f"The keeper of lighthouse {number} climbs its stairs. 灯台守は階段を上る。" for number in range(60)]

CENTROIDS = 32


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Made as the real one is, but for its training: checkpoint, graph, codebook, record."""
    sys.path.append(str(ROOT / "packaging"))
    from own_model.graph import write_graph  # noqa: PLC0415 - found by the line above

    folder = tmp_path_factory.mktemp("made") / "own_model"
    folder.mkdir()
    MAKERS["plain"](folder, dim=32)  # as many dimensions as an index needs
    write_graph(folder)
    encoder = ColbertEncoder.open(folder, Options(name=OWN_MODEL, windows=True))
    make_codebook(encoder, TEXTS, folder / OWN_CODEBOOK, CENTROIDS)
    languages = frozenset({Language("ja"), Language("en")})
    write_own_record(folder, Described(languages=languages, licence="MIT", keyword_weight=0.8))
    return folder


@pytest.fixture
def own(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "own_model"))


def test_the_codebook_is_of_the_model_and_of_the_texts(made):
    """With as many centroids as asked for, and the same one every time."""
    encoder = open_own(made)
    content = (made / OWN_CODEBOOK).read_bytes()
    header = parse_codebook_header(content)
    assert (header.model.hex(), header.dim) == (encoder.digest, 32)
    assert 0.9 * CENTROIDS <= header.centroids <= CENTROIDS
    again = make_codebook(encoder, TEXTS, made.with_name("again.codebook"), CENTROIDS)
    assert again.read_bytes() == content
    with pytest.raises(ValueError, match="no tokens"):
        make_codebook(encoder, [], made.with_name("none.codebook"), CENTROIDS)


def test_a_record_says_what_opening_would_find(made):
    """Digest, noise and profile are those of the encoder, so nobody has to open it to know them."""
    record, encoder = read_own_record(made), open_own(made)
    assert record.digest == encoder.digest
    assert record.noise_floor == encoder.noise_floor != Options().noise_floor
    assert record.profile == encoder.profile_values()
    assert {file.name for file in record.files} >= {"model.safetensors", "model.onnx", OWN_CODEBOOK}
    whole = ColbertEncoder.open(made, Options(windows=True))
    assert encoder.digest == whole.digest


def test_it_opens_without_torch(made):
    """Neither PyTorch nor transformers is imported, nor anything that speaks to a network."""
    code = (
        "import sys; from pathlib import Path; from core.models.own import open_own; "
        "open_own(Path(sys.argv[1])).encode_query('灯台'); "
        "print(*({'torch', 'transformers', 'huggingface_hub', 'faiss'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(made)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_a_library_answers_with_it(own, tmp_path):
    """From the first start: compressed with its codebook, ranked with its weight, described by its record."""
    models = Models.of(ModelsLayout(tmp_path / "models"), own=own)
    files = tmp_path / "files"
    files.mkdir()
    for number, text in enumerate(TEXTS[:5]):
        (files / f"{number}.txt").write_text(text, encoding="utf-8")
    with inline_collection(tmp_path / "library", models, None, OWN_MODEL) as collection:
        collection.add_source(files)
        index(collection)
        assert collection.status().model == OWN_MODEL
        assert [form.exact for form in forms_of(collection)] == [False]
        assert list(collection.maintain(CancelToken())) == []
        encoder = models.open(OWN_MODEL)
        check_stored(collection, encoder, "灯台", "stairs")
        check_whole(collection)
        check_no_garbage(collection)
        reply = collection.search(Query(text="lighthouse 3"))
        assert reply.results[0].document.path.name == "3.txt"
        assert reply.model == OWN_MODEL
        searcher = collection._searcher
        assert searcher._model.opened().keyword_weight == 0.8
    assert models.get(OWN_MODEL).licence == "MIT"


@pytest.mark.parametrize("name", ["model.safetensors", "model.onnx", "tokenizer.json", "config.json"])
@pytest.mark.parametrize("how", ["gone", "cut", "nonsense"])
def test_whatever_is_damaged(own, name, how):
    """A file that is gone, cut off or nonsense of the same length: one kind of error, with what is wrong."""
    path = own / name
    content = path.read_bytes()
    match how:
        case "gone":
            path.unlink()
        case "cut":
            path.write_bytes(content[:-1])
        case "nonsense":
            path.write_bytes(bytes(len(content)))
    with pytest.raises(ModelDamagedError) as caught:
        open_own(own)
    assert caught.value.model == OWN_MODEL
    assert caught.value.detail


def test_a_damaged_record(own):
    """Whatever stands in it: the model counts as damaged."""
    record = json.loads((own / OWN_RECORD).read_text(encoding="utf-8"))
    changes = ({"version": 99}, {"files": 3}, {"described": {}}, {"noise_floor": "loud"})
    for content in ("", "[]", "\xff", *(json.dumps(record | change) for change in changes)):
        (own / OWN_RECORD).write_text(content, encoding="utf-8")
        with pytest.raises(ModelDamagedError):
            open_own(own)


@pytest.mark.skipif(not OWN_MODEL_FOLDER.exists(), reason="it is not made yet")
def test_the_one_that_comes_with_the_program():
    """Its record fits the program as it is now: else codebook and weight would silently not be taken."""
    record, encoder = read_own_record(OWN_MODEL_FOLDER), open_own(OWN_MODEL_FOLDER)
    assert record.digest == encoder.digest
    assert record.profile == encoder.profile_values()
    assert {Language("ja"), Language("en")} <= record.described.languages
    assert record.described.licence
    assert record.bytes <= 25_000_000
    header = parse_codebook_header((OWN_MODEL_FOLDER / OWN_CODEBOOK).read_bytes())
    assert header.model.hex() == encoder.digest
