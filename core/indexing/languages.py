"""In what language is what was read? For passages of which an older version of the program did not say."""

from __future__ import annotations

from core.catalogue import passages, texts
from core.domain import UNKNOWN_LANGUAGE, DocumentId, Language, PassageId
from core.errors import LibraryDamagedError
from core.indexing.batch import language_of
from core.indexing.pipeline import Stages
from core.progress import CancelToken

_DOCUMENTS_AT_ONCE = 50
"""In one transaction: some milliseconds, for which another writer waits."""


def note_languages(stages: Stages, cancel: CancelToken) -> None:
    """Look at the stored text of every passage of which nobody has said its language yet.

    Takes about as long as reading the texts. Needs the writer's lane. Raises CancelledError; the next sync
    goes on then.
    """
    while True:
        cancel.checkpoint()
        with stages.catalogue.read() as db:
            some = passages.without_language(db, _DOCUMENTS_AT_ONCE)
        if not some:
            return
        found = [each for document_id in some for each in _look(stages, document_id)]
        with stages.catalogue.write() as db:
            passages.set_languages(db, found)


def _look(stages: Stages, document_id: DocumentId) -> list[tuple[PassageId, Language]]:
    with stages.catalogue.read() as db:
        stored = [each for each in passages.of_document(db, document_id) if each.language is None]
    try:
        with stages.catalogue.read() as db:
            text = texts.get(db, document_id)
    except (KeyError, LibraryDamagedError):  # `verify` tells it, and mends
        return [(each.id, UNKNOWN_LANGUAGE) for each in stored]
    return [(each.id, language_of(text, each.passage)) for each in stored]
