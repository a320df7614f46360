"""Damage to the library is told in our words, and what can be made again is made again without the files."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.catalogue.catalogue import Catalogue
from core.collection import Collection
from core.domain import DocumentState, Mode, Query
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import DiskFullError, LibraryDamagedError, LibraryUnwritableError
from core.index import merge
from core.index.format import HEADER_BYTES
from core.progress import CancelToken
from core.settings import Settings, load_settings, save_settings
from tests.core.conftest import OpenCollection, index, inline_collection, maintain

WORDS = (
    "kumquat",
    "zeppelin",
    "marzipan",
    "obsidian",
    "thistle",
    "gondola",
    "periscope",
    "abacus",
    "lantern",
)


@pytest.fixture
def files(tmp_path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for word in WORDS:
        (folder / f"{word}.txt").write_text(f"a {word} " * 40)
    return folder


@contextmanager
def opened(tmp_path: Path, encoder: LexicalEncoder) -> Iterator[Collection]:
    with inline_collection(tmp_path / "library", encoder) as collection:
        yield collection


def found(collection: Collection) -> dict[str, float]:
    """The best score for each of the words."""
    replies = {word: collection.search(Query(text=word, mode=Mode.MAXSIM)) for word in WORDS}
    return {word: reply.results[0].score for word, reply in replies.items() if reply.results}


def segments_of(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "library" / "index").glob("*.segment"))


@pytest.mark.parametrize("damage", ["gone", "cut", "header"])
def test_a_bad_segment_is_told_and_made_again(tmp_path, files, encoder, damage):
    """A search says which file is damaged; the next sync makes it again, though the files cannot be read."""
    with opened(tmp_path, encoder) as collection:
        collection.add_source(files)
        index(collection)
        before = found(collection)
    (path,) = segments_of(tmp_path)
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-10])
    else:
        path.write_bytes(bytes(HEADER_BYTES) + path.read_bytes()[HEADER_BYTES:])
    shutil.rmtree(files)  # the source is missing, so its documents stay
    with opened(tmp_path, encoder) as collection:
        with pytest.raises(LibraryDamagedError) as caught:
            collection.search(Query(text="kumquat"))
        assert caught.value.path == path
        index(collection)
        assert found(collection) == before
        assert collection.status().documents[DocumentState.INDEXED] == len(WORDS)


def test_damaged_vectors_are_never_merged(tmp_path, files, encoder):
    """A merge notices a flipped bit in the vectors, and what the segment held is encoded again."""
    with opened(tmp_path, encoder) as collection:
        collection.add_source(files)
        for word in WORDS[:-2]:
            (files / f"{word}.txt").write_text(f"another {word}")
            list(collection.refresh([files / f"{word}.txt"], CancelToken()))
        before = found(collection)
        damaged = segments_of(tmp_path)[0]
        content = bytearray(damaged.read_bytes())
        content[-1] ^= 0x40
        damaged.write_bytes(content)
        index(collection)
        maintain(collection)
        assert len(segments_of(tmp_path)) < len(WORDS)
        assert {word: found(collection)[word] for word in before} == before
        assert found(collection).keys() == set(WORDS)


def test_what_a_merge_replaced_is_deleted(tmp_path, files, encoder):
    """Small refreshes, as in a window that is open for days, leave few files behind."""
    with opened(tmp_path, encoder) as collection:
        collection.add_source(files)
        index(collection)
        for number in range(3 * merge.TIER_FACTOR):
            (files / "diary.txt").write_text(f"entry number {number}")
            list(collection.refresh([files / "diary.txt"], CancelToken()))
            maintain(collection)
        assert len(segments_of(tmp_path)) <= merge.TIER_FACTOR
        assert collection.search(Query(text="entry")).results


def test_forgetting_frees_the_index(tmp_path, files, open_collection: OpenCollection):
    """What was read from a forgotten folder leaves the index at once, on a full disk too; the rest stays."""
    collection, other = open_collection(tmp_path / "library"), tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("an umbrella")
    for folder in (files, other):
        collection.add_source(folder)
        index(collection)
    assert len(segments_of(tmp_path)) == 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.index.files._write", lambda *_: pytest.fail("it needs space"))
        collection.forget_source(files)
    assert len(segments_of(tmp_path)) == 1
    assert found(collection) == {}
    assert collection.search(Query(text="umbrella")).results


def test_content_that_comes_back_is_read_again(tmp_path, open_collection: OpenCollection):
    """Good, damaged, good again, always of one size: the last state counts."""
    folder = tmp_path / "files"
    folder.mkdir()
    path = folder / "a.txt"
    collection = open_collection(tmp_path / "library")
    collection.add_source(folder)
    states = []
    for content in (b"an umbrella", bytes(11), b"an umbrella"):
        path.write_bytes(content)
        index(collection)
        states.append(collection.documents()[0].state)
    assert states == [DocumentState.INDEXED, DocumentState.SKIPPED, DocumentState.INDEXED]
    assert collection.search(Query(text="umbrella")).results


def test_a_full_catalogue(tmp_path, files, open_collection: OpenCollection):
    """SQLite's own "database is full" ends the job in good order; with room it goes on."""
    for number in range(150):  # 30 pages of a new catalogue
        (files / f"{number}.txt").write_text(f"sheet {number} {random.Random(number).randbytes(80).hex()}")
    everything = len(WORDS) + 150
    collection = open_collection(tmp_path / "library")
    collection.add_source(files)
    catalogue: Catalogue = collection._catalogue
    (most,) = catalogue._writer.execute("PRAGMA max_page_count").fetchone()
    (used,) = catalogue._writer.execute("PRAGMA page_count").fetchone()
    for more in range(0, 200, 5):
        catalogue._writer.execute(f"PRAGMA max_page_count = {used + more}")
        try:
            index(collection)
        except DiskFullError:
            assert collection.status().documents[DocumentState.INDEXED] in (0, everything)
            assert len(segments_of(tmp_path)) == (1 if collection.status().passages else 0)
        else:
            assert more > 0
            break
    catalogue._writer.execute(f"PRAGMA max_page_count = {most}")
    index(collection)
    assert found(collection).keys() == set(WORDS)


@pytest.mark.parametrize("content", [b"garbage, and a lot of it" * 9, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_catalogue(tmp_path, encoder, content):
    """What is no database is told as such and left alone."""
    (tmp_path / "library").mkdir()
    path = tmp_path / "library" / "catalogue.db"
    path.write_bytes(content)
    with pytest.raises(LibraryDamagedError), opened(tmp_path, encoder):
        pass
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("name", "value"),
    [("workers", "x"), ("workers", -1), ("include_hidden", 3), ("limits", {"text_chars": "many"})],
)
def test_settings_that_make_no_sense(tmp_path, name, value):
    """A value of the wrong kind is told when the file is read, not by a crash later."""
    path = tmp_path / "settings.json"
    save_settings(path, Settings())
    assert load_settings(path) == Settings()

    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))
    with pytest.raises(LibraryDamagedError):
        load_settings(path)


def test_a_library_path_that_is_a_file(tmp_path, encoder):
    """Its settings are the defaults; opening it says that the folder cannot be made."""
    (tmp_path / "library").write_text("a file")
    assert load_settings(tmp_path / "library" / "settings.json") == Settings()
    with pytest.raises(LibraryUnwritableError), opened(tmp_path, encoder):
        pass
