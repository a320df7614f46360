"""What a golden file holds: every text as a question and as a passage, and where all of it is from."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

ROUNDING = 1e-6


@dataclass
class Side:
    """Questions, or passages: one array of each kind a text."""

    ids: list[np.ndarray] = field(default_factory=list)
    attention: list[np.ndarray] = field(default_factory=list)
    keep: list[np.ndarray] = field(default_factory=list)
    vectors: list[np.ndarray] = field(default_factory=list)

    def add(self, ids: np.ndarray, attention: np.ndarray, keep: np.ndarray, vectors: np.ndarray) -> None:
        self.ids.append(np.asarray(ids, dtype=np.int32))
        self.attention.append(np.asarray(attention, dtype=bool))
        self.keep.append(np.asarray(keep, dtype=bool))
        self.vectors.append(np.asarray(vectors, dtype=np.float32))

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """Texts one after another; `lengths` in tokens that went into the network."""
        return {
            f"{name}_lengths": np.array([len(each) for each in self.ids], dtype=np.int32),
            f"{name}_ids": _joined(self.ids),
            f"{name}_attention": _joined(self.attention),
            f"{name}_keep": _joined(self.keep),
            f"{name}_vectors": _joined(self.vectors),
        }


@dataclass
class Golden:
    """`scores` (questions, passages) by the peer's own MaxSim. `about`: versions, digests, settings."""

    about: dict[str, Any]
    questions: Side
    passages: Side
    scores: np.ndarray

    def write(self, path: Path) -> None:
        np.savez(
            path,
            about=np.array(json.dumps(self.about, ensure_ascii=False)),
            scores=self.scores.astype(np.float32),
            **self.questions.arrays("question"),
            **self.passages.arrays("passage"),
        )


def greatest_difference(first: list[np.ndarray], second: list[np.ndarray]) -> float:
    """Of the vectors of texts that have as many of them in both."""
    return max((float(np.abs(a - b).max()) for a, b in _alike(first, second) if a.size), default=0.0)


def differing(names: list[str], first: list[np.ndarray], second: list[np.ndarray]) -> list[str]:
    """The texts that have another number of vectors, or vectors that no rounding explains."""
    pairs = zip(names, first, second, strict=True)
    return [name for name, a, b in pairs if a.shape != b.shape or np.abs(a - b).max() > ROUNDING]


def _alike(first: list[np.ndarray], second: list[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(a, b) for a, b in zip(first, second, strict=True) if a.shape == b.shape]


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.float32)
