"""Upkeep of the full-text index: what has no row gets one; what should not be in it any more leaves it.

Rows of the index cannot be taken out, so it is made anew beside the old one, from the stored texts in small
transactions, and one short transaction puts it in its place. A job that is stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from sqlite_utils import Database

from core.catalogue import keywords, names, texts
from core.catalogue.catalogue import Catalogue
from core.catalogue.keywords import Missing, Row
from core.domain import DocumentId, ExtractedText, Passage, PassageId
from core.errors import LibraryDamagedError
from core.grams import grams_of_many
from core.progress import CancelToken, IndexEvent, NotingWords
from core.terms import terms_of_many

DEAD_SHARE = 0.2
"""With more rows of dead passages than this share of the rows, the index is made anew."""

ROWS_AT_ONCE = 200
"""In one transaction: 0.1 s, for which a writer waits."""


def rows_of(found: Sequence[tuple[PassageId, ExtractedText, Passage]]) -> list[Row]:
    """The rows of passages in these texts."""
    headings = sorted({passage.heading for _, _, passage in found})
    of_heading = dict(zip(headings, terms_of_many(headings), strict=True))
    bodies = [text.text[each.span.start : each.span.end] for _, text, each in found]
    wholes = [f"{passage.heading}\n{body}" for (_, _, passage), body in zip(found, bodies, strict=True)]
    return [
        (id_, of_heading[passage.heading], terms, grams)
        for (id_, _, passage), terms, grams in zip(
            found, terms_of_many(bodies), grams_of_many(wholes), strict=True
        )
    ]


def keep_words(catalogue: Catalogue, cancel: CancelToken) -> Generator[IndexEvent]:
    """Fill the full-text index with what is missing, and make it anew where that is due: too many dead rows,
    a source forgotten, other terms than today's. Needs the maintainer's lane.

    Raises CancelledError, DiskFullError; the next time goes on from there.
    """
    with catalogue.read() as db:
        due = _is_due(db)
    if due:
        yield from _make_anew(catalogue, cancel)
    else:
        yield from fill(catalogue, cancel)


def fill(catalogue: Catalogue, cancel: CancelToken, table: str = keywords.TABLE) -> Generator[IndexEvent]:
    """Give every passage a row that has none. Needs no lane. Raises CancelledError, DiskFullError.

    A passage whose text cannot be read gets an empty one: `verify` tells of the damage, and mends it.
    """
    reader, after = _Reader(catalogue), 0
    while True:
        cancel.checkpoint()
        with catalogue.read() as db:
            some = keywords.missing(db, after=after, limit=ROWS_AT_ONCE, table=table)
            total = keywords.size(db) if some else 0
        if not some:
            return
        yield NotingWords(done=min(after, total), total=total)
        rows = reader.rows(some)
        after = some[-1].id
        with catalogue.write() as db:
            wanted = keywords.still_missing(db, [row[0] for row in rows], table)
            keywords.insert(db, [row for row in rows if row[0] in wanted], table)


def mend(catalogue: Catalogue, cancel: CancelToken) -> Generator[IndexEvent]:
    """Throw away an index that turned out to be damaged, and make it again. Needs no lane."""
    with catalogue.write() as db:
        keywords.drop_next(db)
        keywords.create(db)
    yield from fill(catalogue, cancel)


def _is_due(db: Database) -> bool:
    if not keywords.is_current(db):
        return True
    alive, dead = keywords.counts(db)
    return dead > DEAD_SHARE * (alive + dead)


def _make_anew(catalogue: Catalogue, cancel: CancelToken) -> Generator[IndexEvent]:
    """Until the index holds nothing that was forgotten meanwhile, either."""
    while True:
        with catalogue.write() as db:
            if not keywords.is_current(db, keywords.NEXT_TABLE):
                keywords.create(db, keywords.NEXT_TABLE)
        yield from fill(catalogue, cancel, keywords.NEXT_TABLE)
        with catalogue.write() as db:
            if not keywords.is_current(db, keywords.NEXT_TABLE):
                continue
            if keywords.missing(db, after=0, limit=1, table=keywords.NEXT_TABLE):
                continue  # it came a moment ago
            names.create(db) if keywords.is_outdated(db) else names.optimise(db)
            keywords.replace(db)
        catalogue.shrink()
        return


class _Reader:
    """Reads stored texts, and keeps the last one for the other passages of its document."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._last: tuple[DocumentId, ExtractedText | None] | None = None

    def rows(self, some: Sequence[Missing]) -> list[Row]:
        read = [(each.id, self._text(each.document_id), each.passage) for each in some]
        found = rows_of([(id_, text, passage) for id_, text, passage in read if text is not None])
        return found + [(id_, "", "", "") for id_, text, _ in read if text is None]

    def _text(self, document_id: DocumentId) -> ExtractedText | None:
        """None: it is gone, or damaged."""
        if self._last is None or self._last[0] != document_id:
            try:
                with self._catalogue.read() as db:
                    self._last = document_id, texts.get(db, document_id)
            except (KeyError, ValueError, TypeError, LibraryDamagedError):
                self._last = document_id, None
        return self._last[1]
