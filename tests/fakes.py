"""A Collection in memory, with the methods of core.collection.Collection, to test the window without a disk.

It finds words by plain comparison, so that every test knows what must be found; what it renders is a real
PDF page.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from core.domain import (
    Box,
    CollectionChanges,
    Document,
    DocumentId,
    DocumentState,
    ExtractedText,
    FileStamp,
    Highlight,
    Hit,
    Language,
    LibraryStatus,
    ModelName,
    ModelSwitch,
    Page,
    PassageId,
    Query,
    RenderedPage,
    Result,
    SearchReply,
    Source,
    SourceId,
    Span,
    StateReason,
)
from core.errors import FolderNotFoundError, UnknownSourceError
from core.progress import (
    CancelToken,
    Committed,
    FileDone,
    IndexEvent,
    Merging,
    ModelChanged,
    Reading,
    Reencoding,
    Scanning,
    Verified,
    VerifyEvent,
)

MODEL = ModelName("plain words")


def make_document(number: int, path: str, state=DocumentState.INDEXED, **fields) -> Document:
    given = {
        "title": Path(path).stem,
        "format": Path(path).suffix.lstrip("."),
        "stamp": FileStamp(size=1000 + number, mtime_ns=number),
        "reason": None,
        "page_count": 0,
        **fields,
    }
    return Document(id=DocumentId(number), source_id=SourceId(1), path=Path(path), state=state, **given)


class FakeCollection:
    """`files`: pages of text by path. `indexing_s`: the time for one file. `calls` notes every call.

    Maintenance has `merges` to do, which take `merging_s` each. A switch encodes a passage in `encoding_s`;
    `opening_failure` is what opening the model raises.
    """

    def __init__(self, files: dict[str, list[str]] | None = None, *, folder: str = "/home/ai/Documents"):
        self.lock = threading.Lock()
        self.calls: list[tuple[str, object]] = []
        self.indexing_s = 0.0
        self.merges, self.merging_s = 0, 0.0
        self.search_s = 0.0
        self.prepared = 0
        self.failure: Exception | None = None
        self.model, self.upcoming = MODEL, None
        self.encoded, self.encoding_s = 0, 0.0
        self.languages: dict[Language, int] = {}
        self.opening_failure: Exception | None = None
        self._sources = [Source(id=SourceId(1), path=Path(folder))] if files else []
        self._documents: dict[DocumentId, Document] = {}
        self._texts: dict[DocumentId, ExtractedText] = {}
        for path, pages in (files or {}).items():
            self.put(path, pages)

    # --- For tests -----------------------------------------------------------------------------

    def put(self, path: str, pages: list[str], **fields) -> DocumentId:
        number = next((d.id for d in self._documents.values() if d.path == Path(path)), None)
        number = DocumentId(len(self._documents) + 1) if number is None else number
        spans, at = [], 0
        for page in pages:
            spans.append(Span(start=at, end=at + len(page)))
            at += len(page) + 1
        document = make_document(number, path, page_count=len(pages), **fields)
        self._texts[number] = ExtractedText(
            text="\n".join(pages),
            title=document.title,
            format=document.format,
            pages=tuple(Page(number=n, span=span) for n, span in enumerate(spans, 1)),
        )
        self._documents[number] = document
        return number

    def put_problem(self, path: str, reason: StateReason) -> None:
        number = DocumentId(len(self._documents) + 1)
        self._documents[number] = make_document(number, path, reason.state, reason=reason)

    def drop(self, path: str) -> None:
        for number in [n for n, d in self._documents.items() if d.path == Path(path)]:
            del self._documents[number]
            self._texts.pop(number, None)

    def called(self, name: str) -> list[object]:
        return [argument for called, argument in self.calls if called == name]

    # --- The methods of Collection -------------------------------------------------------------

    def sources(self) -> tuple[Source, ...]:
        return tuple(self._sources)

    def add_source(self, folder: Path) -> CollectionChanges:
        self.calls.append(("add_source", folder))
        if not folder.is_dir():
            raise FolderNotFoundError(folder)
        self._sources.append(Source(id=SourceId(len(self._sources) + 1), path=folder))
        return CollectionChanges(sources=True)

    def forget_source(self, folder: Path) -> CollectionChanges:
        self.calls.append(("forget_source", folder))
        if folder not in [source.path for source in self._sources]:
            raise UnknownSourceError(folder)
        self._sources = [source for source in self._sources if source.path != folder]
        return CollectionChanges(sources=True)

    def sync(self, cancel: CancelToken) -> Iterator[IndexEvent]:
        self.calls.append(("sync", None))
        return self._index(cancel, [document.path for document in self._documents.values()])

    def refresh(self, paths: Iterable[Path], cancel: CancelToken) -> Iterator[IndexEvent]:
        paths = list(paths)
        self.calls.append(("refresh", frozenset(paths)))
        return self._index(cancel, paths)

    def maintain(self, cancel: CancelToken) -> Iterator[IndexEvent]:
        self.calls.append(("maintain", None))
        for _ in range(self.merges):
            cancel.checkpoint()
            yield Merging(segments=8, tokens=1000)
            time.sleep(self.merging_s)

    def set_language(self, folder: Path, language: Language) -> CollectionChanges:
        self.calls.append(("set_language", (folder, language)))
        self._sources = [
            replace(source, language=language) if source.path == folder else source
            for source in self._sources
        ]
        return CollectionChanges(sources=True)

    def use_model(self, name: ModelName) -> CollectionChanges:
        self.calls.append(("use_model", name))
        self.upcoming = None if name == self.model else name
        self.encoded = 0
        return CollectionChanges(sources=True)

    def switch(self, cancel: CancelToken) -> Iterator[IndexEvent]:
        self.calls.append(("switch", self.upcoming))
        while (name := self.upcoming) is not None and self.encoded < self._passages():
            cancel.checkpoint()
            yield Reencoding(model=name, done=self.encoded, total=self._passages())
            time.sleep(self.encoding_s)
            self.encoded += 1
        if name is not None:
            self.model, self.upcoming = name, None
            yield ModelChanged(model=name)

    def verify(self, cancel: CancelToken) -> Iterator[VerifyEvent]:
        self.calls.append(("verify", None))
        cancel.checkpoint()
        yield Verified(files=1, bytes=0, damaged=(), unmended=())

    def prepare(self) -> None:
        self.prepared += 1
        if self.opening_failure is not None:
            raise self.opening_failure

    def search(self, query: Query) -> SearchReply:
        self.calls.append(("search", query.text))
        started = time.monotonic()
        time.sleep(self.search_s)
        failure = self.failure or self.opening_failure
        if failure is not None:
            raise failure
        results = [self._result(document, query) for document in list(self._documents.values())]
        found = sorted((each for each in results if each), key=lambda each: -each.score)
        return SearchReply(
            query=query,
            model=self.model,
            elapsed_ms=(time.monotonic() - started) * 1000,
            passages_searched=self._passages(),
            results=tuple(found[: query.limit]),
        )

    def status(self) -> LibraryStatus:
        counts = dict.fromkeys(DocumentState, 0)
        for document in self._documents.values():
            counts[document.state] += 1
        return LibraryStatus(
            model=self.model,
            switch=self._switch(),
            languages=dict(self.languages),
            sources=self.sources(),
            documents=counts,
            passages=self._passages(),
            tokens=0,
            index_bytes=0,
        )

    def documents(self, states: frozenset[DocumentState] | None = None) -> list[Document]:
        self.calls.append(("documents", states))
        return [each for each in self._documents.values() if states is None or each.state in states]

    def document(self, document_id: DocumentId) -> Document | None:
        return self._documents.get(document_id)

    def text(self, document_id: DocumentId) -> ExtractedText:
        self.calls.append(("text", document_id))
        return self._texts[document_id]

    def render_page(
        self, document_id: DocumentId, page: int, spans: Sequence[Span], dpi: float
    ) -> RenderedPage:
        self.calls.append(("render_page", (document_id, page, dpi)))
        text = self._texts[document_id]
        span = text.pages[page - 1].span
        return render(text.text[span.start : span.end], [each.shifted(-span.start) for each in spans], dpi)

    # --- Inside --------------------------------------------------------------------------------

    def _index(self, cancel: CancelToken, paths: list[Path]) -> Iterator[IndexEvent]:
        for source in self._sources:
            yield Scanning(folder=source.path, files=len(paths))
        for done, path in enumerate(paths):
            cancel.checkpoint()
            yield Reading(path=path, done=done, total=len(paths))
            time.sleep(self.indexing_s)
            yield FileDone(
                path=path, state=DocumentState.INDEXED, reason=None, done=done + 1, total=len(paths)
            )
        changed = frozenset(d.id for d in self._documents.values() if d.path in paths)
        yield Committed(changes=CollectionChanges(documents=changed))

    def _switch(self) -> ModelSwitch | None:
        if self.upcoming is None:
            return None
        return ModelSwitch(model=self.upcoming, done=self.encoded, total=self._passages())

    def _passages(self) -> int:
        return sum(len(text.pages) for text in self._texts.values())

    def _result(self, document: Document, query: Query) -> Result | None:
        text = self._texts.get(document.id)
        words = [word for word in query.text.casefold().split() if word]
        if text is None or not words:
            return None
        hits = [hit for page in text.pages if (hit := _hit(document, text, page, words)) is not None]
        hits.sort(key=lambda hit: -hit.score)
        return Result(document=document, score=hits[0].score, hits=tuple(hits)) if hits else None


def _hit(document: Document, text: ExtractedText, page: Page, words: list[str]) -> Hit | None:
    passage = text.text[page.span.start : page.span.end]
    found = []
    for number, word in enumerate(words):
        for match in re.finditer(re.escape(word), passage.casefold()):
            strength = 1.0 if number == 0 else 0.45
            found.append(
                Highlight(span=Span(start=match.start(), end=match.end()), strength=strength, query=word)
            )
    if not found:
        return None
    found.sort(key=lambda each: each.span.start)
    start = max(0, found[0].span.start - 30)
    return Hit(
        passage_id=PassageId(document.id * 1000 + page.number),
        span=page.span,
        page=page.number if document.format == "pdf" else None,
        text=passage,
        score=float(len({each.query for each in found})) + len(found) / 1000,
        snippet=Span(start=start, end=min(len(passage), start + 160)),
        highlights=tuple(found),
    )


def render(text: str, spans: Sequence[Span], dpi: float) -> RenderedPage:
    """A real A4 page with `text` on it, by pymupdf, and the boxes of the spans."""
    import pymupdf  # noqa: PLC0415 - only tests that draw pages pay for it

    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    size, left, width = 11.0, 64.0, 42
    boxes: list[list[Box]] = [[] for _ in spans]
    scale = dpi / 72
    font = pymupdf.Font("japan")
    y, at = 90.0, 0
    for paragraph in text.split("\n"):
        lines = [paragraph[k : k + width] for k in range(0, len(paragraph), width)] or [""]
        for line in lines:
            page.insert_text((left, y), line, fontsize=size, fontname="japan")
            for number, span in enumerate(spans):
                start, end = max(span.start, at), min(span.end, at + len(line))
                if start < end:
                    x0 = left + font.text_length(line[: start - at], size)
                    x1 = left + font.text_length(line[: end - at], size)
                    box = Box(
                        left=x0 * scale, top=(y - size) * scale, right=x1 * scale, bottom=(y + 3) * scale
                    )
                    boxes[number].append(box)
            at += len(line)
            y += size * 1.7
        at += 1
    pixmap = page.get_pixmap(dpi=round(dpi))
    return RenderedPage(
        width=pixmap.width,
        height=pixmap.height,
        rgb=bytes(pixmap.samples),
        boxes=tuple(tuple(each) for each in boxes),
    )


class FakeWatcher:
    """Hands its callbacks to the test."""

    def __init__(self) -> None:
        self.folders: list[tuple[Path, ...]] = []
        self.closed = False
        self.on_change = self.on_problem = None

    def __call__(self, on_change, on_problem):
        self.on_change, self.on_problem = on_change, on_problem
        return self

    def set_folders(self, folders: Iterable[Path]) -> None:
        self.folders.append(tuple(folders))

    def __exit__(self, *_: object) -> None:
        self.closed = True
