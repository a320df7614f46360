"""What a search runs on: the newest commit, as far as the query allows, read at the cost of what changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue import documents, passages, segments, sources
from core.catalogue.catalogue import Catalogue
from core.domain import FileStamp, Passage, PassageId, Query, Span, TokenEmbeddings
from core.errors import LibraryDamagedError
from core.index.codebook import Codebooks
from core.index.codec import ExactCodec
from core.index.segment import EncodedPassages, Segment, header_of, write_segment
from core.search import live, restrictions
from core.search.live import LiveSegments

MODEL = bytes(16)
ANYTHING = Query(text="anything")


class Library:
    """A catalogue with an index, made of documents that have `count` passages of one token each."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.catalogue = Catalogue.open(root / "catalogue.db")
        self.live = LiveSegments(self.catalogue, root, MODEL.hex(), Codebooks(root))
        self.passages: dict[int, list[int]] = {}
        with self.catalogue.write() as db:
            self.source = sources.add(db, Path("/s"))

    def add(self, *counts: int, format_: str = "txt") -> list[int]:
        """One segment with one document for each of `counts`; returns the documents."""
        made = []
        with self.catalogue.write() as db:
            first, rows = passages.next_id(db), []
            for count in counts:
                number = documents.last_id(db)
                name = Path(f"/s/{number}.{format_}")
                stamp = FileStamp(size=1, mtime_ns=number)
                document_id = documents.insert(db, self.source, name, stamp, format_)
                ids = [first + len(rows) + i for i in range(count)]
                passage = Passage(span=Span(start=0, end=1), page=None, heading="")
                rows += [
                    passages.Stored(id=PassageId(i), document_id=document_id, passage=passage) for i in ids
                ]
                self.passages[document_id] = ids
                made.append(document_id)
            one = TokenEmbeddings(vectors=np.ones((1, 4), np.float32), spans=np.zeros((1, 2), np.int32))
            parts = [EncodedPassages.compress([row.id for row in rows], [one] * len(rows), ExactCodec(dim=4))]
            path = write_segment(self.root, header_of(parts, MODEL), parts)
            content = segments.Content(model=MODEL.hex(), passages=len(rows), tokens=len(rows), bytes=1)
            passages.insert(db, segments.insert(db, path.name, content), rows, [1] * len(rows))
        return made

    def remove(self, document_id: int) -> None:
        with self.catalogue.write() as db:
            documents.remove(db, [document_id])
        del self.passages[document_id]

    def allowed(self, query: Query = ANYTHING) -> list[int]:
        scope = self.live.scope(query)
        found = [
            view.segment.passage_ids[mask]
            for view, mask in zip(scope.snapshot.views, scope.masks, strict=True)
        ]
        return sorted(int(id_) for ids in found for id_ in ids)

    def expected(self) -> list[int]:
        return sorted(id_ for ids in self.passages.values() for id_ in ids)


@pytest.fixture
def library(tmp_path):
    made = Library(tmp_path)
    yield made
    made.catalogue.close()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99)), max_size=30))
def test_what_counts_is_what_was_committed(tmp_path_factory, steps):
    """After any adding and removing, looked at in between or not, exactly the rows of the catalogue count."""
    library = Library(tmp_path_factory.mktemp("library"))
    with library.catalogue:
        for kind, number in steps:
            if kind == 0:
                library.add(*[1 + number % 3] * (1 + number % 4))
            elif kind == 1 and library.passages:
                library.remove(sorted(library.passages)[number % len(library.passages)])
            elif kind == 2:
                assert library.allowed() == library.expected()
            elif kind == 3:
                wanted = frozenset(sorted(library.passages)[number % 5 :: 2])
                found = library.allowed(Query(text="x", document_ids=wanted))
                assert found == sorted(id_ for each in wanted for id_ in library.passages[each])
        assert library.allowed() == library.expected()


def test_filters_apply_together(library):
    """A passage counts if every restriction of the query allows it."""
    texts = library.add(2, 2, 2)
    pages = library.add(2, 2, format_="pdf")
    ids = library.passages
    assert library.allowed(Query(text="x", formats=("pdf",))) == ids[pages[0]] + ids[pages[1]]
    late = Query(text="x", modified_from_ns=2, modified_before_ns=4)
    assert library.allowed(late) == ids[texts[2]] + ids[pages[0]]
    some = frozenset({PassageId(ids[texts[2]][0]), PassageId(ids[pages[1]][1]), PassageId(9999)})
    assert library.allowed(Query(text="x", passage_ids=some)) == sorted(some)[:2]
    both = Query(text="x", passage_ids=some, formats=("pdf",))
    assert library.allowed(both) == [ids[pages[1]][1]]
    library.remove(pages[1])
    assert library.allowed(both) == []
    assert library.allowed(Query(text="x", passage_ids=frozenset())) == []


def test_a_moved_file_is_filtered_by_its_new_name(library):
    """Documents are looked up anew after every commit, though no segment changed."""
    (document_id,) = library.add(1)
    inside = Query(text="x", folders=(Path("/s/new"),))
    assert library.allowed(inside) == []
    with library.catalogue.write() as db:
        move = (document_id, library.source, Path("/s/new/a"), FileStamp(size=1, mtime_ns=1))
        documents.move(db, [move])
    assert library.allowed(inside) == library.passages[document_id]


def test_a_commit_costs_what_it_changed(library, monkeypatch):
    """Segments that stay are not opened again; of one with new deaths just these are read."""
    first = library.add(3, 3)
    library.add(3)
    library.allowed(Query(text="x", formats=("txt",)))
    opened, read = [], []
    monkeypatch.setattr(
        Segment,
        "open",
        lambda path, books=None, open_=Segment.open: opened.append(path) or open_(path, books),
    )

    def spy(db, segment_id, *, known, dead_in=segments.dead_in):
        read.append((segment_id, known, len(dead_in(db, segment_id, known=known))))
        return dead_in(db, segment_id, known=known)

    monkeypatch.setattr(live.segments, "dead_in", spy)
    for document_id in first:
        library.remove(document_id)
        before = library.live._members[2].view
        assert library.allowed() == library.expected()
        assert library.live._members[2].view is before
    library.add(1)
    assert library.allowed() == library.expected()
    assert read == [(1, 0, 3), (1, 3, 3)]
    assert len(opened) == 1


def test_nothing_is_read_without_a_commit(library, monkeypatch):
    """The same restrictions on the same state are settled once."""
    library.add(2)
    query = Query(text="one", formats=("txt",), limit=3)
    first = library.live.scope(query)
    monkeypatch.setattr(restrictions.documents, "matching", lambda *_: pytest.fail("it was known"))
    assert library.live.scope(Query(text="two", formats=("txt",), limit=9)) is first


def test_a_segment_that_is_gone_is_told(library):
    """A file that is missing is damage, with its name; it is not silently left out."""
    library.add(2)
    (path,) = library.root.glob("*.segment")
    path.unlink()
    with pytest.raises(LibraryDamagedError) as caught:
        library.live.scope(ANYTHING)
    assert caught.value.path == path
