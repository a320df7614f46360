"""The ids are those of the published classes."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from transformers import (
    AutoTokenizer,
    BertJapaneseTokenizer,
    BertTokenizerFast,
    PreTrainedTokenizerFast,
    XLMRobertaTokenizerFast,
)

from core.encode.tokenizers.open import open_tokenizer
from core.encode.tokenizers.spans import tidied
from tests.core.encode.tokenizers import folders
from tests.core.encode.tokenizers.sentences import SENTENCES
from tests.core.encode.tokenizers.strategies import ODD_TEXT
from tests.core.encode.tokenizers.variants import VARIANTS

SAME = {
    "japanese": (BertJapaneseTokenizer, folders.japanese),
    "uncased": (BertTokenizerFast, folders.uncased),
    "from-vocabulary": (BertTokenizerFast, partial(folders.uncased, fast=False)),
    "cased": (BertTokenizerFast, partial(folders.uncased, do_lower_case=False)),
    "accents": (BertTokenizerFast, partial(folders.uncased, strip_accents=False)),
    "chinese-together": (BertTokenizerFast, partial(folders.uncased, tokenize_chinese_chars=False)),
    "unigram": (XLMRobertaTokenizerFast, folders.unigram),
    "plain-unigram": (AutoTokenizer, folders.plain),
    "plain-wordpiece": (AutoTokenizer, partial(folders.plain, model="WordPiece")),
    "plain-stripped": (
        AutoTokenizer,
        partial(folders.plain, more=[{"type": "NFD"}, {"type": "StripAccents"}]),
    ),
}
RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=SAME)
def pair(request, tmp_path_factory):
    """Ours and the one of the installed transformers, over the same folder."""
    reference, make = SAME[request.param]
    folder = make(tmp_path_factory.mktemp(request.param))
    return open_tokenizer(folder, request.param), reference.from_pretrained(str(folder))


@pytest.mark.parametrize("language", SENTENCES)
def test_sentences_get_the_ids_of_transformers(pair, language):
    """In every language our ids are those of the installed transformers."""
    ours, theirs = pair
    text = SENTENCES[language]
    assert ours.tokenize([text])[0].ids.tolist() == theirs(text, add_special_tokens=False)["input_ids"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=ODD_TEXT)
def test_odd_texts_get_the_ids_of_transformers(pair, text):
    """Whatever the text: literal special tokens, controls, marks, unknown characters, over-long words."""
    ours, theirs = pair
    text = text.encode("utf-8", "replace").decode()
    assert ours.tokenize([text])[0].ids.tolist() == theirs(text, add_special_tokens=False)["input_ids"]


def test_special_ids_are_those_of_transformers(pair):
    """Special tokens are found by name, and size is what the table of embeddings needs."""
    ours, theirs = pair
    special = ours.special
    assert (special.begin, special.end, special.mask) == (
        theirs.cls_token_id,
        theirs.sep_token_id,
        theirs.mask_token_id,
    )
    assert (special.pad, special.unknown) == (theirs.pad_token_id, theirs.unk_token_id)
    assert ours.size == len(theirs)


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("model", ["Unigram", "WordPiece"])
def test_a_plain_tokenizer_gives_the_spans_of_transformers(model, language, tmp_path):
    """Of a class that is no model's own nothing is changed, so spans, too, are the library's."""
    folder = folders.plain(tmp_path, model=model)
    text = SENTENCES[language]
    theirs = PreTrainedTokenizerFast.from_pretrained(str(folder))
    expected = theirs(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    spans = open_tokenizer(folder, "plain").tokenize([text])[0].spans
    assert spans.tolist() == tidied(np.array(expected, dtype=np.int32), text).tolist()


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_the_small_files_change_is_as_recorded(variant, tmp_path):
    """Added tokens and their flags act as in transformers 4.57.6, also where 5 has it otherwise."""
    folder = VARIANTS[variant](tmp_path)
    ours = open_tokenizer(folder, variant)
    for text, ids in RECORDED[variant].items():
        assert ours.tokenize([text])[0].ids.tolist() == ids, text
