"""Files to read -> committed segments, as a generator of events.

Each file is extracted in the worker processes, split and encoded here, and committed in batches, so that it
can be found soon and a crash loses little.
"""

from __future__ import annotations

import concurrent.futures
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from core.catalogue import documents, sources, texts
from core.domain import DocumentState, Language, StateReason
from core.encode.encoder import Encoder
from core.errors import CancelledError, ExtractionError
from core.extract.read import Extraction
from core.index.codec import Codec
from core.indexing.batch import Batch, ReadDocument, UnreadDocument, encode_document
from core.indexing.record import Work
from core.indexing.shipped import adopt_first
from core.indexing.stages import Stages
from core.indexing.staleness import PipelineFingerprint
from core.progress import CancelToken, Committed, FileDone, IndexEvent, Reading

COMMIT_TOKENS = 300_000
"""A batch is committed at this size (40 MB of vectors in memory) …"""
COMMIT_SECONDS = 3.0
"""… or this long after its first document, so that people find what was read a moment ago."""

FILES_AHEAD = 4
"""Files handed to each worker process in advance: it never waits for us, and a cancel drops few."""

_POLL_SECONDS = 0.05
"""How often a wait for a file looks at the CancelToken."""


def process(
    stages: Stages, encoder: Encoder, work: Sequence[Work], cancel: CancelToken
) -> Iterator[IndexEvent]:
    """Read, encode and commit. On a cancel, what is encoded already is committed first.

    Raises CancelledError, DiskFullError, LibraryDamagedError, and what the catalogue raises.
    """
    batch = Batch(stages.catalogue, stages.index, encoder, str(PipelineFingerprint.of(encoder)))
    reader = _Reader(stages, work)
    begun = time.monotonic()
    try:
        if work:
            adopt_first(stages, encoder.digest)
        for done, item in enumerate(work):
            yield Reading(path=item.path, done=done, total=len(work))
            if len(batch) == 0:
                begun = time.monotonic()
                # One batch is one segment, of one codec; a new codebook may be there for the next.
                codec = stages.newest_codec(encoder.digest, encoder.dim)
            reason = _add(batch, item, _Encoding(encoder, codec, cancel), reader)
            state = reason.state if reason else DocumentState.INDEXED
            yield FileDone(path=item.path, state=state, reason=reason, done=done + 1, total=len(work))
            if batch.tokens >= COMMIT_TOKENS or time.monotonic() - begun >= COMMIT_SECONDS:
                yield Committed(changes=batch.commit())
    except CancelledError:
        if len(batch):
            yield Committed(changes=batch.commit())
        raise
    finally:
        reader.close()
    if len(batch):
        yield Committed(changes=batch.commit())


@dataclass(frozen=True, slots=True)
class _Encoding:
    """How documents of one batch are encoded."""

    encoder: Encoder
    codec: Codec
    cancel: CancelToken


def _add(batch: Batch, item: Work, encoding: _Encoding, reader: _Reader) -> StateReason | None:
    """Put one document into the batch; returns why it is not wholly searchable, if so."""
    try:
        extraction = reader.next(encoding.cancel)
    except ExtractionError as error:
        unread = UnreadDocument(document_id=item.document_id, stamp=item.stamp, reason=error.reason)
        batch.add_unread(unread)
        return error.reason
    batch.add(
        ReadDocument(
            document_id=item.document_id,
            text=extraction.text,
            stamp=extraction.stamp,
            content_hash=extraction.content_hash,
            encoded=encode_document(
                extraction.text,
                encoding.encoder,
                encoding.codec,
                encoding.cancel,
                reader.language_of(item),
            ),
        )
    )
    return extraction.text.truncated


class _Reader:
    """Hands out extractions in the order of `work`, keeping the worker processes a few files ahead."""

    def __init__(self, stages: Stages, work: Sequence[Work]) -> None:
        self._stages = stages
        self._waiting = deque(work)
        self._ahead: deque[Future[Extraction]] = deque()

    def next(self, cancel: CancelToken) -> Extraction:
        """The next extraction. Raises ExtractionError, CancelledError."""
        cancel.checkpoint()
        while self._waiting and len(self._ahead) < self._stages.workers * FILES_AHEAD:
            self._ahead.append(self._start(self._waiting.popleft()))
        future = self._ahead.popleft()
        while True:
            try:
                return future.result(timeout=_POLL_SECONDS)
            except concurrent.futures.TimeoutError:
                if cancel.cancelled:
                    future.cancel()
                cancel.checkpoint()

    def language_of(self, item: Work) -> Language:
        """What the person said; unknown: nothing."""
        with self._stages.catalogue.read() as db:
            return sources.language_of(db, item.document_id)

    def close(self) -> None:
        for future in self._ahead:
            future.cancel()

    def _start(self, item: Work) -> Future[Extraction]:
        if item.reread:
            return self._stages.extraction.submit(item.path)
        future: Future[Extraction] = Future()
        future.set_result(self._stored(item))
        return future

    def _stored(self, item: Work) -> Extraction:
        with self._stages.catalogue.read() as db:
            stored = documents.get_stored(db, item.document_id)
            text = texts.get(db, item.document_id)
        assert stored is not None, "work is made from documents of the catalogue, under the writer's lock"
        assert stored.content_hash is not None, "it was read before"
        return Extraction(text=text, content_hash=stored.content_hash, stamp=stored.document.stamp)
