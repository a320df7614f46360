"""Files that count no more: when they may be deleted, and by whom."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from core.catalogue import codebooks, segments
from core.catalogue.catalogue import Catalogue
from core.index import codebook, segment

_SUFFIXES = frozenset({segment.SUFFIX, codebook.SUFFIX})


def delete_files(paths: Iterable[Path]) -> None:
    """Delete files that were listed until now, and so are nobody's fresh ones. Needs no lane.

    One that a search still has mapped cannot be deleted on Windows: `remove_garbage` tries again later.
    """
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except PermissionError:
            continue


def drop_dead_segments(catalogue: Catalogue, index: Path) -> None:
    """Drop the segments in which nothing is alive, with their files. Takes no space on a full disk."""
    with catalogue.read() as db:
        if all(stored.alive_passages for stored in segments.live(db)):
            return
    with catalogue.write() as db:
        names = segments.remove_wholly_dead(db)
    delete_files(index / name for name in names)


def remove_garbage(catalogue: Catalogue, index: Path) -> None:
    """Delete the files of the index that the catalogue does not list: what a crash left, or Windows kept.

    Codebooks that nobody needs are dropped first. Needs all lanes: in each of them files are written before
    they are listed, and a writer may be about to commit what it compressed with a codebook that was the
    newest when it began.
    """
    with catalogue.read() as db:
        compressing = bool(codebooks.all_codebooks(db))
    if compressing:
        with catalogue.write() as db:
            codebooks.remove_unused(db)
    with catalogue.read() as db:
        listed = {stored.file for stored in segments.live(db)}
        listed |= {stored.file for stored in codebooks.all_codebooks(db)}
    delete_files(path for path in index.iterdir() if path.suffix in _SUFFIXES and path.name not in listed)
