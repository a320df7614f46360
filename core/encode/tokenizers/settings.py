"""What the small files beside a vocabulary say: special tokens by name, added tokens and how they match.

As transformers 4.57.6 reads them (`PreTrainedTokenizerBase._from_pretrained`): tokenizer_config.json; where
it has no `added_tokens_decoder`, special_tokens_map.json goes before it, and added_tokens.json and the
`added_tokens` of tokenizer.json are read as well; last come the defaults of the tokenizer's class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.encode.json_files import read_optional_json
from core.encode.tokenizers.tokenizer import SpecialIds
from core.errors import ModelDamagedError

MOST_VOCABULARY_BYTES = 128 * 2**20
"""The largest published tokenizer.json has 17 MB."""

BERT_DEFAULTS = {
    "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]",
    "mask_token": "[MASK]",
}  # fmt: skip
XLMR_DEFAULTS = {
    "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "</s>", "pad_token": "<pad>",
    "cls_token": "<s>", "mask_token": "<mask>",
}  # fmt: skip

_SPECIAL_NAMES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_MORE = "additional_special_tokens"
_IDS = {
    "begin": "cls_token",
    "end": "sep_token",
    "mask": "mask_token",
    "pad": "pad_token",
    "unknown": "unk_token",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedToken:
    """A token that is looked for before anything else. `lstrip`, `rstrip`: takes white space beside it along.
    `normalized`: looked for in the normalised text. `single_word`: only between characters of no word.
    """

    content: str
    lstrip: bool = False
    rstrip: bool = False
    single_word: bool = False
    normalized: bool = True
    special: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settings:
    """`config`: tokenizer_config.json. `named`: the special tokens by attribute (`mask_token`); `more`: those
    without a name. One is a plain string where the files give no more than that, and then does not change an
    added token of the same text. `added`: by id.
    """

    model: str
    config: Mapping[str, Any]
    named: Mapping[str, AddedToken | str]
    more: tuple[AddedToken | str, ...]
    added: Mapping[int, AddedToken]

    def specials(self) -> list[AddedToken | str]:
        """Named ones, then the others; each text once."""
        distinct: dict[str, AddedToken | str] = {}
        for token in (*self.named.values(), *self.more):
            distinct.setdefault(text_of(token), token)
        return list(distinct.values())

    def ids(self, id_of: Callable[[str], int | None]) -> SpecialIds:
        """Raises ModelDamagedError when a special token is not named, or not in the vocabulary."""
        found: dict[str, int] = {}
        for field, name in _IDS.items():
            token = self.named.get(name)
            if token is None:
                raise ModelDamagedError(self.model, f"its tokenizer names no {name}")
            number = id_of(text_of(token))
            if number is None:
                raise ModelDamagedError(self.model, f"its {name} {text_of(token)} is not in the vocabulary")
            found[field] = number
        return SpecialIds(**found)


def text_of(token: AddedToken | str) -> str:
    return token if isinstance(token, str) else token.content


def read_settings(
    folder: Path, model: str, defaults: Mapping[str, AddedToken | str], serialized: Mapping[str, Any]
) -> Settings:
    """`serialized`: tokenizer.json as data (empty when there is none). Raises ModelDamagedError."""
    config = read_optional_json(folder / "tokenizer_config.json", model)
    try:
        return _settings(folder, model, defaults, (config, serialized))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise ModelDamagedError(model, f"its special tokens cannot be read: {error!r}") from error


def _settings(
    folder: Path,
    model: str,
    defaults: Mapping[str, AddedToken | str],
    files: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> Settings:
    config, serialized = files
    values = {key: config[key] for key in (*_SPECIAL_NAMES, _MORE) if key in config}
    if "added_tokens_decoder" in config:
        added = {int(key): _added(value) for key, value in config["added_tokens_decoder"].items()}
    else:
        values |= _special_tokens_map(folder, model)
        added = _legacy_added(folder, model, values, serialized)
    by_text = {token.content: token for token in added.values()}

    def resolved(value: object) -> AddedToken | str:
        token = value if isinstance(value, str) else _added(value)
        return by_text.get(text_of(token), token)

    named: dict[str, AddedToken | str] = {}
    for name in _SPECIAL_NAMES:
        value = values.get(name, defaults.get(name))
        if name in values and value is not None:
            named[name] = resolved(value)
        elif name not in values and name in defaults:
            named[name] = defaults[name]
    more = tuple(value if isinstance(value, str) else _added(value) for value in values.get(_MORE) or ())
    return Settings(model=model, config=config, named=named, more=more, added=added)


def _special_tokens_map(folder: Path, model: str) -> dict[str, Any]:
    found = read_optional_json(folder / "special_tokens_map.json", model)
    values: dict[str, Any] = {}
    for key in (*_SPECIAL_NAMES, _MORE):
        if isinstance(found.get(key), dict):
            values[key] = replace(_added(found[key]), special=True)
        elif isinstance(found.get(key), list):
            values[key] = [
                each if isinstance(each, str) else replace(_added(each), special=True) for each in found[key]
            ]
        elif key in found:
            values[key] = found[key]
    return values


def _legacy_added(
    folder: Path, model: str, values: Mapping[str, Any], serialized: Mapping[str, Any]
) -> dict[int, AddedToken]:
    """The entries of added_tokens.json, and those of tokenizer.json."""
    specials = {_text_in(values[name]) for name in _SPECIAL_NAMES if values.get(name)}
    specials |= {_text_in(each) for each in values.get(_MORE) or ()}
    added: dict[int, AddedToken] = {}
    for content, number in read_optional_json(folder / "added_tokens.json", model).items():
        special = content in specials
        added[int(number)] = AddedToken(content=content, normalized=not special, special=special)
    for entry in serialized.get("added_tokens") or ():
        added[int(entry["id"])] = _added(entry)
    return added


def _text_in(value: object) -> str:
    return value if isinstance(value, str) else _added(value).content


def _added(value: object) -> AddedToken:
    if isinstance(value, AddedToken):
        return value
    if not isinstance(value, Mapping) or not isinstance(value["content"], str):
        raise TypeError(f"{value!r} is no token")
    special = bool(value.get("special", False))
    return AddedToken(
        content=value["content"],
        lstrip=bool(value.get("lstrip", False)),
        rstrip=bool(value.get("rstrip", False)),
        single_word=bool(value.get("single_word", False)),
        normalized=bool(value.get("normalized", not special)),
        special=special,
    )
