"""Is there space for a checkpoint? Asked before anything of it is written."""

from __future__ import annotations

import shutil
from pathlib import Path

from core.errors import DiskFullError

SPARE_BYTES = 64 * 2**20
"""Stay free on the disk beside it."""


def need_space(folder: Path, needed: int) -> None:
    """Raises DiskFullError if the disk of `folder` cannot take so many bytes."""
    free = shutil.disk_usage(folder).free
    if needed + SPARE_BYTES > free:
        raise DiskFullError(folder, f"{needed:,} bytes are needed, {free:,} are free")
