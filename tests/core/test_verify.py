"""`verify` reads every byte: whatever is flipped is found, named, and made again if it can be."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from core.catalogue import codebooks, segments
from core.collection import Collection
from core.domain import DocumentState
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import CancelledError
from core.index.format import HEADER_BYTES
from core.index.segment import Segment
from core.progress import CancelToken, Checking, Damaged, FileDone, Verified
from core.settings import Settings
from tests.core.conftest import OpenCollection, index
from tests.core.oracle import Oracle

WORDS = ["kumquat", "obsidian", "thistle", "gondola", "朝顔", "蒸気機関"]


@pytest.fixture
def files(tmp_path) -> list[Path]:
    folder = tmp_path / "files"
    folder.mkdir()
    paths = [folder / f"{word}.txt" for word in WORDS]
    for path in paths:
        path.write_text(f"a {path.stem} is on this page. " * 5, encoding="utf-8")
    return paths


@pytest.fixture
def collection(tmp_path, files, open_collection: OpenCollection) -> Collection:
    """Two segments with three documents each."""
    opened = open_collection(tmp_path / "library")
    opened.add_source(files[0].parent)
    for some in (files[:3], files[3:]):
        list(opened.refresh(some, CancelToken()))
    return opened


def segments_of(collection: Collection) -> list[Path]:
    return sorted(collection._layout.index.glob("*.segment"))


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


def verify(collection: Collection) -> Verified:
    *events, verified = collection.verify(CancelToken())
    assert isinstance(verified, Verified)
    assert [event for event in events if isinstance(event, Damaged)] == list(verified.damaged)
    return verified


def found_paths(verified: Verified) -> list[Path]:
    return [damaged.path for damaged in verified.damaged]


def test_a_whole_library(collection):
    """Everything is read, nothing is found, nothing is changed."""
    before = segments_of(collection)
    events = list(collection.verify(CancelToken()))
    assert [type(event) for event in events] == [Checking] * 3 + [Verified]
    sizes = [path.stat().st_size for path in [collection._layout.catalogue, *before]]
    assert events[-1] == Verified(files=3, bytes=sum(sizes), damaged=(), unmended=())
    assert segments_of(collection) == before


def sections_of(path: Path) -> dict[str, tuple[int, int]]:
    """Where each array of a segment lies in the file, found by its address in the mapping."""
    segment = Segment.open(path)
    arrays = {
        name: getattr(segment, name)
        for name in segment.__dataclass_fields__
        if hasattr(getattr(segment, name), "__array_interface__")
    }
    starts = {name: array.__array_interface__["data"][0] for name, array in arrays.items() if array.nbytes}
    # The ids are the first section, which begins at the first multiple of 64 bytes after the header.
    base = min(starts.values()) - -(-HEADER_BYTES // 64) * 64
    return {"header": (0, HEADER_BYTES)} | {
        name: (start - base, start - base + arrays[name].nbytes) for name, start in starts.items()
    }


def test_a_flipped_byte_anywhere_is_found_and_mended(collection, files, encoder: LexicalEncoder):
    """In the header and in every section, at both ends and inside: named, dropped and encoded again."""
    oracle, places = Oracle(encoder), random.Random(1)
    for name in sections_of(segments_of(collection)[0]):
        for where in ("first", "last", "inside"):
            path = segments_of(collection)[0]
            first, after = sections_of(path)[name]
            at = {"first": first, "last": after - 1, "inside": places.randrange(first, after)}[where]
            flip(path, at)
            verified = verify(collection)
            assert found_paths(verified) == [path], (name, where)
            assert verified.unmended == ()
            assert not path.exists()
            for word in WORDS:
                oracle.check(collection, files, word)
    assert verify(collection).damaged == ()


@pytest.mark.parametrize("damage", ["gone", "cut", "another"])
def test_a_file_that_is_not_the_one(collection, files, damage):
    """A segment that is gone, cut off, or whole but another one is made again, and nothing else is."""
    path, other = segments_of(collection)
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        shutil.copy(other, path)
    shutil.rmtree(files[0].parent)  # the texts are enough
    events = list(collection.verify(CancelToken()))
    assert len([event for event in events if isinstance(event, FileDone)]) == 3
    assert found_paths(events[-1]) == [path]
    assert events[-1].unmended == ()
    assert other.exists()
    assert collection.status().passages == len(WORDS)


def damage_text(collection: Collection, path: Path, how: str) -> None:
    with sqlite3.connect(collection._layout.catalogue) as db:
        where = "WHERE document_id = (SELECT id FROM documents WHERE CAST(path AS TEXT) = ?)"
        if how == "gone":
            db.execute(f"DELETE FROM texts {where}", [str(path)])
        elif how == "map":
            db.execute(f"UPDATE texts SET map = '{{}}' {where}", [str(path)])
        else:
            (packed,) = db.execute(f"SELECT text FROM texts {where}", [str(path)]).fetchone()
            flipped = packed[:12] + bytes([packed[12] ^ 1]) + packed[13:]
            db.execute(f"UPDATE texts SET text = ? {where}", [flipped, str(path)])
    db.close()


@pytest.mark.parametrize("how", ["flipped", "gone", "map"])
def test_a_damaged_text_is_read_again(collection, files, encoder, how):
    """A stored text that does not come back as it was is named by its document and read from the file."""
    damage_text(collection, files[1], how)
    verified = verify(collection)
    assert found_paths(verified) == [files[1]]
    assert verified.unmended == ()
    assert verify(collection).damaged == ()
    for word in WORDS:
        Oracle(encoder).check(collection, files, word)


def test_a_damaged_text_whose_file_is_gone(collection, files):
    """What cannot be made again is told, does not stop any search, and is read once the file is back."""
    damage_text(collection, files[1], "flipped")
    away = files[0].parent.rename(files[0].parent.with_name("away"))
    verified = verify(collection)
    assert [damaged.path for damaged in verified.unmended] == [files[1]]
    assert collection.status().passages == len(WORDS) - 1
    away.rename(files[0].parent)
    index(collection)
    assert collection.status().passages == len(WORDS)
    assert verify(collection).damaged == ()


def test_a_segment_and_a_text_of_it(collection, files, encoder):
    """When both are damaged the file is read for the one, and the texts serve for the rest."""
    path = segments_of(collection)[0]
    with collection._catalogue.read() as db:
        (stored,) = [each for each in segments.live(db) if each.file == path.name]
        some = [each for each in files if str(each) in str(db.execute(
            "SELECT CAST(documents.path AS TEXT) FROM documents JOIN passages ON document_id = documents.id"
            " WHERE segment_id = ?", [stored.id]).fetchall())]  # fmt: skip
    damage_text(collection, some[0], "flipped")
    flip(path, -3)
    verified = verify(collection)
    assert set(found_paths(verified)) == {path, some[0]}
    assert verified.unmended == ()
    for word in WORDS:
        Oracle(encoder).check(collection, files, word)


def test_an_index_of_sqlite_is_rebuilt(collection):
    """Damage in what SQLite can make from its own tables is mended there."""
    with collection._catalogue.write() as db:
        db.execute("CREATE INDEX extra ON documents(title)")
    collection.close()
    path = collection._layout.catalogue
    with sqlite3.connect(path) as db:
        (page,) = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'documents_by_state'"
        ).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    content = bytearray(path.read_bytes())
    at = content.index(b"indexed", (page - 1) * size, page * size)
    content[at : at + 7] = b"Indexed"
    path.write_bytes(content)
    with Collection.open(collection._layout, Settings(), collection._encoders) as again:
        verified = verify(again)
        assert found_paths(verified) == [path]
        assert verified.unmended == ()
        assert again.status().documents[DocumentState.INDEXED] == len(WORDS)


def test_a_row_that_makes_no_sense(collection):
    """What SQLite holds for whole and no program wrote is told too."""
    with collection._catalogue.write() as db:
        db.execute("UPDATE documents SET state = 'indexed', reason = 'Xmpty' WHERE id = 2")
    verified = verify(collection)
    assert found_paths(verified) == [collection._layout.catalogue]
    assert len(verified.unmended) == 1


def test_a_catalogue_beyond_repair(collection):
    """A broken page of a table is told and not mended; the job ends all the same."""
    collection.close()
    path = collection._layout.catalogue
    with sqlite3.connect(path) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'texts'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)
    with Collection.open(collection._layout, Settings(), collection._encoders) as again:
        verified = verify(again)
        assert path in found_paths(verified)
        assert path in [damaged.path for damaged in verified.unmended]


def test_a_codebook_that_is_gone_takes_its_segments_along(collection, files, encoder):
    """What was compressed with it is encoded again from the texts."""
    path = segments_of(collection)[0]
    with collection._catalogue.write() as db:
        content = codebooks.Content(model=encoder.digest, centroids=4, trained_tokens=9)
        book = codebooks.insert(db, "0123456789abcdef.codebook", content)
        db.execute("UPDATE segments SET codebook_id = ? WHERE file = ?", [book, path.name])
    verified = verify(collection)
    assert [each.name for each in found_paths(verified)] == ["0123456789abcdef.codebook"]
    assert verified.unmended == ()
    assert not path.exists()
    assert verify(collection).damaged == ()
    for word in WORDS:
        Oracle(encoder).check(collection, files, word)


def test_a_cancel_ends_it(collection):
    """It stops between two files."""
    cancel = CancelToken()
    events = collection.verify(cancel)
    next(events)
    cancel.cancel()
    with pytest.raises(CancelledError):
        list(events)
