"""The models table: which model answers, and which one is to take its place."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from core.domain import BUILT_IN_MODEL, ModelName

_ANSWERING = "answering"
_UPCOMING = "upcoming"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A model in a role. `digest`: of the encoder that last wrote for it; empty: none has yet."""

    name: ModelName
    digest: str = ""


def answering(db: Database) -> Choice:
    """The model that answers questions."""
    return _get(db, _ANSWERING) or Choice(name=BUILT_IN_MODEL)


def upcoming(db: Database) -> Choice | None:
    """The model that is to answer when everything is encoded with it."""
    return _get(db, _UPCOMING)


def set_answering(db: Database, choice: Choice) -> None:
    """The model answers from now on."""
    _set(db, _ANSWERING, choice)


def set_upcoming(db: Database, choice: Choice) -> None:
    """The model is to answer; what is encoded with another one is the caller's affair."""
    _set(db, _UPCOMING, choice)


def forget_upcoming(db: Database) -> None:
    """No model is to take over."""
    db.execute("DELETE FROM models WHERE role = ?", [_UPCOMING])


def is_chosen(db: Database) -> bool:
    """Whether it is written down which model answers; libraries made before there was a choice have the
    built-in one, and nothing written down.
    """
    return _get(db, _ANSWERING) is not None


def choose_first(db: Database, name: ModelName) -> None:
    """A library in which nothing has ever been is to begin with this model."""
    tables = ("models", "sources", "segments")
    if not any(db[table].count for table in tables):
        set_answering(db, Choice(name=name))


def _get(db: Database, role: str) -> Choice | None:
    row = db.execute("SELECT name, digest FROM models WHERE role = ?", [role]).fetchone()
    return Choice(name=ModelName(row[0]), digest=row[1]) if row else None


def _set(db: Database, role: str, choice: Choice) -> None:
    db.execute(
        "INSERT OR REPLACE INTO models (role, name, digest) VALUES (?, ?, ?)",
        [role, choice.name, choice.digest],
    )
