"""The tokenizer's files of a checkpoint, with the components and fields of the published ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.core.encode.checkpoints.charsmap import precompiled_charsmap
from tests.core.encode.checkpoints.vocabularies import UNIGRAM_SPECIALS, unigram_pieces

_WORDPIECE_SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_ROLES = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_japanese(folder: Path, pieces: list[str]) -> None:
    """BertJapaneseTokenizer: vocab.txt and no tokenizer.json, because there is no fast one."""
    _write_vocabulary(folder, pieces)
    write_json(folder / "special_tokens_map.json", _ROLES)
    config = (
        _added({token: pieces.index(token) for token in _WORDPIECE_SPECIALS})
        | _ROLES
        | {
            "clean_up_tokenization_spaces": True,
            "do_lower_case": False,
            "do_subword_tokenize": True,
            "do_word_tokenize": True,
            "jumanpp_kwargs": None,
            "mecab_kwargs": {"mecab_dic": "unidic_lite"},
            "model_max_length": 512,
            "never_split": None,
            "subword_tokenizer_type": "wordpiece",
            "sudachi_kwargs": None,
            "tokenizer_class": "BertJapaneseTokenizer",
            "word_tokenizer_type": "mecab",
        }
    )
    write_json(folder / "tokenizer_config.json", config)


def write_uncased(folder: Path, pieces: list[str], positions: int) -> None:
    """The tokenizer of bert-base-uncased, in both forms."""
    _write_vocabulary(folder, pieces)
    ids = {token: pieces.index(token) for token in _WORDPIECE_SPECIALS}
    tokenizer = _tokenizer(ids) | {
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": _template("[CLS]", ids["[CLS]"], "[SEP]", ids["[SEP]"]),
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {piece: number for number, piece in enumerate(pieces)},
        },
    }
    write_json(folder / "tokenizer.json", tokenizer)
    write_json(folder / "special_tokens_map.json", _ROLES)
    config = (
        _added(ids)
        | _ROLES
        | {
            "clean_up_tokenization_spaces": True,
            "do_lower_case": True,
            "model_max_length": positions,
            "strip_accents": None,
            "tokenize_chinese_chars": True,
            "tokenizer_class": "BertTokenizer",
        }
    )
    write_json(folder / "tokenizer_config.json", config)


def write_unigram(folder: Path, markers: tuple[str, ...], positions: int) -> int:
    """The tokenizer of XLM-R, `markers` as special tokens behind <mask>. Returns how many ids it knows."""
    pieces = unigram_pieces()
    ids = {token: number for number, token in enumerate(UNIGRAM_SPECIALS)}
    ids |= {token: len(pieces) + number for number, token in enumerate(("<mask>", *markers))}
    # XLM-R has <mask> both in the vocabulary of the model and among the added tokens.
    tokenizer = _tokenizer(ids) | {
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": precompiled_charsmap()},
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "WhitespaceSplit"},
                {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True},
            ],
        },
        "post_processor": _template("<s>", 0, "</s>", 2),
        "decoder": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True},
        "model": {"type": "Unigram", "unk_id": 3, "vocab": [*map(list, pieces), ["<mask>", 0.0]]},
    }
    write_json(folder / "tokenizer.json", tokenizer)
    roles = {
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
        "sep_token": "</s>", "pad_token": "<pad>", "cls_token": "<s>",
    }  # fmt: skip
    mask = {"content": "<mask>", "lstrip": True, "normalized": False, "rstrip": False, "single_word": False}
    extra = {"additional_special_tokens": list(markers)} if markers else {}
    write_json(folder / "special_tokens_map.json", roles | {"mask_token": mask} | extra)
    config = _added(ids) | roles | {
        "mask_token": "<mask>",
        "clean_up_tokenization_spaces": True,
        "model_max_length": positions,
        "tokenizer_class": "XLMRobertaTokenizer",
    } | extra  # fmt: skip
    write_json(folder / "tokenizer_config.json", config)
    return len(pieces) + 1 + len(markers)


def _write_vocabulary(folder: Path, pieces: list[str]) -> None:
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8", newline="\n")


def _tokenizer(ids: dict[str, int]) -> dict[str, Any]:
    added = [
        {"id": number} | _token(token) for token, number in sorted(ids.items(), key=lambda pair: pair[1])
    ]
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added}


def _token(content: str) -> dict[str, Any]:
    # <mask> takes the white space before it along, as in every published XLM-R.
    return {
        "content": content, "single_word": False, "lstrip": content == "<mask>", "rstrip": False,
        "normalized": False, "special": True,
    }  # fmt: skip


def _added(ids: dict[str, int]) -> dict[str, Any]:
    ordered = sorted(ids.items(), key=lambda pair: pair[1])
    return {"added_tokens_decoder": {str(number): _token(token) for token, number in ordered}}


def _template(begin: str, begin_id: int, end: str, end_id: int) -> dict[str, Any]:
    def special(token: str) -> dict[str, Any]:
        return {"SpecialToken": {"id": token, "type_id": 0}}

    def text(name: str) -> dict[str, Any]:
        return {"Sequence": {"id": name, "type_id": 0}}

    return {
        "type": "TemplateProcessing",
        "single": [special(begin), text("A"), special(end)],
        "pair": [special(begin), text("A"), special(end), text("B"), special(end)],
        "special_tokens": {
            token: {"id": token, "ids": [number], "tokens": [token]}
            for token, number in ((begin, begin_id), (end, end_id))
        },
    }
