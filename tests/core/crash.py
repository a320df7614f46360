"""A program that dies on purpose: `python -m tests.core.crash LIBRARY JOB FUNCTION before|after [FILE…]`.

FUNCTION is `module:name`; the process kills itself when it is called, or when it has returned. JOB is
`refresh` (of the files), `maintain`, `rebuild`: a maintenance that makes the full-text index anew,
`compress`: one that trains a codebook and moves all segments to it, or `switch`: to the model OTHER. Without
a function it is for others to kill it: `python -m tests.core.crash LIBRARY train` trains for ever in a
process of its own, `LIBRARY live FILE…` reads the files and maintains after each, `LIBRARY switches FILE…`
reads them and switches to and fro. A codebook that lies beside LIBRARY comes with OTHER.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.collection import Collection
from core.domain import BUILT_IN_MODEL, UNKNOWN_LANGUAGE, Companion
from core.encode.lexical.encoder import LexicalEncoder
from core.index import merge
from core.indexing import compression, keywords, languages, switching
from core.layout import OWN_CODEBOOK, RARITY_TABLE
from core.progress import CancelToken
from tests.core.conftest import inline_collection, maintain
from tests.core.encoders import OTHER, FixedEncoders, WordEncoder
from tests.core.small import FIRST, small_codebooks, train_for_ever

STEPS_OF_A_COMMIT = (
    ("core.catalogue.documents:move", "after"),  # inside its transaction
    ("core.indexing.sync:record_changes", "after"),
    ("os:fsync", "before"),  # the segment's bytes, not yet flushed
    ("core.indexing.batch:write_segment", "after"),  # a file that nobody lists
    ("core.catalogue.passages:remove", "after"),  # inside the transaction: the old ones are gone …
    ("core.catalogue.passages:insert", "after"),  # … and the new ones are there …
    ("core.catalogue.keywords:insert", "after"),  # … with their words
    ("core.indexing.batch:Batch.commit", "after"),
)
STEPS_OF_A_MERGE = (
    ("os:fsync", "before"),
    ("core.indexing.merging:merge", "after"),
    ("core.catalogue.segments:insert", "after"),  # inside the transaction
    ("core.catalogue.passages:move_to_segment", "after"),
    ("core.indexing.merging:_replace", "after"),
    ("core.indexing.merging:delete_files", "before"),  # committed, the old files still there
)
STEPS_OF_A_REBUILD = (  # of the full-text index
    ("core.catalogue.keywords:create", "after"),  # inside the transaction
    ("core.catalogue.keywords:insert", "after"),
    ("core.catalogue.keywords:replace", "before"),  # all is in the new one
    ("core.catalogue.keywords:replace", "after"),  # inside the transaction
    ("core.catalogue.catalogue:Catalogue.shrink", "before"),  # committed
)
STEPS_OF_A_COMPRESSION = (
    ("os:fsync", "before"),  # the codebook's bytes, not yet flushed
    ("core.index.training:write_codebook", "after"),  # a file that nobody lists
    ("core.catalogue.codebooks:insert", "after"),  # inside the transaction
    ("core.index.segment:EncodedPassages.recompressed", "after"),  # committed; the first segment on its way
    ("core.indexing.merging:merge", "after"),
    ("core.catalogue.codebooks:with_file", "after"),  # inside the transaction
    ("core.catalogue.passages:move_to_segment", "after"),
    ("core.indexing.merging:_replace", "after"),
    ("core.indexing.merging:delete_files", "before"),  # committed, the exact files still there
)
STEPS_OF_A_COPY = (  # of the codebook that comes with a model
    ("os:fsync", "before"),  # its bytes, not yet flushed
    ("core.index.codebook:flush_folder", "before"),  # it has its name, and nobody lists it
    ("core.catalogue.codebooks:insert", "after"),  # inside the transaction
    ("core.indexing.switching:adopt_first", "after"),  # nothing is compressed with it yet
    ("core.indexing.switching:_Batch.commit", "after"),
)
STEPS_OF_A_SWITCH = (
    ("os:fsync", "before"),
    ("core.indexing.switching:write_segment", "after"),  # a file that nobody lists
    ("core.catalogue.encodings:insert", "after"),  # inside the transaction
    ("core.indexing.switching:_Batch.commit", "after"),
    ("core.catalogue.encodings:take_over", "before"),  # all is encoded
    ("core.catalogue.encodings:take_over", "after"),  # inside the transaction
    ("core.indexing.switching:delete_files", "before"),  # committed, the old files still there
    ("core.collection:ModelChanged", "before"),  # nobody is told
)


@contextmanager
def at_step(function: str, moment: str, happens: Callable[[], Any]) -> Iterator[None]:
    """Inside, `happens` is called whenever the function is called or has returned."""
    module, _, name = function.partition(":")
    owner: Any = importlib.import_module(module)
    *classes, last = name.split(".")
    for each in classes:
        owner = getattr(owner, each)
    original = getattr(owner, last)

    def step(*arguments: Any, **named: Any) -> Any:
        if moment == "before":
            happens()
        result = original(*arguments, **named)
        if moment == "after":
            happens()
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, last, step)
        yield


def run_job(collection: Collection, job: str, paths: list[Path]) -> None:
    if job == "refresh":
        list(collection.refresh(paths, CancelToken()))
    elif job == "maintain":
        list(collection.maintain(CancelToken()))
    elif job == "rebuild":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(keywords, "DEAD_SHARE", -1.0)
            patch.setattr(keywords, "ROWS_AT_ONCE", 3)
            list(collection.maintain(CancelToken()))
    elif job == "switch":
        collection.use_model(OTHER)
        run_switch(collection)
    else:
        with small_codebooks() as patch:
            patch.setattr(merge, "TIER_FACTOR", 100)  # nothing to merge but what moves
            list(collection.maintain(CancelToken()))


def run_switch(collection: Collection) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(switching, "ENCODED_AT_ONCE", 3)
        patch.setattr(switching, "COMMIT_SECONDS", 0.0)  # a segment for every three passages
        list(collection.switch(CancelToken()))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def train(collection: Collection) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compression, "FIRST_CODEBOOK_TOKENS", FIRST)
        patch.setattr(compression, "train_codebook", train_for_ever)
        maintain(collection)


def live(collection: Collection, files: list[Path]) -> None:
    with small_codebooks(growth=2) as patch:
        patch.setattr(merge, "TIER_FACTOR", 2)
        for path in files:
            list(collection.refresh([path], CancelToken()))
            maintain(collection)


def switches(collection: Collection, files: list[Path]) -> None:
    for number, path in enumerate(files):
        list(collection.refresh([path], CancelToken()))
        if number % 2 == 0:
            collection.use_model(OTHER if collection.status().model == BUILT_IN_MODEL else BUILT_IN_MODEL)
        run_switch(collection)
        maintain(collection)


def main(library: str, job: str, *arguments: str) -> None:
    encoders = FixedEncoders({BUILT_IN_MODEL: LexicalEncoder.open(RARITY_TABLE), OTHER: WordEncoder()})
    shipped = Path(library).with_name(OWN_CODEBOOK)
    if shipped.exists():
        encoders.companions[WordEncoder().digest] = Companion(codebook=shipped)
    with pytest.MonkeyPatch.context() as patch, inline_collection(Path(library), encoders) as collection:
        # The detector takes longer to load than most of these processes live.
        patch.setattr(languages, "detect", lambda _text: UNKNOWN_LANGUAGE)
        if job == "train":
            train(collection)
        elif job == "live":
            live(collection, [Path(file) for file in arguments])
        elif job == "switches":
            switches(collection, [Path(file) for file in arguments])
        else:
            function, moment, *files = arguments
            with at_step(function, moment, die):
                run_job(collection, job, [Path(file) for file in files])


if __name__ == "__main__":
    main(*sys.argv[1:])
