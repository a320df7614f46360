"""Words by MeCab with the dictionary unidic-lite, then WordPiece: the tokenizer of the Japanese BERT models.

The ids are those of transformers' `BertJapaneseTokenizer` (4.57.6): added tokens are looked for in the text
as it is; what lies between them is normalised (NFKC), cut into words, and the words into pieces.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np

from core.domain import Int32Array
from core.encode.tokenizers.nfkc import Normalised, normalise
from core.encode.tokenizers.settings import BERT_DEFAULTS, AddedToken, Settings, read_settings
from core.encode.tokenizers.spans import readable, tidied
from core.encode.tokenizers.tokenizer import SpecialIds, Tokens
from core.encode.tokenizers.wordpiece import WordPiece, read_vocabulary
from core.errors import ModelDamagedError, ModelUnsupportedError, PartMissingError

_SUPPORTED = {
    "do_word_tokenize": (True, True),
    "word_tokenizer_type": ("mecab", "basic"),
    "do_subword_tokenize": (True, True),
    "subword_tokenizer_type": ("wordpiece", "wordpiece"),
    "do_lower_case": (False, False),
    "split_special_tokens": (False, False),
}
"""Of tokenizer_config.json: the value that is supported, and what the class takes where there is none."""

_SUPPORTED_MECAB = {
    "mecab_dic": ("unidic_lite", "unidic_lite"),
    "normalize_text": (True, True),
    "do_lower_case": (False, False),
}


class Words:
    """MeCab. Thread-safe: one call at a time, and a call does not release the interpreter's lock anyway."""

    def __init__(self, tagger: Any) -> None:
        self._tagger = tagger
        self._lock = threading.Lock()

    @classmethod
    def open(cls, model: str) -> Self:
        """Raises PartMissingError. `mecab_option` of a checkpoint is not followed: it may name any file."""
        try:
            fugashi, unidic_lite = import_module("fugashi"), import_module("unidic_lite")
        except ImportError as error:
            raise PartMissingError(model, part="japanese", detail=str(error)) from error
        dictionary = Path(unidic_lite.DICDIR)
        return cls(fugashi.GenericTagger(f'-d "{dictionary}" -r "{dictionary / "mecabrc"}" '))

    def of(self, text: str) -> list[str]:
        """The words of a text, in order; between them is nothing but white space. A NUL ends the text."""
        with self._lock:
            return [word.surface for word in self._tagger(text)]


class JapaneseTokenizer:
    """A Tokenizer: MeCab, then WordPiece."""

    def __init__(
        self,
        words: Words,
        vocabulary: Mapping[str, int],
        added: Mapping[str, AddedToken],
        special: SpecialIds,
    ) -> None:
        """`vocabulary` has the added tokens as well."""
        self.special = special
        self.size = max(vocabulary.values()) + 1
        self._words = words
        self._vocabulary = vocabulary
        self._added = added
        self._pieces = WordPiece(vocabulary, special.unknown).pieces
        longest_first = sorted(added, key=len, reverse=True)
        self._added_pattern = re.compile("|".join(map(re.escape, longest_first)))

    @classmethod
    def open(cls, folder: Path, model: str) -> Self:
        """Raises ModelDamagedError, ModelUnsupportedError, PartMissingError."""
        settings = read_settings(folder, model, BERT_DEFAULTS, {})
        _check_supported(settings)
        vocabulary = read_vocabulary(folder / "vocab.txt", model)
        added = _added_tokens(settings, vocabulary)
        special = settings.ids(vocabulary.get)
        return cls(Words.open(model), vocabulary, added, special)

    def id_of(self, token: str) -> int | None:
        return self._vocabulary.get(token)

    def tokenize(self, texts: Sequence[str]) -> list[Tokens]:
        return [self._tokenize(readable(text)) for text in texts]

    def _tokenize(self, text: str) -> Tokens:
        ids: list[Int32Array] = []
        spans: list[Int32Array] = []
        for start, end, is_added in self._segments(text):
            if is_added:
                ids.append(np.array([self._vocabulary[text[start:end]]], dtype=np.int32))
                spans.append(np.array([[start, end]], dtype=np.int32))
            else:
                found, where = self._between(normalise(text[start:end]))
                ids.append(found)
                spans.append(where + np.int32(start))
        if not ids:
            return Tokens(ids=np.zeros(0, dtype=np.int32), spans=np.zeros((0, 2), dtype=np.int32))
        return Tokens(ids=np.concatenate(ids), spans=tidied(np.concatenate(spans), text))

    def _segments(self, text: str) -> Iterator[tuple[int, int, bool]]:
        """Cut at the added tokens, without the white space that they take along: start, end, is it one?"""
        done = 0
        for match in self._added_pattern.finditer(text):
            token = self._added[match.group()]
            start, end = match.span()
            before = done + len(text[done:start].rstrip()) if token.lstrip else start
            if done < before:
                yield done, before, False
            yield start, end, True
            done = end
            if token.rstrip:
                done = len(text) - len(text[end:].lstrip())
        if done < len(text):
            yield done, len(text), False

    def _between(self, text: Normalised) -> tuple[Int32Array, Int32Array]:
        """Ids, and spans in the source of `text`."""
        words = self._words.of(text.text)
        pieces = list(map(self._pieces, words))
        table = np.fromiter(chain.from_iterable(pieces), dtype=np.int32).reshape(-1, 3)
        counts = np.fromiter(map(len, pieces), dtype=np.int32) // 3
        places = np.repeat(_places(words, text.text), counts)
        firsts, lasts = table[:, 1] + places, table[:, 2] + places - 1
        return table[:, 0], np.stack([text.starts[firsts], text.ends[lasts]], axis=1)


def _places(words: Sequence[str], text: str) -> Int32Array:
    """`(words,)`: where each begins. Between two is white space or nothing."""
    lengths = np.fromiter(map(len, words), dtype=np.int32)
    ends = np.cumsum(lengths, dtype=np.int32)
    if len(words) and ends[-1] == len(text):
        return ends - lengths
    places: list[int] = []
    end = 0
    for word in words:
        place = text.index(word, end)
        places.append(place)
        end = place + len(word)
    return np.array(places, dtype=np.int32)


def _check_supported(settings: Settings) -> None:
    mecab = settings.config.get("mecab_kwargs") or {}
    for values, supported in ((settings.config, _SUPPORTED), (mecab, _SUPPORTED_MECAB)):
        for name, (wanted, default) in supported.items():
            found = values.get(name, default) if isinstance(values, Mapping) else None
            if found != wanted:
                raise ModelUnsupportedError(
                    settings.model, f"its tokenizer has {name} = {found!r}; only {wanted!r} is supported"
                )


def _added_tokens(settings: Settings, vocabulary: dict[str, int]) -> dict[str, AddedToken]:
    """All that is looked for in a text, by its text; those behind the vocabulary are added to it (in place).

    Raises ModelDamagedError, ModelUnsupportedError.
    """
    tokens = {token.content: token for token in settings.added.values()}
    for number, token in settings.added.items():
        if vocabulary.setdefault(token.content, number) != number:
            raise ModelDamagedError(
                settings.model, f"its added token {token.content} is {number}, but another line of vocab.txt"
            )
    for special in settings.specials():
        if isinstance(special, AddedToken):
            tokens[special.content] = special
        else:
            tokens.setdefault(special, AddedToken(content=special, special=True))
    tokens.pop("", None)
    for token in tokens.values():
        if token.single_word:
            raise ModelUnsupportedError(
                settings.model, f"its added token {token.content} asks for single_word"
            )
        if token.content not in vocabulary:
            raise ModelDamagedError(settings.model, f"its added token {token.content} is not in vocab.txt")
    return tokens
