"""Worker processes: whatever a file does to its parser ends in a state, and the others are read."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import multiprocessing
import os
import signal
import sys
import time

import pytest

from core.domain import Reason, Span
from core.errors import CancelledError, ExtractionError
from core.extract.pool import ExtractionPool
from core.settings import ReadingLimits
from tests.core.extract.faults import misbehave
from tests.core.extract.papers import paper

LIMITS = ReadingLimits(timeout_s=20, memory_bytes=512 * 2**20)
posix = pytest.mark.skipif(os.name == "nt", reason="signals of another kind")


@pytest.fixture(scope="module")
def pool():
    with ExtractionPool.open(2, LIMITS, extract=misbehave) as opened:
        yield opened


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def write(folder, name, text="some words"):
    path = folder / name
    path.write_text(text)
    return path


def outcome(future) -> Reason | str:
    try:
        return future.result(timeout=60).text.text
    except ExtractionError as error:
        return error.reason.code


def wait_for_pid(path, seconds=20) -> int:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if path.exists() and (text := path.read_text()):
            return int(text)
        time.sleep(0.02)
    raise TimeoutError(path)


def test_files_are_read(pool, tmp_path):
    """Each file gets its own result, also when there are far more files than workers."""
    futures = {n: pool.submit(write(tmp_path, f"{n}.txt", f"words of {n}")) for n in range(100)}
    assert all(outcome(future) == f"words of {n}" for n, future in futures.items())


def test_reasons_cross_the_border(pool, tmp_path):
    """What a worker found out about a bad file arrives unchanged."""
    assert outcome(pool.submit(write(tmp_path, "empty.txt", ""))) is Reason.EMPTY
    assert outcome(pool.submit(tmp_path / "nowhere.txt")) is Reason.VANISHED
    assert outcome(pool.submit(write(tmp_path, "x.exe"))) is Reason.UNSUPPORTED


@posix
def test_crashes_cost_one_file_each(pool, tmp_path):
    """A worker that dies takes its own file with it, and nothing else."""
    names = [
        f"{kind}-{n}.txt" for n in range(2) for kind in ("segfault", "fine", "exit", "null", "odd", "good")
    ]
    futures = {name: pool.submit(write(tmp_path, name)) for name in names}
    for name, future in futures.items():
        expected = "some words" if name.startswith(("fine", "good")) else Reason.CRASHED
        assert outcome(future) == expected, name
    with pytest.raises(ExtractionError) as caught:
        futures["segfault-0.txt"].result()
    assert caught.value.reason.detail == "SIGSEGV"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_memory_is_limited(pool, tmp_path):
    """A file that eats memory ends with that reason, long before the machine is in need."""
    eater = pool.submit(write(tmp_path, "memory.txt"))
    other = pool.submit(write(tmp_path, "other.txt"))
    assert outcome(eater) is Reason.OUT_OF_MEMORY
    assert outcome(other) == "some words"


@posix
def test_reading_gives_way(pool, tmp_path):
    """Workers run with a lower priority than the program."""
    assert outcome(pool.submit(write(tmp_path, "nice.txt"))) == f"niceness {min(19, os.nice(0) + 10)}"


@posix
def test_an_endless_loop_ends_with_the_time_limit(tmp_path):
    """A parser that never returns, not even to Python, is ended; the next file is read."""
    limits = dataclasses.replace(LIMITS, timeout_s=1.0)
    with ExtractionPool.open(1, limits, extract=misbehave) as pool:
        begun = time.monotonic()
        looping = pool.submit(write(tmp_path, "loop.txt"))
        after = pool.submit(write(tmp_path, "after.txt"))
        assert outcome(looping) is Reason.TIMED_OUT
        assert outcome(after) == "some words"
        assert time.monotonic() - begun < 10


@posix
@pytest.mark.parametrize("kind", ["sleep", "loop"])
def test_close_leaves_no_process(tmp_path, kind):
    """Closing in the middle of a file takes at most two seconds, and no process is left."""
    before = set(multiprocessing.active_children())
    pool = ExtractionPool.open(2, LIMITS, extract=misbehave)
    pool.submit(write(tmp_path, "warm.txt")).result()
    running = [pool.submit(write(tmp_path, f"{kind}-{n}.txt")) for n in range(6)]
    time.sleep(0.5)
    workers = set(multiprocessing.active_children()) - before
    assert len(workers) == 2
    begun = time.monotonic()
    pool.close()
    assert time.monotonic() - begun < 2
    assert not any(worker.is_alive() for worker in workers)
    assert not set(multiprocessing.active_children()) - before
    assert all(future.cancelled() for future in running)
    pool.close()
    assert pool.submit(tmp_path / "late.txt").cancelled()


@posix
def test_cancelling_ends_a_reading_that_has_begun(tmp_path):
    """A cancelled file frees its worker at once."""
    with ExtractionPool.open(1, LIMITS, extract=misbehave) as pool:
        sleeper = pool.submit(write(tmp_path, "sleep.txt"))
        pid = wait_for_pid(tmp_path / "sleep.pid")
        assert sleeper.cancel()
        assert outcome(pool.submit(write(tmp_path, "next.txt"))) == "some words"
        assert not alive(pid)
        with pytest.raises(concurrent.futures.CancelledError):
            sleeper.result()


@posix
def test_a_worker_killed_while_idle_is_replaced(tmp_path):
    """The system may kill a process that does nothing (for want of memory); later files are read."""
    before = set(multiprocessing.active_children())
    with ExtractionPool.open(1, LIMITS, extract=misbehave) as pool:
        for round_number in range(2):
            pool.submit(write(tmp_path, "first.txt")).result()
            (worker,) = set(multiprocessing.active_children()) - before
            os.kill(worker.pid, signal.SIGKILL)
            time.sleep(0.3 * round_number)
            futures = [pool.submit(write(tmp_path, f"{n}.txt")) for n in range(10)]
            assert [outcome(future) for future in futures] == ["some words"] * 10


def test_workers_start_with_the_first_file():
    """Opening a library starts no process."""
    before = set(multiprocessing.active_children())
    with ExtractionPool.open(2, LIMITS):
        assert set(multiprocessing.active_children()) == before


def test_pages_are_drawn_beside_reading(tmp_path):
    """A preview does not wait for the files that are being read, and errors of it have reasons."""
    path = paper(tmp_path / "x.pdf", "words on a page")
    with ExtractionPool.open(1, LIMITS, extract=misbehave) as pool:
        pool.submit(write(tmp_path, "sleep.txt"))
        page = pool.render_page(
            path, page=1, expected_text="words on a page", spans=[Span(start=0, end=5)], dpi=96
        )
        assert len(page.rgb) == page.width * page.height * 3
        assert len(page.boxes[0]) == 1
        with pytest.raises(ExtractionError) as caught:
            pool.render_page(tmp_path / "gone.pdf", page=1, expected_text="", spans=[], dpi=96)
        assert caught.value.reason.code is Reason.VANISHED
        with pytest.raises(ExtractionError) as caught:
            pool.render_page(tmp_path / "sleep.txt", page=1, expected_text="", spans=[], dpi=96)
        assert caught.value.reason.code is Reason.UNSUPPORTED
    with pytest.raises(CancelledError):
        pool.render_page(path, page=1, expected_text="", spans=[], dpi=96)
