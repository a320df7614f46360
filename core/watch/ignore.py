"""Here is a name on the disk: is it part of the library at all?

What is ignored is silently not there: no state, no reason, no line in any list. Three voices are heard, the
later one winning: what we ignore by default (below), the patterns of the settings, and a person's own
`.mikkeignore` files, of which the deepest wins. Patterns have the syntax of .gitignore, so `!name` brings
back what an earlier voice ignored; but, as in git, nothing below an ignored folder is ever looked at.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from core.layout import IGNORE_FILE
from core.settings import Settings

# All in lower case, because names are compared that way.
_FOLDERS = frozenset(
    {
        # version control
        ".git", ".hg", ".svn", ".bzr", ".jj", "_darcs", "cvs",
        # what a tool fetched or built and can fetch or build again
        "node_modules", "bower_components", "__pycache__", ".venv", ".tox", ".nox", ".mypy_cache",
        ".pytest_cache", ".ruff_cache", ".hypothesis", ".gradle", ".ipynb_checkpoints", ".cache",
        # what a person threw away, and what systems and network drives keep for themselves
        ".trash", ".trashes", "$recycle.bin", "#recycle", "@eadir", "lost+found", ".snapshots",
        "system volume information", ".spotlight-v100", ".fseventsd", ".temporaryitems",
    }
)  # fmt: skip
_FOLDER_PREFIXES = (".trash-",)
_FILES = frozenset({".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", IGNORE_FILE})
_FILE_PREFIXES = ("~$", ".~lock.", "._", ".#", ".fuse_hidden", ".nfs", ".goutputstream-")
_FILE_SUFFIXES = (
    "~",
    ".tmp",
    ".temp",
    ".part",
    ".partial",
    ".crdownload",
    ".download",
    ".swp",
    ".swo",
    ".swx",
)

_VIRTUAL_ENVIRONMENT = "pyvenv.cfg"
_CACHE_TAG = "CACHEDIR.TAG"
_CACHE_SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55"
"""The first bytes of a cache folder's tag: https://bford.info/cachedir/"""

_MAX_IGNORE_FILE_BYTES = 2**20

_Patterns = tuple[GitIgnoreSpecPattern, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRules:
    """The rules that hold in every source. `excluded` are whole folders (the library itself, say)."""

    include_hidden: bool = False
    patterns: tuple[str, ...] = ()
    excluded: frozenset[Path] = frozenset()

    @classmethod
    def from_settings(cls, settings: Settings, *, excluded: Iterable[Path] = ()) -> IgnoreRules:
        return cls(
            include_hidden=settings.include_hidden, patterns=settings.ignore, excluded=frozenset(excluded)
        )

    def at(self, source: Path) -> FolderRules:
        """The rules inside the folder `source` itself, which is never ignored, whatever its name."""
        specs = ((0, _compile(self.patterns)),) if self.patterns else ()
        rules = replace(self, excluded=self._excluded_below(source)) if self.excluded else self
        return FolderRules(rules=rules, folder=source, prefix="", specs=specs + _own_spec(source, 0))

    def _excluded_below(self, source: Path) -> frozenset[Path]:
        """The excluded folders, named as they are met on the way from `source`, which may be a link."""
        real = source.resolve()
        inside = {folder.resolve() for folder in self.excluded}
        return frozenset(
            source / folder.relative_to(real) for folder in inside if folder.is_relative_to(real)
        )

    def ignores(self, source: Path, path: Path, *, is_dir: bool) -> bool:
        """Is `path`, at or below `source`, ignored, or a folder on the way to it? Reads ignore files."""
        parts = path.relative_to(source).parts
        if not parts:
            return False
        here: FolderRules | None = self.at(source)
        for part in parts[:-1]:
            here = None if here is None or here.ignores(part, is_dir=True) else here.enter(part)
        return here is None or here.ignores(parts[-1], is_dir=is_dir)

    def ignores_name(self, name: str, *, is_dir: bool) -> bool:
        """Is a file or folder of this name ignored by default, wherever it is?"""
        name = name.lower()
        if name.startswith(".") and not self.include_hidden:
            return True
        if is_dir:
            return name in _FOLDERS or name.startswith(_FOLDER_PREFIXES)
        return (
            name in _FILES
            or name.endswith(_FILE_SUFFIXES)
            or name.startswith(_FILE_PREFIXES)
            or (name.startswith("#") and name.endswith("#"))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRules:
    """The rules as they hold for the entries of one folder.

    `prefix` is the folder's path below the source, with "/" between and after the names. Each of `specs` is
    a set of patterns with the number of characters of `prefix` that they do not see; the deepest comes last.
    """

    rules: IgnoreRules
    folder: Path
    prefix: str
    specs: tuple[tuple[int, _Patterns], ...]

    def ignores(self, name: str, *, is_dir: bool) -> bool:
        """Is the entry `name` of this folder ignored?"""
        if is_dir and self.rules.excluded and self.folder / name in self.rules.excluded:
            return True
        path = f"{self.prefix}{name}/" if is_dir else f"{self.prefix}{name}"
        for start, patterns in reversed(self.specs):
            verdict = _verdict(patterns, path[start:])
            if verdict is not None:
                return verdict
        return self.rules.ignores_name(name, is_dir=is_dir)

    def enter(self, name: str) -> FolderRules | None:
        """The rules inside the subfolder `name`; None if what lies in it shows that it is to be ignored."""
        folder = self.folder / name
        if _is_environment_or_cache(folder):
            return None
        prefix = f"{self.prefix}{name}/"
        specs = self.specs + _own_spec(folder, len(prefix))
        return FolderRules(rules=self.rules, folder=folder, prefix=prefix, specs=specs)


def _is_environment_or_cache(folder: Path) -> bool:
    if _is_regular(folder / _VIRTUAL_ENVIRONMENT):
        return True
    return _read_regular(folder / _CACHE_TAG, len(_CACHE_SIGNATURE)) == _CACHE_SIGNATURE


def _own_spec(folder: Path, start: int) -> tuple[tuple[int, _Patterns], ...]:
    content = _read_regular(folder / IGNORE_FILE, _MAX_IGNORE_FILE_BYTES)
    if not content:
        return ()
    # Patterns must be able to name files whose names are not UTF-8.
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="surrogateescape")
    return ((start, _compile(text.splitlines())),)


def _read_regular(path: Path, limit: int) -> bytes:
    """The first `limit` bytes of a regular file, empty if it cannot be read. Never waits for a pipe."""
    if not _is_regular(path):
        return b""
    try:
        with path.open("rb") as file:
            return file.read(limit)
    except OSError:
        return b""


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _compile(lines: Iterable[str]) -> _Patterns:
    """Compile patterns; like git, pass over the lines that are none."""
    patterns = []
    for line in lines:
        try:
            patterns.append(GitIgnoreSpecPattern(line))
        except ValueError:
            continue
    return tuple(pattern for pattern in patterns if pattern.include is not None)


def _verdict(patterns: _Patterns, path: str) -> bool | None:
    """Is `path` ignored (True) or brought back (False) by the last pattern that matches it itself?

    The library's patterns match what lies in a matched folder as well, and mark in a group where that folder
    ends. Such a match says nothing here: the folders on the way have had their verdict, and `!folder/` must
    not bring back all that is in it.
    """
    for pattern in reversed(patterns):
        result = pattern.match_file(path)
        if result is None:
            continue
        match = result.match
        if match.lastindex is None or match.end(match.lastindex) == len(path):
            return pattern.include
    return None
