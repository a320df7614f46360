"""The codebooks table: which codebook files count. A segment refers to the one that compressed it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from core.domain import CodebookId


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a codebook is: `model` is the digest of the model, `trained_tokens` how many the library had when
    it was trained on them; 0: it came with the model.
    """

    model: str
    centroids: int
    trained_tokens: int

    @property
    def shipped(self) -> bool:
        return self.trained_tokens == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A codebook that counts. `file` is a name inside the index folder."""

    id: CodebookId
    file: str
    content: Content


def insert(db: Database, file: str, content: Content) -> CodebookId:
    """A codebook counts from the commit of this row on; the newest of a model is the last inserted."""
    row = db.execute(
        "INSERT INTO codebooks (file, model, centroids, trained_tokens) VALUES (?, ?, ?, ?) RETURNING id",
        [file, content.model, content.centroids, content.trained_tokens],
    ).fetchone()
    return CodebookId(row[0])


def all_codebooks(db: Database) -> list[Stored]:
    """Every codebook, oldest first."""
    rows = db.execute("SELECT id, file, model, centroids, trained_tokens FROM codebooks ORDER BY id")
    return [
        Stored(
            id=CodebookId(id_),
            file=file,
            content=Content(model=model, centroids=centroids, trained_tokens=trained_tokens),
        )
        for id_, file, model, centroids, trained_tokens in rows.fetchall()
    ]


def newest(db: Database, model: str) -> Stored | None:
    """What segments of a model are compressed with from now on; None: it has no codebook yet."""
    return next((stored for stored in reversed(all_codebooks(db)) if stored.content.model == model), None)


def with_file(db: Database, file: str) -> CodebookId:
    """The codebook with this file. Raises KeyError if it does not count (any more)."""
    row = db.execute("SELECT id FROM codebooks WHERE file = ?", [file]).fetchone()
    if row is None:
        raise KeyError(file)
    return CodebookId(row[0])


def remove(db: Database, codebook_id: CodebookId) -> None:
    """The codebook no longer counts; no segment may refer to it any more."""
    db.execute("DELETE FROM codebooks WHERE id = ?", [codebook_id])


def remove_unused(db: Database) -> None:
    """Drop every codebook that no segment refers to and that is not the newest of its model; the newest, too,
    when nothing of its model is left: it is made of what the person has taken away.
    """
    db.execute(
        """
        DELETE FROM codebooks
        WHERE NOT EXISTS (SELECT 1 FROM segments WHERE codebook_id = codebooks.id)
            AND (
                id NOT IN (SELECT MAX(id) FROM codebooks GROUP BY model)
                OR NOT EXISTS (SELECT 1 FROM segments WHERE model = codebooks.model)
            )
        """
    )
