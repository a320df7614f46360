"""Tokenizers of the `tokenizers` library: WordPiece and Unigram, from tokenizer.json.

The ids are those of the class of transformers (4.57.6) that tokenizer_config.json names. All of them follow
its added tokens. `PreTrainedTokenizerFast` takes everything else as tokenizer.json has it;
`BertTokenizerFast` and `XLMRobertaTokenizerFast` bring special tokens of their own, and BERT's normaliser
follows tokenizer_config.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from core.domain import Int32Array
from core.encode.json_files import read_optional_json
from core.encode.tokenizers.settings import (
    BERT_DEFAULTS,
    MOST_VOCABULARY_BYTES,
    XLMR_DEFAULTS,
    AddedToken,
    Settings,
    read_settings,
    text_of,
)
from core.encode.tokenizers.spans import readable, tidied
from core.encode.tokenizers.tokenizer import SpecialIds, Tokens
from core.encode.tokenizers.wordpiece import read_vocabulary
from core.errors import ModelDamagedError, ModelError, ModelUnsupportedError, PartMissingError

if TYPE_CHECKING:
    import tokenizers

WORD_PIECE, UNIGRAM = "WordPiece", "Unigram"

PLAIN = ("PreTrainedTokenizerFast", "TokenizersBackend")
"""The class that is no model's own; the other name is what transformers 5 writes."""

_BLANK = "▁"
"""What Unigram writes for the white space before a word."""

_XLMR: Mapping[str, AddedToken | str] = {
    **XLMR_DEFAULTS,
    "mask_token": AddedToken(content="<mask>", lstrip=True),
}

_DEFAULTS: Mapping[str, Mapping[str, AddedToken | str]] = {WORD_PIECE: BERT_DEFAULTS, UNIGRAM: _XLMR}


class FastTokenizer:
    """A Tokenizer around one of the `tokenizers` library.

    Texts are encoded one by one: the library's batches start threads, after which a fork prints a warning.
    """

    def __init__(self, backend: tokenizers.Tokenizer, special: SpecialIds) -> None:
        vocabulary = backend.get_vocab(with_added_tokens=True)
        self.special = special
        self.size = max(vocabulary.values()) + 1
        self._backend = backend
        self._blanks = np.array([number for piece, number in vocabulary.items() if not piece.strip(_BLANK)])
        self._beginning = np.zeros(self.size, dtype=bool)
        self._beginning[[number for piece, number in vocabulary.items() if piece.startswith(_BLANK)]] = True
        self._added = np.array(list(backend.get_added_tokens_decoder()))
        self._vanishing = _vanishing(backend)

    @classmethod
    def open(cls, folder: Path, model: str) -> Self:
        """From tokenizer.json, or vocab.txt where there is none.

        Raises ModelDamagedError, ModelUnsupportedError, PartMissingError.
        """
        try:
            import tokenizers  # noqa: F401, PLC0415  # optional, and only these models need it
        except ImportError as error:
            raise PartMissingError(model, part="models", detail=str(error)) from error
        serialized = read_optional_json(folder / "tokenizer.json", model, MOST_VOCABULARY_BYTES)
        kind = _kind(serialized, model) if serialized else WORD_PIECE
        named = read_optional_json(folder / "tokenizer_config.json", model).get("tokenizer_class")
        plain = named in PLAIN and bool(serialized)
        settings = read_settings(folder, model, {} if plain else _DEFAULTS[kind], serialized)
        try:
            backend = _from_file(folder) if serialized else _from_vocabulary(folder, settings)
            special = _configure(backend, settings, follow_bert=kind == WORD_PIECE and not plain)
            backend.encode("a b", add_special_tokens=False)
        except (ModelError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # the library panics on some damaged files: no Exception
            raise ModelDamagedError(model, f"its tokenizer cannot be opened: {error}") from error
        return cls(backend, special)

    def id_of(self, token: str) -> int | None:
        found: int | None = self._backend.token_to_id(token)
        return found

    def tokenize(self, texts: Sequence[str]) -> list[Tokens]:
        return [self._tokenize(readable(text)) for text in texts]

    def _tokenize(self, text: str) -> Tokens:
        ids, spans = self._encoded(text)
        if self._vanishing is not None and self._vanishing.search(text):
            spans = self._respanned(text, ids, spans)
        spans = self._parted(ids, tidied(spans, text))
        for index in np.flatnonzero(np.isin(ids, self._blanks)).tolist():
            start, end = spans[index].tolist()
            if text[start:end].strip(_BLANK):  # it stands before what follows, and is not written
                spans[index, 1] = start
        return Tokens(ids=ids, spans=spans)

    def _encoded(self, text: str) -> tuple[Int32Array, Int32Array]:
        encoding = self._backend.encode(text, add_special_tokens=False)
        spans = np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2)
        return np.array(encoding.ids, dtype=np.int32), spans

    def _parted(self, ids: Int32Array, spans: Int32Array) -> Int32Array:
        """A mark that a normaliser writes before a word counts as part of the character before it: what is
        the token's before is not this one's. (In `3D`, the span of `▁d` would begin with the 3.)
        """
        before = np.append(np.int32(0), spans[:-1, 1])
        shared = self._beginning[ids] & (spans[:, 0] < before) & (before < spans[:, 1])
        spans[shared, 0] = before[shared]
        return spans

    def _respanned(self, text: str, ids: Int32Array, spans: Int32Array) -> Int32Array:
        """Spans of a text with characters that vanish when it is normalised.

        The library counts them wrongly where they stand first (in the text, behind an added token) or behind
        a character that becomes several. So we leave them out, all or those that stand first, and count them
        back in, provided that the ids stay the same (behind one, a mark does not join the letter before it).
        """
        assert self._vanishing is not None
        everywhere = [match.span() for match in self._vanishing.finditer(text)]
        begins = {0, *spans[np.isin(ids, self._added), 1].tolist()}
        for runs in (everywhere, [run for run in everywhere if run[0] in begins]):
            kept = np.ones(len(text), dtype=bool)
            for start, end in runs:
                kept[start:end] = False
            places = np.flatnonzero(kept).astype(np.int32)
            fewer_ids, fewer = self._encoded("".join(text[place] for place in places.tolist()))
            if len(places) and np.array_equal(fewer_ids, ids):
                starts = np.append(places, np.int32(len(text)))[fewer[:, 0]]
                ends = np.where(fewer[:, 0] < fewer[:, 1], places[fewer[:, 1] - 1] + 1, starts)
                return np.stack([starts, ends], axis=1).astype(np.int32)
        return spans


def _vanishing(backend: tokenizers.Tokenizer) -> re.Pattern[str] | None:
    """Runs of control characters of which the normaliser leaves nothing (the published one: 30 of them)."""
    if backend.normalizer is None:
        return None
    gone = [
        c for c in map(chr, (*range(0x20), *range(0x7F, 0xA0))) if not backend.normalizer.normalize_str(c)
    ]
    return re.compile(f"[{re.escape(''.join(gone))}]+") if gone else None


def _kind(serialized: Mapping[str, Any], model: str) -> str:
    part = serialized.get("model")
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind not in (WORD_PIECE, UNIGRAM):
        raise ModelUnsupportedError(model, f"its tokenizer is of the kind {kind!r}, not WordPiece or Unigram")
    return str(kind)


def _from_file(folder: Path) -> tokenizers.Tokenizer:
    import tokenizers  # noqa: PLC0415

    return tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))


def _from_vocabulary(folder: Path, settings: Settings) -> tokenizers.Tokenizer:
    """As transformers' BertConverter makes it."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers  # noqa: PLC0415

    vocabulary = read_vocabulary(folder / "vocab.txt", settings.model)
    backend = Tokenizer(models.WordPiece(vocabulary, unk_token=text_of(settings.named["unk_token"])))
    backend.normalizer = normalizers.BertNormalizer(**_bert_settings(settings))
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return backend


def _configure(backend: tokenizers.Tokenizer, settings: Settings, *, follow_bert: bool) -> SpecialIds:
    """What the class of transformers does to a tokenizer that it has loaded."""
    backend.no_truncation()
    backend.no_padding()
    backend.encode_special_tokens = bool(settings.config.get("split_special_tokens"))
    special = settings.ids(backend.token_to_id)
    _add_tokens(backend, settings)
    if follow_bert:
        _follow_bert_settings(backend, settings)
    return special


def _bert_settings(settings: Settings) -> dict[str, Any]:
    """The arguments of BertNormalizer, with the defaults of BertTokenizerFast."""
    config = settings.config
    return {
        "lowercase": config.get("do_lower_case", True),
        "strip_accents": config.get("strip_accents"),
        "handle_chinese_chars": config.get("tokenize_chinese_chars", True),
    }


def _follow_bert_settings(backend: tokenizers.Tokenizer, settings: Settings) -> None:
    """tokenizer_config.json goes before tokenizer.json; `clean_text` stays as tokenizer.json has it."""
    from tokenizers import normalizers  # noqa: PLC0415

    state = json.loads(backend.normalizer.__getstate__()) if backend.normalizer is not None else {}
    if state.pop("type", None) != "BertNormalizer":
        raise ModelUnsupportedError(
            settings.model, "its WordPiece tokenizer has another normaliser than BERT's"
        )
    wanted = _bert_settings(settings)
    if any(state.get(name, value) != value for name, value in wanted.items()):
        backend.normalizer = normalizers.BertNormalizer(**(state | wanted))


def _add_tokens(backend: tokenizers.Tokenizer, settings: Settings) -> None:
    """Added tokens of the small files that tokenizer.json lacks or has otherwise, then special tokens.

    Adding one again changes how it matches; its id stays.
    """
    import tokenizers  # noqa: PLC0415

    def made(token: AddedToken, *, special: bool) -> tokenizers.AddedToken:
        return tokenizers.AddedToken(
            token.content,
            single_word=token.single_word,
            lstrip=token.lstrip,
            rstrip=token.rstrip,
            normalized=token.normalized,
            special=special,
        )

    present = backend.get_added_tokens_decoder().values()
    known = {repr(token) for token in present}
    contents = {token.content for token in present}
    specials = settings.specials()
    names = {text_of(token) for token in specials}
    adding = [
        made(token, special=token.special or token.content in names)
        for _, token in sorted(settings.added.items())
        if repr(made(token, special=token.special)) not in known
    ]
    contents |= {token.content for token in adding}
    for token in specials:
        if isinstance(token, AddedToken):
            adding.append(made(token, special=True))
        elif token not in contents:
            adding.append(tokenizers.AddedToken(token, special=True))
    if adding:
        backend.add_tokens(adding)
