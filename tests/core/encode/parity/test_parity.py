"""Our vectors are those of the reference implementations: tokens, masks, vectors, scores, rankings."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from core.domain import Language
from core.encode.checkpoint.known import KNOWN
from core.encode.colbert.encoder import ColbertEncoder, Options
from tests.core.encode.checkpoints.fabricate import digest
from tests.core.encode.parity.conftest import Checkpoints, Encoders
from tests.core.encode.parity.encoding import encoded, encoded_passages
from tests.core.encode.parity.golden import NAMES, VECTORS, Golden, differences, load

pytestmark = pytest.mark.parity

WRITTEN_MARKERS = ("literal wordpiece specials", "literal markers", "glued specials")
"""PyLate takes special tokens and markers that are written inside a text for what they say. We encode them as
colbert-ai does, whichever layout the checkpoint has: what a person asks about "[unused0]" is text."""

ADDED_BY_PYLATE = [name for name in NAMES if name.endswith(".pylate") and name.startswith("jacolbert")]
"""In the other one's tokenizer the markers are special tokens anyway, so that both agree about every text."""

ADAPTERS = {"en_XX": "en", "ja_XX": "ja", "de_DE": "de", "ar_AR": "ar"}


def reachable(name: str) -> Golden:
    """The golden file without what we encode otherwise on purpose."""
    golden = load(name)
    if name not in ADDED_BY_PYLATE:
        return golden
    return golden.only([each for each in golden.about["texts"] if each not in WRITTEN_MARKERS])


def test_every_family_and_layout_has_a_golden_file():
    """Nothing passes because its file is missing."""
    kinds = {load(name).about["kind"] for name in NAMES}
    assert kinds >= {"jacolbert", "jacolbert-v2.5", "jacolbert-pylate", "jina-v1", "jina-v1-12", "jina-v2"}
    assert kinds >= {"jina-v2-96", "jina-v2-64", "jina-v2-no-base", "jina-v2-bf16", "colbert-xm", "plain"}
    assert {load(name).about.get("language") for name in NAMES} >= {*ADAPTERS}


@pytest.mark.parametrize("name", NAMES)
def test_checkpoints_are_those_of_the_golden_files(name: str, checkpoint: Checkpoints):
    """Whoever changes the fabricated checkpoints remakes the golden files: `tasks.py golden`."""
    golden = load(name)
    assert digest(checkpoint(golden.about["kind"])) == golden.about["checkpoint"]


@pytest.mark.parametrize("name", NAMES)
def test_encodes_as_the_reference(name: str, encoder_for: Encoders):
    """Tokens, attention and kept positions exactly; vectors to 1e-6; MaxSim to 1e-5; the same rankings."""
    golden = reachable(name)
    encoder = encoder_for(golden)
    assert differences(golden, *encoded(encoder, golden.texts)) == []


@pytest.mark.parametrize("name", ADDED_BY_PYLATE)
@pytest.mark.parametrize("text", WRITTEN_MARKERS)
def test_written_markers_are_text(name: str, text: str, encoder_for: Encoders):
    """Where PyLate reads markers that a text spells out, we do not; the golden file of colbert-ai agrees."""
    golden = load(name).only([text])
    encoder = encoder_for(golden)
    assert differences(golden, *encoded(encoder, golden.texts)) != []
    reference = load("jacolbert.colbert-ai").only([text])
    question = encoded(encoder, reference.texts)[0]
    assert np.array_equal(question[0].ids, reference.questions[0].ids)
    assert np.abs(question[0].vectors - reference.questions[0].vectors).max() <= VECTORS


@pytest.mark.parametrize("name", NAMES)
def test_batches_encode_as_single_texts(name: str, encoder_for: Encoders):
    """A passage has the same vectors in a batch of mixed lengths, in any order, as alone."""
    golden = reachable(name)
    encoder = encoder_for(golden)
    order = np.random.default_rng(7).permutation(len(golden.texts))
    many = encoder.encode_passages([golden.texts[number] for number in order])
    for number, found in zip(order, many, strict=True):
        assert np.abs(found.vectors - golden.passages[number].vectors).max() <= VECTORS


def test_mixed_languages_in_one_batch(checkpoint: Checkpoints):
    """Each passage goes through its own adapter, whatever stands beside it in the batch."""
    encoder = ColbertEncoder.open(checkpoint("colbert-xm"))
    files: dict[str, Golden] = {
        language: load(f"colbert-xm-{adapter}.colbert-ai") for adapter, language in ADAPTERS.items()
    }
    cases = [
        (text, language, passage.vectors)
        for language, golden in files.items()
        for text, passage in zip(golden.texts, golden.passages, strict=True)
        if text in files["ja"].texts
    ]
    cases = [cases[number] for number in np.random.default_rng(3).permutation(len(cases))]
    found = encoder.encode_passages(
        [text for text, _, _ in cases], [Language(language) for _, language, _ in cases]
    )
    for (_, _, expected), vectors in zip(cases, found, strict=True):
        assert np.abs(vectors.vectors - expected).max() <= VECTORS


def test_the_language_of_a_question_chooses_its_adapter(checkpoint: Checkpoints):
    """A Japanese question among Japanese passages goes through the Japanese adapter."""
    encoder = ColbertEncoder.open(checkpoint("colbert-xm"))
    golden = load("colbert-xm-ja_XX.colbert-ai")
    number = [*golden.about["texts"]].index("japanese sentence")
    found = encoder.encode_query(golden.texts[number], [Language("ja"), Language("en")])
    assert np.abs(found.vectors - golden.questions[number].vectors).max() <= VECTORS


@pytest.mark.parametrize("name", NAMES)
def test_spans_belong_to_vectors(name: str, encoder_for: Encoders):
    """One span a vector, inside the text, without outer white space; `token_spans` gives the same."""
    golden = load(name)
    encoder = encoder_for(golden)
    for text, found in zip(golden.texts, encoder.encode_passages(golden.texts), strict=True):
        assert len(found.spans) == len(found.vectors)
        assert np.array_equal(encoder.token_spans(text), found.spans)
        for start, end in found.spans:
            assert 0 <= start <= end <= len(text)
            assert text[start:end] == text[start:end].strip()


def test_dynamic_length_is_the_papers(encoder_for: Encoders):
    """JaColBERTv2.5: the next multiple of 32, or eight masks more where that leaves fewer."""
    golden = load("jacolbert-v2.5-dynamic.colbert-ai")
    encoder = encoder_for(golden)
    for text in golden.texts:
        inputs = encoder.query_inputs(text)
        real = int(inputs.attention.sum())
        assert len(inputs.ids) == max(-(-real // 32) * 32, real + 8)


def test_known_jacolbert_25_is_dynamic(checkpoint: Checkpoints):
    """Whoever installs the published model gets the paper's rule without asking."""
    golden = load("jacolbert-v2.5-dynamic.colbert-ai")
    options = Options(known=KNOWN["jacolbert-v2.5"])
    encoder = ColbertEncoder.open(checkpoint("jacolbert-v2.5"), options)
    assert differences(golden, *encoded(encoder, golden.texts)) == []


def test_an_early_snapshot_of_jina_v2_is_put_right(checkpoint: Checkpoints):
    """Its markers and its attention to masks were wrong; the known model encodes as today's snapshot does."""
    golden = load("jina-v2.colbert-ai")
    options = Options(known=KNOWN["jina-colbert-v2"])
    encoder = ColbertEncoder.open(checkpoint("jina-v2-old"), options)
    assert differences(golden, *encoded(encoder, golden.texts)) == []


def test_pickled_weights_encode_as_safetensors(checkpoint: Checkpoints):
    """pytorch_model.bin with the old names of layer norms gives the same vectors."""
    golden = load("jacolbert.colbert-ai")
    encoder = ColbertEncoder.open(checkpoint("jacolbert-bin"))
    passages = encoded_passages(encoder, golden.texts)
    assert max(
        np.abs(our.vectors - their.vectors).max()
        for our, their in zip(passages, golden.passages, strict=True)
    ) <= VECTORS  # fmt: skip


def test_the_adapters_differ():
    """No adapter can be taken for another: their vectors of one text are far apart."""
    texts = [load(f"colbert-xm-{adapter}.colbert-ai").only(["german"]) for adapter in ADAPTERS]
    for one, other in combinations(texts, 2):
        assert np.abs(one.passages[0].vectors - other.passages[0].vectors).max() > 0.01
