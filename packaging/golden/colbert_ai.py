"""colbert-ai (`Checkpoint`) on a fabricated checkpoint: the reference for everything in Stanford's layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from colbert.infra import ColBERTConfig
from colbert.modeling.checkpoint import Checkpoint
from colbert.modeling.colbert import colbert_score
from golden.records import Side, greatest_difference


class ColbertAi:
    """One checkpoint, opened. `settings` replace its metadata's, as a user of colbert-ai would set them."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.checkpoint = Checkpoint(str(folder), colbert_config=ColBERTConfig(**settings), verbose=0)
        # bfloat16 weights are compared after a conversion, as ours are on a CPU.
        self.checkpoint.model.float()

    def speak(self, language: str) -> None:
        """X-MOD's adapters; the published helper of ColBERT-XM does it like this."""
        self.checkpoint.bert.set_default_language(language)

    def questions(self, texts: Sequence[str], length: Callable[[int], int] | None = None) -> Side:
        """One at a time. `length` of a question by its tokens, special ones included; None: as configured."""
        side = Side()
        tokenizer = self.checkpoint.query_tokenizer
        for text in texts:
            if length:
                tokens = len(tokenizer.tok(text)["input_ids"]) + 1
                tokenizer.query_maxlen = length(tokens)
            ids, attention = tokenizer.tensorize([text])
            vectors = self.checkpoint.queryFromText([text])[0].numpy()
            side.add(ids[0].numpy(), attention[0].numpy(), np.ones(len(vectors)), vectors)
        return side

    def passages(self, texts: Sequence[str]) -> Side:
        """One at a time."""
        side = Side()
        for text in texts:
            ids, attention = self.checkpoint.doc_tokenizer.tensorize([text])
            keep = self.checkpoint.mask(ids, skiplist=self.checkpoint.skiplist)[0]
            (vectors,) = self.checkpoint.docFromText([text], keep_dims=False)
            side.add(ids[0].numpy(), attention[0].numpy(), np.array(keep), vectors.numpy())
        return side

    def in_batches(self, texts: Sequence[str], questions: Side, passages: Side) -> dict[str, Any]:
        """How far its own batches of mixed lengths are from one text at a time."""
        many = self.checkpoint.queryFromText([*texts]).numpy()
        flat, lengths = self.checkpoint.docFromText([*texts], bsize=4, keep_dims="flatten")[:2]
        parts = np.split(flat.numpy(), np.cumsum(lengths)[:-1])
        return {
            "questions": greatest_difference(questions.vectors, [*many]),
            "passages": greatest_difference(passages.vectors, parts),
        }

    def scores(self, questions: Side, passages: Side) -> np.ndarray:
        """(questions, passages), in PyTorch: the compiled kernel takes a negative best match for 0."""
        longest = max(map(len, passages.vectors))
        padded = torch.zeros(len(passages.vectors), longest, passages.vectors[0].shape[1])
        mask = torch.zeros(len(passages.vectors), longest, dtype=torch.bool)
        for number, vectors in enumerate(passages.vectors):
            padded[number, : len(vectors)] = torch.from_numpy(vectors)
            mask[number, : len(vectors)] = True
        config = self.checkpoint.colbert_config
        rows = [
            colbert_score(torch.from_numpy(each)[None], padded, mask, config) for each in questions.vectors
        ]
        return torch.stack(rows).numpy()
