"""Keeping the library current from the window: one writer, hints, pause, stop, changes of the sources."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.controllers.indexing import IndexingController, IndexState
from app.controllers.remaining import RemainingTime
from core.domain import CollectionChanges, DocumentId
from core.errors import DiskFullError, LibraryInUseError
from core.progress import Committed


@pytest.fixture
def indexing(collection, runner):
    return IndexingController(collection, runner)


def _idle(indexing, qtbot):
    qtbot.waitUntil(lambda: indexing.state is IndexState.IDLE)


def test_hints_that_come_together_are_one_job(indexing, collection, qtbot):
    """Paths that arrive while a job runs are looked at together, afterwards."""
    collection.indexing_s = 0.02
    indexing.hint([Path("/a")])
    indexing.hint([Path("/b")])
    indexing.hint([Path("/c"), Path("/b")])
    _idle(indexing, qtbot)
    assert collection.called("refresh") == [frozenset({Path("/a")}), frozenset({Path("/b"), Path("/c")})]


def test_a_change_of_sources_interrupts_indexing_and_starts_it_again(indexing, collection, qtbot, tmp_path):
    """Adding a folder does not wait for a long job: it is stopped, the folder added, and all is indexed."""
    collection.indexing_s = 0.2
    indexing.sync()
    qtbot.wait(60)
    indexing.mutate(lambda: collection.add_source(tmp_path))
    collection.indexing_s = 0.0
    _idle(indexing, qtbot)
    assert [name for name, _ in collection.calls if name != "maintain"] == ["sync", "add_source", "sync"]


def test_maintenance_holds_nothing_up(indexing, collection, qtbot):
    """The index is maintained after a job; a file that is saved meanwhile is looked at while that goes on."""
    collection.merges, collection.merging_s = 100, 0.02
    indexing.sync()
    qtbot.waitUntil(lambda: len(collection.called("maintain")) == 1)
    _idle(indexing, qtbot)
    with qtbot.waitSignal(indexing.committed, timeout=500):
        indexing.hint([Path("/a")])
    assert collection.called("refresh") == [frozenset({Path("/a")})]
    assert len(collection.called("maintain")) == 1
    indexing.stop()
    qtbot.waitUntil(lambda: indexing._maintenance is None, timeout=500)


def test_a_long_job_is_maintained_meanwhile(indexing, collection, qtbot, monkeypatch):
    """The many commits of the first indexing do not pile up until its end."""

    def long(cancel):
        for number in range(30):
            cancel.checkpoint()
            yield Committed(changes=CollectionChanges(documents=frozenset({DocumentId(number)})))
            time.sleep(0.01)

    monkeypatch.setattr(collection, "sync", long)
    during = []
    indexing.committed.connect(lambda _: during.append(len(collection.called("maintain"))))
    indexing.sync()
    _idle(indexing, qtbot)
    assert 1 <= during[-1] <= 30 // 8 + 1
    qtbot.waitUntil(lambda: indexing._maintenance is None)


def test_what_a_job_left_is_maintained_after_the_merge(indexing, collection, qtbot):
    """Jobs that end while a merge runs are not forgotten: there is one more look afterwards."""
    collection.merges, collection.merging_s = 5, 0.05
    indexing.sync()
    _idle(indexing, qtbot)
    indexing.hint([Path("/a")])
    _idle(indexing, qtbot)
    collection.merges = 0
    qtbot.waitUntil(lambda: len(collection.called("maintain")) == 2)
    qtbot.waitUntil(lambda: indexing._maintenance is None)


def test_maintenance_that_fails_is_told(indexing, collection, qtbot, monkeypatch):
    """A full disk is told; another program that writes is not: there will be another time."""
    errors = [DiskFullError(Path("/")), LibraryInUseError(Path("/"))]

    def fail(cancel):  # noqa: ARG001 - the signature of maintain
        raise errors[0]
        yield

    monkeypatch.setattr(collection, "maintain", fail)
    failures = []
    indexing.failed.connect(failures.append)
    indexing.sync()
    qtbot.waitUntil(lambda: failures == errors[:1])
    full, _ = errors.pop(0), indexing.sync()
    _idle(indexing, qtbot)
    qtbot.waitUntil(lambda: indexing._maintenance is None)
    assert failures == [full]


def test_pause_and_resume(indexing, collection, qtbot):
    """A paused job does nothing; resumed it goes on from where it was."""
    collection.indexing_s = 0.05
    progress = []
    indexing.progressed.connect(progress.append)
    indexing.sync()
    qtbot.waitUntil(lambda: any(each.scanned is None for each in progress))
    indexing.pause()
    assert indexing.state is IndexState.PAUSED
    qtbot.wait(120)
    before = len(progress)
    indexing.hint([Path("/a")])
    qtbot.wait(150)
    assert len(progress) == before
    indexing.resume()
    _idle(indexing, qtbot)
    assert collection.called("refresh") == [frozenset({Path("/a")})]
    assert progress[-1].done == progress[-1].total


def test_stop_waits_for_continue(indexing, collection, qtbot):
    """After a stop nothing is read, hints included, until sync is asked for."""
    collection.indexing_s = 0.05
    indexing.sync()
    qtbot.wait(30)
    indexing.stop()
    assert indexing.state is IndexState.STOPPED
    indexing.hint([Path("/a")])
    qtbot.wait(150)
    assert collection.called("refresh") == []
    indexing.sync()
    _idle(indexing, qtbot)
    assert len(collection.called("sync")) == 2


def test_a_failure_is_told_and_not_tried_again_at_once(indexing, collection, qtbot, monkeypatch):
    """A full disk is reported once; the next hint tries again."""
    error = DiskFullError(Path("/"))

    def fail(paths, cancel):  # noqa: ARG001 - the signature of refresh
        raise error
        yield

    monkeypatch.setattr(collection, "refresh", fail)
    failures = []
    indexing.failed.connect(failures.append)
    indexing.hint([Path("/a")])
    _idle(indexing, qtbot)
    qtbot.wait(80)
    assert failures == [error]


def test_another_writer_is_waited_for(indexing, collection, qtbot, monkeypatch):
    """What could not be looked at while another program wrote is looked at later, without a new hint."""

    def fail(paths, cancel):  # noqa: ARG001 - the signature of refresh
        raise LibraryInUseError(Path("/"))
        yield

    monkeypatch.setattr("app.controllers.indexing._AGAIN_MS", 50)
    monkeypatch.setattr(collection, "refresh", fail)
    failures = []
    indexing.failed.connect(failures.append)
    indexing.hint([Path("/a")])
    qtbot.waitUntil(lambda: len(collection.called("sync")) == 1)
    _idle(indexing, qtbot)
    assert len(failures) == 1


def test_what_a_mutation_changed_is_told(indexing, qtbot):
    """The changes of a mutation arrive like a commit."""
    changes = CollectionChanges(sources=True)
    with qtbot.waitSignal(indexing.committed, check_params_cb=lambda told: told is changes):
        indexing.mutate(lambda: changes)
    _idle(indexing, qtbot)


def test_remaining_time_is_silent_until_there_is_a_pace():
    """No remaining time before some files and seconds; then the pace of the last minute decides."""
    remaining = RemainingTime()
    assert remaining.update(0.0, 0, 100) is None
    assert remaining.update(1.0, 50, 100) is None
    assert remaining.update(10.0, 60, 100) == pytest.approx(40 * 10 / 60)
    for second in range(11, 200):
        slow = remaining.update(float(second), 60 + second // 10, 100)
    assert slow == pytest.approx((100 - 79) * 60 / 6, rel=0.2)
    remaining.restart()
    assert remaining.update(300.0, 79, 100) is None
