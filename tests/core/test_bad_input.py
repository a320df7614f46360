"""The bad-input table: whatever lies in a folder ends in a state with a reason, and the rest is indexed."""

from __future__ import annotations

import os
import tempfile
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymupdf
import pytest

from core.collection import Collection
from core.domain import Document, DocumentState, Query, Reason
from core.encode.lexical.encoder import LexicalEncoder
from core.layout import LibraryLayout
from core.progress import CancelToken
from core.settings import ReadingLimits, Settings
from tests.core.conftest import index, inline_collection
from tests.core.encoders import FixedEncoders


def pdf(text: str, **save: object) -> bytes:
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), text)
        return bytes(document.tobytes(**save))


def bad_files(folder: Path) -> dict[bytes, tuple[DocumentState, Reason | None]]:
    """Make one of each; the names with the state that each must end in."""
    whole = pdf("a whole page about umbrellas")
    locked = pdf("a secret", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y")
    contents: dict[bytes, tuple[bytes, DocumentState, Reason | None]] = {
        b"good.txt": (b"an umbrella is fine", DocumentState.INDEXED, None),
        b"good.pdf": (whole, DocumentState.INDEXED, None),
        b"damaged.pdf": (b"%PDF-1.7\n" + os.urandom(2000), DocumentState.FAILED, Reason.DAMAGED),
        b"not a pdf.pdf": (b"hello there, this is no PDF", DocumentState.FAILED, Reason.DAMAGED),
        b"encrypted.pdf": (locked, DocumentState.FAILED, Reason.ENCRYPTED),
        b"empty.txt": (b"", DocumentState.SKIPPED, Reason.EMPTY),
        b"empty.pdf": (b"", DocumentState.SKIPPED, Reason.EMPTY),
        b"binary.txt": (bytes(range(256)) * 40, DocumentState.SKIPPED, Reason.BINARY),
        b"program.exe": (b"MZ" + bytes(500), DocumentState.SKIPPED, Reason.UNSUPPORTED),
        b"scan.pdf": (pdf(""), DocumentState.SKIPPED, Reason.NO_TEXT),
        b"caf\xe9 \xff.txt": (b"not a UTF-8 name, an umbrella", DocumentState.INDEXED, None),
        unicodedata.normalize("NFD", "ガイド.txt").encode(): (
            "傘の話".encode(),
            DocumentState.INDEXED,
            None,
        ),
    }
    for name, (content, _, _) in contents.items():
        (folder / os.fsdecode(name)).write_bytes(content)
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.txt").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.txt")
    expected = {name: (state, reason) for name, (_, state, reason) in contents.items()}
    return expected | {
        b"loop": (DocumentState.SKIPPED, Reason.SYMLINK),
        b"dangling.txt": (DocumentState.SKIPPED, Reason.SYMLINK),
        b"pipe.txt": (DocumentState.SKIPPED, Reason.SPECIAL_FILE),
    }


def by_name(collection: Collection) -> dict[bytes, Document]:
    return {os.fsencode(document.path.name): document for document in collection.documents()}


@pytest.fixture
def collection(tmp_path, encoder: LexicalEncoder):
    limits = ReadingLimits(text_chars=2_000_000, plain_file_bytes=4 * 2**20)
    with Collection.open(
        LibraryLayout(tmp_path / "library"), Settings(limits=limits), FixedEncoders.only(encoder)
    ) as opened:
        yield opened


def test_every_file_ends_in_a_state_with_a_reason(tmp_path, collection):
    """Each kind of bad file has its own reason, and none stops the others from being found."""
    folder = tmp_path / "files"
    folder.mkdir()
    expected = bad_files(folder)
    collection.add_source(folder)
    index(collection)
    found = {
        name: (document.state, document.reason.code if document.reason else None)
        for name, document in by_name(collection).items()
    }
    assert found == expected
    names = {result.document.path.name for result in collection.search(Query(text="umbrella")).results}
    assert {"good.txt", "good.pdf", os.fsdecode(b"caf\xe9 \xff.txt")} <= names
    guide = collection.search(Query(text="傘")).results[0].document.path.name
    assert unicodedata.normalize("NFC", guide) == "ガイド.txt"


def test_a_log_of_500_mb_is_searchable_up_to_a_point(tmp_path, collection):
    """A huge file costs bounded time, is searchable from its start, and says where it was cut."""
    folder = tmp_path / "files"
    folder.mkdir()
    line = b"2026-11-21 12:00:00 INFO heartbeat received from node seven, nothing else happened\n"
    with (folder / "huge.log").open("wb") as file:
        file.write(b"startup of the pomegranate service\n")
        for _ in range(500):
            file.write(line * (2**20 // len(line)))
    collection.add_source(folder)
    index(collection)
    document = by_name(collection)[b"huge.log"]
    assert document.state is DocumentState.TRUNCATED
    assert document.reason.code is Reason.TOO_LONG
    assert collection.search(Query(text="pomegranate")).results


def test_a_file_that_vanishes_half_way(tmp_path, collection):
    """A file that was seen by the scan and is gone when it is read has a state, then is forgotten."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.txt").write_text("apricot")
    (folder / "b.txt").write_text("blackberry")
    collection.add_source(folder)
    events = collection.sync(CancelToken())
    for event in events:
        if type(event).__name__ == "Committed":
            (folder / "a.txt").unlink()
            break
    list(events)
    assert by_name(collection)[b"a.txt"].reason.code is Reason.VANISHED
    assert by_name(collection)[b"b.txt"].state is DocumentState.INDEXED
    index(collection)
    assert b"a.txt" not in by_name(collection)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read everything, so a test that runs as root becomes nobody for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="permissions of another kind")
def test_a_file_without_permission(encoder):
    """What may not be read is failed with that reason, and is read once it may be."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        with without_privileges(), inline_collection(Path(place) / "library", encoder) as collection:
            folder = Path(place) / "files"
            (folder / "closed").mkdir(parents=True)
            for name in ("secret.txt", "closed/inside.txt", "open.txt"):
                (folder / name).write_text("an open letter")
            (folder / "secret.txt").chmod(0)
            (folder / "closed").chmod(0)
            collection.add_source(folder)
            index(collection)
            states = {name: document.reason for name, document in by_name(collection).items()}
            assert states.keys() == {b"secret.txt", b"closed", b"open.txt"}
            assert states[b"open.txt"] is None
            assert states[b"secret.txt"].code is Reason.NO_PERMISSION
            assert states[b"closed"].code is Reason.NO_PERMISSION
            (folder / "secret.txt").chmod(0o600)
            (folder / "closed").chmod(0o700)
            index(collection)
            assert {document.state for document in collection.documents()} == {DocumentState.INDEXED}
            assert by_name(collection).keys() == {b"secret.txt", b"inside.txt", b"open.txt"}


def test_searching_goes_on_while_a_folder_is_indexed(tmp_path, collection):
    """A search never waits for the writer: answers come while a job is running, and grow."""
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02}.txt").write_text(f"walnut number {number}. " * 400)
    collection.add_source(folder)
    job = threading.Thread(target=index, args=[collection])
    job.start()
    slowest = 0.0
    while job.is_alive():
        begun = time.perf_counter()
        collection.search(Query(text="walnut"))
        slowest = max(slowest, time.perf_counter() - begun)
    job.join()
    assert slowest < 5
    assert len(collection.search(Query(text="walnut", limit=100)).results) == 60
