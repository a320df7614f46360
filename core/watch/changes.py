"""Here is what the library knows and what a scan found: what changed?

An unchanged stamp means an unchanged file, and it is not read. So one case stays unseen on purpose: a file
whose content changed while size and modification time stayed as they were.
"""

from __future__ import annotations

import os
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.domain import DocumentId, FileStamp, Reason, ScannedFile, StateReason

ContentHash = Callable[[Path], bytes | None]
"""Reads a file and returns a hash of its bytes, or None if it cannot be read."""

_NOT_ENTERED = frozenset({Reason.NO_PERMISSION, Reason.READ_ERROR, Reason.OTHER_FILE_SYSTEM})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """A document as the catalogue has it.

    `content_hash` is None if the file was never read; `retry` if reading it failed for a reason that may
    have passed (no permission, say), so that it is worth another try although its stamp is the same.
    """

    document_id: DocumentId
    path: Path
    stamp: FileStamp
    content_hash: bytes | None
    retry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A new file; with `skip`, one that will not be read."""

    path: Path
    stamp: FileStamp
    skip: StateReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Modified:
    """A file to read again; with `skip`, one that is no longer readable at all (it became a link, say)."""

    document_id: DocumentId
    path: Path
    stamp: FileStamp
    skip: StateReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The same content at another path: nothing to read, the ids live on."""

    document_id: DocumentId
    old_path: Path
    path: Path
    stamp: FileStamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A new stamp on the same content: nothing to read."""

    document_id: DocumentId
    path: Path
    stamp: FileStamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A file that is gone, or is ignored from now on."""

    document_id: DocumentId
    path: Path


Change = Moved | Touched | Removed | Modified | Added
"""A difference on disk; a closed union to be matched exhaustively."""


def find_changes(
    known: Mapping[Path, KnownFile], found: Iterable[ScannedFile], content_hash: ContentHash
) -> list[Change]:
    """What turns `known` into `found`: at most one change per document and per path.

    The quick ones come first (moved, touched, removed), then what must be read; each kind sorted by the bytes
    of its paths. `known` and `found` must be of the same part of the disk. Files are hashed only when their
    stamp changed but not their size, or when they are new and a file of the same size has gone. Known files
    below a folder that could not be entered are left alone. Time is linear but for the sorting.
    """
    here = {file.path: file for file in found}
    missing = _missing(known, here)
    new = [file for path, file in here.items() if path not in known]
    moved = _find_moved(missing, new, content_hash)
    quick: list[Change] = [*moved]
    slow: list[Change] = []
    for path, file in here.items():
        if path in known and (change := _compare(known[path], file, content_hash)) is not None:
            (quick if isinstance(change, Touched) else slow).append(change)
    gone = {change.document_id for change in moved}
    quick += [
        Removed(document_id=file.document_id, path=file.path)
        for file in missing
        if file.document_id not in gone
    ]
    arrived = {change.path for change in moved}
    slow += [
        Added(path=file.path, stamp=file.stamp, skip=file.skip) for file in new if file.path not in arrived
    ]
    return sorted(quick, key=_order) + sorted(slow, key=_order)


def _order(change: Change) -> tuple[int, bytes]:
    return (_KINDS.index(type(change)), os.fsencode(change.path))


_KINDS: tuple[type[Change], ...] = (Moved, Touched, Removed, Modified, Added)


def _compare(known: KnownFile, file: ScannedFile, content_hash: ContentHash) -> Change | None:
    """What happened to a file that kept its path."""
    same = known.stamp == file.stamp
    if same and (not known.retry or file.skip is not None):
        return None
    if not same and file.skip is None and not known.retry and known.stamp.size == file.stamp.size:
        digest = known.content_hash and content_hash(file.path)
        if digest is not None and digest == known.content_hash:
            return Touched(document_id=known.document_id, path=file.path, stamp=file.stamp)
    return Modified(document_id=known.document_id, path=file.path, stamp=file.stamp, skip=file.skip)


def _missing(known: Mapping[Path, KnownFile], here: Mapping[Path, ScannedFile]) -> list[KnownFile]:
    """The known files that are certainly not there, as opposed to out of reach."""
    closed = {path for path, file in here.items() if file.skip and file.skip.code in _NOT_ENTERED}
    missing = [file for path, file in known.items() if path not in here]
    if not closed:
        return missing
    return [file for file in missing if closed.isdisjoint(file.path.parents)]


def _find_moved(
    missing: Iterable[KnownFile], new: Iterable[ScannedFile], content_hash: ContentHash
) -> list[Moved]:
    """Pair what is gone with what is new, by content alone; how alike the paths are only settles ties."""
    gone: dict[tuple[int, bytes], list[KnownFile]] = defaultdict(list)
    for file in missing:
        if file.content_hash is not None and not file.retry:
            gone[file.stamp.size, file.content_hash].append(file)
    sizes = {size for size, _ in gone}
    arrived: dict[tuple[int, bytes], list[ScannedFile]] = defaultdict(list)
    for candidate in new:
        if candidate.skip is None and candidate.stamp.size in sizes:
            digest = content_hash(candidate.path)
            if digest is not None and (candidate.stamp.size, digest) in gone:
                arrived[candidate.stamp.size, digest].append(candidate)
    return [pair for key, files in arrived.items() for pair in _pair(gone[key], files)]


def _pair(gone: list[KnownFile], arrived: list[ScannedFile]) -> list[Moved]:
    """Pair identical copies: first those of the same name and time, then name, then time, then the rest."""
    old = sorted(gone, key=lambda file: os.fsencode(file.path))
    new = sorted(arrived, key=lambda file: os.fsencode(file.path))
    pairs: list[Moved] = []
    for likeness in _LIKENESSES:
        waiting: dict[object, deque[KnownFile]] = defaultdict(deque)
        for known in old:
            waiting[likeness(known)].append(known)
        unpaired = []
        for file in new:
            if queue := waiting[likeness(file)]:
                known = queue.popleft()
                pairs.append(
                    Moved(
                        document_id=known.document_id, old_path=known.path, path=file.path, stamp=file.stamp
                    )
                )
            else:
                unpaired.append(file)
        # Each queue is in order, but together they are not.
        old = sorted(
            (file for queue in waiting.values() for file in queue), key=lambda f: os.fsencode(f.path)
        )
        new = unpaired
    return pairs


_LIKENESSES: tuple[Callable[[KnownFile | ScannedFile], object], ...] = (
    lambda file: (file.path.name, file.stamp.mtime_ns),
    lambda file: file.path.name,
    lambda file: file.stamp.mtime_ns,
    lambda file: None,  # noqa: ARG005 - all alike
)
