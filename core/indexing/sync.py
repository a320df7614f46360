"""What the person sees as one job: look at folders, see what changed, make the library the same."""

from __future__ import annotations

from collections.abc import Container, Generator, Iterable, Iterator, Sequence
from pathlib import Path

from core.catalogue import documents
from core.domain import ScannedFile, Source, SourceId
from core.errors import ExtractionError, FolderNotFoundError, LibraryDamagedError
from core.extract.read import content_hash
from core.index.segment import SUFFIX
from core.indexing.merging import merge_segments, remove_dead
from core.indexing.pipeline import Stages, process
from core.indexing.record import Work, known_files, record_changes
from core.indexing.repair import drop_segments, unreadable_segments
from core.indexing.staleness import Staleness
from core.progress import CancelToken, Committed, IndexEvent, Scanning, SourceMissing
from core.watch.changes import find_changes
from core.watch.scan import rescan, scan

_SCANNING_EVERY = 500
"""Files between two Scanning events."""


def sync(stages: Stages, sources: Sequence[Source], cancel: CancelToken) -> Iterator[IndexEvent]:
    """Look at whole sources; index what changed on the disk or was made by an older pipeline.

    Needs the writer's lock. A source that is not there (a drive not plugged in) keeps its documents. What was
    in a damaged segment is made again. Raises CancelledError, DiskFullError.
    """
    if damaged := unreadable_segments(stages.catalogue, stages.index):
        drop_segments(stages.catalogue, damaged)
    remove_dead(stages.catalogue, stages.index)
    work: list[Work] = []
    missing: set[SourceId] = set()
    for source in sources:
        try:
            found = yield from _collect(source, scan(source.path, stages.rules, cancel))
        except FolderNotFoundError:
            missing.add(source.id)
            yield SourceMissing(folder=source.path)
            continue
        work += yield from _record(stages, source, [source.path], found)
    done = {item.document_id for item in work}
    work += [item for item in _stale(stages, missing) if item.document_id not in done]
    yield from process(stages, work, cancel)
    yield from _merge(stages, cancel)


def refresh(
    stages: Stages, sources: Sequence[Source], paths: Iterable[Path], cancel: CancelToken
) -> Iterator[IndexEvent]:
    """The same for some files and folders only, of which somebody said that they changed."""
    paths = list(paths)
    work: list[Work] = []
    for source in sources:
        try:
            looked = rescan(source.path, paths, stages.rules, cancel)
        except FolderNotFoundError:
            yield SourceMissing(folder=source.path)
            continue
        work += yield from _record(stages, source, looked.covered, looked.found)
    yield from process(stages, work, cancel)
    yield from _merge(stages, cancel)


def _merge(stages: Stages, cancel: CancelToken) -> Iterator[IndexEvent]:
    """Merge; what turns out to be damaged meanwhile is made again."""
    while True:
        try:
            merge_segments(stages.catalogue, stages.index)
        except LibraryDamagedError as error:
            if error.path.suffix != SUFFIX:
                raise
            drop_segments(stages.catalogue, [error.path])
            again = [item for item in _stale(stages, ()) if not item.reread]
            yield from process(stages, again, cancel)
        else:
            return


def _collect(source: Source, found: Iterable[ScannedFile]) -> Generator[IndexEvent, None, list[ScannedFile]]:
    files: list[ScannedFile] = []
    yield Scanning(folder=source.path, files=0)
    for file in found:
        files.append(file)
        if len(files) % _SCANNING_EVERY == 0:
            yield Scanning(folder=source.path, files=len(files))
    return files


def _record(
    stages: Stages, source: Source, looked_at: Iterable[Path], found: Iterable[ScannedFile]
) -> Generator[IndexEvent, None, tuple[Work, ...]]:
    """Compare what was found with what the catalogue knows of the places that were looked at."""

    def hash_of(path: Path) -> bytes | None:
        try:
            return content_hash(path, stages.limits)
        except (OSError, ExtractionError):
            return None

    fingerprint = str(stages.fingerprint)
    with stages.catalogue.read() as db:
        known = known_files(documents.below(db, looked_at), fingerprint)
    changes = find_changes(known, found, hash_of)
    if not changes:
        return ()
    recorded = record_changes(stages.catalogue, source.id, changes, fingerprint)
    yield Committed(changes=recorded.changes)
    return recorded.work


def _stale(stages: Stages, missing: Container[SourceId]) -> Iterator[Work]:
    """Documents whose files are unchanged but that an older pipeline made.

    Those whose files must be read again but are not there now stay as they are: their text is kept.
    """
    current = stages.fingerprint
    with stages.catalogue.read() as db:
        stale = documents.stale(db, str(current))
    for stored in stale:
        document = stored.document
        reread = current.staleness(stored.fingerprint) is Staleness.EXTRACTORS_CHANGED
        if not (reread and document.source_id in missing):
            yield Work(document_id=document.id, path=document.path, stamp=document.stamp, reread=reread)
