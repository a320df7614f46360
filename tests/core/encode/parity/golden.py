"""Golden files, and the one comparison that all parity tests make."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parents[3] / "golden"

VECTORS, SCORES = 1e-6, 1e-5
"""Greatest differences: of a component of a unit vector, and of a MaxSim score."""


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """One text: `ids`, `attention`, `keep` `(tokens,)`; `vectors` `(kept, dim)`."""

    text: str
    ids: np.ndarray
    attention: np.ndarray
    keep: np.ndarray
    vectors: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Golden:
    """`name` of the file; `scores` (questions, passages); `about`: tests/golden/README.md tells."""

    name: str
    about: dict[str, Any]
    questions: tuple[Encoded, ...]
    passages: tuple[Encoded, ...]
    scores: np.ndarray

    @property
    def texts(self) -> list[str]:
        return [*self.about["texts"].values()]

    def only(self, names: Collection[str]) -> Golden:
        """The texts of these names."""
        texts = {name: text for name, text in self.about["texts"].items() if name in names}
        places = [place for place, name in enumerate(self.about["texts"]) if name in names]
        return replace(
            self,
            about=self.about | {"texts": texts},
            questions=tuple(self.questions[place] for place in places),
            passages=tuple(self.passages[place] for place in places),
            scores=self.scores[np.ix_(places, places)],
        )


NAMES = sorted(path.name.removesuffix(".npz") for path in FOLDER.glob("*.npz"))


@cache
def load(name: str) -> Golden:
    with np.load(FOLDER / f"{name}.npz") as file:
        about = json.loads(str(file["about"]))
        texts = [*about["texts"].values()]
        sides = {
            side: tuple(_texts({key: file[f"{side}_{key}"] for key in _KEYS}, texts))
            for side in ("question", "passage")
        }
        return Golden(
            name=name,
            about=about,
            questions=sides["question"],
            passages=sides["passage"],
            scores=file["scores"],
        )


_KEYS = ("lengths", "ids", "attention", "keep", "vectors")


def _texts(arrays: dict[str, np.ndarray], texts: list[str]) -> Iterator[Encoded]:
    start = kept = 0
    for text, length in zip(texts, arrays["lengths"], strict=True):
        part = slice(start, start + length)
        keep = arrays["keep"][part]
        count = int(keep.sum())
        yield Encoded(
            text=text,
            ids=arrays["ids"][part],
            attention=arrays["attention"][part],
            keep=keep,
            vectors=arrays["vectors"][kept : kept + count],
        )
        start, kept = start + length, kept + count


def differences(golden: Golden, questions: Sequence[Encoded], passages: Sequence[Encoded]) -> list[str]:
    """Everything in which the encoded texts are not what the golden file says; empty: parity."""
    found = []
    for side, ours, theirs in (
        ("question", questions, golden.questions),
        ("passage", passages, golden.passages),
    ):
        for name, our, their in zip(golden.about["texts"], ours, theirs, strict=True):
            found += [f"{side} {name!r}: {what}" for what in _between(our, their)]
    shaped = all(
        our.vectors.shape == their.vectors.shape
        for our, their in zip((*questions, *passages), (*golden.questions, *golden.passages), strict=True)
    )
    if shaped:
        found += _score_differences(golden.scores, maxsim(questions, passages))
    return found


def _between(our: Encoded, their: Encoded) -> Iterator[str]:
    for name in ("ids", "attention", "keep"):
        if not np.array_equal(getattr(our, name), getattr(their, name)):
            yield f"other {name}: {getattr(our, name)}, not {getattr(their, name)}"
    if our.vectors.shape != their.vectors.shape:
        yield f"vectors of shape {our.vectors.shape}, not {their.vectors.shape}"
    elif (most := np.abs(our.vectors - their.vectors).max()) > VECTORS:
        yield f"vectors differ by {most:.2g}"


def maxsim(questions: Sequence[Encoded], passages: Sequence[Encoded]) -> np.ndarray:
    """(questions, passages): the sum over the question's vectors of the best dot product in the passage.

    In float64, so that the rounding of sums is theirs alone.
    """
    wide = [passage.vectors.astype(np.float64).T for passage in passages]
    return np.array(
        [[(question.vectors @ each).max(axis=1).sum() for each in wide] for question in questions]
    )


def _score_differences(theirs: np.ndarray, ours: np.ndarray) -> Iterator[str]:
    # float32 sums of up to some hundred similarities of at most 1.
    allowed = SCORES * np.maximum(1, np.abs(theirs) / 32)
    if (np.abs(ours - theirs) > allowed).any():
        yield f"scores differ by {np.abs(ours - theirs).max():.2g}"
    for row, (our, their) in enumerate(zip(ours, theirs, strict=True)):
        order = np.argsort(-our, kind="stable")
        # Equal but for rounding may stand either way round.
        if (np.diff(their[order]) > 2 * SCORES).any():
            yield f"question {row} ranks the passages differently"
