"""Folders with the tokenizer files of a checkpoint, over a small vocabulary from the sentences here."""

import json
import unicodedata
from pathlib import Path

from tests.core.encode.checkpoints.charsmap import precompiled_charsmap
from tests.core.encode.tokenizers.sentences import SENTENCES

BERT = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}
XLMR = {
    "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "</s>", "pad_token": "<pad>",
    "cls_token": "<s>", "mask_token": "<mask>",
}  # fmt: skip
MARKERS = ("[QueryMarker]", "[DocumentMarker]")
CHARACTERS = "アガー株式会社[]#<>maskx"


def japanese(folder: Path, **config) -> Path:
    """BertJapaneseTokenizer: vocab.txt; a third of the characters is unknown."""
    _vocabulary(folder, _wordpieces(str))
    named = {
        "tokenizer_class": "BertJapaneseTokenizer",
        "word_tokenizer_type": "mecab",
        "do_lower_case": False,
    }
    mecab = {"subword_tokenizer_type": "wordpiece", "mecab_kwargs": {"mecab_dic": "unidic_lite"}}
    return _small_files(folder, BERT, named | mecab | config)


def uncased(folder: Path, *, fast: bool = True, normalizer=None, **config) -> Path:
    """BertTokenizer as bert-base-uncased has it, with tokenizer.json or without."""
    pieces = _wordpieces(
        lambda text: "".join(
            c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn"
        )
    )
    _vocabulary(folder, pieces)
    if fast:
        ids = {token: pieces.index(token) for token in BERT.values()}
        bert = {"clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
        _write(folder / "tokenizer.json", _serialized(ids) | {
            "normalizer": {"type": "BertNormalizer"} | bert | (normalizer or {}),
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "model": {
                "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100, "vocab": {piece: i for i, piece in enumerate(pieces)},
            },
        })  # fmt: skip
    return _small_files(folder, BERT, {"tokenizer_class": "BertTokenizer"} | config)


def unigram(folder: Path, *, mask_lstrip: bool = True, pre_tokenizer=None, **config) -> Path:
    """XLM-R's tokenizer: a precompiled character map, Metaspace, Unigram, and two markers behind <mask>."""
    plain = [unicodedata.normalize("NFKC", sentence) for sentence in SENTENCES.values()]
    words = sorted({f"▁{word}" for sentence in plain for word in sentence.split()[::2]})
    singles = sorted(
        {c for sentence in plain for c in sentence if ord(c) % 3 and not c.isspace()} | set(CHARACTERS)
    )
    pairs = sorted({sentence[i : i + 2] for sentence in plain for i in range(0, len(sentence), 3)})
    pieces = ["▁", *words, *(each for each in pairs if not any(map(str.isspace, each))), *singles]
    scored = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    scored += [(piece, -4.0 - 0.001 * i) for i, piece in enumerate(dict.fromkeys(pieces))]
    ids = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": len(scored)}
    ids |= {marker: len(scored) + 1 + i for i, marker in enumerate(MARKERS)}
    content = _serialized(ids) | {
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": precompiled_charsmap()},
        "pre_tokenizer": pre_tokenizer or {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "WhitespaceSplit"},
                {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True},
            ],
        },
        "model": {"type": "Unigram", "unk_id": 3, "vocab": [*map(list, scored), ["<mask>", 0.0]]},
    }  # fmt: skip
    for token in content["added_tokens"]:
        token["lstrip"] = mask_lstrip and token["content"] == "<mask>"
    _write(folder / "tokenizer.json", content)
    return _small_files(folder, XLMR, {"tokenizer_class": "XLMRobertaTokenizer"} | config)


def plain(folder: Path, *, model: str = "Unigram", more=(), **config) -> Path:
    """No model's own class: NFKC, lower case, words cut where the script changes, BERT's special tokens."""
    folded = [unicodedata.normalize("NFKC", sentence).lower() for sentence in SENTENCES.values()]
    words = sorted({word for sentence in folded for word in sentence.split()[::2]})
    singles = sorted({c for s in folded for c in s if ord(c) % 3 and not c.isspace()} | set(CHARACTERS))
    pairs = sorted({pair for s in folded for i in range(len(s)) if not set(pair := s[i : i + 2]) & {" "}})
    specials = [*BERT.values(), "[unused0]", "[unused1]"]
    pieces = [*specials, *dict.fromkeys([*singles, *pairs[::3], *words])]
    text = _piece("Sequence", "A")
    inner = dict.fromkeys(f"##{each}" for each in (*singles, *pairs))
    unigram = {
        "type": "Unigram", "unk_id": 1, "byte_fallback": False,
        "vocab": [[piece, 0.0 if piece in specials else -4.0 - 0.01 * i] for i, piece in enumerate(pieces)],
    }  # fmt: skip
    wordpiece = {
        "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": {piece: i for i, piece in enumerate([*pieces, *inner])},
    }  # fmt: skip
    cuts = [
        {"type": "WhitespaceSplit"},
        {"type": "UnicodeScripts"},
        {"type": "Digits", "individual_digits": False},
    ]
    _write(folder / "tokenizer.json", _serialized({token: i for i, token in enumerate(specials)}) | {
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}, *more]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            *cuts, {"type": "Split", "pattern": {"Regex": r"\p{P}"}, "behavior": "Isolated", "invert": False},
        ]},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [_piece("SpecialToken", "[CLS]"), text, _piece("SpecialToken", "[SEP]")],
            "pair": [text, _piece("Sequence", "B")],
            "special_tokens": {
                token: {"id": token, "ids": [specials.index(token)], "tokens": [token]}
                for token in ("[CLS]", "[SEP]")
            },
        },
        "model": {"Unigram": unigram, "WordPiece": wordpiece}[model],
    })  # fmt: skip
    named = BERT | {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512}
    _write(folder / "tokenizer_config.json", named | config)
    _write(folder / "config.json", {"model_type": "bert"})
    return folder


def _piece(kind: str, name: str) -> dict:
    return {kind: {"id": name, "type_id": 0}}


def edit(folder: Path, name: str, **changes) -> None:
    path = folder / name
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    _write(path, {key: value for key, value in (content | changes).items() if value is not ...})


def token(content: str, **flags) -> dict:
    return {
        "content": content,
        "lstrip": False,
        "rstrip": False,
        "single_word": False,
        "normalized": False,
    } | flags


def _wordpieces(fold) -> list[str]:
    plain = [unicodedata.normalize("NFKC", fold(sentence)) for sentence in SENTENCES.values()]
    words = sorted({word for sentence in plain for word in sentence.split()[::2]})
    singles = sorted(
        {c for sentence in plain for c in sentence if ord(c) % 3 and not c.isspace()} | set(CHARACTERS)
    )
    specials = [*BERT.values(), *(f"[unused{i}]" for i in range(10))]
    inner = [f"##{piece}" for piece in (*singles, "ing", "学", "社")]
    return list(dict.fromkeys([*specials, *singles, *words, *inner]))


def _serialized(ids: dict[str, int]) -> dict:
    added = [{"id": number, "special": True} | token(content) for content, number in ids.items()]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "post_processor": None,
        "decoder": None,
    }


def _vocabulary(folder: Path, pieces: list[str]) -> None:
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8", newline="\n")


def _small_files(folder: Path, named: dict, config: dict) -> Path:
    _write(folder / "special_tokens_map.json", named)
    _write(folder / "tokenizer_config.json", config)
    return folder


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
