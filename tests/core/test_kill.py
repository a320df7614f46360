"""The program is killed without warning, again and again, and the library is right all the same."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.collection import Collection
from core.domain import BUILT_IN_MODEL, DocumentState, Query
from core.encode.lexical.encoder import LexicalEncoder
from core.index.segment import Segment
from core.layout import LibraryLayout
from core.progress import CancelToken, ModelChanged
from core.settings import Settings
from tests.core.conftest import index, inline_collection, maintain
from tests.core.encoders import OTHER, FixedEncoders, WordEncoder
from tests.core.oracle import check_stored, check_whole
from tests.core.small import check_no_garbage, forms_of, small_codebooks

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_kill_9_in_the_middle_of_indexing(tmp_path, encoder: LexicalEncoder):
    """After kill -9 at any moment the library opens, is consistent, and one sync completes it."""
    folder, layout = tmp_path / "files", LibraryLayout(tmp_path / "library")
    folder.mkdir()
    for number in range(150):
        text = f"Letter {number} mentions marker{number:03} once. " + "Nothing else of note here. " * 150
        (folder / f"{number:03}.txt").write_text(text)
    moments = random.Random(7)
    command = [sys.executable, "-m", "app", "--library", str(layout.root), "add", str(folder)]
    killed = 0
    for _ in range(4):
        job = subprocess.Popen(command, cwd=CHECKOUT, stderr=subprocess.DEVNULL, start_new_session=True)
        _wait_until_indexing(layout, job)
        time.sleep(moments.uniform(0.0, 0.4))
        killed += job.poll() is None
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()
        _check(layout, encoder)
    assert killed >= 2, "the kills came too late to test anything"
    with Collection.open(layout, Settings(), FixedEncoders.only(encoder)) as collection:
        index(collection)
        assert collection.status().documents[DocumentState.INDEXED] == 150
        for number in range(0, 150, 10):
            best = collection.search(Query(text=f"marker{number:03}", limit=1)).results[0]
            assert best.document.path.name == f"{number:03}.txt"
        assert not [event for event in collection.sync(CancelToken()) if type(event).__name__ == "Committed"]


def _has_begun(index, before, *, compressed):
    """Whether something was written; `compressed`: a codebook, so that the last kill is never before it."""
    return any(index.glob("*.codebook")) if compressed else index.stat().st_mtime_ns != before


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_kill_9_while_codebooks_come_and_go(tmp_path, encoder: LexicalEncoder):
    """After kill -9 at any moment of reading, training and merging all answers are right, and go on to be."""
    folder, root = tmp_path / "files", tmp_path / "library"
    folder.mkdir()
    paths = [folder / f"{number:02}.txt" for number in range(60)]
    for path in paths:
        path.write_text(
            f"Letter {path.stem} mentions marker{path.stem} once. " + "Nothing else of note. " * 3
        )
    with inline_collection(root, encoder) as collection:
        collection.add_source(folder)
    moments, killed, forms = random.Random(3), 0, set()
    for first in range(0, 60, 15):
        command = [sys.executable, "-m", "tests.core.crash", str(root), "live", *map(str, paths[first:])]
        before = (root / "index").stat().st_mtime_ns
        job = subprocess.Popen(command, cwd=CHECKOUT)
        while job.poll() is None and not _has_begun(root / "index", before, compressed=first == 45):
            time.sleep(0.01)
        time.sleep(moments.uniform(0.0, 0.3))
        killed += job.poll() is None
        job.kill()
        job.wait()
        with inline_collection(root, encoder) as collection:
            check_whole(collection)
            forms |= {form.codebook for form in forms_of(collection)}
            done = collection.documents(frozenset({DocumentState.INDEXED}))
            check_stored(collection, encoder, *(f"marker{each.path.stem}" for each in done[::4]))
    assert killed >= 2, "the kills came too late to test anything"
    assert len(forms) > 1, "nothing was compressed"
    with inline_collection(root, encoder) as collection, small_codebooks(growth=2):
        index(collection)
        maintain(collection)
        check_whole(collection)
        check_no_garbage(collection)
        assert collection.status().documents[DocumentState.INDEXED] == 60
        for path in paths[::6]:
            best = collection.search(Query(text=f"marker{path.stem}", limit=1)).results[0]
            assert best.document.path == path


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_kill_9_while_models_come_and_go(tmp_path, encoder: LexicalEncoder):
    """After kill -9 at any moment of reading, switching and merging one model answers, with all of it."""
    folder, root = tmp_path / "files", tmp_path / "library"
    folder.mkdir()
    paths = [folder / f"{number:02}.txt" for number in range(24)]
    for path in paths:
        path.write_text(
            f"Letter {path.stem} mentions marker{path.stem} once. " + "Nothing else of note . " * 40
        )
    encoders = FixedEncoders({BUILT_IN_MODEL: encoder, OTHER: WordEncoder()})
    with inline_collection(root, encoders) as collection:
        collection.add_source(folder)
    moments, killed, answered, half = random.Random(5), 0, set(), 0
    for first in range(0, 24, 4):
        command = [sys.executable, "-m", "tests.core.crash", str(root), "switches", *map(str, paths[first:])]
        before = (root / "index").stat().st_mtime_ns
        job = subprocess.Popen(command, cwd=CHECKOUT)
        while job.poll() is None and (root / "index").stat().st_mtime_ns == before:
            time.sleep(0.01)
        time.sleep(moments.uniform(0.0, 0.5))
        killed += job.poll() is None
        job.kill()
        job.wait()
        with inline_collection(root, encoders) as collection:
            check_whole(collection)
            status = collection.status()
            answered.add(status.model)
            half += status.switch is not None
            done = collection.documents(frozenset({DocumentState.INDEXED}))
            markers = [f"marker{each.path.stem}" for each in done[::4]]
            check_stored(collection, encoders.open(status.model), *markers)
    assert killed >= 2, "the kills came too late to test anything"
    assert half or len(answered) > 1, "no switch was on its way"
    with inline_collection(root, encoders) as collection:
        wanted = BUILT_IN_MODEL if collection.status().model == OTHER else OTHER
        collection.use_model(wanted)
        index(collection)
        assert list(collection.switch(CancelToken()))[-1] == ModelChanged(model=wanted)
        maintain(collection)
        check_whole(collection)
        check_no_garbage(collection)
        for path in paths[::5]:
            best = collection.search(Query(text=f"marker{path.stem}", limit=1)).results[0]
            assert best.document.path == path


def _wait_until_indexing(layout: LibraryLayout, job: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and job.poll() is None:
        if layout.catalogue.exists() and layout.writer_lock.exists():
            return
        time.sleep(0.02)


def _check(layout: LibraryLayout, encoder: LexicalEncoder) -> None:
    """Every committed document can be found; every listed segment is whole."""
    with Collection.open(layout, Settings(), FixedEncoders.only(encoder)) as collection:
        for path in layout.index.glob("*.segment"):
            Segment.open(path).verify()
        done = collection.documents(frozenset({DocumentState.INDEXED}))
        for document in done[::7]:
            marker = f"marker{document.path.stem}"
            assert collection.search(Query(text=marker, limit=1)).results[0].document.id == document.id
