"""The catalogue: one SQLite file that knows the sources, documents, texts, passages and live segments.

One connection writes and two read, each used by one thread at a time. The write-ahead log lets readers go
on while a transaction is written. What a `write()` block does becomes visible all at once, or not at all.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Self

from filelock import FileLock
from sqlite_utils import Database

from core.catalogue import keywords, names
from core.catalogue.migrations import CATALOGUE_VERSION, migrations
from core.errors import (
    FULL_DISK,
    DiskFullError,
    LibraryDamagedError,
    LibraryError,
    LibraryInUseError,
    LibraryTooNewError,
    LibraryUnwritableError,
)
from core.progress import CancelToken

BUSY_TIMEOUT_S = 30.0
"""How long a statement waits for another process's transaction; ours last well under a second."""

_SHARED_MEMORY_BYTES = 32 * 1024
"""What the index of SQLite's write-ahead log takes from the beginning."""


_STEPS_BETWEEN_LOOKS = 100_000
"""Steps of SQLite's machine (some milliseconds) between two looks at the CancelToken."""


class Catalogue:
    """Owns the connections: one writes, one reads, one reads for who cannot wait. Thread-safe."""

    def __init__(self, path: Path, *, reader: Database, quick_reader: Database, writer: Database) -> None:
        self.path = path
        self._reader = reader
        self._quick_reader = quick_reader
        self._writer = writer
        self._reading = threading.RLock()
        self._reading_quickly = threading.RLock()
        self._writing = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or create the catalogue at `path` and bring its tables up to date.

        Raises LibraryTooNewError, LibraryDamagedError, LibraryUnwritableError, DiskFullError.
        """
        with _library_errors(path), ExitStack() as opened:
            writer = opened.enter_context(closing(_connect(path)))
            _upgrade(path, writer)
            reader = opened.enter_context(closing(_connect(path)))
            quick_reader = opened.enter_context(closing(_connect(path)))
            opened.pop_all()
        return cls(path, reader=reader, quick_reader=quick_reader, writer=writer)

    def close(self) -> None:
        with self._reading, self._reading_quickly, self._writing:
            self._reader.close()
            self._quick_reader.close()
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[Database]:
        """A block in which every statement sees the same committed state."""
        with self._reading, _library_errors(self.path), self._reader.atomic():
            yield self._reader

    @contextmanager
    def read_quickly(self) -> Iterator[Database]:
        """The same for what a person waits for with every key: a search holds `read` for up to 0.2 s, while
        it finds out what to show.
        """
        with self._reading_quickly, _library_errors(self.path), self._quick_reader.atomic():
            yield self._quick_reader

    @contextmanager
    def write(self) -> Iterator[Database]:
        """One transaction: committed, durable and visible when the block ends; undone if it raises.

        Other writers, of other processes too, wait meanwhile. Not inside another `write()`.
        """
        with self._writing, _library_errors(self.path), _immediate(self._writer):
            yield self._writer

    def shrink(self) -> None:
        """Give the space of deleted rows back to the disk, and empty the log that still holds them.

        Not inside `write()`. A reader at work keeps the log a little longer; the next `shrink` empties it.
        """
        with self._writing, _library_errors(self.path):
            # It gives back one page a step, and `execute` takes only the first; no transaction is open here.
            self._writer.conn.executescript("PRAGMA incremental_vacuum")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def data_version(self) -> int:
        """A number that changes when any other connection, of any process, has committed.

        Inside `read()` it is that of the state which the block sees.
        """
        with self._reading, _library_errors(self.path):
            return int(self._reader.execute("PRAGMA data_version").fetchone()[0])

    def check(self, cancel: CancelToken) -> list[str]:
        """What SQLite finds wrong with its file, reading all of it; empty: nothing.

        On a connection of its own: readers and writers go on meanwhile. Raises CancelledError.
        """
        with self._apart(cancel) as database:
            found = [row[0] for row in database.execute("PRAGMA integrity_check").fetchall()]
            dangling = database.execute("PRAGMA foreign_key_check").fetchall()
        rows = [
            f"row {row} of {table} refers to a row of {other} that is gone"
            for table, row, other, _ in dangling
        ]
        return [each for each in found if each != "ok"] + rows

    def check_keywords(self, cancel: CancelToken) -> str | None:
        """What is wrong with the full-text index of passages, reading all of it; None: nothing.

        On a connection of its own: readers and writers go on meanwhile. Raises CancelledError.
        """
        return self._told_apart(keywords.damage, cancel)

    def check_names(self, cancel: CancelToken) -> str | None:
        """The same for the names of documents; writers wait for some of it (see `names.check_parts`)."""
        return self._told_apart(names.check_parts, cancel) or self._told_apart(names.damage, cancel)

    def _told_apart(self, check: Callable[[Database], str | None], cancel: CancelToken) -> str | None:
        try:
            with self._apart(cancel) as database:
                return check(database)
        except LibraryDamagedError as error:
            return error.detail

    @contextmanager
    def _apart(self, cancel: CancelToken) -> Iterator[Database]:
        """A connection of its own, whose statements end when the job is cancelled. Raises CancelledError."""
        cancel.checkpoint()
        with _library_errors(self.path):
            database = _connect(self.path)
            try:
                database.conn.set_progress_handler(lambda: cancel.cancelled, _STEPS_BETWEEN_LOOKS)
                yield database
            except sqlite3.OperationalError:
                cancel.checkpoint()
                raise
            finally:
                database.close()

    def rebuild_indexes(self) -> None:
        """Make SQLite's own indexes again from the tables, which mends damage inside them.

        Raises LibraryDamagedError if the tables contradict each other.
        """
        try:
            with self.write() as db:
                db.execute("REINDEX")
        except sqlite3.IntegrityError as error:
            raise LibraryDamagedError(self.path, str(error)) from error


@contextmanager
def _immediate(database: Database) -> Iterator[None]:
    """A transaction that has the right to write from its first statement on.

    One that begins by reading could not go on to write once another process has written in between.
    """
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        database.rollback()  # does nothing where SQLite has ended the transaction itself
        raise


def _connect(path: Path) -> Database:
    # Locks of our own keep each connection to one thread at a time, which is all that SQLite asks for.
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
    database = Database(connection, execute_plugins=False)
    try:
        database.execute("PRAGMA foreign_keys = ON")
        # What was forgotten leaves the disk: its bytes are overwritten, its pages given back (`shrink`).
        database.execute("PRAGMA secure_delete = ON")
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")  # takes effect in a file without tables only
        database.enable_wal()
        # FULL: a commit that was reported survives a power cut; segments are flushed before it.
        database.execute("PRAGMA synchronous = FULL")
    except BaseException:
        database.close()
        raise
    return database


def _upgrade(path: Path, database: Database) -> None:
    found = int(database.execute("PRAGMA user_version").fetchone()[0])
    if found > CATALOGUE_VERSION:
        raise LibraryTooNewError(path, found=found, supported=CATALOGUE_VERSION)
    if found < CATALOGUE_VERSION:
        # Two programs may meet a new library at once; the second finds the work done.
        with FileLock(path.with_suffix(".upgrade")):
            migrations.apply(database)


@contextmanager
def _library_errors(path: Path) -> Iterator[None]:
    """SQLite's failures in our words."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        told = _told(path, error)
        if told is None:
            raise
        raise told from error
    except zlib.error as error:  # a stored text
        raise LibraryDamagedError(path, str(error)) from error
    except OSError as error:
        if error.errno in FULL_DISK:
            raise DiskFullError(path, str(error)) from error
        raise


def _told(path: Path, error: sqlite3.DatabaseError) -> LibraryError | None:
    """What SQLite's error means for the library; None for what only a mistake of ours can cause."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return DiskFullError(path, str(error))
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR if _no_space(path.parent):
            return DiskFullError(path, str(error))
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_READONLY:
            return LibraryUnwritableError(path, str(error))
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LibraryInUseError(path, str(error))
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return LibraryDamagedError(path, str(error))
        case _:
            return None


def _no_space(folder: Path) -> bool:
    """SQLite cannot say that the disk is full when it fails to make room for its shared memory."""
    try:
        return shutil.disk_usage(folder).free < _SHARED_MEMORY_BYTES
    except OSError:
        return False
