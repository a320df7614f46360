"""Merges in the background: nobody waits for them, and nothing that happens meanwhile is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.catalogue import codebooks
from core.collection import Collection
from core.domain import Mode, Query
from core.errors import CancelledError, LibraryInUseError
from core.index import merge
from core.index.codebook import codebook_file
from core.indexing import merging
from core.progress import CancelToken, Merging
from tests.core.conftest import OpenCollection, index, maintain
from tests.core.index.made import make_codebook

WORDS = [
    "kumquat",
    "obsidian",
    "thistle",
    "gondola",
    "abacus",
    "lantern",
    "marzipan",
    "umbrella",
    "朝顔",
    "蒸気機関",
    "夕立",
    "観覧車",
    "velvet",
    "quartz",
    "jigsaw",
    "hydrant",
]
assert len(WORDS) == 2 * merge.TIER_FACTOR


@pytest.fixture
def files(tmp_path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


@pytest.fixture
def collection(tmp_path, files, open_collection: OpenCollection) -> Collection:
    """One small segment for each word."""
    opened = open_collection(tmp_path / "library")
    opened.add_source(files)
    for word in WORDS:
        save(opened, files / f"{word}.txt", f"a {word} and more")
    return opened


def save(collection: Collection, path: Path, text: str) -> None:
    path.write_text(text)
    list(collection.refresh([path], CancelToken()))


def names(collection: Collection, word: str, **restrictions) -> set[str]:
    query = Query(text=word, mode=Mode.MAXSIM, **restrictions)
    return {result.document.path.name for result in collection.search(query).results}


def segments_of(tmp_path: Path) -> set[Path]:
    return set((tmp_path / "library" / "index").glob("*.segment"))


@contextmanager
def merge_held(collection: Collection, monkeypatch) -> Iterator[list[Exception]]:
    """A merge is at work in another thread, its file written, until the block ends; then it has ended."""
    written, go_on, errors = threading.Event(), threading.Event(), list[Exception]()

    def slow(*args, merge=merging.merge):
        new = merge(*args)
        written.set()
        assert go_on.wait(20)
        return new

    def work():
        try:
            maintain(collection)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            errors.append(error)

    monkeypatch.setattr(merging, "merge", slow)
    thread = threading.Thread(target=work)
    thread.start()
    assert written.wait(20)
    try:
        yield errors
    finally:
        go_on.set()
        thread.join(20)
        monkeypatch.undo()


def test_merging_is_told_and_settles(collection, tmp_path):
    """Each merge is an event; afterwards there is nothing to do, few files are left and all is found."""
    before = {word: collection.search(Query(text=word)).results[0] for word in WORDS}
    events = list(collection.maintain(CancelToken()))
    assert [type(event) for event in events] == [Merging, Merging]
    assert events[0].segments == merge.TIER_FACTOR
    assert list(collection.maintain(CancelToken())) == []
    assert len(segments_of(tmp_path)) == 2
    assert {word: collection.search(Query(text=word)).results[0] for word in WORDS} == before


def test_a_saved_file_is_found_while_a_merge_runs(collection, files, tmp_path, monkeypatch):
    """Writers and searches go on during a merge; what they changed is so afterwards too."""
    with merge_held(collection, monkeypatch) as errors:
        save(collection, files / "new.txt", "a periscope")
        save(collection, files / f"{WORDS[0]}.txt", "a zeppelin")
        (files / f"{WORDS[1]}.txt").unlink()
        list(collection.refresh([files / f"{WORDS[1]}.txt"], CancelToken()))
        assert names(collection, "periscope") == {"new.txt"}
        assert names(collection, "zeppelin") == {f"{WORDS[0]}.txt"}
    assert errors == []
    assert names(collection, "periscope") == {"new.txt"}
    assert names(collection, "zeppelin") == {f"{WORDS[0]}.txt"}
    assert names(collection, WORDS[0]) == names(collection, WORDS[1]) == set()
    assert names(collection, WORDS[2], formats=("txt",)) == {f"{WORDS[2]}.txt"}
    assert collection.status().passages == len(WORDS)
    with collection._catalogue.read() as db:
        live = merging.segments.live(db)
        assert {stored.file for stored in live} == {path.name for path in segments_of(tmp_path)}
        for stored in live:
            assert len(merging.segments.dead_in(db, stored.id)) == stored.dead_passages
            assert len(merging.passages.in_segment(db, stored.id)) == stored.alive_passages


def test_segments_that_were_dropped_meanwhile(collection, files, tmp_path, monkeypatch):
    """When all that a merge is about is forgotten meanwhile, its file is thrown away."""
    with merge_held(collection, monkeypatch) as errors:
        collection.forget_source(files)
        assert names(collection, WORDS[3]) == set()
    assert errors == []
    assert segments_of(tmp_path) == set()
    index(collection)
    assert collection.status().passages == 0


def test_one_maintainer_at_a_time(collection, tmp_path, open_collection, monkeypatch):
    """A second one, also of another program, finds it taken care of and leaves; nobody's file is garbage."""
    other = open_collection(tmp_path / "library")
    with merge_held(collection, monkeypatch) as errors:
        during = segments_of(tmp_path)
        assert list(collection.maintain(CancelToken())) == []
        assert list(other.maintain(CancelToken())) == []
        index(other)
        assert segments_of(tmp_path) == during
    assert errors == []
    assert names(other, WORDS[7]) == {f"{WORDS[7]}.txt"}


def test_a_writers_fresh_file_is_no_garbage(collection, files, tmp_path, monkeypatch):
    """While somebody writes, maintenance deletes only what it has replaced itself."""
    leftover = tmp_path / "library" / "index" / "0123456789abcdef.segment"
    leftover.write_bytes(b"of a crash, or of a writer about to list it")
    monkeypatch.setattr("core.collection.WRITER_WAIT_S", 0.05)
    (files / "one.txt").write_text("one more")
    events = collection.sync(CancelToken())
    next(events)
    assert not leftover.exists()  # a writer may, at its beginning
    leftover.write_bytes(b"fresh")
    maintain(collection)
    assert len(segments_of(tmp_path)) == 2 + 1
    assert leftover.exists()
    list(events)
    maintain(collection)
    assert not leftover.exists()


def test_codebooks_that_nobody_needs(collection, files, tmp_path):
    """An old codebook goes, with its file, when no segment refers to it and nobody writes."""
    content = codebooks.Content(model="00", centroids=4, trained_tokens=9)
    folder = tmp_path / "library" / "index"
    names = [codebook_file(make_codebook(folder, centroids=4).id) for _ in range(3)]
    with collection._catalogue.write() as db:
        for name in names:
            codebooks.insert(db, name, content)
        db.execute("UPDATE segments SET codebook_id = 1 WHERE id = 1")

    def left() -> set[str]:
        return {path.name for path in folder.glob("*.codebook")}

    (files / "one.txt").write_text("one more")
    writing = collection.sync(CancelToken())
    assert left() == set(names)
    next(writing)  # a writer removes garbage when it begins, and then none until it ends
    assert left() == {names[0]}
    maintain(collection)  # merges segment 1 away
    assert left() == {names[0]}
    list(writing)
    maintain(collection)
    assert left() == set()


def test_a_merge_that_is_cancelled_leaves_nothing(collection, tmp_path):
    """A cancel between two steps of a merge ends it there: no file, no change."""
    before, steps = segments_of(tmp_path), []

    class Impatient(CancelToken):
        def checkpoint(self):
            steps.append(1)
            if len(steps) == 4:
                self.cancel()
            super().checkpoint()

    with pytest.raises(CancelledError):
        list(collection.maintain(Impatient()))
    assert segments_of(tmp_path) == before
    maintain(collection)
    assert len(segments_of(tmp_path)) == 2


def test_a_file_that_windows_does_not_delete(collection, tmp_path):
    """A merged segment that somebody has mapped stays until a later maintenance can delete it."""
    with pytest.MonkeyPatch.context() as patch:

        def refuse(path, **_):
            raise PermissionError(13, "in use", str(path))

        patch.setattr(Path, "unlink", refuse)
        maintain(collection)
        assert len(segments_of(tmp_path)) == len(WORDS) + 2
    maintain(collection)
    assert len(segments_of(tmp_path)) == 2


def test_damage_met_while_another_program_writes(collection, tmp_path, open_collection, monkeypatch):
    """It is left alone, and the error tells; who has the library for himself makes it again."""
    monkeypatch.setattr("core.collection.WRITER_WAIT_S", 0.05)
    damaged = min(segments_of(tmp_path))
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 0x40
    damaged.write_bytes(content)
    other = open_collection(tmp_path / "library")
    events = other.sync(CancelToken())
    next(events)
    with pytest.raises(LibraryInUseError):
        maintain(collection)
    assert damaged.exists()
    events.close()
    list(collection.verify(CancelToken()))
    assert not damaged.exists()
    for word in WORDS:
        assert names(collection, word) == {f"{word}.txt"}
