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


def _get(db: Database, role: str) -> Choice | None:
    row = db.execute("SELECT name, digest FROM models WHERE role = ?", [role]).fetchone()
    return Choice(name=ModelName(row[0]), digest=row[1]) if row else None


def _set(db: Database, role: str, choice: Choice) -> None:
    db.execute(
        "INSERT OR REPLACE INTO models (role, name, digest) VALUES (?, ?, ?)",
        [role, choice.name, choice.digest],
    )
