"""A flipped byte in any file of a library with a codebook is found, named, and made good from the texts."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from core.collection import Collection
from core.domain import Query
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import LibraryDamagedError
from core.index import codebook, segment
from core.index.files import map_file
from core.index.format import HEADER_BYTES, Section, parse_codebook_header, parse_header
from core.progress import CancelToken, Damaged, FileDone, Training, Verified
from tests.core.conftest import inline_collection, maintain
from tests.core.oracle import check_stored, check_whole
from tests.core.small import check_no_garbage, codebooks_of, forms_of, small_codebooks

COMPRESSED = ["kumquat", "obsidian", "thistle", "gondola", "朝顔", "蒸気機関", "夕立"]
EXACT = ["abacus", "lantern"]
WORDS = COMPRESSED + EXACT
PARSE = {segment.SUFFIX: parse_header, codebook.SUFFIX: parse_codebook_header}


@pytest.fixture(scope="module")
def made(tmp_path_factory, encoder: LexicalEncoder) -> Path:
    """A library with an exact segment, a compressed one and a codebook."""
    root = tmp_path_factory.mktemp("made")
    (root / "files").mkdir()
    with inline_collection(root / "library", encoder) as collection:
        collection.add_source(root / "files")
        paths = [root / "files" / f"{word}.txt" for word in WORDS]
        for path in paths:
            path.write_text(f"a {path.stem} is on this page. " * 3, encoding="utf-8")
        list(collection.refresh(paths[: len(COMPRESSED)], CancelToken()))
        with small_codebooks():
            exact = collection.maintain(CancelToken())
            next(event for event in exact if isinstance(event, Training))
            # As when somebody began to write before the codebook was there.
            writing = collection.refresh(paths[len(COMPRESSED) :], CancelToken())
            for event in writing:
                if isinstance(event, FileDone):
                    break
            list(exact)
            list(writing)
        assert sorted(form.exact for form in forms_of(collection)) == [False, True]
    return root


@pytest.fixture
def folder(made, tmp_path) -> Iterator[Path]:
    """A copy; the files themselves are out of reach."""
    shutil.copytree(made / "library", tmp_path / "library")
    shutil.move(made / "files", tmp_path / "away")
    yield tmp_path / "library"
    shutil.move(tmp_path / "away", made / "files")


def sections_of(path: Path) -> tuple[Section, ...]:
    header, _ = map_file(path, PARSE[path.suffix])
    return header.sections()


def places() -> Iterator[tuple[str, str, int]]:
    """A place in every section (-1: the header) of every kind of file, in turn at its ends and inside."""
    where = cycle(("first", "last", "inside"))
    for kind, count in (("exact", 4), ("compressed", 5), ("codebook", 4)):
        for number in (-1, -1, *range(count)):
            yield kind, next(where), number


def file_of(collection: Collection, kind: str) -> Path:
    folder = collection._layout.index
    if kind == "codebook":
        (path,) = folder.glob("*.codebook")
        return path
    (path,) = [
        path
        for path in folder.glob("*.segment")
        if segment.Segment.open(path).form.exact is (kind == "exact")
    ]
    return path


def flip(path: Path, where: str, number: int) -> None:
    """Change one byte of a section."""
    first, size = 0, HEADER_BYTES
    if number >= 0:
        section = sections_of(path)[number]
        first, size = section.offset, section.nbytes
    inside = random.Random(f"{path.suffix}{number}").randrange(size)
    content = bytearray(path.read_bytes())
    content[first + {"first": 0, "last": size - 1, "inside": inside}[where]] ^= 0x10
    path.write_bytes(content)


def verify(collection: Collection) -> Verified:
    *_, verified = collection.verify(CancelToken())
    assert isinstance(verified, Verified)
    return verified


def check_answers(collection: Collection, encoder: LexicalEncoder) -> None:
    """Every word finds its file, and that alone."""
    check_stored(collection, encoder, *WORDS)
    for word in (COMPRESSED[0], COMPRESSED[-1], EXACT[0]):
        results = collection.search(Query(text=word)).results
        assert [result.document.path.stem for result in results] == [word]
    assert collection.status().passages == len(WORDS)


@pytest.mark.parametrize(("kind", "where", "number"), list(places()))
def test_a_flipped_byte(folder, encoder, kind, where, number):
    """`verify` names the file, and only that, and mends it; the next one finds nothing."""
    with inline_collection(folder, encoder) as collection:
        path = file_of(collection, kind)
        flip(path, where, number)
        verified = verify(collection)
        assert [damaged.path for damaged in verified.damaged] == [path]
        assert verified.unmended == ()
        assert not path.exists()
        check_no_garbage(collection)
        check_answers(collection, encoder)
        check_whole(collection)
        assert (codebooks_of(collection) == []) is (kind == "codebook")


DAMAGES = ("gone", "cut", "flipped")


def damage(path: Path, how: str) -> None:
    if how == "gone":
        path.unlink()
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        flip(path, "inside", 2)


@pytest.mark.parametrize("how", DAMAGES)
def test_sync_heals_a_codebook(folder, encoder, how):
    """A search names the codebook that it needs; `sync` names it too and encodes again without the files."""
    with inline_collection(folder, encoder) as collection:
        damage(path := file_of(collection, "codebook"), how)
    with inline_collection(folder, encoder) as collection:
        with pytest.raises(LibraryDamagedError) as caught:
            collection.search(Query(text=WORDS[0]))
        assert caught.value.path == path
        events = list(collection.sync(CancelToken()))
        assert [event.path for event in events if isinstance(event, Damaged)] == [path]
        assert len([event for event in events if isinstance(event, FileDone)]) == len(COMPRESSED)
        check_answers(collection, encoder)
        check_no_garbage(collection)
        with small_codebooks():
            maintain(collection)
        assert not any(form.exact for form in forms_of(collection))
        check_answers(collection, encoder)


@pytest.mark.parametrize("how", DAMAGES)
def test_maintenance_heals_a_codebook(folder, encoder, how):
    """A merge that meets a damaged codebook has what it compressed made again."""
    with inline_collection(folder, encoder) as collection:
        damage(file_of(collection, "codebook"), how)
    with inline_collection(folder, encoder) as collection:
        maintain(collection)
        check_answers(collection, encoder)
        check_whole(collection)
        check_no_garbage(collection)
        assert codebooks_of(collection) == []


@pytest.mark.parametrize("how", DAMAGES)
def test_a_saved_file_when_the_codebook_is_damaged(folder, encoder, how):
    """The error names the codebook, the file waits, and the next sync sees to both."""
    with inline_collection(folder, encoder) as collection:
        (source,) = collection.sources()
        source.path.mkdir()
        (source.path / "new.txt").write_text("a periscope")
        damage(path := file_of(collection, "codebook"), how)
    try:
        with inline_collection(folder, encoder) as collection:
            with pytest.raises(LibraryDamagedError) as caught:
                list(collection.refresh([source.path / "new.txt"], CancelToken()))
            assert caught.value.path == path
            list(collection.sync(CancelToken()))
            assert len(collection.search(Query(text="periscope")).results) == 1
            check_whole(collection)
    finally:
        shutil.rmtree(source.path)


def test_a_codebook_that_nothing_needs_yet(folder, encoder):
    """What can be searched without the codebook is searched."""
    with inline_collection(folder, encoder) as collection:
        path = file_of(collection, "codebook")
        compressed = file_of(collection, "compressed").name
        with collection._catalogue.write() as db:
            (id_,) = db.execute("SELECT id FROM segments WHERE file = ?", [compressed]).fetchone()
            db.execute("DELETE FROM passages WHERE segment_id = ?", [id_])
            db.execute("DELETE FROM segments WHERE id = ?", [id_])
        path.write_bytes(b"damaged")
    with inline_collection(folder, encoder) as collection:
        for word in EXACT:
            check_stored(collection, encoder, word)
            assert len(collection.search(Query(text=word)).results) == 1
        assert [each.path for each in verify(collection).damaged] == [path]
        assert codebooks_of(collection) == []


def test_a_codebook_in_memory(folder, encoder):
    """A program that has the codebook open answers from it, whatever happens to the file."""
    with inline_collection(folder, encoder) as collection:
        check_answers(collection, encoder)
        damage(path := file_of(collection, "codebook"), "gone")
        for word in WORDS:
            assert len(collection.search(Query(text=word)).results) == 1
        assert [each.path for each in verify(collection).damaged] == [path]
        check_answers(collection, encoder)
