"""A ColBERT checkpoint as an Encoder: text in, one unit vector per kept token out, as its publisher made it.

encoder = ColbertEncoder.open(Path("models/jacolbert-v2.5"))
question = encoder.encode_query("水道の元栓はどこ?")          # vectors (tokens, dim), spans (tokens, 2)
passages = encoder.encode_passages(["流し台の下です。", "…"])  # one each
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from core.domain import UNKNOWN_LANGUAGE, Int32Array, Language, ProfileValue, TokenEmbeddings
from core.encode.checkpoint.family import Family, Shape, family_of, shape_of
from core.encode.checkpoint.files import CheckpointFiles, digest_of, read_files
from core.encode.checkpoint.known import KnownModel
from core.encode.checkpoint.profile import Profile, build_profile
from core.encode.colbert.inputs import (
    Inputs,
    Vocabulary,
    passage_inputs,
    passage_windows,
    query_inputs,
    tokenize,
)
from core.encode.colbert.network import Network, Precision, Runtime
from core.encode.colbert.runner import Runner
from core.encode.colbert.runtimes import open_onnx, open_torch, runtime_for
from core.encode.tokenizers.open import open_tokenizer
from core.encode.tokenizers.tokenizer import Tokenizer
from core.errors import ModelUnsupportedError
from core.languages import detect
from core.progress import CancelToken

ENCODING_VERSION = 1
"""Raise it with every change that gives any text other vectors (beyond rounding)."""

TOKENIZED_AT_ONCE = 256
"""Texts that are sorted by length together, and tokenised while those before them are in the network."""

NOISE_FLOOR = 0.5
"""Taken until it is measured (measure.py): ColBERT's unrelated tokens reach about that at best."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Options:
    """How a checkpoint is opened.

    `name`: for messages (default: the folder's). `known`: which published model it is, if any. `person`:
    values of the profile that the person set. `windows`: a passage longer than `doc_length` is encoded in
    windows, so that nothing of it is lost, where the reference cuts it. `weights_digest`: SHA-256 of the
    weights if it is known, which saves reading them all. `noise_floor`: if it was measured. `device`: "cpu"
    or "cuda". `runtime`: None takes the one that suits (runtimes.py); it decides about rounding only.
    """

    name: str = ""
    known: KnownModel | None = None
    person: Mapping[str, Any] = field(default_factory=dict)
    windows: bool = False
    weights_digest: str | None = None
    noise_floor: float = NOISE_FLOOR
    precision: Precision = Precision.FP32
    device: str = "cpu"
    runtime: Runtime | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Description:
    """What is known of a checkpoint without its weights."""

    files: CheckpointFiles
    family: Family
    shape: Shape
    profile: Profile

    @classmethod
    def of(cls, folder: Path, options: Options) -> Description:
        """Raises ModelDamagedError, ModelUnsupportedError."""
        files = read_files(folder, options.name or folder.name)
        family = family_of(files)
        if options.known and options.known.family is not family:
            raise ModelUnsupportedError(
                files.model, f"this is a {family} network; the published one is {options.known.family}"
            )
        shape = shape_of(files, family)
        return cls(
            files=files,
            family=family,
            shape=shape,
            profile=build_profile(files, shape, options.known, options.person),
        )


class ColbertEncoder:
    """Implements `core.encode.encoder.Encoder`. Thread-safe: a question goes before passages that wait."""

    def __init__(
        self, description: Description, options: Options, tokenizer: Tokenizer, runner: Runner
    ) -> None:
        self._description = description
        self._options = options
        self._tokenizer = tokenizer
        self._runner = runner
        self._vocabulary = Vocabulary.of(description.profile, tokenizer)
        self._digest = _digest(description, options)

    @classmethod
    def open(cls, folder: Path, options: Options | None = None) -> Self:
        """Load a checkpoint. Nothing in the folder is executed, and nothing fetched.

        Raises ModelDamagedError (missing, broken or wrongly shaped), ModelUnsupportedError (not one of the
        four networks, or encoding rules that are not ours), PartMissingError (PyTorch; the Japanese
        dictionary).
        """
        options = options or Options()
        description = Description.of(folder, options)
        files, shape = description.files, description.shape
        tokenizer = open_tokenizer(folder, files.model)
        if tokenizer.size > shape.vocabulary:
            raise ModelUnsupportedError(
                files.model, f"its tokenizer has {tokenizer.size} tokens, its network {shape.vocabulary}"
            )

        def open_network(device: str) -> Network:
            # What was chosen for a graphics card is slow on a processor.
            precision = options.precision if device == options.device else Precision.FP32
            runtime = options.runtime or runtime_for(files, precision, device)
            open_with = open_onnx if runtime is Runtime.ONNX else open_torch
            return open_with(files, description.family, shape, precision, device)

        network = open_network(options.device)
        _check_language(description, network)
        return cls(description, options, tokenizer, Runner(network, open_network, shape.padding))

    @property
    def name(self) -> str:
        return self._description.files.model

    @property
    def digest(self) -> str:
        return self._digest

    @property
    def dim(self) -> int:
        return self._runner.network.dim

    @property
    def noise_floor(self) -> float:
        return self._options.noise_floor

    @property
    def uses_languages(self) -> bool:
        """Whether the same text gets other vectors as a text of another language."""
        return self._description.family is Family.XMOD and not self.profile.language

    @property
    def profile(self) -> Profile:
        return self._description.profile

    @property
    def shape(self) -> Shape:
        """Of the network, for measurements."""
        return self._description.shape

    @property
    def runner(self) -> Runner:
        """The device, for measurements."""
        return self._runner

    def profile_values(self) -> tuple[ProfileValue, ...]:
        """Everything that decides about the vectors, and who said so."""
        return (
            ProfileValue(name="network", value=self._description.family, origin="config.json"),
            *self.profile.values(),
            *self._marker_values(),
            self._dim_value(),
        )

    def encode_query(self, text: str, languages: Sequence[Language] = ()) -> TokenEmbeddings:
        inputs = self.query_inputs(text)
        vectors = self._runner.question(inputs, self._language(text, languages))
        return TokenEmbeddings(vectors=vectors, spans=inputs.spans[inputs.keep])

    def encode_passages(
        self,
        texts: Sequence[str],
        languages: Sequence[Language] | None = None,
        cancel: CancelToken | None = None,
    ) -> list[TokenEmbeddings]:
        results: list[TokenEmbeddings] = []
        for first, inputs in self._prepared(texts):
            some = texts[first : first + len(inputs)]
            given = (
                languages[first : first + len(inputs)]
                if languages is not None
                else [UNKNOWN_LANGUAGE] * len(some)
            )
            spoken = [known or self._language(text) for known, text in zip(given, some, strict=True)]
            results += self._encoded(inputs, spoken, cancel or CancelToken())
        return results

    def token_spans(self, text: str) -> Int32Array:
        return _kept_spans(self._windows([text])[0])

    def query_inputs(self, text: str) -> Inputs:
        """What goes into the network for a question."""
        (tokens,) = tokenize([text], self.profile, self._tokenizer)
        return query_inputs(tokens, self.profile, self._vocabulary, self._description.shape.positions)

    def passage_inputs(self, text: str) -> Inputs:
        """What goes into the network for a passage, cut to the profile's `doc_length`."""
        (tokens,) = tokenize([text], self.profile, self._tokenizer)
        return passage_inputs(tokens, self.profile, self._vocabulary)

    def _prepared(self, texts: Sequence[str]) -> Iterator[tuple[int, list[list[Inputs]]]]:
        """The windows of each text, some texts at a time, the next ones tokenised meanwhile."""
        firsts = range(0, len(texts), TOKENIZED_AT_ONCE)
        if len(firsts) == 1:
            yield 0, self._windows(texts)
            return
        with ThreadPoolExecutor(1, "mikke-tokenizer") as ahead:
            parts = (texts[first : first + TOKENIZED_AT_ONCE] for first in firsts)
            waiting = ahead.submit(self._windows, next(parts)) if firsts else None
            for first in firsts:
                assert waiting is not None
                inputs = waiting.result()
                following = next(parts, None)
                waiting = ahead.submit(self._windows, following) if following is not None else None
                yield first, inputs

    def _windows(self, texts: Sequence[str]) -> list[list[Inputs]]:
        found = tokenize(texts, self.profile, self._tokenizer)
        if self._options.windows:
            return [[*passage_windows(tokens, self.profile, self._vocabulary)] for tokens in found]
        return [[passage_inputs(tokens, self.profile, self._vocabulary)] for tokens in found]

    def _encoded(
        self, inputs: list[list[Inputs]], languages: Sequence[Language], cancel: CancelToken
    ) -> list[TokenEmbeddings]:
        flat = [window for windows in inputs for window in windows]
        spoken = [language for windows, language in zip(inputs, languages, strict=True) for _ in windows]
        vectors = iter(self._runner.passages(flat, spoken, cancel))
        return [
            TokenEmbeddings(
                vectors=np.concatenate([next(vectors) for _ in windows]), spans=_kept_spans(windows)
            )
            for windows in inputs
        ]

    def _language(self, text: str, among: Sequence[Language] = ()) -> Language:
        """The language that the network needs to know; unknown where it needs none."""
        if self._description.family is not Family.XMOD:
            return UNKNOWN_LANGUAGE
        if self.profile.language:
            return Language(self.profile.language)
        return detect(text, among) or (among[0] if among else UNKNOWN_LANGUAGE)

    def _marker_values(self) -> Iterator[ProfileValue]:
        named = (
            (self.profile.query_marker, self._vocabulary.query_marker),
            (
                self.profile.doc_marker,
                self._vocabulary.doc_marker,
            ),
        )
        for marker, id_ in named:
            known = self._tokenizer.id_of(marker) is not None
            value = str(id_) if known else f"{id_} (unknown token: {marker} is not in the vocabulary)"
            yield ProfileValue(name=f"id of {marker}", value=value, origin="tokenizer")

    def _dim_value(self) -> ProfileValue:
        said = self._description.files.settings.get("dim")
        also = "" if said in (None, self.dim) else f"; artifact.metadata says {said}"
        return ProfileValue(name="dim", value=str(self.dim), origin=f"linear.weight{also}")


def _check_language(description: Description, network: Network) -> None:
    """A person's slip must not silently become the default language."""
    language = Language(description.profile.language)
    if language and not network.knows(language):
        raise ModelUnsupportedError(description.files.model, f"it has no adapter for {language!r}")


def _kept_spans(windows: Sequence[Inputs]) -> Int32Array:
    return np.concatenate([window.spans[window.keep] for window in windows])


_TOKENIZER_FILES = (
    "tokenizer.json",
    "vocab.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)


def _digest(description: Description, options: Options) -> str:
    """Of everything that decides about the vectors: encoders of one digest can share an index."""
    files = description.files
    weights = options.weights_digest or digest_of(files.weights)
    if files.projection != files.weights:
        weights += digest_of(files.projection)
    tokenizer = [
        digest_of(files.folder / name) for name in _TOKENIZER_FILES if (files.folder / name).exists()
    ]
    profile = [(each.name, each.value) for each in description.profile.values()]
    config = json.dumps(dict(files.config), sort_keys=True)
    identity = [ENCODING_VERSION, description.family, options.windows, profile, weights, tokenizer, config]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]
