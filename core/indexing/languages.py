"""In what language is what was read?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from core.catalogue import passages, texts
from core.catalogue.catalogue import Catalogue
from core.domain import UNKNOWN_LANGUAGE, DocumentId, ExtractedText, Language, Passage, PassageId
from core.errors import LibraryDamagedError
from core.languages import detect
from core.progress import CancelToken

_CHARACTERS = 1000
"""More of a passage tells nothing new about its language."""

_TAKEN_FOR_GRANTED = 16
"""Passages from one that was looked at to another. To look takes 0.2 ms, as long as to encode with the
built-in model (2026-11), and few texts change their language and back within some pages."""

_DOCUMENTS_AT_ONCE = 50
"""In one transaction: some milliseconds, for which another writer waits."""


def languages_of(text: ExtractedText, found: Sequence[Passage]) -> list[Language]:
    """The language of each passage. What lies between two of one language, and not far, is taken to be in it
    too; where it changes is found by halving.
    """
    look = cache(lambda number: language_of(text, found[number]))
    languages = [UNKNOWN_LANGUAGE] * len(found)
    ranges = [(0, len(found) - 1)] if found else []
    while ranges:
        first, last = ranges.pop()
        at_first, at_last = look(first), look(last)
        if at_first == at_last != UNKNOWN_LANGUAGE and last - first <= _TAKEN_FOR_GRANTED:
            languages[first : last + 1] = [at_first] * (last + 1 - first)
        elif last - first <= 1:
            languages[first], languages[last] = at_first, at_last
        else:
            middle = (first + last) // 2
            ranges += [(first, middle), (middle, last)]
    return languages


def language_of(text: ExtractedText, passage: Passage) -> Language:
    """In what language a passage is, as far as its beginning tells."""
    start = passage.span.start
    return detect(text.text[start : min(passage.span.end, start + _CHARACTERS)])


def note_languages(catalogue: Catalogue, cancel: CancelToken) -> None:
    """Look at the stored text of every passage of which nobody has said its language yet: an older version of
    the program did not, and a person may have taken back what they said.

    Needs the writer's lane. Raises CancelledError; the next sync goes on then.
    """
    while True:
        cancel.checkpoint()
        with catalogue.read() as db:
            some = passages.without_language(db, _DOCUMENTS_AT_ONCE)
        if not some:
            return
        found = [each for document_id in some for each in _look(catalogue, document_id)]
        with catalogue.write() as db:
            passages.set_languages(db, found)


def _look(catalogue: Catalogue, document_id: DocumentId) -> list[tuple[PassageId, Language]]:
    with catalogue.read() as db:
        stored = passages.of_document(db, document_id)
    try:
        with catalogue.read() as db:
            text = texts.get(db, document_id)
    except (KeyError, LibraryDamagedError):  # `verify` tells it, and mends
        return [(each.id, UNKNOWN_LANGUAGE) for each in stored]
    languages = languages_of(text, [each.passage for each in stored])
    return [(each.id, language) for each, language in zip(stored, languages, strict=True)]
