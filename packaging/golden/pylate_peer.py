"""PyLate (`models.ColBERT`) on a fabricated checkpoint."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from golden.records import Side
from pylate import models, scores


class PyLate:
    """One checkpoint, opened with what its folder says and nothing else. (`do_query_expansion` PyLate 1.6.0
    does not read from artifact.metadata by itself.)
    """

    def __init__(self, folder: Path, *, remote_code: bool = False) -> None:
        metadata = folder / "artifact.metadata"
        said = json.loads(metadata.read_text(encoding="utf-8")) if metadata.exists() else {}
        self.model = models.ColBERT(
            str(folder),
            device="cpu",
            trust_remote_code=remote_code,
            do_query_expansion=said.get("do_query_expansion"),
        )
        self.model.float()

    def encode(self, texts: Sequence[str], *, questions: bool, batch: int = 1) -> Side:
        """What `encode` gives, with what went into the network beside it."""
        side = Side()
        found = self.model.encode([*texts], is_query=questions, batch_size=batch, show_progress_bar=False)
        for text, vectors in zip(texts, found, strict=True):
            features = self.model.tokenize([text.strip()], is_query=questions)
            ids, attention = features["input_ids"][0], features["attention_mask"][0]
            keep = torch.ones_like(ids, dtype=torch.bool)
            if not questions:
                kept = self.model.skiplist_mask(features["input_ids"], self.model.skiplist)[0]
                keep = kept.bool() & attention.bool()
            side.add(ids.numpy(), attention.numpy(), keep.numpy(), vectors)
        return side

    @staticmethod
    def scores(questions: Side, passages: Side) -> np.ndarray:
        """One passage at a time: PyLate takes a negative best match for 0 where a passage is padded."""
        return np.stack(
            [
                np.concatenate(
                    [
                        scores.colbert_scores(
                            torch.from_numpy(question)[None], torch.from_numpy(passage)[None]
                        )
                        .numpy()
                        .ravel()
                        for passage in passages.vectors
                    ]
                )
                for question in questions.vectors
            ]
        )
