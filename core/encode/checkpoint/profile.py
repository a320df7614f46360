"""How does a checkpoint want to be encoded with? Every value of it, and who said so.

Order: what Mikke knows of a published model < what its publisher wrote beside the weights < the corrections
that core/encode/checkpoint/known.py explains < what the person set.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from core.domain import ProfileValue
from core.encode.checkpoint.family import Shape
from core.encode.checkpoint.files import CheckpointFiles, Layout
from core.encode.checkpoint.known import KnownModel
from core.encode.checkpoint.rules import MarkerRule, QueryLengthRule, SkiplistRule
from core.errors import ModelDamagedError, ModelUnsupportedError

SPECIALS = 3
"""[CLS], the marker and [SEP] are in every input."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """Lengths are in tokens, special ones included. `origins` says where each value is
    from.
    """

    query_marker: str
    doc_marker: str
    marker_rule: MarkerRule
    query_length: int
    query_length_rule: QueryLengthRule
    query_expansion: bool
    doc_length: int
    attend_to_masks: bool
    skiplist_rule: SkiplistRule
    skiplist: tuple[str, ...]
    strip: bool
    language: str
    origins: Mapping[str, str]

    def values(self) -> tuple[ProfileValue, ...]:
        """All of it, for people."""
        return tuple(
            ProfileValue(
                name=field.name, value=_shown(getattr(self, field.name)), origin=self.origins[field.name]
            )
            for field in fields(self)
            if field.name != "origins"
        )


PERSONAL = (
    "doc_length",
    "query_length",
    "query_length_rule",
    "attend_to_masks",
    "skiplist_rule",
    "marker_rule",
    "language",
)
"""What a person may set."""

_DEFAULTS: dict[str, Any] = {
    "query_marker": "[unused0]",
    "doc_marker": "[unused1]",
    "marker_rule": MarkerRule.INSERT,
    "query_length": 32,
    "query_length_rule": QueryLengthRule.FIXED,
    "query_expansion": True,
    "doc_length": 220,
    "attend_to_masks": False,
    "skiplist_rule": SkiplistRule.COLBERT_AI,
    "skiplist": tuple(string.punctuation),
    "strip": False,
    "language": "",
}
"""colbert-ai 0.2.22's own (infra/config); they count where nobody says anything."""

_SETTINGS = {
    Layout.STANFORD: {
        "query_token_id": ("query_marker", str),
        "doc_token_id": ("doc_marker", str),
        "query_maxlen": ("query_length", int),
        "doc_maxlen": ("doc_length", int),
        "attend_to_mask_tokens": ("attend_to_masks", bool),
        "do_query_expansion": ("query_expansion", bool),
    },
    Layout.PYLATE: {
        "query_prefix": ("query_marker", str),
        "document_prefix": ("doc_marker", str),
        "query_length": ("query_length", int),
        "document_length": ("doc_length", int),
        "attend_to_expansion_tokens": ("attend_to_masks", bool),
        "do_query_expansion": ("query_expansion", bool),
    },
}
"""A publisher's name of a value -> ours. `query_token`/`doc_token` of artifact.metadata are labels that
nothing uses; all other fields are of training and are passed over.

`do_query_expansion` in artifact.metadata is ours, by PyLate's name. colbert-ai 0.2.22 passes over fields that
it does not know and always fills questions up with masks; PyLate 1.6.0 reads the field from its own layout
only, so whoever opens a folder in Stanford's layout with it says `ColBERT(folder, do_query_expansion=False)`.
"""


def build_profile(
    files: CheckpointFiles, shape: Shape, known: KnownModel | None, person: Mapping[str, Any]
) -> Profile:
    """Raises ModelDamagedError for published values that make no sense, ModelUnsupportedError for those that
    the person set, and for rules that are not ours.
    """
    values = dict(_DEFAULTS)
    origins = dict.fromkeys(values, "default of colbert-ai")
    _take(values, origins, known.values if known else {}, "known model")
    name = "artifact.metadata" if files.layout is Layout.STANFORD else "config_sentence_transformers.json"
    _take(values, origins, _published(files, name), name)
    _take(values, origins, known.corrections(values) if known else {}, "correction")
    try:
        _check(values, shape)
    except ValueError as error:
        raise ModelDamagedError(files.model, f"{name}: {error}") from error
    try:
        _take(values, origins, _personal(person), "you")
        _check(values, shape)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelUnsupportedError(files.model, f"a value that was set cannot be used: {error}") from error
    return Profile(**values, origins=origins)


def _take(values: dict[str, Any], origins: dict[str, str], new: Mapping[str, Any], origin: str) -> None:
    values.update(new)
    origins.update(dict.fromkeys(new, origin))


def _published(files: CheckpointFiles, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for theirs, (ours, kind) in _SETTINGS[files.layout].items():
        value = files.settings.get(theirs)
        if value is None:
            continue
        if type(value) is not kind:
            raise ModelDamagedError(files.model, f"{name}: {theirs} is {value!r}")
        found[ours] = value
    return found | (_stanford_rules(files) if files.layout is Layout.STANFORD else _pylate_rules(files, name))


def _stanford_rules(files: CheckpointFiles) -> dict[str, Any]:
    similarity = files.settings.get("similarity", "cosine")
    if similarity != "cosine":
        raise ModelUnsupportedError(
            files.model, f"artifact.metadata: similarity is {similarity!r}, not cosine"
        )
    if files.settings.get("mask_punctuation") is False:
        return {"skiplist_rule": SkiplistRule.NONE}
    return {}


def _pylate_rules(files: CheckpointFiles, name: str) -> dict[str, Any]:
    """PyLate's defaults differ from colbert-ai's (models/colbert.py, 1.6.0)."""
    words = files.settings.get("skiplist_words")
    if words is not None and not (isinstance(words, list) and all(isinstance(word, str) for word in words)):
        raise ModelDamagedError(files.model, f"{name}: skiplist_words is {words!r}")
    prompts = files.settings.get("prompts") or {}
    if any(prompts.values()) if isinstance(prompts, dict) else True:
        raise ModelUnsupportedError(files.model, f"{name}: it wants prompts before its texts: {prompts!r}")
    rules: dict[str, Any] = {"skiplist_rule": SkiplistRule.PYLATE, "strip": True}
    if words is not None:
        rules["skiplist"] = tuple(words)
    missing = {"query_length": 32, "doc_length": 180, "query_marker": "[Q] ", "doc_marker": "[D] "}
    given = {
        ours
        for theirs, (ours, _) in _SETTINGS[Layout.PYLATE].items()
        if files.settings.get(theirs) is not None
    }
    return rules | {key: value for key, value in missing.items() if key not in given}


def _personal(person: Mapping[str, Any]) -> dict[str, Any]:
    """A person's values, from whatever they were written as. Raises ValueError."""
    kinds = {"query_length_rule": QueryLengthRule, "skiplist_rule": SkiplistRule, "marker_rule": MarkerRule}
    found: dict[str, Any] = {}
    for name, value in person.items():
        if name not in PERSONAL:
            raise ValueError(f"{name} cannot be set; these can: {', '.join(PERSONAL)}")
        if name in kinds:
            found[name] = kinds[name](value)
        elif name == "attend_to_masks":
            found[name] = {"true": True, "false": False}[str(value).lower()]
        else:
            found[name] = str(value) if name == "language" else int(value)
    return found


def _check(values: Mapping[str, Any], shape: Shape) -> None:
    for name in ("query_length", "doc_length"):
        if not SPECIALS < values[name] <= shape.positions:
            raise ValueError(
                f"{name} is {values[name]}; this network takes {SPECIALS + 1} to {shape.positions} tokens"
            )
    if not values["query_marker"].strip() or not values["doc_marker"].strip():
        raise ValueError("a marker is empty")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        " ".join(map(str, value))
        if isinstance(value, Iterable) and not isinstance(value, str)
        else str(value)
    )
