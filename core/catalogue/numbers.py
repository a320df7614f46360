"""A column of whole numbers, read at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlite_utils import Database

from core.domain import Int64Array


def numbers(db: Database, ordered: str, values: Sequence[object]) -> Int64Array:
    """What a query gives in its one column, which is named `value`: `(rows,)` int64, in its order."""
    # As one string: reading 40,000 numbers took 8 ms, and 25 ms as rows of Python objects (2026-11).
    row = db.execute(f"SELECT group_concat(value) FROM ({ordered})", [*values]).fetchone()  # noqa: S608
    return np.fromstring(row[0] or "", dtype=np.int64, sep=",")
