"""Which tokenizer does a checkpoint have?"""

from __future__ import annotations

from pathlib import Path

from core.encode.json_files import read_optional_json
from core.encode.tokenizers.fast import FastTokenizer
from core.encode.tokenizers.japanese import JapaneseTokenizer
from core.encode.tokenizers.tokenizer import Tokenizer
from core.errors import ModelDamagedError, ModelUnsupportedError

_JAPANESE = "BertJapaneseTokenizer"
_BERT = ("BertTokenizer", "BertTokenizerFast")


def open_tokenizer(folder: Path, model: str) -> Tokenizer:
    """The tokenizer in the folder of a checkpoint, by its files alone; no code of the folder is ever run.

    `model` is the name for messages. Raises ModelDamagedError (a file is missing or damaged),
    ModelUnsupportedError (a kind of tokenizer that Mikke does not have), PartMissingError (the extra
    `models`, or `japanese`).
    """
    kind = read_optional_json(folder / "tokenizer_config.json", model).get("tokenizer_class")
    if kind == _JAPANESE:
        return JapaneseTokenizer.open(folder, model)
    if (folder / "tokenizer.json").is_file():
        return FastTokenizer.open(folder, model)
    if kind not in _BERT:
        if (folder / "vocab.txt").is_file():
            raise ModelUnsupportedError(model, f"its tokenizer is a {kind}, which needs a tokenizer.json")
        raise ModelDamagedError(model, "it has no tokenizer: tokenizer.json and vocab.txt are missing")
    return FastTokenizer.open(folder, model)
