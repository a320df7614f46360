"""Which files may have changed just now: real files, real events."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.layout import IGNORE_FILE
from core.progress import CancelToken
from core.watch import events
from core.watch.events import WatchProblem, WatchTrouble
from core.watch.hints import MANY_EVENTS, Hint, Hints
from core.watch.ignore import IgnoreRules
from core.watch.scan import rescan
from core.watch.watcher import Watcher, WatchTiming

TWO_SECONDS = 2.0
PATIENCE_S = 20.0


class Calls:
    """Collects what a watcher reports, from its thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.batches: list[frozenset[Path]] = []
        self.problems: list[WatchProblem] = []

    def change(self, paths: frozenset[Path]) -> None:
        with self._changed:
            self.batches.append(paths)
            self._changed.notify_all()

    def problem(self, problem: WatchProblem) -> None:
        with self._changed:
            self.problems.append(problem)
            self._changed.notify_all()

    @property
    def paths(self) -> set[Path]:
        return set().union(*self.batches)

    def wait(self, condition: Callable[[], bool]) -> float:
        """Wait until `condition` holds; seconds that it took."""
        start = time.monotonic()
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE_S), (self.batches, self.problems)
        return time.monotonic() - start

    def covers(self, path: Path) -> bool:
        return not self.paths.isdisjoint((path, *path.parents))

    def knows(self, *paths: Path) -> float:
        """Wait until each of `paths`, or a folder above it, was reported."""
        return self.wait(lambda: all(self.covers(path) for path in paths))

    def clear(self) -> None:
        with self._changed:
            self.batches.clear()


@pytest.fixture
def calls() -> Calls:
    return Calls()


def make_folder(folder: Path) -> Path:
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "sub" / "b.txt").write_text("b")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "source")


@pytest.fixture
def watch(calls: Calls) -> Iterator[Callable[..., Watcher]]:
    watchers = []

    def start(*folders: Path, **timing: float) -> Watcher:
        watcher = Watcher.open(
            folders,
            rules=IgnoreRules(),
            on_change=calls.change,
            on_problem=calls.problem,
            timing=WatchTiming(**timing),
        )
        watchers.append(watcher)
        assert watcher.wait_ready(PATIENCE_S)
        return watcher

    before = set(threading.enumerate())
    yield start
    for watcher in watchers:
        watcher.close()
    assert set(threading.enumerate()) <= before, "a watcher left threads behind"


def create(folder: Path) -> list[Path]:
    (folder / "新しい.txt").write_text("new")
    return [folder / "新しい.txt"]


def modify(folder: Path) -> list[Path]:
    (folder / "sub" / "b.txt").write_text("more")
    return [folder / "sub" / "b.txt"]


def rename(folder: Path) -> list[Path]:
    (folder / "a.txt").rename(folder / "sub" / "c.txt")
    return [folder / "a.txt", folder / "sub" / "c.txt"]


def move_in(folder: Path) -> list[Path]:
    (folder.parent / "x.txt").write_text("x")
    (folder.parent / "x.txt").rename(folder / "x.txt")
    return [folder / "x.txt"]


def move_out(folder: Path) -> list[Path]:
    (folder / "a.txt").rename(folder.parent / "a.txt")
    return [folder / "a.txt"]


def delete(folder: Path) -> list[Path]:
    (folder / "a.txt").unlink()
    return [folder / "a.txt"]


def delete_folder(folder: Path) -> list[Path]:
    shutil.rmtree(folder / "sub")
    return [folder / "sub" / "b.txt"]


def rename_folder(folder: Path) -> list[Path]:
    (folder / "sub").rename(folder / "renamed")
    return [folder / "sub" / "b.txt", folder / "renamed" / "b.txt"]


def new_folder_with_files(folder: Path) -> list[Path]:
    (folder / "1" / "2").mkdir(parents=True)
    (folder / "1" / "2" / "x.txt").write_text("x")
    return [folder / "1" / "2" / "x.txt"]


def save_atomically(folder: Path) -> list[Path]:
    (folder / "a.txt.tmp").write_text("new a")
    (folder / "a.txt.tmp").replace(folder / "a.txt")
    return [folder / "a.txt"]


def permit(folder: Path) -> list[Path]:
    (folder / "a.txt").chmod(0o600)
    return [folder / "a.txt"]


def not_utf8(folder: Path) -> list[Path]:
    path = folder / os.fsdecode(b"caf\xe9.txt")
    path.write_text("x")
    return [path]


@pytest.mark.parametrize(
    "act",
    [
        create,
        modify,
        rename,
        move_in,
        move_out,
        delete,
        delete_folder,
        rename_folder,
        new_folder_with_files,
        save_atomically,
        permit,
        not_utf8,
    ],
)
def test_known_within_two_seconds(
    act: Callable[[Path], list[Path]], tmp_path: Path, calls: Calls, watch: Callable[..., Watcher]
) -> None:
    """Whatever happens to a file, both its old and its new path are reported within two seconds."""
    times = []
    # A busy machine may be late once, for reasons of its own; that a report comes at all is not negotiable.
    for attempt in "123":
        folder = make_folder(tmp_path / attempt / "source")
        watch(folder)
        expected = act(folder)
        times.append(calls.knows(*expected))
        if times[-1] < TWO_SECONDS:
            break
    assert min(times) < TWO_SECONDS
    assert calls.problems == []


def test_a_burst_is_one_report(folder: Path, calls: Calls, watch: Callable[..., Watcher]) -> None:
    """500 files written at once come in a few reports."""
    watch(folder)
    files = [folder / "sub" / f"{number}.txt" for number in range(500)]
    start = time.monotonic()
    for path in files:
        path.write_text("x")
    written_s = time.monotonic() - start
    calls.knows(*files)
    # One a second while it lasts, and the last.
    assert len(calls.batches) <= 4 + written_s


def test_our_own_reading_is_no_change(folder: Path, calls: Calls, watch: Callable[..., Watcher]) -> None:
    """Opening, reading and listing make no report, nor do ignored files; the next true change does."""
    (folder / IGNORE_FILE).write_text("*.log\n")
    (folder / ".git").mkdir()
    watch(folder)
    (folder / "a.txt").read_text()
    list(folder.iterdir())
    (folder / ".git" / "index").write_text("x")
    (folder / "~$a.docx").write_text("x")
    (folder / "sub" / "x.log").write_text("x")
    time.sleep(1.0)
    assert calls.batches == []
    (folder / "a.txt").write_text("x")
    calls.knows(folder / "a.txt")
    assert calls.paths == {folder / "a.txt"}


def test_new_ignore_rules_concern_their_folder(
    folder: Path, calls: Calls, watch: Callable[..., Watcher]
) -> None:
    """A change of an ignore file reports the folder that it rules."""
    watch(folder)
    (folder / "sub" / IGNORE_FILE).write_text("b.txt\n")
    calls.wait(lambda: folder / "sub" in calls.paths)
    assert rescan(folder, [folder / "sub"], IgnoreRules(), CancelToken()).found == ()


def test_paths_are_named_as_the_person_named_them(
    folder: Path, calls: Calls, watch: Callable[..., Watcher]
) -> None:
    """A source that is a link reports paths below the link."""
    link = folder.parent / "link"
    link.symlink_to(folder)
    watch(link)
    (folder / "sub" / "b.txt").write_text("x")
    calls.knows(link / "sub" / "b.txt")


def test_folders_come_and_go_while_running(folder: Path, calls: Calls, watch: Callable[..., Watcher]) -> None:
    """Folders can be added and dropped at any time; a dropped one is silent."""
    other = folder.parent / "other"
    other.mkdir()
    watcher = watch(folder)
    watcher.set_folders([other])
    assert watcher.wait_ready(PATIENCE_S)
    (folder / "a.txt").write_text("x")
    (other / "b.txt").write_text("x")
    calls.knows(other / "b.txt")
    assert not calls.covers(folder / "a.txt")


def test_a_folder_that_vanishes_and_returns(
    folder: Path, calls: Calls, watch: Callable[..., Watcher]
) -> None:
    """A source that goes is a problem; when it is back it is reported and watched again."""
    watch(folder)
    folder.rename(folder.parent / "away")
    calls.wait(lambda: folder in calls.paths and bool(calls.problems))
    assert calls.problems == [WatchProblem(folder=folder, trouble=WatchTrouble.MISSING)]
    calls.clear()
    (folder.parent / "away").rename(folder)
    calls.wait(lambda: folder in calls.paths)
    calls.clear()
    (folder / "a.txt").write_text("x")
    calls.wait(lambda: folder / "a.txt" in calls.paths)
    assert len(calls.problems) == 1


def test_a_folder_that_is_replaced(folder: Path, calls: Calls, watch: Callable[..., Watcher]) -> None:
    """Another folder in the place of the old one is watched as well as that was."""
    watch(folder)
    shutil.rmtree(folder)
    folder.mkdir()
    calls.wait(lambda: folder in calls.paths)
    time.sleep(1.5)
    calls.clear()
    (folder / "new.txt").write_text("x")
    calls.wait(lambda: folder / "new.txt" in calls.paths)


def test_everything_is_swept_from_time_to_time(
    folder: Path, calls: Calls, watch: Callable[..., Watcher]
) -> None:
    """Since events can be lost, every source is reported now and then."""
    watch(folder, sweep_s=0.3)
    calls.wait(lambda: len(calls.batches) >= 2)
    assert calls.paths == {folder}


def test_network_folders_are_polled(
    folder: Path, calls: Calls, watch: Callable[..., Watcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network drive is told as such and reported as a whole every while."""
    monkeypatch.setattr(events, "is_network_folder", lambda path: path == folder)
    watch(folder, poll_s=0.3)
    calls.wait(lambda: len(calls.batches) >= 2)
    assert calls.paths == {folder}
    assert calls.problems == [WatchProblem(folder=folder, trouble=WatchTrouble.NETWORK)]


def test_closing_from_a_callback(folder: Path) -> None:
    """A watcher may be closed by the very call that it makes, and twice."""
    done = threading.Event()

    def change(_paths: frozenset[Path]) -> None:
        watcher.close()
        done.set()

    watcher = Watcher.open([folder], rules=IgnoreRules(), on_change=change, on_problem=print)
    with watcher:
        assert watcher.wait_ready(PATIENCE_S)
        (folder / "a.txt").write_text("x")
        assert done.wait(PATIENCE_S)


LIMITED = """
    import sys, threading
    from pathlib import Path
    from core.watch.ignore import IgnoreRules
    from core.watch.watcher import Watcher, WatchTiming
    reports = []
    again = threading.Event()
    def change(paths):
        reports.append(paths)
        if len(reports) == 2:
            again.set()
    problems = []
    folder = Path(sys.argv[1])
    with Watcher.open([folder], rules=IgnoreRules(), on_change=change, on_problem=problems.append,
                      timing=WatchTiming(poll_s=0.2)) as watcher:
        assert watcher.wait_ready(20)
        assert again.wait(20)
    assert {path for paths in reports for path in paths} == {folder}, reports
    assert [problem.trouble.value for problem in problems] == ["limit"], problems
    assert threading.active_count() == 1
    print("told and polled")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")
@pytest.mark.parametrize(
    ("limit", "value"), [("max_inotify_watches", 2), ("max_inotify_watches", 0), ("max_inotify_instances", 0)]
)
def test_when_the_system_allows_no_more_watches(limit: str, value: int, folder: Path) -> None:
    """At the system's real limit, for the folder or only for one below it, it says so and polls instead."""
    script = f'echo {value} > /proc/sys/user/{limit} && exec {sys.executable} -c "$1" {folder}'
    allowed = subprocess.run(["unshare", "-Ur", "true"], check=False, capture_output=True)
    if allowed.returncode:
        pytest.skip("user namespaces are not allowed here")
    result = subprocess.run(
        ["unshare", "-Ur", "sh", "-c", script, "sh", textwrap.dedent(LIMITED)],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert result.stdout == "told and polled\n", result.stderr


def test_hints_wait_for_quiet_but_not_for_ever() -> None:
    """A batch ends after a moment of quiet, and after a while without one too."""
    hints = Hints(quiet_s=0.2, patience_s=0.6)
    hint = Hint(folder=Path("/s"), path=Path("/s/a"), is_dir=False)
    assert hints.wait(0.05) == frozenset()
    start = time.monotonic()
    hints.add(hint)
    assert hints.wait(10) == {hint}
    assert 0.15 < time.monotonic() - start < 5
    stop = threading.Event()

    def rush() -> None:
        while not stop.wait(0.01):
            hints.add(hint)

    thread = threading.Thread(target=rush)
    thread.start()
    assert hints.wait(10) == {hint}
    stop.set()
    thread.join()


def test_a_flood_of_events_is_the_whole_source() -> None:
    """More events than can be trusted to be all become one hint at their source, and none of another's."""
    hints = Hints(quiet_s=0.01)
    for number in range(MANY_EVENTS + 1):
        hints.add(Hint(folder=Path("/s"), path=Path(f"/s/{number}"), is_dir=False))
    other = Hint(folder=Path("/t"), path=Path("/t/a"), is_dir=False)
    hints.add(other)
    assert hints.wait(10) == {other, Hint(folder=Path("/s"), path=Path("/s"), is_dir=True)}
    hints.wake()
    assert hints.wait(10) == frozenset()
