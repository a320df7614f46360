"""Jobs: the bridge from generators in threads to signals in the GUI thread."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal

from app.jobs import JobRunner, call
from core.domain import CollectionChanges, DocumentId, ModelName
from core.errors import CancelledError, DiskFullError
from core.progress import CheckingModel, Committed, Reading


def _reading(done: int, total: int = 10_000) -> Reading:
    return Reading(path=Path("/a"), done=done, total=total)


class _Emitter(QObject):
    plain = Signal()
    carrying = Signal(object)


@pytest.mark.usefixtures("qapp")
def test_five_thousand_emits_do_not_lose_references():
    """A signal can be emitted 5,000 times (some PySide6 versions lose a reference to None each time)."""
    emitter, seen = _Emitter(), []
    emitter.plain.connect(lambda: seen.append(None))
    emitter.carrying.connect(seen.append)
    for number in range(5000):
        emitter.plain.emit()
        emitter.carrying.emit(number)
    assert len(seen) == 10_000


def test_events_and_the_result_arrive_in_the_gui_thread(runner, qtbot):
    """Signals are emitted in the thread of the runner, the end last and once."""
    heard = []

    def work(_cancel):
        for number in range(3):
            yield Committed(changes=CollectionChanges(documents=frozenset({DocumentId(number)})))
        return "result"

    job = runner.start("writer", work)
    job.happened.connect(lambda event: heard.append((threading.current_thread(), event)))
    job.finished.connect(lambda result: heard.append((threading.current_thread(), result)))
    with qtbot.waitSignal(job.finished):
        pass
    qtbot.wait(80)
    assert {thread for thread, _ in heard} == {threading.main_thread()}
    assert [what for _, what in heard][-1] == "result"
    assert len(heard) == 4


def test_progress_is_at_most_thirty_a_second_and_the_newest_wins(runner, qtbot):
    """However fast a job is, progress arrives at most 30 times a second and ends with the newest."""
    seen = []

    def work(_cancel):
        started = time.monotonic()
        number = 0
        while time.monotonic() - started < 0.5:
            number += 1
            yield _reading(number)
        return number

    job = runner.start("writer", work)
    job.happened.connect(seen.append)
    with qtbot.waitSignal(job.finished) as end:
        pass
    assert end.args[0] > 100
    assert len(seen) <= 0.5 * 30 + 3
    assert seen[-1].done == end.args[0]


def test_no_commit_is_dropped(runner, qtbot):
    """Commits between progress events all arrive, in order."""
    seen = []

    def work(_cancel):
        for number in range(200):
            yield _reading(number)
            yield Committed(changes=CollectionChanges(documents=frozenset({DocumentId(number)})))

    job = runner.start("writer", work)
    job.happened.connect(lambda event: seen.append(event) if isinstance(event, Committed) else None)
    with qtbot.waitSignal(job.finished):
        pass
    assert [next(iter(event.changes.documents)) for event in seen] == list(range(200))


def test_old_progress_never_comes_after_what_followed_it(runner, qtbot):
    """Progress that was not shown yet comes before the event that ended it, not after."""
    heard = []

    def work(_cancel):
        yield _reading(1)
        yield CheckingModel(model=ModelName("m"))

    job = runner.start("installing", work)
    job.happened.connect(heard.append)
    with qtbot.waitSignal(job.finished):
        pass
    assert heard[-1] == CheckingModel(model=ModelName("m"))


def test_one_lane_runs_one_job_at_a_time(runner, qtbot):
    """Two jobs of one lane never overlap; jobs of two lanes do."""
    running, most = [0], [0]

    def work():
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.03)
        running[0] -= 1

    jobs = [runner.start("writer", call(work)) for _ in range(3)]
    with qtbot.waitSignals([job.finished for job in jobs]):
        pass
    assert most == [1]
    both = threading.Barrier(2, timeout=2)
    jobs = [runner.start(lane, call(both.wait)) for lane in ("a", "b")]
    with qtbot.waitSignals([job.finished for job in jobs]):
        pass


def test_pause_holds_and_cancel_ends_a_job(runner, qtbot):
    """A paused job makes no progress; a cancelled one ends as cancelled and cleans up after itself."""
    steps, cleaned = [], []

    def work(cancel):
        try:
            while True:
                cancel.checkpoint()
                steps.append(1)
                yield _reading(len(steps))
                time.sleep(0.002)
        finally:
            cleaned.append(threading.current_thread())

    job = runner.start("writer", work)
    qtbot.waitUntil(lambda: len(steps) > 3)
    job.token.pause()
    qtbot.wait(30)
    before = len(steps)
    qtbot.wait(60)
    assert len(steps) == before
    with qtbot.waitSignal(job.cancelled, timeout=1000):
        job.cancel()
    assert cleaned != [threading.main_thread()]
    assert len(cleaned) == 1


def test_a_failure_carries_the_error(runner, qtbot):
    """An exception in a job becomes `failed` with that exception, and the lane goes on."""
    job = runner.start("writer", call(lambda: (_ for _ in ()).throw(DiskFullError(Path("/")))))
    with qtbot.waitSignal(job.failed) as failure:
        pass
    assert isinstance(failure.args[0], DiskFullError)
    with qtbot.waitSignal(runner.start("writer", call(lambda: 7)).finished) as end:
        pass
    assert end.args == [7]


@pytest.mark.usefixtures("qapp")
def test_closing_stops_everything_within_a_second():
    """close() cancels running, paused and waiting jobs, and leaves no thread."""
    runner = JobRunner()

    def work(cancel):
        while True:
            cancel.checkpoint()
            yield _reading(1)
            time.sleep(0.001)

    running = runner.start("a", work)
    paused = runner.start("b", work)
    runner.start("b", work)
    time.sleep(0.05)
    paused.token.pause()
    started = time.monotonic()
    assert runner.close()
    assert time.monotonic() - started < 1
    assert running.token.cancelled
    runner.start("a", work)  # nothing starts after the end
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("mikke-")]


def test_a_cancelled_job_ends_itself(runner, qtbot):
    """A job that is cancelled between two events can finish what it holds; that arrives before the end."""
    heard, reached, go_on = [], threading.Event(), threading.Event()
    kept = Committed(changes=CollectionChanges(documents=frozenset({DocumentId(7)})))

    def work(_cancel):
        try:
            yield _reading(0)
            reached.set()
            go_on.wait(5)
            yield _reading(1)
            raise AssertionError("it was cancelled before")
        except CancelledError:
            yield kept
            raise

    job = runner.start("writer", work)
    job.happened.connect(heard.append)
    job.cancelled.connect(lambda: heard.append("cancelled"))
    assert reached.wait(5)
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
        go_on.set()
    assert [what for what in heard if what in (kept, "cancelled")] == [kept, "cancelled"]
