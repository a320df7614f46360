"""A job may be stopped, dropped or killed at any point; what was committed stays, the rest is done later."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain import DocumentState, Query
from core.errors import CancelledError
from core.index import merge
from core.index.segment import Segment
from core.progress import CancelToken, FileDone, IndexEvent
from tests.core.conftest import OpenCollection, index

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def files(tmp_path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number:02}.txt").write_text(f"marker{number:02} and more")
    return folder


def _cancel_after(count: int, events: Iterator[IndexEvent], cancel: CancelToken) -> None:
    for event in events:
        count -= isinstance(event, FileDone)
        if count == 0:
            cancel.cancel()


def test_a_cancel_keeps_what_was_read(tmp_path, files, open_collection: OpenCollection):
    """What was encoded before the cancel is committed, and the next sync does the rest only."""
    collection = open_collection(tmp_path / "library")
    collection.add_source(files)
    cancel = CancelToken()
    with pytest.raises(CancelledError):
        _cancel_after(7, collection.sync(cancel), cancel)
    assert collection.status().documents[DocumentState.INDEXED] == 7
    assert collection.search(Query(text="marker03")).results
    rest = [event for event in collection.sync(CancelToken()) if isinstance(event, FileDone)]
    assert len(rest) == 13


def test_a_pause_stops_the_reading(tmp_path, files, open_collection: OpenCollection):
    """While a job is paused nothing is read, and searching works; then it goes on where it was."""
    collection = open_collection(tmp_path / "library")
    collection.add_source(files)
    cancel, done, paused, ended = CancelToken(), [], threading.Event(), threading.Event()

    def work():
        for event in collection.sync(cancel):
            if isinstance(event, FileDone):
                done.append(event.path)
            if len(done) == 5 and not paused.is_set():
                cancel.pause()
                paused.set()
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert paused.wait(10)
    assert not ended.wait(0.2)
    assert len(done) == 5
    assert collection.search(Query(text="marker00")).passages_searched == 0
    cancel.resume()
    thread.join(10)
    assert len(done) == 20
    assert collection.status().documents[DocumentState.INDEXED] == 20


def test_a_dropped_job_lets_others_write(tmp_path, files, open_collection: OpenCollection):
    """Closing the events of a job half-way frees the writer's lock."""
    collection, other = (open_collection(tmp_path / "library") for _ in range(2))
    collection.add_source(files)
    events = collection.sync(CancelToken())
    while not isinstance(next(events), FileDone):
        pass
    events.close()
    index(other)
    assert other.status().documents[DocumentState.INDEXED] == 20


_DIE = """
import os, sys
from pathlib import Path
import core.indexing.merging as merging
from core.collection import Collection
from core.encode.lexical import LexicalEncoder
from core.layout import RARITY_TABLE, LibraryLayout
from core.progress import CancelToken
from core.settings import Settings

def die(*_):
    os._exit(9)

def in_the_middle(db, old, new):
    replace(db, old, new)
    die()

replace = merging._replace
setattr(merging, sys.argv[2], in_the_middle if sys.argv[2] == "_replace" else die)
with Collection.open(LibraryLayout(Path(sys.argv[1])), Settings(), LexicalEncoder.open(RARITY_TABLE)) as it:
    list(it.sync(CancelToken()))
"""


@pytest.mark.parametrize("moment", ["merge", "segment_content", "_replace", "remove_garbage"])
def test_killed_in_a_merge(tmp_path, files, open_collection: OpenCollection, moment):
    """Before, in and after the transaction of a merge a kill loses nothing, and no file stays for long."""
    library = tmp_path / "library"
    collection = open_collection(library)
    collection.add_source(files)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.indexing.merging.choose_merges", lambda _sizes: [])
        for number in range(2 * merge.TIER_FACTOR):
            os.utime(files / "00.txt", ns=(number, number))
            (files / "00.txt").write_text(f"marker00 version {number}")
            list(collection.refresh([files / f"{number:02}.txt", files / "00.txt"], CancelToken()))
    command = [sys.executable, "-c", _DIE, str(library), moment]
    assert subprocess.run(command, cwd=CHECKOUT, check=False, timeout=60).returncode == 9
    index(collection)
    index(collection)
    assert len(list((library / "index").iterdir())) < merge.TIER_FACTOR
    for path in (library / "index").iterdir():
        Segment.open(path).verify()
    for number in range(20):
        best = collection.search(Query(text=f"marker{number:02}", limit=1)).results[0]
        assert best.document.path.name == f"{number:02}.txt"
    assert collection.status().passages == 20
