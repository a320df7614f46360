"""Here is a folder: what kind of disk is it on, and is that disk there?

Only Linux tells this in plain files; elsewhere the answers are "not a network drive" (but for Windows' UNC
paths) and "nothing is missing", which cost speed or nothing, never data.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

MOUNTED = Path("/proc/self/mounts")
EXPECTED = Path("/etc/fstab")

_NETWORK_TYPES = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.davfs2", "fuse.glusterfs",
        "fuse.gvfsd-fuse", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "glusterfs", "gpfs", "lustre", "ncpfs",
        "nfs", "nfs4", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs",
    }
)  # fmt: skip
"""Types whose files change without the kernel telling us: somebody else's machine writes them."""


def is_network_folder(folder: Path, *, mounted: Path = MOUNTED) -> bool:
    """Can `folder` change without file events arriving here?"""
    if str(folder).startswith("\\\\"):
        return True
    types = dict(_mount_points(mounted))
    return any(types[place] in _NETWORK_TYPES for place in _innermost(folder, types))


def missing_mount(folder: Path, *, expected: Path = EXPECTED) -> Path | None:
    """The mount point at or above `folder` that should have a disk and has none.

    Such a folder exists and is empty, which is not the same as a person having deleted everything in it.
    """
    places = dict(_mount_points(expected))
    for place in _innermost(folder, places):
        if place != Path("/") and not os.path.ismount(place):
            return place
    return None


def _innermost(folder: Path, places: dict[Path, str]) -> list[Path]:
    """The mount point that `folder` is on, as a list of at most one."""
    real = Path(os.path.realpath(folder))
    return [place for place in (real, *real.parents) if place in places][:1]


def _mount_points(table: Path) -> list[tuple[Path, str]]:
    """Mount points and file system types of a table in the syntax of fstab(5); none if there is no table."""
    try:
        lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    rows = [line.split() for line in lines if not line.lstrip().startswith("#")]
    return [(Path(_unescape(row[1])), row[2]) for row in rows if len(row) >= 3 and row[1].startswith("/")]


def _unescape(field: str) -> str:
    r"""Undo fstab's octal escapes, such as \040 for a space."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)
