"""A job may be stopped, dropped or killed at any point; what was committed stays, the rest is done later."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain import DocumentState, Query
from core.errors import CancelledError
from core.progress import CancelToken, FileDone, IndexEvent
from tests.core.conftest import OpenCollection, index


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
