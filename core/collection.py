"""The Collection: everything that the window and the command line may ask of a library.

Thread-safe. Readers (search, status, texts) never wait for a writer; writers wait for each other, in this
process and across processes, and hold one lock while a job runs.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from core.catalogue import documents, segments, sources, texts
from core.catalogue.catalogue import Catalogue
from core.domain import (
    CollectionChanges,
    Document,
    DocumentId,
    DocumentState,
    ExtractedText,
    LibraryStatus,
    Query,
    RenderedPage,
    SearchReply,
    Source,
    Span,
)
from core.encode.encoder import Encoder
from core.errors import (
    FULL_DISK,
    DiskFullError,
    FolderNotFoundError,
    LibraryInUseError,
    LibraryUnwritableError,
    UnknownSourceError,
)
from core.extract.pool import ExtractionPool
from core.indexing.merging import remove_dead
from core.indexing.pipeline import Stages
from core.indexing.sync import refresh, sync
from core.indexing.upgrade import note_dead_passages
from core.layout import LibraryLayout
from core.progress import CancelToken, IndexEvent
from core.search.searcher import Searcher
from core.settings import Settings
from core.watch.ignore import IgnoreRules

WRITER_WAIT_S = 10.0
"""How long a writer waits for the one of another process before it gives up."""


class Collection:
    """One person's library. Use as a context manager."""

    def __init__(self, layout: LibraryLayout, catalogue: Catalogue, stages: Stages) -> None:
        self._layout = layout
        self._catalogue = catalogue
        self._stages = stages
        self._searcher = Searcher(catalogue, layout.index, stages.encoder)
        self._lane = threading.Lock()

    @classmethod
    def open(cls, layout: LibraryLayout, settings: Settings, encoder: Encoder) -> Self:
        """Open or create the library. Only its owner can enter the folder.

        Raises LibraryTooNewError, LibraryDamagedError, LibraryUnwritableError, DiskFullError.
        """
        try:
            for folder in (layout.root, layout.index):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            layout.root.chmod(0o700)
        except OSError as error:
            raise LibraryUnwritableError(layout.root, str(error)) from error
        catalogue = Catalogue.open(layout.catalogue)
        try:
            note_dead_passages(catalogue, layout.index)
        except BaseException:
            catalogue.close()
            raise
        workers = settings.worker_count()
        stages = Stages(
            catalogue=catalogue,
            index=layout.index,
            encoder=encoder,
            extraction=ExtractionPool.open(workers, settings.limits),
            workers=workers,
            limits=settings.limits,
            rules=IgnoreRules.from_settings(settings, excluded=[layout.root.resolve()]),
        )
        return cls(layout, catalogue, stages)

    def close(self) -> None:
        self._stages.extraction.close()
        self._catalogue.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def ignore_rules(self) -> IgnoreRules:
        """Which files are no part of this library; whoever watches its folders needs them too."""
        return self._stages.rules

    # --- Sources -------------------------------------------------------------------------------

    def sources(self) -> tuple[Source, ...]:
        """The folders that are searched, by path."""
        with self._catalogue.read() as db:
            return sources.all_sources(db)

    def add_source(self, folder: Path) -> CollectionChanges:
        """Remember a folder; `sync` then reads it. One inside a known folder changes nothing; one around
        known folders takes them over. Raises FolderNotFoundError, LibraryInUseError.
        """
        folder = _real_folder(folder)
        if _covered(folder, self.sources()):
            return CollectionChanges()
        with self._writing(), self._catalogue.write() as db:
            if _covered(folder, sources.all_sources(db)):  # another program was faster
                return CollectionChanges()
            sources.add(db, folder)
        return CollectionChanges(sources=True)

    def forget_source(self, folder: Path) -> CollectionChanges:
        """Drop a folder and all that was read from it, the text too; its files are not touched.

        Raises UnknownSourceError, LibraryInUseError.
        """
        path = Path(os.path.abspath(folder))  # noqa: PTH100 - the folder may be gone: nothing to resolve
        with self._writing():
            with self._catalogue.write() as db:
                known = {source.path: source for source in sources.all_sources(db)}
                source = known.get(path) or known.get(path.resolve())
                if source is None:
                    raise UnknownSourceError(folder)
                gone = frozenset(stored.document.id for stored in documents.below(db, [source.path]))
                sources.remove(db, source.id)
            remove_dead(self._catalogue, self._layout.index)
            self._catalogue.shrink()
        return CollectionChanges(documents=gone, sources=True)

    # --- Indexing ------------------------------------------------------------------------------

    def sync(self, cancel: CancelToken) -> Iterator[IndexEvent]:
        """Look at all sources and index what changed.

        Raises CancelledError, LibraryInUseError, DiskFullError.
        """
        with self._writing():
            yield from sync(self._stages, self.sources(), cancel)

    def refresh(self, paths: Iterable[Path], cancel: CancelToken) -> Iterator[IndexEvent]:
        """The same for the given files and folders only. Raises what `sync` raises."""
        with self._writing():
            yield from refresh(self._stages, self.sources(), paths, cancel)

    # --- Searching and reading -----------------------------------------------------------------

    def search(self, query: Query) -> SearchReply:
        """Answer a question from what is committed now. Raises LibraryDamagedError."""
        return self._searcher.search(query)

    def status(self) -> LibraryStatus:
        """Counts and sizes."""
        with self._catalogue.read() as db:
            passage_count, token_count = segments.totals(db)
            return LibraryStatus(
                model=self._stages.encoder.name,
                sources=sources.all_sources(db),
                documents=documents.counts(db),
                passages=passage_count,
                tokens=token_count,
                index_bytes=sum(stored.content.bytes for stored in segments.live(db)),
            )

    def documents(self, states: frozenset[DocumentState] | None = None) -> list[Document]:
        """Every file in these states (None: in any), by path."""
        with self._catalogue.read() as db:
            return documents.in_states(db, DocumentState if states is None else states)

    def document(self, document_id: DocumentId) -> Document | None:
        """A document, or None if it is gone."""
        with self._catalogue.read() as db:
            return documents.get(db, document_id)

    def text(self, document_id: DocumentId) -> ExtractedText:
        """The text as it was extracted. Raises KeyError if the document is gone or has none."""
        with self._catalogue.read() as db:
            return texts.get(db, document_id)

    def render_page(
        self, document_id: DocumentId, page: int, spans: Sequence[Span], dpi: float
    ) -> RenderedPage:
        """Draw a page, and tell where on it the spans (of the document's text) are. Takes 10 to 100 ms.

        Raises KeyError if the document or page is gone, ExtractionError if the file cannot be drawn.
        """
        document, text = self.document(document_id), self.text(document_id)
        found = next((each for each in text.pages if each.number == page), None)
        if document is None or found is None:
            raise KeyError(document_id, page)
        return self._stages.extraction.render_page(
            document.path,
            page=page,
            expected_text=text.text[found.span.start : found.span.end],
            spans=[span.shifted(-found.span.start) for span in spans],
            dpi=dpi,
        )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the writer's lane, in this process and against others.

        Raises LibraryInUseError, LibraryUnwritableError, DiskFullError.
        """
        with self._lane:
            lock = FileLock(self._layout.writer_lock, timeout=WRITER_WAIT_S, thread_local=False)
            try:
                lock.acquire()
            except Timeout as error:
                raise LibraryInUseError(self._layout.root) from error
            except OSError as error:
                kind = DiskFullError if error.errno in FULL_DISK else LibraryUnwritableError
                raise kind(self._layout.root, str(error)) from error
            try:
                yield
            finally:
                lock.release()


def _covered(folder: Path, known: Iterable[Source]) -> bool:
    return any(folder.is_relative_to(source.path) for source in known)


def _real_folder(folder: Path) -> Path:
    """The folder without symbolic links, so that the same place never counts twice."""
    try:
        resolved = folder.resolve(strict=True)
    except OSError as error:
        raise FolderNotFoundError(folder) from error
    if not resolved.is_dir():
        raise FolderNotFoundError(folder)
    return resolved
