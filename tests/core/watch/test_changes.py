"""What changed between what the library knows and what a scan found."""

from __future__ import annotations

import hashlib
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import DocumentId, FileStamp, Reason, ScannedFile, StateReason
from core.watch.changes import Added, Change, KnownFile, Modified, Moved, Removed, Touched, find_changes

Disk = dict[Path, tuple[bytes, int]]
"""What is on an imagined disk: path -> (content, mtime_ns)."""

ROOT = Path("/s")


def digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def stamp(content: bytes, mtime_ns: int) -> FileStamp:
    return FileStamp(size=len(content), mtime_ns=mtime_ns)


def scanned(disk: Disk) -> list[ScannedFile]:
    return [ScannedFile(path=path, stamp=stamp(*file)) for path, file in disk.items()]


def library(disk: Disk) -> dict[Path, KnownFile]:
    return {
        path: KnownFile(
            document_id=DocumentId(number), path=path, stamp=stamp(*file), content_hash=digest(file[0])
        )
        for number, (path, file) in enumerate(sorted(disk.items()))
    }


class Reader:
    """Hashes the files of an imagined disk and remembers which ones were read."""

    def __init__(self, disk: Disk, unreadable: frozenset[Path] = frozenset()) -> None:
        self.disk = disk
        self.unreadable = unreadable
        self.read: list[Path] = []

    def __call__(self, path: Path) -> bytes | None:
        self.read.append(path)
        return None if path in self.unreadable else digest(self.disk[path][0])


def changes(
    before: Disk, after: Disk, unreadable: frozenset[Path] = frozenset()
) -> tuple[list[Change], list[Path]]:
    reader = Reader(after, unreadable)
    return find_changes(library(before), scanned(after), reader), reader.read


def apply(known: dict[Path, KnownFile], found: list[Change], disk: Disk) -> dict[Path, KnownFile]:
    """What the indexing pipeline does with changes, on a dict."""
    result = dict(known)
    fresh = count(max((file.document_id for file in known.values()), default=-1) + 1)
    for change in found:
        match change:
            case Removed():
                assert result.pop(change.path).document_id == change.document_id
            case Moved():
                old = result.pop(change.old_path)
                assert (old.document_id, old.content_hash) == (
                    change.document_id,
                    digest(disk[change.path][0]),
                )
                assert change.path not in result
                result[change.path] = KnownFile(
                    document_id=old.document_id,
                    path=change.path,
                    stamp=change.stamp,
                    content_hash=old.content_hash,
                )
            case Touched():
                old = result[change.path]
                assert old.content_hash == digest(disk[change.path][0])
                result[change.path] = KnownFile(
                    document_id=old.document_id,
                    path=old.path,
                    stamp=change.stamp,
                    content_hash=old.content_hash,
                )
            case Added() | Modified():
                assert (change.path in result) == isinstance(change, Modified)
                number = change.document_id if isinstance(change, Modified) else DocumentId(next(fresh))
                result[change.path] = KnownFile(
                    document_id=number,
                    path=change.path,
                    stamp=change.stamp,
                    content_hash=digest(disk[change.path][0]),
                )
    return result


A, B, C = ROOT / "a.txt", ROOT / "b.txt", ROOT / "c.txt"


def test_nothing_changed() -> None:
    """Unchanged stamps mean no change, and no file is read."""
    disk = {A: (b"x", 1), B: (b"y", 2)}
    assert changes(disk, disk) == ([], [])


def test_edited_touched_added_removed() -> None:
    """Each kind of change is told apart, and only a file of unchanged size is read for that."""
    before = {A: (b"old", 1), B: (b"same", 1), C: (b"gone", 1)}
    after = {A: (b"newer", 2), B: (b"same", 2), ROOT / "d": (b"brand new", 2)}
    found, read = changes(before, after)
    assert found == [
        Touched(document_id=DocumentId(1), path=B, stamp=stamp(b"same", 2)),
        Removed(document_id=DocumentId(2), path=C),
        Modified(document_id=DocumentId(0), path=A, stamp=stamp(b"newer", 2)),
        Added(path=ROOT / "d", stamp=stamp(b"brand new", 2)),
    ]
    assert read == [B]


def test_a_moved_file_keeps_its_id() -> None:
    """The same content elsewhere is a move, even with a new modification time; other content never is."""
    moved, _ = changes({A: (b"xyz", 1)}, {B: (b"xyz", 1)})
    assert moved == [Moved(document_id=DocumentId(0), old_path=A, path=B, stamp=stamp(b"xyz", 1))]
    later, _ = changes({A: (b"xyz", 1)}, {B: (b"xyz", 9)})
    assert [type(change) for change in later] == [Moved]
    other, _ = changes({A: (b"xyz", 1)}, {B: (b"abc", 1)})
    assert [type(change) for change in other] == [Removed, Added]


def test_a_copy_is_not_a_move() -> None:
    """A new file with the content of one that is still there is a new document, and is not read for that."""
    found, read = changes({A: (b"xyz", 1)}, {A: (b"xyz", 1), B: (b"xyz", 1)})
    assert [type(change) for change in found] == [Added]
    assert read == []


def test_renaming_a_folder_of_thousands() -> None:
    """Every file of a renamed folder keeps its id, identical copies too, and each is read once."""
    names = [Path(f"d{number % 50}") / f"{number}.txt" for number in range(5000)]
    before = {ROOT / "old" / name: (b"%d" % (number % 100), number) for number, name in enumerate(names)}
    after = {ROOT / "new" / name: before[ROOT / "old" / name] for name in reversed(names)}
    found, read = changes(before, after)
    assert len(read) == len(names)
    for change in found:
        assert isinstance(change, Moved)
        assert change.path.relative_to(ROOT / "new") == change.old_path.relative_to(ROOT / "old")


def test_identical_copies_are_paired_by_likeness() -> None:
    """Among identical copies the one of the same name wins, then the one of the same time, then the order."""
    before = {ROOT / "1" / "a": (b"x", 1), ROOT / "1" / "b": (b"x", 2), ROOT / "1" / "c": (b"x", 3)}
    after = {ROOT / "2" / "b": (b"x", 9), ROOT / "2" / "d": (b"x", 3), ROOT / "2" / "e": (b"x", 8)}
    found, _ = changes(before, after)
    pairs = {change.old_path.name: change.path.name for change in found if isinstance(change, Moved)}
    assert pairs == {"b": "b", "c": "d", "a": "e"}


def test_swapped_names() -> None:
    """Two files that swap their names are read again and keep the ids of their paths."""
    found, _ = changes({A: (b"one", 1), B: (b"two", 2)}, {A: (b"two", 2), B: (b"one", 1)})
    assert [(type(change), change.path) for change in found] == [(Modified, A), (Modified, B)]


def test_unreadable_files() -> None:
    """A file that cannot be hashed is never taken for the same: it is left to the reading stage."""
    found, _ = changes({A: (b"x", 1)}, {A: (b"x", 2)}, frozenset({A}))
    assert [type(change) for change in found] == [Modified]
    found, _ = changes({A: (b"x", 1)}, {B: (b"x", 1)}, frozenset({B}))
    assert [type(change) for change in found] == [Removed, Added]


def test_failed_files_are_tried_again() -> None:
    """A file whose reading failed for a passing reason is reported although nothing about it changed."""
    known = KnownFile(document_id=DocumentId(7), path=A, stamp=stamp(b"x", 1), content_hash=None, retry=True)
    found = find_changes({A: known}, scanned({A: (b"x", 1)}), Reader({}))
    assert found == [Modified(document_id=DocumentId(7), path=A, stamp=known.stamp)]
    skip = StateReason(code=Reason.NO_PERMISSION)
    assert find_changes({A: known}, [ScannedFile(path=A, stamp=known.stamp, skip=skip)], Reader({})) == []


def test_skipped_entries() -> None:
    """What is not to be read travels with its reason, and is never read."""
    skip = StateReason(code=Reason.SYMLINK, detail="→ x")
    entry = ScannedFile(path=A, stamp=stamp(b"x", 2), skip=skip)
    reader = Reader({})
    assert find_changes({}, [entry], reader) == [Added(path=A, stamp=entry.stamp, skip=skip)]
    assert find_changes(library({A: (b"x", 1)}), [entry], reader) == [
        Modified(document_id=DocumentId(0), path=A, stamp=entry.stamp, skip=skip)
    ]
    assert find_changes(library({B: (b"x", 2)}), [entry], reader)[1:] == [
        Added(path=A, stamp=entry.stamp, skip=skip)
    ]
    assert reader.read == []


def test_folders_out_of_reach_keep_their_documents() -> None:
    """Files below a folder that could not be entered are not taken for deleted, however deep."""
    inside, outside = ROOT / "mnt" / "deep" / "a", ROOT / "mnt2"
    for code in (Reason.NO_PERMISSION, Reason.READ_ERROR, Reason.OTHER_FILE_SYSTEM):
        entry = ScannedFile(path=ROOT / "mnt", stamp=stamp(b"", 5), skip=StateReason(code=code))
        found = find_changes(library({inside: (b"x", 1), outside: (b"y", 1)}), [entry], Reader({}))
        assert [type(change) for change in found] == [Removed, Added]
        assert found[0].path == outside


paths = st.builds(
    lambda folder, name: ROOT / folder / name, st.sampled_from(["", "p", "q/r"]), st.sampled_from("abcd")
)
contents = st.sampled_from([b"", b"1", b"2", b"22", b"33"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), paths, contents),
        st.tuples(st.just("touch"), paths, st.just(b"")),
        st.tuples(st.just("delete"), paths, st.just(b"")),
        st.tuples(st.just("rename"), paths, paths),
        st.tuples(st.just("swap"), paths, paths),
        st.tuples(st.just("copy"), paths, paths),
        st.tuples(st.just("look"), paths, st.just(b"")),
    ),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(steps)
def test_random_histories(history: list[tuple[str, Path, Path | bytes]]) -> None:
    """Whatever happens on the disk, applying the changes to what was known gives exactly what is there."""
    disk: Disk = {}
    known: dict[Path, KnownFile] = {}
    for clock, (action, path, other) in enumerate([*history, ("look", ROOT, b"")]):
        match action, other:
            case "write", bytes():
                disk[path] = (other, clock)
            case "touch", _ if path in disk:
                disk[path] = (disk[path][0], clock)
            case "delete", _:
                disk.pop(path, None)
            case "rename", Path() if path in disk:
                disk[other] = disk.pop(path)
            case "copy", Path() if path in disk:
                disk[other] = (disk[path][0], clock)
            case "swap", Path() if path in disk and other in disk:
                disk[path], disk[other] = disk[other], disk[path]
            case "look", _:
                found = find_changes(known, scanned(disk), Reader(disk))
                assert len({change.path for change in found}) == len(found)
                known = apply(known, found, disk)
                assert {path: (file.path, file.stamp, file.content_hash) for path, file in known.items()} == {
                    path: (path, stamp(*file), digest(file[0])) for path, file in disk.items()
                }
                assert len({file.document_id for file in known.values()}) == len(known)
                assert find_changes(known, scanned(disk), Reader(disk)) == []


@given(st.dictionaries(paths, st.tuples(contents, st.integers(0, 3))), st.randoms())
def test_the_answer_does_not_depend_on_order(disk: Disk, random) -> None:
    """The order in which files were found or are known changes nothing."""
    after = {ROOT / "new" / path.name: file for path, file in disk.items()}
    found, known = scanned(after), list(library(disk).items())
    expected = find_changes(dict(known), found, Reader(after))
    random.shuffle(found)
    random.shuffle(known)
    assert find_changes(dict(known), found, Reader(after)) == expected
