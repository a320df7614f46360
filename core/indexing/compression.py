"""Is it time for a codebook, or for a larger one? Trains it in a process of its own, while all else goes
on.
"""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Sequence
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from core.catalogue import codebooks, models, segments
from core.errors import FULL_DISK, CoreError, DiskFullError, LibraryDamagedError, TrainingError
from core.index import codebook
from core.index.files import new_name
from core.index.training import TrainingJob, centroid_count, train_codebook
from core.indexing.garbage import delete_files
from core.indexing.shipped import adopt_codebook
from core.indexing.stages import Stages
from core.progress import CancelToken, IndexEvent, Training

FIRST_CODEBOOK_TOKENS = 1_000_000
"""Below this everything is scored exactly, which takes some 20 ms on two cores and loses nothing."""

GROWTH = 4
"""A library so many times as large as when its codebook was trained gets one with as many times more
centroids."""

_POLL_SECONDS = 0.1
_NICENESS = 10


def train_if_due(stages: Stages, cancel: CancelToken) -> Generator[IndexEvent, None, bool]:
    """Train and register a codebook if the library has outgrown what it has. Needs the maintainer's lane.

    Takes a minute or two on two cores, once at a million tokens and once or twice more in the life of a
    library; merges then bring the segments into the new form. Only for the model that answers, by what the
    last writer noted. Returns whether there is a new one. Raises
    CancelledError, TrainingError, DiskFullError, LibraryDamagedError; then nothing has changed.
    """
    with stages.catalogue.read() as db:
        model = models.answering(db).digest
        live = segments.answering(db, model)
        newest = codebooks.newest(db, model)
    tokens = sum(stored.alive_tokens for stored in live)
    if not is_due(tokens, newest.content if newest else None):
        if newest is None or not _other_bits(stages, newest):
            return False
        if newest.content.shipped and adopt_codebook(stages, model):
            return True
    yield Training(tokens=tokens, centroids=centroid_count(tokens))
    job = TrainingJob(
        folder=stages.index,
        segments=tuple(stages.index / stored.file for stored in live),
        tokens=tokens,
        bits=stages.bits,
        threads=os.cpu_count() or 1,
        name=new_name(codebook.SUFFIX),
    )
    try:
        path, centroids = _in_a_process(job, cancel)
    except FileNotFoundError as error:
        if _all_live(stages, live):
            raise LibraryDamagedError(Path(error.filename), "the file is gone") from error
        return False  # what it was to be trained on was forgotten meanwhile
    content = codebooks.Content(model=model, centroids=centroids, trained_tokens=tokens)
    try:
        with stages.catalogue.write() as db:
            codebooks.insert(db, path.name, content)
    except Exception:
        # Not after a KeyboardInterrupt: it may have come when the file was listed already.
        delete_files([path])
        raise
    return True


def _other_bits(stages: Stages, newest: codebooks.Stored) -> bool:
    """Whether the person has asked for another width of residuals since. What 2 bits lost stays lost."""
    return stages.codec_of(newest).form.bits != stages.bits


def is_due(tokens: int, newest: codebooks.Content | None) -> bool:
    """Whether a library with so many tokens should get a new codebook.

    One that came with the model was trained on other texts: it is kept as long as one of the library's own
    would come later or have fewer centroids.
    """
    if newest is None:
        return tokens >= FIRST_CODEBOOK_TOKENS
    if newest.shipped:
        return tokens >= FIRST_CODEBOOK_TOKENS and centroid_count(tokens) >= newest.centroids
    return tokens >= GROWTH * newest.trained_tokens and centroid_count(tokens) > newest.centroids


def _in_a_process(job: TrainingJob, cancel: CancelToken) -> tuple[Path, int]:
    """Raises CancelledError, TrainingError, FileNotFoundError, and the CoreErrors that training ends with;
    leaves nothing behind then.
    """
    try:
        return _trained(job, cancel)
    except BaseException as error:
        if job.name:  # left by a process that was ended
            delete_files([job.folder / job.name])
        if isinstance(error, CoreError | FileNotFoundError) or not isinstance(error, Exception):
            raise
        full = isinstance(error, OSError) and error.errno in FULL_DISK
        raise (DiskFullError if full else TrainingError)(job.folder, _told(error)) from error


def _trained(job: TrainingJob, cancel: CancelToken) -> tuple[Path, int]:
    """Faiss brings an OpenMP of its own, which must not meet another library's in one process."""
    pool = ProcessPool(
        max_workers=1,
        initializer=_prepare_process,
        context=multiprocessing.get_context("spawn"),
    )
    try:
        future = pool.schedule(train_codebook, args=[job])
        while not concurrent.futures.wait([future], timeout=_POLL_SECONDS).done:
            cancel.checkpoint()
        found: tuple[Path, int] = future.result()
        return found
    finally:
        pool.stop()
        pool.join()


def _told(error: Exception) -> str:
    if isinstance(error, ProcessExpired):  # killed, perhaps by a system that ran out of memory
        return f"its process ended with exit code {error.exitcode}"
    return f"{type(error).__name__}: {error}"


def _all_live(stages: Stages, stored: Sequence[segments.Stored]) -> bool:
    with stages.catalogue.read() as db:
        return all(segments.is_live(db, each.id) for each in stored)


def _prepare_process() -> None:
    """Give way to whatever the person does; end when told to, and when the program is gone."""
    # Faiss does not return to Python for seconds, so a Python handler would run late.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    threading.Thread(target=_end_with_the_program, name="parent", daemon=True).start()


def _end_with_the_program() -> None:
    """A program that was killed ends nobody: minutes of work would go on for it, and leave a file."""
    program = multiprocessing.parent_process()
    if program is not None:
        program.join()
        os._exit(1)
