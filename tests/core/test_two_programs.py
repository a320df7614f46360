"""Two programs on one library: nothing is lost, added twice or half seen; and another model."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from filelock import FileLock

from core.domain import DocumentState, Mode, Query
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import LibraryInUseError, UnknownSourceError
from core.layout import LibraryLayout
from core.progress import CancelToken, Committed, FileDone
from tests.core.conftest import OpenCollection, index, inline_collection, maintain


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("an umbrella")
    (folder / "sub" / "b.txt").write_text("a periscope")
    return folder


def test_the_same_folder_added_by_both(tmp_path, files, open_collection: OpenCollection):
    """Both succeed and the folder is there once, also if one adds a folder inside the other's."""
    first, second = (open_collection(tmp_path / "library") for _ in range(2))
    with ThreadPoolExecutor(3) as pool:
        with FileLock(LibraryLayout(tmp_path / "library").writer_lock):
            adding = [
                pool.submit(first.add_source, files),
                pool.submit(second.add_source, files),
            ]
            threading.Event().wait(0.2)  # both have found the folder unknown
        assert sorted(job.result().sources for job in adding) == [False, True]
    second.add_source(files / "sub")
    assert [source.path for source in first.sources()] == [files]


def test_a_writer_is_waited_for_and_then_given_up(tmp_path, files, open_collection, monkeypatch):
    """While one program writes another can search; its own writing fails with a clear reason."""
    monkeypatch.setattr("core.collection.WRITER_WAIT_S", 0.1)
    first, second = (open_collection(tmp_path / "library") for _ in range(2))
    first.add_source(files)
    events = first.sync(CancelToken())
    next(events)
    with pytest.raises(LibraryInUseError):
        index(second)
    with pytest.raises(LibraryInUseError):
        second.forget_source(files)
    assert second.search(Query(text="umbrella")).results == ()
    list(events)
    assert second.search(Query(text="umbrella")).results
    second.forget_source(files)
    assert first.search(Query(text="umbrella")).results == ()
    with pytest.raises(UnknownSourceError):
        first.forget_source(files)


def test_a_search_while_another_program_merges(tmp_path, files, open_collection: OpenCollection):
    """Segments come and go under a searching program, and every answer is whole."""
    writer, reader = (open_collection(tmp_path / "library") for _ in range(2))
    writer.add_source(files)
    index(writer)
    for number in range(20):
        (files / "diary.txt").write_text(f"entry {number}")
        list(writer.refresh([files / "diary.txt"], CancelToken()))
        maintain(writer)
        (entry,) = reader.search(Query(text=f"entry {number}", limit=1)).results
        assert entry.hits[0].text == f"entry {number}"
        assert reader.search(Query(text="periscope")).results


class OtherModel(LexicalEncoder):
    """The same vectors under another name."""

    @property
    def digest(self) -> str:
        return "0123456789abcdef" * 2


def test_another_model_needs_no_files(tmp_path, files, encoder, monkeypatch):
    """When the model changes everything is encoded again from the stored texts; the ids of documents stay."""
    library = tmp_path / "library"
    with inline_collection(library, encoder) as collection:
        collection.add_source(files)
        index(collection)
        before = {document.path: document.id for document in collection.documents()}
    other = OtherModel(encoder._rarity)
    with inline_collection(library, other) as collection:
        assert collection.search(Query(text="umbrella", mode=Mode.MAXSIM)).results == ()
        monkeypatch.setattr("tests.core.conftest.extract_file", lambda *_: pytest.fail("a file was read"))
        events = list(collection.sync(CancelToken()))
        assert len([event for event in events if isinstance(event, FileDone)]) == 2
        assert {document.path: document.id for document in collection.documents()} == before
        assert collection.search(Query(text="umbrella")).results
        assert not [event for event in collection.sync(CancelToken()) if isinstance(event, Committed)]
        assert collection.status().documents[DocumentState.INDEXED] == 2


def test_another_extractor_reads_the_files_again(tmp_path, files, encoder, monkeypatch):
    """Better extractors give other texts: everything is read again, failed and skipped files too."""
    (files / "empty.txt").write_text("")
    with inline_collection(tmp_path / "library", encoder) as collection:
        collection.add_source(files)
        index(collection)
        monkeypatch.setattr("core.indexing.staleness.EXTRACTORS_VERSION", 10**6)
        read = [event.path for event in collection.sync(CancelToken()) if isinstance(event, FileDone)]
        assert sorted(path.name for path in read) == ["a.txt", "b.txt", "empty.txt"]
        assert not [event for event in collection.sync(CancelToken()) if isinstance(event, FileDone)]


def test_a_new_splitter_needs_no_files(tmp_path, files, encoder, monkeypatch):
    """When passages are cut differently the stored texts are cut again."""
    with inline_collection(tmp_path / "library", encoder) as collection:
        collection.add_source(files)
        index(collection)
        monkeypatch.setattr("core.indexing.staleness.SPLITTER_VERSION", 10**6)
        monkeypatch.setattr("tests.core.conftest.extract_file", lambda *_: pytest.fail("a file was read"))
        assert len([e for e in collection.sync(CancelToken()) if isinstance(e, FileDone)]) == 2
        assert collection.search(Query(text="periscope")).results


def test_a_file_becomes_a_folder_and_the_reverse(tmp_path, files, open_collection: OpenCollection):
    """What is under a name counts, whatever was there before."""
    collection = open_collection(tmp_path / "library")
    collection.add_source(files)
    index(collection)
    (files / "a.txt").unlink()
    (files / "a.txt").mkdir()
    (files / "a.txt" / "inside.txt").write_text("a lantern")
    (files / "sub" / "b.txt").unlink()
    (files / "sub").rmdir()
    (files / "sub").write_text("a thistle")
    list(collection.refresh([files / "a.txt", files / "sub"], CancelToken()))
    names = {str(document.path.relative_to(files)) for document in collection.documents()}
    assert names == {"a.txt/inside.txt", "sub"}
    for word, there in (("lantern", True), ("thistle", True), ("umbrella", False), ("periscope", False)):
        assert bool(collection.search(Query(text=word)).results) is there


def test_a_source_that_goes_and_comes_back(tmp_path, files, open_collection: OpenCollection):
    """A drive that is pulled out keeps its documents, and can be forgotten while it is away."""
    collection = open_collection(tmp_path / "library")
    link = tmp_path / "link"
    link.symlink_to(files)
    collection.add_source(link)
    index(collection)
    away = files.rename(tmp_path / "away")
    index(collection)
    assert collection.search(Query(text="umbrella")).results
    away.rename(files)
    (files / "a.txt").write_text("a parasol instead")
    index(collection)
    assert collection.search(Query(text="parasol")).results
    files.rename(away)
    collection.forget_source(link)
    assert collection.sources() == ()
    assert collection.documents() == []


def test_the_library_inside_a_source(files, open_collection: OpenCollection):
    """The library never indexes itself, also as a source of its own."""
    collection = open_collection(files / "library")
    collection.add_source(files)
    collection.add_source(files / "library")
    index(collection)
    index(collection)
    assert {document.path.name for document in collection.documents()} == {"a.txt", "b.txt"}
