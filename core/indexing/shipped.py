"""The codebook that comes with a model: a library takes a copy as its own, and is compressed from the first
passage on.

The copy is listed and deleted as any codebook of the library (core/index/FORMAT.md). It differs from others
in two ways: maintenance replaces it when the library is large enough for one of its own (compression.py), and
when it is damaged, it is written again, so that nothing that it has compressed is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from core.catalogue import codebooks
from core.errors import LibraryDamagedError
from core.index.codebook import copied_name, copy_codebook, shipped_header
from core.index.format import CodebookHeader
from core.indexing.garbage import delete_files
from core.indexing.stages import Stages
from core.settings import RESIDUAL_BITS

_log = logging.getLogger(__name__)


def adopt_codebook(stages: Stages, model: str) -> bool:
    """Let the codebook that comes with a model (its digest) be the newest of the library, with the residuals
    that the settings ask for. Needs a lane, any.

    False: there is none that can be used, or it is the newest. Raises DiskFullError, OSError.
    """
    shipped = stages.shipped(model)
    header = _header(shipped, stages.bits) if shipped else None
    if shipped is None or header is None or header.model.hex() != model:
        return False
    name = copied_name(header)
    with stages.catalogue.read() as db:
        if any(stored.file == name for stored in codebooks.all_codebooks(db)):
            return False
    try:
        path = copy_codebook(shipped, stages.index, stages.bits)
    except (LibraryDamagedError, FileNotFoundError) as error:
        _log.warning("The codebook of the model cannot be used: %s", error)
        return False
    content = codebooks.Content(model=model, centroids=header.centroids, trained_tokens=0)
    try:
        with stages.catalogue.write() as db:
            if not any(stored.file == name for stored in codebooks.all_codebooks(db)):
                codebooks.insert(db, name, content)
    except Exception:
        # Not after a KeyboardInterrupt: it may have come when the file was listed already.
        delete_files([path])
        raise
    return True


def adopt_first(stages: Stages, model: str) -> None:
    """The same for a model of which the library has no codebook yet. Raises DiskFullError, OSError."""
    with stages.catalogue.read() as db:
        known = codebooks.newest(db, model)
    if known is None:
        adopt_codebook(stages, model)


def write_again(stages: Stages, paths: Iterable[Path]) -> frozenset[Path]:
    """Put those damaged codebooks right that came with a model; returns them. Needs the writer's lane."""
    with stages.catalogue.read() as db:
        shipped = {book.file: book for book in codebooks.all_codebooks(db) if book.content.shipped}
    return frozenset(
        path for path in paths if path.name in shipped and _written_again(stages, path, shipped[path.name])
    )


def _written_again(stages: Stages, path: Path, book: codebooks.Stored) -> bool:
    source = stages.shipped(book.content.model)
    if source is None:
        return False
    for bits in RESIDUAL_BITS:
        header = _header(source, bits)
        if header is None or copied_name(header) != path.name:
            continue  # the model comes with another one now
        try:
            copy_codebook(source, stages.index, bits)
        except (LibraryDamagedError, OSError) as error:  # on Windows, perhaps, while somebody has it open
            _log.warning("%s cannot be written again: %s", path.name, error)
            return False
        return True
    return False


def _header(shipped: Path, bits: int) -> CodebookHeader | None:
    try:
        return shipped_header(shipped, bits)
    except (LibraryDamagedError, OSError) as error:
        _log.warning("The codebook of the model cannot be used: %s", error)
        return None
