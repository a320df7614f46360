"""Sets that models are judged by, and how much of them a model finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from own_model.development import DEPTHS, Ranks, recall
from own_model.sources import RetrievalSet, Source, read_set


def judged_sets(folder: Path) -> Iterator[RetrievalSet]:
    """The retrieval sets below a folder, by their paths in it; one after the other, as some are large.

    Raises OSError, ValueError.
    """
    for found in sorted(folder.rglob("passages.jsonl.gz")):
        if (found.parent / "qrels.tsv").exists():
            name = found.parent.relative_to(folder).as_posix()
            yield read_set(
                found.parent,
                Source(folder=name, language="", kind="set", family="", style="", source="", licence=""),
            )


def recalls(ranks: Ranks) -> dict[str, float]:
    """`recall_at_1`, `recall_at_5` and `recall_at_10`: the share of questions with an answer that high."""
    return {f"recall_at_{depth}": recall(ranks, depth) for depth in DEPTHS}
