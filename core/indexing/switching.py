"""From one model to another: the stored texts are encoded with the upcoming one while the old one answers,
and then it takes over in one transaction.

What is encoded is kept beside the library in segments of its own (catalogue/encodings.py), so that a switch
can be interrupted at any time and goes on where it was. Who writes meanwhile writes with the old model and
need not know of all this: what it adds is encoded here later, and what it deletes dies in both.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from core.catalogue import encodings, models, segments, texts
from core.catalogue.catalogue import Catalogue
from core.catalogue.encodings import Missing
from core.catalogue.models import Choice
from core.domain import DocumentId, ExtractedText, Language, ModelName, PassageId
from core.encode.encoder import Encoder
from core.errors import CancelledError, LibraryDamagedError
from core.index.codec import Codec, ExactCodec
from core.index.segment import EncodedPassages, header_of, write_segment
from core.indexing.batch import ENCODED_AT_ONCE, segment_content, string_of
from core.indexing.garbage import delete_files
from core.indexing.languages import language_of
from core.indexing.pipeline import COMMIT_TOKENS
from core.indexing.shipped import adopt_first
from core.indexing.stages import Stages
from core.progress import CancelToken, IndexEvent, Reencoding

COMMIT_SECONDS = 30.0
"""Nobody waits for what is committed here, and many small segments are slow: a crash loses this much work."""


def choose_upcoming(catalogue: Catalogue, name: ModelName) -> list[str]:
    """Note that this model is to take over. What is encoded with it already counts, with another it does not.
    The one that answers: none is to take over. Returns the names of files that nobody needs any more.
    """
    with catalogue.write() as db:
        noted = models.upcoming(db)
        if noted and noted.name == name:
            return []
        if name == models.answering(db).name:
            models.forget_upcoming(db)
        else:
            models.set_upcoming(db, Choice(name=name))
        return encodings.give_up(db)


def encode_rest(
    stages: Stages, name: ModelName, encoder: Encoder, cancel: CancelToken
) -> Generator[IndexEvent, None, bool]:
    """Encode every passage that is not encoded with the upcoming model yet, until none is left; False: it is
    not to take over any more. Needs the switcher's lane and no other.

    On a cancel, what is encoded already is committed first. Raises CancelledError, DiskFullError,
    LibraryDamagedError (a stored text cannot be read: `verify` mends that).
    """
    if not _begin(stages, name, encoder.digest):
        return False
    adopt_first(stages, encoder.digest)
    batch = _Batch(stages, name, encoder)
    after = 0
    try:
        while True:
            with stages.catalogue.read() as db:
                some = encodings.missing(db, after=after, limit=ENCODED_AT_ONCE)
                done, total = segments.totals(db, upcoming=True)[0], segments.totals(db)[0]
            if not some and after == 0:
                return True
            yield Reencoding(model=name, done=min(total, done + len(batch)), total=total)
            cancel.checkpoint()
            if some:
                batch.add(some, cancel)
                after = some[-1].id
            if (batch.is_due or not some) and not batch.commit():
                return False
            if not some:
                # Those that came meanwhile have larger ids, but what had to be dropped may be anywhere.
                after = 0
    except CancelledError:
        batch.commit()
        raise


def take_over(stages: Stages, name: ModelName, digest: str, *, at_once: bool = False) -> bool:
    """Let the upcoming model answer from now on, if everything is encoded with it. Needs the writer's lane.

    `at_once`: also if nothing is; all is stale then. Whoever searches meanwhile gets the answers of the old
    model. Returns whether it answers now.
    """
    with stages.catalogue.write() as db:
        noted = models.upcoming(db)
        if noted is None or noted.name != name:
            return False
        if noted.digest in (digest, "") and not encodings.missing(db, after=0, limit=1):
            gone = encodings.take_over(db, digest)
        elif (at_once and not segments.totals(db, upcoming=True)[0]) or _is_the_same(db, digest):
            gone = encodings.give_up(db)
        else:
            return False
        models.forget_upcoming(db)
        models.set_answering(db, Choice(name=name, digest=digest))
    delete_files(stages.index / file for file in gone)
    return True


def _is_the_same(db: Database, digest: str) -> bool:
    """Whether the model that answers is the same under another name."""
    return models.answering(db).digest == digest


def _begin(stages: Stages, name: ModelName, digest: str) -> bool:
    """False: another model is to take over. What this one gave with another digest does not count."""
    with stages.catalogue.read() as db:
        noted = models.upcoming(db)
    if noted is None or noted.name != name:
        return False
    if noted.digest == digest:
        return True
    with stages.catalogue.write() as db:
        if models.upcoming(db) != noted:
            return False
        gone = encodings.give_up(db)
        models.set_upcoming(db, Choice(name=name, digest=digest))
    if gone:
        delete_files(stages.index / file for file in gone)
    return True


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A passage in a batch. `languages`: what the catalogue had, and what it was encoded with."""

    id: PassageId
    languages: frozenset[Language | None]
    tokens: int


class _Batch:
    """Passages that are encoded, on their way into one upcoming segment."""

    def __init__(self, stages: Stages, name: ModelName, encoder: Encoder) -> None:
        self._stages = stages
        self._noted = Choice(name=name, digest=encoder.digest)
        self._encoder = encoder
        self._codec: Codec = ExactCodec(dim=encoder.dim)
        self._parts: list[EncodedPassages] = []
        self._encoded: list[_Encoded] = []
        self._texts: tuple[DocumentId, ExtractedText] | None = None
        self._begun = time.monotonic()

    def __len__(self) -> int:
        return len(self._encoded)

    @property
    def is_due(self) -> bool:
        tokens = sum(part.token_count for part in self._parts)
        return tokens >= COMMIT_TOKENS or time.monotonic() - self._begun >= COMMIT_SECONDS

    def add(self, missing: Sequence[Missing], cancel: CancelToken) -> None:
        """Encode passages. Those of documents that are gone by now are left out."""
        if not self._parts:
            self._begun = time.monotonic()
            self._codec = self._stages.newest_codec(self._encoder.digest, self._encoder.dim)
        found = [(each, text) for each in missing if (text := self._text(each.document_id))]
        if not found:
            return
        languages = [
            language_of(text, each.passage) if each.language is None else each.language
            for each, text in found
        ]
        strings = [string_of(text, each.passage) for each, text in found]
        made = self._encoder.encode_passages(strings, languages, cancel)
        part = EncodedPassages.compress([each.id for each, _ in found], made, self._codec)
        self._parts.append(part)
        self._encoded += [
            _Encoded(each.id, frozenset({each.language, language}), int(tokens))
            for (each, _), language, tokens in zip(found, languages, part.counts, strict=True)
        ]

    def commit(self) -> bool:
        """Segment file first, then one transaction. False: another model is to take over, and all is dropped.

        Empties the batch. Raises DiskFullError and what Catalogue.write raises; then nothing has changed.
        """
        parts, encoded, self._parts, self._encoded = self._parts, self._encoded, [], []
        if not parts:
            return True
        index = self._stages.index
        path = write_segment(index, header_of(parts, bytes.fromhex(self._noted.digest)), parts)
        try:
            with self._stages.catalogue.write() as db:
                wanted = models.upcoming(db) == self._noted
                if wanted:
                    self._record(db, path, encoded)
        except Exception:
            # Not after a KeyboardInterrupt: it may have come when the file was listed already.
            path.unlink(missing_ok=True)
            raise
        if not wanted:
            delete_files([path])
        return wanted

    def _record(self, db: Database, path: Path, encoded: Sequence[_Encoded]) -> None:
        content = segment_content(db, path, self._noted.digest)
        segment_id = segments.insert(db, path.name, content, upcoming=True)
        now = encodings.languages_now(db, [each.id for each in encoded])
        # Of another language since: the person has said so.
        kept = {each.id for each in encoded if each.id in now and now[each.id] in each.languages}
        encodings.insert(db, segment_id, ((each.id, each.tokens) for each in encoded if each.id in kept))
        dead = [each for each in encoded if each.id not in kept]
        segments.add_dead(db, segment_id, [each.id for each in dead], sum(each.tokens for each in dead))

    def _text(self, document_id: DocumentId) -> ExtractedText | None:
        """The stored text of a document, kept for its other passages; None: the document is gone."""
        if self._texts is None or self._texts[0] != document_id:
            catalogue = self._stages.catalogue
            try:
                with catalogue.read() as db:
                    self._texts = document_id, texts.get(db, document_id)
            except KeyError as error:
                with catalogue.read() as db:
                    if not encodings.has_passages(db, document_id):
                        return None
                raise LibraryDamagedError(catalogue.path, "a stored text is gone") from error
        return self._texts[1]
