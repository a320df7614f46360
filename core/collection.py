"""The Collection: everything that the window and the command line may ask of a library.

Thread-safe. Readers (search, status, texts) never wait for a writer; writers wait for each other, in this
process and across processes, and hold one lane while a job runs. Maintenance has a lane of its own, and so
has a switch to another model, so that nobody waits for them (core/indexing/lanes.py).

Which model answers stands in the catalogue, and another program may change it: each job asks when it begins,
and so does each search. Encoders are opened by whoever needs one first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from core.catalogue import documents, encodings, models, passages, segments, sources, texts
from core.catalogue.catalogue import Catalogue
from core.domain import (
    BUILT_IN_MODEL,
    UNKNOWN_LANGUAGE,
    CollectionChanges,
    Document,
    DocumentId,
    DocumentState,
    Explanation,
    ExtractedText,
    Language,
    LibraryStatus,
    ModelName,
    ModelSwitch,
    PassageId,
    PassageInPlace,
    Query,
    RenderedPage,
    SearchReply,
    Source,
    SourceId,
    Span,
)
from core.encode.encoder import Encoders
from core.errors import (
    FolderNotFoundError,
    LibraryDamagedError,
    LibraryUnwritableError,
    ModelError,
    UnknownSourceError,
)
from core.extract.pool import ExtractionPool
from core.index.codebook import Codebooks
from core.indexing.answering import Answering, choose_first_model
from core.indexing.garbage import delete_files, drop_dead_segments, remove_garbage
from core.indexing.lanes import Lane, all_held_if_free
from core.indexing.maintenance import maintain
from core.indexing.repair import forget_passages, make_again
from core.indexing.stages import Stages
from core.indexing.switching import choose_upcoming, encode_rest, take_over
from core.indexing.sync import refresh, sync
from core.indexing.upgrade import note_dead_passages
from core.indexing.verify import Finding, check, mend
from core.layout import LibraryLayout
from core.progress import CancelToken, IndexEvent, ModelChanged, VerifyEvent
from core.search.searcher import Searcher
from core.settings import Settings
from core.watch.ignore import IgnoreRules

WRITER_WAIT_S = 10.0
"""How long a writer waits for the one of another process before it gives up."""

_GARBAGE_S = 2.0
"""How long a switch waits for its lane, which whoever removes garbage takes for a moment (0.1 ms, 40 ms with
200 files of 1 MB to delete, 2026-11): it should not give up for that, since nobody may start it again."""

_WRITER_LOOK_S = 5.0
"""How long a switch waits for a writer to end, before it looks for what that one has added meanwhile, which
takes 0.03 s in a library of 100,000 passages (2026-11)."""


class Collection:
    """One person's library. Use as a context manager."""

    def __init__(
        self, layout: LibraryLayout, catalogue: Catalogue, stages: Stages, encoders: Encoders
    ) -> None:
        self._layout = layout
        self._catalogue = catalogue
        self._stages = stages
        self._encoders = encoders
        self._searcher = Searcher(catalogue, layout, encoders, stages.codebooks)
        self._writer = Lane(layout.writer_lock)
        self._maintainer = Lane(layout.maintainer_lock)
        self._switcher = Lane(layout.switcher_lock)
        self._model = Answering(stages, encoders, self._writer)

    @classmethod
    def open(
        cls,
        layout: LibraryLayout,
        settings: Settings,
        encoders: Encoders,
        first_model: ModelName = BUILT_IN_MODEL,
    ) -> Self:
        """Open or create the library; no model is loaded by it. Only its owner can enter the folder. A new
        one answers with `first_model`.

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
            choose_first_model(catalogue, first_model)
        except BaseException:
            catalogue.close()
            raise
        workers = settings.worker_count()
        stages = Stages(
            catalogue=catalogue,
            index=layout.index,
            extraction=ExtractionPool.open(workers, settings.limits),
            workers=workers,
            limits=settings.limits,
            codebooks=Codebooks(layout.index),
            bits=settings.residual_bits,
            rules=IgnoreRules.from_settings(settings, excluded=[layout.root.resolve()]),
            shipped=lambda digest: encoders.companion(digest).codebook,
        )
        return cls(layout, catalogue, stages, encoders)

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
        with self._writing():
            with self._catalogue.write() as db:
                source = _known_source(db, folder)
                gone = frozenset(stored.document.id for stored in documents.below(db, [source.path]))
                sources.remove(db, source.id)
            drop_dead_segments(self._catalogue, self._layout.index)
            self._remove_garbage(self._maintainer, self._switcher)
            self._catalogue.shrink()
        return CollectionChanges(documents=gone, sources=True)

    def set_language(self, folder: Path, language: Language) -> CollectionChanges:
        """All in a source is in this language; UNKNOWN_LANGUAGE: each passage has its own.

        What was encoded as something else is made again by the next sync, if the model that answers makes a
        difference; answers stay as they are until then. Raises UnknownSourceError, LibraryInUseError.
        """
        with self._writing():
            with self._catalogue.read() as db:
                answering, upcoming = models.answering(db), models.upcoming(db)
            again = self._uses_languages(answering.name)
            encoded_again = upcoming is not None and self._uses_languages(upcoming.name)
            with self._catalogue.write() as db:
                source = _known_source(db, folder)
                sources.set_language(db, source.id, language)
                changed = passages.set_language_of_source(db, source.id, language or None)
                if encoded_again:
                    encodings.remove_of_source(db, source.id)
                for document_id in changed if again else ():
                    forget_passages(db, document_id)
        return CollectionChanges(documents=frozenset(changed), sources=True)

    # --- Models --------------------------------------------------------------------------------

    def use_model(self, name: ModelName) -> CollectionChanges:
        """Let this model answer. `switch` encodes the library with it while the one before goes on answering;
        naming that one again gives the switch up.

        It answers at once where there is nothing to encode, and where the one before cannot be opened any
        more and nothing is encoded with this one yet: then it finds what a sync has encoded so far. Raises
        what `Encoders.open` raises.
        """
        with self._catalogue.read() as db:
            before = models.answering(db).name
        encoder = None if name == before else self._encoders.open(name)
        delete_files(self._layout.index / file for file in choose_upcoming(self._catalogue, name))
        if encoder:
            with self._writer.held_if_free() as free:
                if free:
                    take_over(self._stages, name, encoder.digest, at_once=not self._opens(before))
        return CollectionChanges(sources=True)

    @property
    def fell_back(self) -> ModelError | None:
        """Why the model of our own could not be opened, if the built-in one had to take its place: what was
        encoded with the one is encoded with the other by the next sync, and finds less until then.
        """
        return self._model.fell_back

    def switch(self, cancel: CancelToken) -> Iterator[IndexEvent]:
        """Encode what is stored with the model that is to answer, and let it take over: `ModelChanged`.

        Goes on where it was interrupted; others search, write and maintain meanwhile, and what they write is
        encoded too. Does nothing when no model is to take over, or when another job, of any process, is at
        it. Raises CancelledError, DiskFullError, LibraryDamagedError, and what `Encoders.open` raises.
        """
        with self._switcher.held_within(_GARBAGE_S, cancel) as free:
            while free and (name := self._upcoming()):
                encoder = self._encoders.open(name)
                if not (yield from encode_rest(self._stages, name, encoder, cancel)):
                    continue  # another one is to take over now
                with self._writer.held_within(_WRITER_LOOK_S, cancel) as writing:
                    done = writing and take_over(self._stages, name, encoder.digest)
                    if done:
                        self._remove_garbage(self._maintainer)
                if done:
                    yield ModelChanged(model=name)

    # --- Indexing ------------------------------------------------------------------------------

    def sync(self, cancel: CancelToken) -> Iterator[IndexEvent]:
        """Look at all sources and index what changed.

        Raises CancelledError, LibraryInUseError, DiskFullError, and what `Encoders.open` raises.
        """
        with self._writing():
            self._remove_garbage(self._maintainer, self._switcher)
            yield from sync(self._stages, self._model.for_writing(), self.sources(), cancel)

    def refresh(self, paths: Iterable[Path], cancel: CancelToken) -> Iterator[IndexEvent]:
        """The same for the given files and folders only. Raises what `sync` raises."""
        with self._writing():
            yield from refresh(self._stages, self._model.for_writing(), self.sources(), paths, cancel)

    def maintain(self, cancel: CancelToken) -> Iterator[IndexEvent]:
        """Keep the index fast and small; worth calling after `sync` and `refresh`. Nobody waits for it:
        others search and write meanwhile. Does nothing while another job, of any process, is at it.

        Raises CancelledError, DiskFullError; LibraryInUseError only when damage is found and cannot be mended
        yet.
        """
        damaged: tuple[Path, ...] = ()
        with self._maintainer.held_if_free() as free:
            if free:
                damaged = yield from maintain(self._stages, cancel)
                self._remove_garbage(self._writer, self._switcher)
        if damaged:
            with self._writing():
                yield from make_again(self._stages, self._model.for_writing(), damaged, cancel)

    def verify(self, cancel: CancelToken) -> Iterator[VerifyEvent]:
        """Read every byte of the library and make again what is damaged; the last event is `Verified`.

        Raises CancelledError, LibraryInUseError, DiskFullError, and what `Encoders.open` raises.
        """
        found = yield from check(self._stages, cancel)
        unmended: tuple[Finding, ...] = ()
        if found.found:
            try:
                with self._writing():
                    missing = self._missing_sources()
                    unmended = yield from mend(
                        self._stages, self._model.for_writing(), found, missing, cancel
                    )
            except LibraryDamagedError:  # the catalogue is beyond repair
                unmended = found.found
        yield found.verified(unmended)

    # --- Searching and reading -----------------------------------------------------------------

    def search(self, query: Query) -> SearchReply:
        """Answer a question from what is committed now, with the model that answers now.

        Raises LibraryDamagedError, and what `Encoders.open` raises.
        """
        return self._model.for_asking(lambda: self._searcher.search(query))

    def glance(self, query: Query) -> SearchReply:
        """The first answers at once, by names and words: `final` is False, and `search` has better ones. No
        model is opened for it. Raises LibraryDamagedError.
        """
        return self._searcher.glance(query)

    def explain(self, query: Query, passage_id: PassageId) -> Explanation:
        """Which token of the passage answered which of the question. Raises KeyError if the passage is gone,
        and what `search` raises.
        """
        return self._model.for_asking(lambda: self._searcher.explain(query, passage_id))

    def prepare(self) -> None:
        """Load what the first search would have to wait for. Raises what `search` raises."""
        self._model.for_asking(self._searcher.prepare)

    def status(self) -> LibraryStatus:
        """Counts and sizes."""
        with self._catalogue.read() as db:
            passage_count, token_count = segments.totals(db)
            return LibraryStatus(
                model=models.answering(db).name,
                switch=_switch(db),
                languages=passages.languages(db),
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

    def passage(self, passage_id: PassageId) -> PassageInPlace:
        """A passage with its document. Raises KeyError if it is gone."""
        (found,) = self.passages_around(passage_id, before=0, after=0)
        return found

    def passages_around(self, passage_id: PassageId, before: int, after: int) -> tuple[PassageInPlace, ...]:
        """A passage with so many before and after it, as far as its document has them, in order.

        Raises KeyError if the passage is gone.
        """
        with self._catalogue.read() as db:
            stored = passages.get(db, [passage_id])[passage_id]
            document = documents.get(db, stored.document_id)
            assert document is not None, "a passage has a document: foreign key"
            text = texts.get(db, stored.document_id).text
            in_order = passages.of_document(db, stored.document_id)
        at = next(number for number, each in enumerate(in_order) if each.id == passage_id)
        some = in_order[max(0, at - before) : at + after + 1]
        return tuple(_in_place(each, document, text) for each in some)

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

    def _writing(self) -> AbstractContextManager[None]:
        """The writer's lane. Raises what Lane.held raises."""
        return self._writer.held(wait_s=WRITER_WAIT_S)

    def _remove_garbage(self, *others: Lane) -> None:
        """Needs all lanes but `others`; while somebody holds one of these, garbage stays a little longer."""
        with all_held_if_free(*others) as free:
            if free:
                remove_garbage(self._catalogue, self._layout.index)

    def _upcoming(self) -> ModelName | None:
        with self._catalogue.read() as db:
            noted = models.upcoming(db)
        return noted.name if noted else None

    def _opens(self, name: ModelName) -> bool:
        try:
            self._encoders.open(name)
        except ModelError:
            return False
        return True

    def _uses_languages(self, name: ModelName) -> bool:
        """Also if it cannot be told: then it is safe to encode anew."""
        try:
            return self._encoders.open(name).uses_languages
        except ModelError:
            return True

    def _missing_sources(self) -> frozenset[SourceId]:
        return frozenset(source.id for source in self.sources() if not source.path.is_dir())


def _in_place(stored: passages.Stored, document: Document, text: str) -> PassageInPlace:
    passage = stored.passage
    return PassageInPlace(
        passage_id=stored.id,
        document=document,
        span=passage.span,
        page=passage.page,
        heading=passage.heading,
        language=stored.language or UNKNOWN_LANGUAGE,
        text=text[passage.span.start : passage.span.end],
    )


def _known_source(db: Database, folder: Path) -> Source:
    path = Path(os.path.abspath(folder))  # noqa: PTH100 - the folder may be gone: nothing to resolve
    known = {source.path: source for source in sources.all_sources(db)}
    source = known.get(path) or known.get(path.resolve())
    if source is None:
        raise UnknownSourceError(folder)
    return source


def _switch(db: Database) -> ModelSwitch | None:
    noted = models.upcoming(db)
    if noted is None:
        return None
    total, _ = segments.totals(db)
    done, _ = segments.totals(db, upcoming=True)
    return ModelSwitch(model=noted.name, done=done, total=total)


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
