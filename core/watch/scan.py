"""Here is a folder: which files are in it, and which of them can be read?

Symbolic links are reported and never followed, so there are no loops; other file systems are reported and
never entered, so that a scan of a home folder does not wander over network drives. Only names and stamps
are looked at: a scan opens no file but ignore files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.domain import FileStamp, Reason, ScannedFile, StateReason
from core.errors import FolderNotFoundError
from core.progress import CancelToken
from core.watch.ignore import FolderRules, IgnoreRules
from core.watch.mounts import missing_mount

_NOWHERE = FileStamp(size=0, mtime_ns=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescan:
    """A second look at some paths.

    `covered`: what was looked at, disjoint; known files at or below one of these and not in `found` are gone.
    """

    covered: frozenset[Path]
    found: tuple[ScannedFile, ...]

    def covers(self, path: Path) -> bool:
        return path in self.covered or any(parent in self.covered for parent in path.parents)


def scan(folder: Path, rules: IgnoreRules, cancel: CancelToken) -> Iterator[ScannedFile]:
    """Every file below `folder`, in an order that depends on names alone (their bytes, folder by folder).

    `folder` may be a symbolic link itself; paths are given below it as it was named. A folder that cannot be
    entered is yielded like a file, with a `skip`. Raises FolderNotFoundError if `folder` is not there (at
    once), or no longer the same folder when the scan ends (then what was missing was not deleted), and
    CancelledError.
    """
    source = _Source.look_at(folder)
    return _scan_all(source, rules, cancel)


def rescan(source: Path, paths: Iterable[Path], rules: IgnoreRules, cancel: CancelToken) -> Rescan:
    """Look again at `paths` (files or folders below `source`, existing or not) and nothing else.

    Finds what a scan of `source` would find at or below them. Paths that are not below `source` are passed
    over. Raises as `scan` does.
    """
    place = _Source.look_at(source)
    covered: set[Path] = set()
    found: dict[Path, ScannedFile] = {}
    inside = topmost(path for path in paths if path.is_relative_to(source))
    for path in sorted(inside, key=os.fsencode):
        border, entries = _look_at(place, path, rules)
        covered.add(border)
        for file in _walk(entries, place.device, cancel):
            found[file.path] = file
    place.check_still_there()
    return Rescan(covered=topmost(covered), found=tuple(found.values()))


def topmost(paths: Iterable[Path]) -> frozenset[Path]:
    """`paths` without those that lie below another of them."""
    unique = frozenset(paths)
    return frozenset(path for path in unique if unique.isdisjoint(path.parents))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    folder: Path
    device: int
    inode: int

    @classmethod
    def look_at(cls, folder: Path) -> _Source:
        try:
            status = folder.stat()
        except OSError as error:
            raise FolderNotFoundError(folder) from error
        if not stat.S_ISDIR(status.st_mode) or missing_mount(folder) is not None:
            raise FolderNotFoundError(folder)
        return cls(folder=folder, device=status.st_dev, inode=status.st_ino)

    def check_still_there(self) -> None:
        """A drive that was pulled out half-way looks like thousands of deleted files."""
        if _Source.look_at(self.folder) != self:
            raise FolderNotFoundError(self.folder)


_Step = ScannedFile | FolderRules
"""What a folder's listing leads to: a file, or a folder to enter (as the rules that hold in it)."""


def _scan_all(source: _Source, rules: IgnoreRules, cancel: CancelToken) -> Iterator[ScannedFile]:
    yield from _walk(iter([rules.at(source.folder)]), source.device, cancel)
    source.check_still_there()


def _walk(steps: Iterator[_Step], device: int, cancel: CancelToken) -> Iterator[ScannedFile]:
    """Depth first without recursion: people nest folders deeper than Python nests calls."""
    stack = [steps]
    while stack:
        cancel.checkpoint()
        step = next(stack[-1], None)
        if step is None:
            stack.pop()
        elif isinstance(step, ScannedFile):
            yield step
        else:
            stack.append(_list_folder(step, device))


def _list_folder(here: FolderRules, device: int) -> Iterator[_Step]:
    try:
        with os.scandir(here.folder) as listing:
            names = sorted((entry.name for entry in listing), key=os.fsencode)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        yield _unreadable(here.folder, error)
        return
    for name in names:
        yield from _look_at_entry(here, name, device)


def _look_at_entry(here: FolderRules, name: str, device: int) -> Iterator[_Step]:
    """What the entry `name` of a folder is: nothing (ignored, vanished), one file, or a folder to enter."""
    path = here.folder / name
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        # Listing needs the right to read the folder, looking at an entry the right to enter it.
        if not here.ignores(name, is_dir=False):
            yield _unreadable(path, error)
        return
    is_dir = stat.S_ISDIR(status.st_mode)
    is_link = stat.S_ISLNK(status.st_mode)
    # A link named node_modules is as little wanted as the folder.
    if here.ignores(name, is_dir=is_dir) or (is_link and here.ignores(name, is_dir=True)):
        return
    stamp = FileStamp(size=status.st_size, mtime_ns=status.st_mtime_ns)
    if not is_dir:
        yield ScannedFile(path=path, stamp=stamp, skip=_reason_to_skip(path, status.st_mode))
    elif status.st_dev != device:
        yield ScannedFile(path=path, stamp=stamp, skip=StateReason(code=Reason.OTHER_FILE_SYSTEM))
    elif (inside := here.enter(name)) is not None:
        yield inside


def _reason_to_skip(path: Path, mode: int) -> StateReason | None:
    if stat.S_ISREG(mode):
        return None
    if not stat.S_ISLNK(mode):
        return StateReason(code=Reason.SPECIAL_FILE)
    try:
        # For people and for databases, which take no half-decoded names.
        target = os.fsencode(path.readlink()).decode("utf-8", errors="replace")
    except OSError:
        target = "?"
    return StateReason(code=Reason.SYMLINK, detail=f"→ {target}")


def _unreadable(path: Path, error: OSError) -> ScannedFile:
    code = Reason.NO_PERMISSION if isinstance(error, PermissionError) else Reason.READ_ERROR
    skip = StateReason(code=code, detail=error.strerror or str(error))
    try:
        status = path.lstat()
    except OSError:
        return ScannedFile(path=path, stamp=_NOWHERE, skip=skip)
    return ScannedFile(
        path=path, stamp=FileStamp(size=status.st_size, mtime_ns=status.st_mtime_ns), skip=skip
    )


def _look_at(source: _Source, path: Path, rules: IgnoreRules) -> tuple[Path, Iterator[_Step]]:
    """Go down from the source to `path`, as a scan would.

    Returns how far the way led (`path`, or the shallowest on the way that is not a folder to enter: ignored,
    a link, gone …) and what is there.
    """
    here = rules.at(source.folder)
    steps: list[_Step] = [here]
    border = source.folder
    for part in path.relative_to(source.folder).parts:
        border /= part
        steps = list(_look_at_entry(here, part, source.device))
        if not steps or isinstance(steps[0], ScannedFile):
            break
        here = steps[0]
    return border, iter(steps)
