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
    AnsweredToken,
    Box,
    CollectionChanges,
    Document,
    DocumentId,
    DocumentState,
    Explanation,
    ExtractedText,
    FileStamp,
    Highlight,
    Hit,
    Language,
    LibraryStatus,
    ModelName,
    ModelSwitch,
    Order,
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
from core.errors import FolderNotFoundError, ModelError, UnknownSourceError
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

_Word = tuple[Span | None, str]
"""A word and where it stands in the question, None: nowhere."""

_NOWHERE = Span(start=0, end=0)


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
    `opening_failure` is what opening the model raises. `queries` are those of `search` and `glance`, which
    look at words, file names, formats, documents, `like` and `order`.
    """

    def __init__(self, files: dict[str, list[str]] | None = None, *, folder: str = "/home/ai/Documents"):
        self.lock = threading.Lock()
        self.calls: list[tuple[str, object]] = []
        self.indexing_s = 0.0
        self.merges, self.merging_s = 0, 0.0
        self.search_s = 0.0
        self.queries: list[Query] = []
        self.prepared = 0
        self.failure: Exception | None = None
        self.model, self.upcoming = MODEL, None
        self.encoded, self.encoding_s = 0, 0.0
        self.languages: dict[Language, int] = {}
        self.opening_failure: Exception | None = None
        self.fell_back: ModelError | None = None
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

    def glance(self, query: Query) -> SearchReply:
        self.calls.append(("glance", query.text))
        return replace(self._answer(query), model="", passages_searched=0, final=False)

    def search(self, query: Query) -> SearchReply:
        self.calls.append(("search", query.text))
        time.sleep(self.search_s)
        failure = self.failure or self.opening_failure
        if failure is not None:
            raise failure
        reply = self._answer(query)
        return replace(reply, elapsed_ms=reply.elapsed_ms + self.search_s * 1000)

    def explain(self, query: Query, passage_id: PassageId) -> Explanation:
        self.calls.append(("explain", (query.text, passage_id)))
        document_id, number = divmod(passage_id, 1000)
        text = self._texts[DocumentId(document_id)]
        page = text.pages[number - 1]
        words = _words(query.text)
        hit = _hit(self._documents[DocumentId(document_id)], text, page, words)
        tokens = tuple(_answered(query.text, asked, hit) for asked, _word in words if asked)
        return Explanation(
            passage_id=passage_id,
            text=query.text,
            tokens=tokens,
            unanswered=tuple(each.asked for each in tokens if each.strength == 0),
            maxsim=sum(each.weight * each.similarity for each in tokens),
            keyword=float(sum(each.strength > 0 for each in tokens)),
            score=hit.score if hit else 0.0,
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

    def _answer(self, query: Query) -> SearchReply:
        started = time.monotonic()
        self.queries.append(query)
        results = [self._result(document, query) for document in list(self._documents.values())]
        found = sorted((each for each in results if each), key=lambda each: -each.score)
        if query.order is not Order.BEST:
            newest = query.order is Order.NEWEST
            found.sort(key=lambda each: each.document.stamp.mtime_ns, reverse=newest)
        return SearchReply(
            query=query,
            model=self.model,
            elapsed_ms=(time.monotonic() - started) * 1000,
            passages_searched=self._passages(),
            results=tuple(found[: query.limit]),
        )

    def _result(self, document: Document, query: Query) -> Result | None:
        if query.formats and document.format not in query.formats:
            return None
        if query.document_ids is not None and document.id not in query.document_ids:
            return None
        words = self._words_of_passage(query.like) if query.like is not None else _words(query.text)
        text = self._texts.get(document.id)
        pages = text.pages if text is not None and words else ()
        hits = [hit for page in pages if (hit := _hit(document, text, page, words)) is not None]
        hits = [hit for hit in hits if hit.passage_id != query.like]
        hits.sort(key=lambda hit: -hit.score)
        if hits:
            return Result(document=document, score=hits[0].score, hits=tuple(hits))
        name = f"{document.path.name} {document.title}".casefold()
        by_name = bool(words) and query.like is None and all(word in name for _asked, word in words)
        return Result(document=document, score=0.5, hits=()) if by_name else None

    def _words_of_passage(self, passage_id: PassageId) -> list[_Word]:
        """Nobody asked in words: they stand nowhere in `Query.text`."""
        document_id, number = divmod(passage_id, 1000)
        text = self._texts[DocumentId(document_id)]
        span = text.pages[number - 1].span
        return [
            (None, word) for word in sorted({word for _at, word in _words(text.text[span.start : span.end])})
        ]


def _words(asked: str) -> list[_Word]:
    found = re.finditer(r"\S+", asked)
    return [(Span(start=each.start(), end=each.end()), each.group().casefold()) for each in found]


def _answered(asked: str, span: Span, hit: Hit | None) -> AnsweredToken:
    found = [each for each in hit.highlights if each.asked == span] if hit else []
    best = max(found, key=lambda each: each.strength, default=None)
    return AnsweredToken(
        asked=span,
        weight=1.0,
        similarity=best.strength if best else 0.1,
        strength=best.strength if best else 0.0,
        answer=best.span if best else None,
        answer_text=asked[span.start : span.end] if best else "",
    )


def _hit(document: Document, text: ExtractedText, page: Page, words: list[_Word]) -> Hit | None:
    passage = text.text[page.span.start : page.span.end]
    found: list[Highlight] = []
    unanswered = []
    for number, (asked, word) in enumerate(words):
        matches = [
            Span(start=m.start(), end=m.end()) for m in re.finditer(re.escape(word), passage.casefold())
        ]
        strength = 1.0 if number == 0 else 0.45
        found += [
            Highlight(span=at, strength=strength, query=word, asked=asked or _NOWHERE) for at in matches
        ]
        if asked and not matches:
            unanswered.append(asked)
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
        unanswered=tuple(unanswered),
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
