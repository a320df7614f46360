"""How well does a checkpoint find, in whole sets? MaxSim alone, exactly, over passages held in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from own_model.checkpoint import Checkpoint
from own_model.development import DEPTHS, Asked, Prepared, asked_of, recall
from own_model.sources import RetrievalSet, Source, read_set

_ALL = 10**9
_QUICK = 30


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


def evaluate(
    checkpoint: Checkpoint, full: RetrievalSet, device: str = "cpu", *, quick: bool = False
) -> dict[str, float]:
    """`recall_at_1`, `recall_at_5` and `recall_at_10`: the share of questions with an answer that high."""
    asked: Asked = asked_of(full, _QUICK if quick else _ALL, _QUICK if quick else _ALL)
    (ranks,) = Prepared(checkpoint, [asked]).ranks(checkpoint.network(device)).values()
    return {f"recall_at_{depth}": recall(ranks, depth) for depth in DEPTHS}
