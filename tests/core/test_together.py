"""Searching, writing and merging at the same time, in threads and in two programs: every answer is whole."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest

from core.collection import Collection
from core.domain import Query
from core.encode.lexical.encoder import LexicalEncoder
from core.index import merge
from core.progress import CancelToken
from tests.core.conftest import index, inline_collection, maintain
from tests.core.oracle import Oracle, check_whole

CHECKOUT = Path(__file__).parents[2]
STEADY = ["kumquat", "obsidian", "thistle", "gondola", "朝顔", "蒸気機関"]
SECONDS = 1.5


@pytest.fixture
def files(tmp_path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for word in STEADY:
        (folder / f"{word}.txt").write_text(f"a {word} that stays, " * 3, encoding="utf-8")
    return folder


@pytest.fixture
def collection(tmp_path, files, encoder: LexicalEncoder, monkeypatch):
    monkeypatch.setattr(merge, "TIER_FACTOR", 2)
    with inline_collection(tmp_path / "library", encoder) as opened:
        opened.add_source(files)
        for word in STEADY:
            list(opened.refresh([files / f"{word}.txt"], CancelToken()))
        yield opened


def save(collection: Collection, path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    list(collection.refresh([path], CancelToken()))


class Workers:
    """Threads that do something again and again until the block ends; one that fails fails the test."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.errors: list[Exception] = []
        self.rounds: list[int] = []
        self._threads: list[threading.Thread] = []

    def start(self, work: Callable[[int], object]) -> None:
        self.rounds.append(0)
        thread = threading.Thread(target=self._run, args=[work, len(self.rounds) - 1])
        self._threads.append(thread)
        thread.start()

    def _run(self, work: Callable[[int], object], place: int) -> None:
        while not self.stop.is_set():
            try:
                work(self.rounds[place])
            except Exception as error:  # noqa: BLE001 - raised again in the test's own thread
                self.errors.append(error)
                self.stop.set()
            self.rounds[place] += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join(30)
        if self.errors:
            raise self.errors[0]


def test_threads(collection, files, encoder):
    """What stays is found with the same score in every search; what was saved is found by the next one."""
    oracle, steady = Oracle(encoder), [files / f"{word}.txt" for word in STEADY]
    for word in STEADY:
        oracle.check(collection, steady, word)

    def look(number: int) -> None:
        oracle.check(collection, steady, STEADY[number % len(STEADY)])

    def write(number: int) -> None:
        path = files / f"volatile{number % 3}.md"
        save(collection, path, f"Entry {number}: a velvet jigsaw")
        (found,) = [
            each.hits[0].text
            for each in collection.search(Query(text="velvet jigsaw")).results
            if each.document.path == path
        ]
        assert f"Entry {number}:" in found
        if number % 2:
            path.unlink()
            list(collection.refresh([path], CancelToken()))
            reply = collection.search(Query(text="velvet jigsaw"))
            assert path not in [each.document.path for each in reply.results]

    def tidy(_number: int) -> None:
        maintain(collection)

    with Workers() as workers:
        for work in (look, look, write, tidy):
            workers.start(work)
        workers.stop.wait(SECONDS)
    assert min(workers.rounds) >= 5
    maintain(collection)
    check_whole(collection)


def test_a_held_scope_answers_for_ever(collection, files):
    """Whoever holds a snapshot reads from it what was there, however often all of it is merged away."""
    scope = collection._searcher._model.opened().live.scope(Query(text="x"))
    ids = [int(id_) for view in scope.snapshot.views for id_ in view.segment.passage_ids]
    before = {id_: scope.snapshot.vectors(id_).copy() for id_ in ids}
    for number in range(6):
        save(collection, files / "other.txt", f"number {number}")
        maintain(collection)
    assert not any(view.segment.path.exists() for view in scope.snapshot.views)
    for id_ in ids:
        assert (scope.snapshot.vectors(id_) == before[id_]).all()


_OTHER = """
import sys
import time
from pathlib import Path
from typing import Self
import core.index.merge as merge
from core.encode.lexical.encoder import LexicalEncoder
from core.layout import RARITY_TABLE
from core.progress import CancelToken
from tests.core.conftest import inline_collection

merge.TIER_FACTOR = 2
library, folder = map(Path, sys.argv[1:])
with inline_collection(library, LexicalEncoder.open(RARITY_TABLE)) as collection:
    print("ready", flush=True)
    for number in range(25):
        path = folder / f"theirs{number % 4}.txt"
        path.write_text(f"number {number} of the other program, a zeppelin")
        list(collection.refresh([path], CancelToken()))
        list(collection.maintain(CancelToken()))
        time.sleep(0.02)
"""


def test_two_programs(collection, files, tmp_path, encoder):
    """Both write, merge and search one library: nothing is lost, double or seen half."""
    oracle, steady = Oracle(encoder), [files / f"{word}.txt" for word in STEADY]
    command = [sys.executable, "-c", _OTHER, str(tmp_path / "library"), str(files)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "ready\n"
        number, deadline = 0, time.monotonic() + 20
        while (other.poll() is None or number < 5) and time.monotonic() < deadline:
            number += 1
            save(collection, files / f"ours{number % 3}.txt", f"number {number} of ours, a periscope")
            oracle.check(collection, steady, STEADY[number % len(STEADY)])
            maintain(collection)
            with suppress(subprocess.TimeoutExpired):
                other.wait(0.005)
        assert other.wait(1) == 0
    index(collection)
    maintain(collection)
    for word in [*STEADY, "zeppelin", "periscope"]:
        oracle.check(collection, sorted(files.iterdir()), word)
    check_whole(collection)
