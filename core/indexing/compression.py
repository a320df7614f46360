"""Is it time for a codebook, or for a larger one? Trains it in a process of its own, while all else goes
on.
"""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from core.catalogue import codebooks, segments
from core.errors import TrainingError
from core.index.training import TrainingJob, centroid_count, train_codebook
from core.indexing.garbage import delete_files
from core.indexing.pipeline import Stages
from core.progress import CancelToken, IndexEvent, Training

FIRST_CODEBOOK_TOKENS = 1_000_000
"""Below this everything is scored exactly, which takes some 20 ms on two cores and loses nothing."""

GROWTH = 4
"""A library so many times as large as when its codebook was trained gets one with as many times more
centroids."""

_POLL_SECONDS = 0.1
_NICENESS = 10


def train_if_due(stages: Stages, cancel: CancelToken) -> Iterator[IndexEvent]:
    """Train and register a codebook if the library has outgrown what it has. Needs the maintainer's lane.

    Takes a minute or two on two cores, once at a million tokens and once or twice more in the life of a
    library; merges then bring the segments into the new form. Raises CancelledError, TrainingError; then
    nothing has changed.
    """
    model = stages.encoder.digest
    with stages.catalogue.read() as db:
        live = [stored for stored in segments.live(db) if stored.content.model == model]
        newest = codebooks.newest(db, model)
    tokens = sum(stored.alive_tokens for stored in live)
    trained = None if newest is None else newest.content
    if not is_due(tokens, trained):
        return
    yield Training(tokens=tokens, centroids=centroid_count(tokens))
    job = TrainingJob(
        folder=stages.index,
        segments=tuple(stages.index / stored.file for stored in live),
        tokens=tokens,
        bits=stages.bits,
        threads=os.cpu_count() or 1,
    )
    path, centroids = _in_a_process(job, cancel)
    content = codebooks.Content(model=model, centroids=centroids, trained_tokens=tokens)
    try:
        with stages.catalogue.write() as db:
            codebooks.insert(db, path.name, content)
    except Exception:
        delete_files([path])
        raise


def is_due(tokens: int, newest: codebooks.Content | None) -> bool:
    """Whether a library with so many tokens should get a new codebook."""
    if newest is None:
        return tokens >= FIRST_CODEBOOK_TOKENS
    return tokens >= GROWTH * newest.trained_tokens and centroid_count(tokens) > newest.centroids


def _in_a_process(job: TrainingJob, cancel: CancelToken) -> tuple[Path, int]:
    """Faiss brings an OpenMP of its own, which must not meet another library's in one process."""
    pool = ProcessPool(
        max_workers=1,
        initializer=_give_way,
        context=multiprocessing.get_context("spawn"),
    )
    try:
        future = pool.schedule(train_codebook, args=[job])
        while True:
            cancel.checkpoint()
            try:
                found: tuple[Path, int] = future.result(timeout=_POLL_SECONDS)
            except concurrent.futures.TimeoutError:
                continue
            except (ProcessExpired, MemoryError, OSError, RuntimeError, ValueError, ImportError) as error:
                raise TrainingError(job.folder, str(error) or type(error).__name__) from error
            else:
                return found
    finally:
        pool.stop()
        pool.join()


def _give_way() -> None:
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
