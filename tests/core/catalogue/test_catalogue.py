"""The catalogue keeps what it was told, all of it or none, and says plainly when it cannot."""

import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue import codebooks, documents, passages, segments, sources, texts
from core.catalogue.catalogue import Catalogue
from core.catalogue.migrations import CATALOGUE_VERSION
from core.domain import (
    DocumentState,
    ExtractedText,
    FileStamp,
    Page,
    Passage,
    PassageId,
    Query,
    Reason,
    Section,
    Span,
    StateReason,
)
from core.errors import CancelledError, LibraryDamagedError, LibraryTooNewError, LibraryUnwritableError
from core.progress import CancelToken

STAMP = FileStamp(size=3, mtime_ns=1_700_000_000_123_456_789)


@pytest.fixture
def catalogue(tmp_path):
    with Catalogue.open(tmp_path / "catalogue.db") as opened:
        yield opened


def add_document(db, path: Path):
    known = {source.path: source.id for source in sources.all_sources(db)}
    source_id = known.get(Path("/s")) or sources.add(db, Path("/s"))
    return documents.insert(db, source_id, path, STAMP, "txt")


def add_passages(db, document_id, count, file="a.segment"):
    content = segments.Content(model="00", passages=count, tokens=count * 2, bytes=1)
    segment_id = segments.insert(db, file, content)
    first = passages.next_id(db)
    made = [
        passages.Stored(
            id=PassageId(first + i),
            document_id=document_id,
            passage=Passage(span=Span(start=i, end=i + 1), page=None, heading="h"),
        )
        for i in range(count)
    ]
    passages.insert(db, segment_id, made, [2] * count)
    return segment_id, [stored.id for stored in made]


def test_a_newer_catalogue_is_refused_with_both_numbers(tmp_path):
    """An older program never touches what a newer one wrote."""
    path = tmp_path / "catalogue.db"
    Catalogue.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {CATALOGUE_VERSION + 1}")
    connection.close()
    with pytest.raises(LibraryTooNewError) as caught:
        Catalogue.open(path)
    assert (caught.value.found, caught.value.supported) == (CATALOGUE_VERSION + 1, CATALOGUE_VERSION)


def test_a_file_that_is_no_database(tmp_path):
    """Damage is called damage, with the name of the file."""
    path = tmp_path / "catalogue.db"
    path.write_bytes(b"this is not SQLite at all, sorry" * 100)
    with pytest.raises(LibraryDamagedError) as caught:
        Catalogue.open(path)
    assert caught.value.path == path


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(LibraryUnwritableError):
        Catalogue.open(tmp_path / "nowhere" / "catalogue.db")


def test_a_failed_write_changes_nothing(catalogue):
    """A transaction is all or nothing, and readers never see the half of it."""

    def write_and_fail():
        with catalogue.write() as db:
            add_document(db, Path("/s/a.txt"))
            with catalogue.read() as other:
                assert documents.counts(other)[DocumentState.PENDING] == 0
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with catalogue.read() as db:
        assert sources.all_sources(db) == ()


def test_readers_see_one_state(catalogue):
    """What is committed while a reader is at work stays unseen until its block ends."""
    with catalogue.read() as reader:
        assert documents.counts(reader)[DocumentState.PENDING] == 0
        with catalogue.write() as db:
            add_document(db, Path("/s/a.txt"))
        assert documents.counts(reader)[DocumentState.PENDING] == 0
    with catalogue.read() as reader:
        assert documents.counts(reader)[DocumentState.PENDING] == 1


def test_commits_are_noticed(catalogue):
    """The data version changes with every commit and with nothing else."""
    before = catalogue.data_version()
    assert catalogue.data_version() == before
    with catalogue.write() as db:
        add_document(db, Path("/s/a.txt"))
    assert catalogue.data_version() != before


@settings(max_examples=20, deadline=None)
@given(name=st.binary(min_size=1, max_size=30).filter(lambda b: b"/" not in b and b"\0" not in b))
def test_any_file_name_survives(tmp_path_factory, name):
    """A path is bytes: also those that are no text come back the same."""
    path = Path("/s") / os.fsdecode(name)
    with Catalogue.open(tmp_path_factory.mktemp("c") / "catalogue.db") as catalogue:
        with catalogue.write() as db:
            document_id = add_document(db, path)
        with catalogue.read() as db:
            document = documents.get(db, document_id)
    assert document is not None
    assert document.path == path
    assert document.stamp == STAMP


@settings(max_examples=20, deadline=None)
@given(
    text=st.text(max_size=300),
    pages=st.lists(st.tuples(st.integers(1, 99), st.integers(0, 50), st.integers(0, 50)), max_size=4),
    headings=st.lists(st.tuples(st.text(max_size=9), st.integers(0, 50)), max_size=4),
    truncated=st.none() | st.text(max_size=20),
)
def test_texts_survive(tmp_path_factory, text, pages, headings, truncated):
    """The stored text is the extracted text, with its pages, sections and where it was cut."""
    extracted = ExtractedText(
        text=text,
        title=text[:10],
        format="txt",
        pages=tuple(Page(number=n, span=Span(start=a, end=b)) for n, a, b in pages),
        sections=tuple(Section(heading=heading, start=start) for heading, start in headings),
        truncated=StateReason(code=Reason.TOO_LONG, detail=truncated) if truncated is not None else None,
    )
    with Catalogue.open(tmp_path_factory.mktemp("c") / "catalogue.db") as catalogue:
        with catalogue.write() as db:
            document_id = add_document(db, Path("/s/a"))
            texts.put(db, document_id, extracted)
        with catalogue.read() as db:
            assert texts.get(db, document_id) == extracted


def test_two_files_swap_their_names(catalogue):
    """Moves happen at once: a swap keeps both documents, a move onto an old name replaces its document."""
    with catalogue.write() as db:
        a, b, c = (add_document(db, Path(f"/s/{name}")) for name in "abc")
        source_id = sources.all_sources(db)[0].id
        moves = [(a, Path("/s/b")), (b, Path("/s/a"))]
        documents.move(db, [(id_, source_id, path, STAMP) for id_, path in moves])
        assert documents.get(db, a).path == Path("/s/b")
        assert documents.get(db, b).path == Path("/s/a")
        documents.move(db, [(a, source_id, Path("/s/c"), STAMP)])
        assert documents.get(db, a).path == Path("/s/c")
        assert documents.get(db, c) is None


def test_passage_ids_are_never_used_again(catalogue):
    """An id of a passage that is gone means nothing for ever."""
    with catalogue.write() as db:
        document_id = add_document(db, Path("/s/a"))
        _, ids = add_passages(db, document_id, 3)
        passages.remove(db, [document_id])
        assert passages.next_id(db) == max(ids) + 1
        assert passages.get(db, ids) == {}


@pytest.mark.parametrize(
    ("restrictions", "expected"),
    [
        ({}, None),
        ({"folders": (Path("/s/in"),)}, [1, 2]),
        ({"folders": (Path("/s/in"), Path("/s/inner"))}, [1, 2, 3]),
        ({"formats": ("txt", "md")}, [1, 2, 3]),
        ({"folders": (Path("/s"),), "formats": ("pdf",)}, []),
        ({"modified_from_ns": 20}, [2, 3]),
        ({"modified_before_ns": 20}, [1]),
        ({"modified_from_ns": 20, "modified_before_ns": 30}, [2]),
        ({"document_ids": frozenset([3, 1, 99])}, [1, 3]),
        ({"document_ids": frozenset()}, []),
    ],
)
def test_filters(catalogue, restrictions, expected):
    """A folder holds what is below it, not what has a name that begins alike; a range is half-open."""
    with catalogue.write() as db:
        for number, path in enumerate(("/s/in/a", "/s/in/deep/b", "/s/inner/c"), 1):
            document_id = add_document(db, Path(path))
            documents.set_stamp(db, document_id, FileStamp(size=1, mtime_ns=number * 10))
        found = documents.matching(db, Query(text="x", **restrictions))
    assert (found if found is None else found.tolist()) == expected


def test_every_way_to_die_is_noted(catalogue):
    """However a passage goes, its segment counts it as dead and names it, in the same transaction."""
    with catalogue.write() as db:
        made = [add_document(db, Path(f"/s/{name}")) for name in "abcde"]
        ids = [add_passages(db, document_id, 2, file=f"{document_id}.segment") for document_id in made]
        assert segments.totals(db) == (10, 20)
        passages.remove(db, [made[0]])
        documents.remove(db, [made[1]])
        source_id = sources.all_sources(db)[0].id
        documents.move(db, [(made[3], source_id, Path("/s/c"), STAMP)])
        dead = {stored.id: (stored.dead_passages, stored.dead_tokens) for stored in segments.live(db)}
        assert list(dead.values()) == [(2, 4), (2, 4), (2, 4), (0, 0), (0, 0)]
        assert segments.totals(db) == (4, 8)
        for number in range(3):
            segment_id, its_ids = ids[number]
            assert segments.dead_in(db, segment_id).tolist() == its_ids
            assert segments.dead_in(db, segment_id, known=1).tolist() == its_ids[1:]
        sources.remove(db, source_id)
        assert segments.totals(db) == (0, 0)
        segments.remove_wholly_dead(db)
        assert segments.live(db) == []
        assert db.execute("SELECT COUNT(*) FROM dead_passages").fetchone() == (0,)


def test_the_documents_of_a_segment(catalogue):
    """Every alive passage of a segment comes with its document, in the order of the ids."""
    with catalogue.write() as db:
        first, second = (add_document(db, Path(f"/s/{name}")) for name in "ab")
        segment_id, ids = add_passages(db, first, 3)
        db.execute("UPDATE passages SET document_id = ? WHERE id = ?", [second, ids[1]])
        assert passages.in_segment(db, segment_id).tolist() == ids
        assert passages.documents_in_segment(db, segment_id).tolist() == [first, second, first]


def test_codebooks_live_as_long_as_they_are_needed(catalogue):
    """A codebook stays while a segment refers to it or it is the newest of its model."""
    with catalogue.write() as db:
        content = codebooks.Content(model="00", centroids=16, trained_tokens=99)
        old, used, new = (codebooks.insert(db, f"{name}.codebook", content) for name in "abc")
        other = codebooks.insert(
            db, "d.codebook", codebooks.Content(model="11", centroids=1, trained_tokens=1)
        )
        segment = segments.Content(model="00", passages=1, tokens=1, bytes=1, codebook_id=used)
        segment_id = segments.insert(db, "a.segment", segment)
        assert segments.live(db)[0].content == segment
        assert codebooks.newest(db, "00").id == new
        assert codebooks.newest(db, "22") is None
        codebooks.remove_unused(db)
        assert [stored.id for stored in codebooks.all_codebooks(db)] == [used, new]
        with pytest.raises(sqlite3.IntegrityError):
            codebooks.remove(db, used)
        segments.remove(db, segment_id)
        codebooks.remove_unused(db)
        assert codebooks.all_codebooks(db) == []
        assert codebooks.insert(db, "e.codebook", content) not in (old, used, new, other)


def test_a_check_finds_what_is_wrong(catalogue, tmp_path):
    """A whole catalogue has nothing to tell; one with a row that dangles, or a bad index, has."""
    with catalogue.write() as db:
        add_passages(db, add_document(db, Path("/s/a")), 3)
    assert catalogue.check(CancelToken()) == []
    connection = sqlite3.connect(tmp_path / "catalogue.db")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("DELETE FROM documents")
    connection.commit()
    connection.close()
    assert len(catalogue.check(CancelToken())) == 4  # the name, too
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledError):
        catalogue.check(cancel)


def test_a_forgotten_source_takes_everything_along(catalogue):
    """Documents, texts and passages go; the segment stays listed and is wholly dead."""
    with catalogue.write() as db:
        document_id = add_document(db, Path("/s/a"))
        texts.put(db, document_id, ExtractedText(text="x", title="", format="txt"))
        segment_id, _ = add_passages(db, document_id, 3)
        sources.remove(db, sources.all_sources(db)[0].id)
        assert segments.totals(db) == (0, 0)
        with pytest.raises(KeyError):
            texts.get(db, document_id)
        assert np.array_equal(passages.in_segment(db, segment_id), [])
        assert [stored.alive_passages for stored in segments.live(db)] == [0]


def test_an_outer_source_takes_over_inner_ones(catalogue):
    """A folder around known folders has their documents from then on."""
    with catalogue.write() as db:
        inner = sources.add(db, Path("/s/inner"))
        document_id = documents.insert(db, inner, Path("/s/inner/a"), STAMP, "txt")
        outer = sources.add(db, Path("/s"))
        assert [source.path for source in sources.all_sources(db)] == [Path("/s")]
        assert documents.get(db, document_id).source_id == outer


def test_forgotten_text_leaves_the_disk(tmp_path):
    """After a source is forgotten, no file of the catalogue holds its text, and the space is free again."""
    path = tmp_path / "catalogue.db"
    secrets = [f"/s/secret-{number:04}-{'x' * 200}" for number in range(2000)]
    with Catalogue.open(path) as catalogue:
        with catalogue.write() as db:
            for secret in secrets:
                add_document(db, Path(secret))
        catalogue.shrink()
        before = path.stat().st_size
        with catalogue.write() as db:
            sources.remove(db, sources.all_sources(db)[0].id)
        catalogue.shrink()
        assert path.stat().st_size < before / 3
        assert not [each for each in tmp_path.iterdir() if b"secret-" in each.read_bytes()]
