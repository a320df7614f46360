"""Opening tokenizers: which one, and what is refused."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from core.encode.tokenizers.fast import FastTokenizer
from core.encode.tokenizers.japanese import JapaneseTokenizer
from core.encode.tokenizers.open import open_tokenizer
from core.errors import ModelDamagedError, ModelUnsupportedError, PartMissingError
from tests.core.encode.tokenizers import folders
from tests.core.encode.tokenizers.sentences import SENTENCES

MAKERS = {"japanese": folders.japanese, "uncased": folders.uncased, "unigram": folders.unigram}


def test_the_files_decide(tmp_path):
    """The class in tokenizer_config.json means MeCab; else tokenizer.json, else vocab.txt."""
    opened = []
    for name, make in MAKERS.items():
        (tmp_path / name).mkdir()
        opened.append(type(open_tokenizer(make(tmp_path / name), name)))
    assert opened == [JapaneseTokenizer, FastTokenizer, FastTokenizer]
    (tmp_path / "uncased" / "tokenizer.json").unlink()
    assert isinstance(open_tokenizer(tmp_path / "uncased", "uncased"), FastTokenizer)


def test_a_folder_without_tokenizer(tmp_path):
    """The message says which files are missing."""
    with pytest.raises(ModelDamagedError, match=r"tokenizer\.json and vocab\.txt"):
        open_tokenizer(tmp_path, "m")


@pytest.mark.parametrize(
    ("make", "name", "content"),
    [
        ("japanese", "vocab.txt", None),
        ("japanese", "vocab.txt", b"\xff\xfe"),
        ("japanese", "vocab.txt", b"a\nb\n"),
        ("japanese", "tokenizer_config.json", b"{"),
        ("japanese", "tokenizer_config.json", b"[]"),
        ("japanese", "special_tokens_map.json", b'{"mask_token": 3}'),
        ("japanese", "special_tokens_map.json", b'{"mask_token": {"lstrip": true}}'),
        ("japanese", "special_tokens_map.json", b'{"mask_token": "[NONE]"}'),
        ("uncased", "tokenizer.json", b"{"),
        ("uncased", "tokenizer.json", b"[" * 100_000),
        ("uncased", "tokenizer.json", b'{"model": {"type": "WordPiece"}}'),
        ("uncased", "special_tokens_map.json", b'{"mask_token": "[NONE]"}'),
        ("unigram", "tokenizer.json", b'{"model": {"type": "Unigram", "vocab": [], "unk_id": 3}}'),
        ("unigram", "special_tokens_map.json", b'{"cls_token": null}'),
    ],
)
def test_damaged_files_are_reported(tmp_path, make, name, content):
    """A missing or damaged file is a damaged model, and nothing else is raised."""
    folder = MAKERS[make](tmp_path)
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(ModelDamagedError):
        open_tokenizer(folder, "m")


def test_a_precompiled_map_that_is_cut_off(tmp_path, capfd):
    """The library panics on it, or raises; either way the model is damaged."""
    folder = folders.unigram(tmp_path)
    folders.edit(folder, "tokenizer.json", normalizer={"type": "Precompiled", "precompiled_charsmap": "AAAA"})
    with pytest.raises(ModelDamagedError):
        open_tokenizer(folder, "m")
    capfd.readouterr()


def test_a_huge_file_is_not_read(tmp_path):
    """A tokenizer.json beyond the bound is refused by its size."""
    folder = folders.unigram(tmp_path)
    with (folder / "tokenizer.json").open("r+b") as file:
        file.truncate(2**28)
    with pytest.raises(ModelDamagedError, match="MB"):
        open_tokenizer(folder, "m")


@pytest.mark.parametrize(
    "config",
    [
        {"word_tokenizer_type": "basic"},
        {"word_tokenizer_type": "sudachi"},
        {"word_tokenizer_type": ...},
        {"subword_tokenizer_type": "character"},
        {"do_lower_case": True},
        {"do_subword_tokenize": False},
        {"mecab_kwargs": {"mecab_dic": "ipadic"}},
        {"mecab_kwargs": {"mecab_dic": None, "mecab_option": "-d /somewhere"}},
        {"mecab_kwargs": {"normalize_text": False}},
        {"added_tokens_decoder": {"5": folders.token("[unused0]", single_word=True)}},
    ],
)
def test_another_japanese_tokenizer_is_refused(tmp_path, config):
    """Only MeCab with unidic-lite and WordPiece, in the published form."""
    folder = folders.japanese(tmp_path)
    folders.edit(folder, "tokenizer_config.json", **config)
    with pytest.raises(ModelUnsupportedError):
        open_tokenizer(folder, "m")


def test_options_for_mecab_are_not_followed(tmp_path):
    """A checkpoint may not name files of this machine: `mecab_option` changes nothing."""
    folder = folders.japanese(tmp_path)
    expected = open_tokenizer(folder, "m").tokenize([SENTENCES["ja"]])[0].ids
    kwargs = {"mecab_dic": "unidic_lite", "mecab_option": "-u /nowhere/user.dic"}
    folders.edit(folder, "tokenizer_config.json", mecab_kwargs=kwargs)
    assert np.array_equal(open_tokenizer(folder, "m").tokenize([SENTENCES["ja"]])[0].ids, expected)


@pytest.mark.parametrize(
    ("name", "kind"), [("tokenizer.json", "BPE"), ("tokenizer_config.json", "GPT2Tokenizer")]
)
def test_another_kind_of_tokenizer_is_refused(tmp_path, name, kind):
    """Byte pairs, or a class that needs more than vocab.txt."""
    folder = folders.uncased(tmp_path, fast=name == "tokenizer.json")
    folders.edit(folder, name, model={"type": kind}, tokenizer_class=kind)
    with pytest.raises(ModelUnsupportedError, match=kind):
        open_tokenizer(folder, "m")


def test_another_normaliser_of_bert_is_refused(tmp_path):
    """What tokenizer_config.json says about case and accents could not be followed."""
    folder = folders.uncased(tmp_path)
    folders.edit(folder, "tokenizer.json", normalizer={"type": "Lowercase"})
    with pytest.raises(ModelUnsupportedError, match="normaliser"):
        open_tokenizer(folder, "m")


@pytest.mark.parametrize(
    ("make", "module", "part"), [("japanese", "fugashi", "japanese"), ("unigram", "tokenizers", "models")]
)
def test_a_missing_part_is_named(tmp_path, monkeypatch, make, module, part):
    """Without the optional packages the error names the extra that brings them."""
    folder = MAKERS[make](tmp_path)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(PartMissingError) as caught:
        open_tokenizer(folder, "m")
    assert caught.value.part == part


def test_cutting_and_padding_of_the_file_are_ignored(tmp_path):
    """A tokenizer.json that cuts at four tokens and pads to eight does neither here."""
    folder = folders.unigram(tmp_path)
    expected = open_tokenizer(folder, "m").tokenize([SENTENCES["en"], "x"])
    cut = {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0}
    pad = {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 1}
    folders.edit(
        folder, "tokenizer.json", truncation=cut, padding=pad | {"pad_type_id": 0, "pad_token": "<pad>"}
    )
    found = open_tokenizer(folder, "m").tokenize([SENTENCES["en"], "x"])
    assert [each.ids.tolist() for each in found] == [each.ids.tolist() for each in expected]


@pytest.mark.parametrize("make", MAKERS)
def test_threads_do_not_disturb_each_other(tmp_path, make):
    """Eight threads get what one gets."""
    tokenizer = open_tokenizer(MAKERS[make](tmp_path), make)
    texts = list(SENTENCES.values())
    expected = [each.ids.tolist() for each in tokenizer.tokenize(texts)]
    found = []

    def work():
        found.extend([each.ids.tolist() for each in tokenizer.tokenize(texts)] == expected for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 40


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_fork_afterwards_says_nothing(tmp_path):
    """No warning about parallelism, and nothing set in the environment."""
    folders.unigram(tmp_path)
    program = f"""
import os
from pathlib import Path
from core.encode.tokenizers.open import open_tokenizer
before = dict(os.environ)
tokenizer = open_tokenizer(Path({str(tmp_path)!r}), "m")
tokenizer.tokenize(["a b c"] * 8)
child = os.fork()
if child == 0:
    tokenizer.tokenize(["a b c"] * 8)
    os._exit(0)
os.waitpid(child, 0)
assert dict(os.environ) == before
"""
    environment = {key: value for key, value in os.environ.items() if key != "TOKENIZERS_PARALLELISM"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, check=True)
    assert done.stdout == done.stderr == b""
