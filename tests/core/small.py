"""Codebooks for libraries of a few sentences, made in the calling thread and without faiss; and trainings
that go wrong.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.catalogue import codebooks, segments
from core.collection import Collection
from core.index import training
from core.index.format import Form
from core.index.segment import Segment
from core.index.training import TrainingJob, train_codebook
from core.indexing import compression

FIRST = 60
"""Tokens from which on there is a codebook, in place of a million."""


@contextmanager
def small_codebooks(*, first: int = FIRST, growth: int = 4) -> Iterator[pytest.MonkeyPatch]:
    """Inside, the first vectors that come are the centroids, one for four tokens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compression, "FIRST_CODEBOOK_TOKENS", first)
        patch.setattr(compression, "GROWTH", growth)
        patch.setattr(compression, "_trained", lambda job, _cancel: train_codebook(job))
        patch.setattr(training, "TOKENS_PER_CENTROID", 4)
        patch.setattr(training, "_means", lambda sample, count: sample[:count].copy())
        yield patch


def codebooks_of(collection: Collection) -> list[str]:
    """The files of the codebooks that count, oldest first."""
    with collection._catalogue.read() as db:
        return [stored.file for stored in codebooks.all_codebooks(db)]


def forms_of(collection: Collection) -> list[Form]:
    """How the live segments keep their tokens, oldest first."""
    with collection._catalogue.read() as db:
        files = [stored.file for stored in segments.live(db)]
    return [Segment.open(collection._layout.index / file).form for file in files]


def check_no_garbage(collection: Collection) -> None:
    """The index folder holds what counts, and nothing else."""
    with collection._catalogue.read() as db:
        listed = {stored.file for stored in segments.live(db)}
    listed |= set(codebooks_of(collection))
    assert {path.name for path in collection._layout.index.iterdir()} == listed


# --- Trainings that go wrong, in a process of their own ------------------------------------------


def train_and_die(job: TrainingJob) -> None:
    """The file is there, and nobody is told."""
    train_codebook(job)
    os.kill(os.getpid(), signal.SIGKILL)


def train_and_fail(job: TrainingJob) -> None:
    raise ValueError(f"{job.tokens} are a few")


def train_on_a_full_disk(job: TrainingJob) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    os.fsync = full
    train_codebook(job)


def train_for_ever(job: TrainingJob) -> None:
    """The file is there; a file beside the index says so, with the number of the process."""
    train_codebook(job)
    draft = job.folder.with_name("training.tmp")
    draft.write_text(str(os.getpid()))
    draft.rename(job.folder.with_name("training"))
    time.sleep(600)
