"""What the person sees as one job: look at folders, see what changed, make the library the same."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path

from core.catalogue import documents
from core.domain import ScannedFile, Source, SourceId
from core.encode.encoder import Encoder
from core.errors import ExtractionError, FolderNotFoundError
from core.extract.read import content_hash
from core.indexing.garbage import drop_dead_segments
from core.indexing.languages import note_languages
from core.indexing.pipeline import process
from core.indexing.record import Work, known_files, record_changes, stale_work
from core.indexing.repair import drop_files, unreadable_files
from core.indexing.stages import Stages
from core.indexing.staleness import PipelineFingerprint
from core.progress import CancelToken, Committed, IndexEvent, Scanning, SourceMissing
from core.watch.changes import find_changes
from core.watch.scan import rescan, scan

_SCANNING_EVERY = 500
"""Files between two Scanning events."""


def sync(
    stages: Stages, encoder: Encoder, sources: Sequence[Source], cancel: CancelToken
) -> Iterator[IndexEvent]:
    """Look at whole sources; index what changed on the disk or was made by an older pipeline.

    Needs the writer's lock. A source that is not there (a drive not plugged in) keeps its documents. What was
    in a damaged segment, or compressed with a damaged codebook, is made again; an event tells it. Raises
    CancelledError, DiskFullError.
    """
    if damaged := unreadable_files(stages.catalogue, stages.index):
        yield from damaged
        drop_files(stages, [each.path for each in damaged])
    drop_dead_segments(stages.catalogue, stages.index)
    fingerprint = PipelineFingerprint.of(encoder)
    work: list[Work] = []
    missing: set[SourceId] = set()
    for source in sources:
        try:
            found = yield from _collect(source, scan(source.path, stages.rules, cancel))
        except FolderNotFoundError:
            missing.add(source.id)
            yield SourceMissing(folder=source.path)
            continue
        work += yield from _record(stages, fingerprint, source, [source.path], found)
    done = {item.document_id for item in work}
    work += [
        item for item in stale_work(stages.catalogue, fingerprint, missing) if item.document_id not in done
    ]
    yield from process(stages, encoder, work, cancel)
    note_languages(stages.catalogue, cancel)


def refresh(
    stages: Stages,
    encoder: Encoder,
    sources: Sequence[Source],
    paths: Iterable[Path],
    cancel: CancelToken,
) -> Iterator[IndexEvent]:
    """The same for some files and folders only, of which somebody said that they changed."""
    paths, fingerprint = list(paths), PipelineFingerprint.of(encoder)
    work: list[Work] = []
    for source in sources:
        try:
            looked = rescan(source.path, paths, stages.rules, cancel)
        except FolderNotFoundError:
            yield SourceMissing(folder=source.path)
            continue
        work += yield from _record(stages, fingerprint, source, looked.covered, looked.found)
    yield from process(stages, encoder, work, cancel)


def _collect(source: Source, found: Iterable[ScannedFile]) -> Generator[IndexEvent, None, list[ScannedFile]]:
    files: list[ScannedFile] = []
    yield Scanning(folder=source.path, files=0)
    for file in found:
        files.append(file)
        if len(files) % _SCANNING_EVERY == 0:
            yield Scanning(folder=source.path, files=len(files))
    return files


def _record(
    stages: Stages,
    current: PipelineFingerprint,
    source: Source,
    looked_at: Iterable[Path],
    found: Iterable[ScannedFile],
) -> Generator[IndexEvent, None, tuple[Work, ...]]:
    """Compare what was found with what the catalogue knows of the places that were looked at."""

    def hash_of(path: Path) -> bytes | None:
        try:
            return content_hash(path, stages.limits)
        except (OSError, ExtractionError):
            return None

    fingerprint = str(current)
    with stages.catalogue.read() as db:
        known = known_files(documents.below(db, looked_at), fingerprint)
    changes = find_changes(known, found, hash_of)
    if not changes:
        return ()
    recorded = record_changes(stages.catalogue, source.id, changes, fingerprint)
    yield Committed(changes=recorded.changes)
    return recorded.work
