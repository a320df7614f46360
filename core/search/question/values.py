"""What the values of filters mean: `type:`, `lang:` and `in:`."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from core.domain import Language
from core.extract.formats import SOURCE_CODE, format_of, supported_formats
from core.languages import LANGUAGES, VARIANTS
from core.search.question.language_names import NAMES
from core.search.question.spelling import nearest

_WEB_PAGES = ("html",)
_TABLES = ("csv", "psv", "tab", "tsv")
_MAIL = ("eml", "mbox")

GROUPS: Mapping[str, Sequence[str]] = {
    "テキスト": ("txt",),
    "マークダウン": ("md",),
    **dict.fromkeys(("web", "webpage", "ウェブ", "webページ", "ウェブページ"), _WEB_PAGES),
    **dict.fromkeys(("table", "表"), _TABLES),
    **dict.fromkeys(("mail", "email", "メール"), _MAIL),
    **dict.fromkeys(("code", "source", "コード", "ソース", "ソースコード"), tuple(sorted(SOURCE_CODE))),
}
"""Names of types that are no suffix; of what Mikke reads only."""

_FREQUENT = ("pdf", "md", "html", "txt", "csv", "code", "web", "mail", "table")

_SEPARATORS = re.compile(r"[,;、]")
_SUFFIX = re.compile(r"[a-z0-9+]+", re.ASCII)

MOST_FOLDERS = 400
"""Of folders with one name (`src`) no more are looked into: a condition of SQLite has 1,000 parts at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """The formats that were meant, those that are none, and all of it spelt properly (if it can be)."""

    found: tuple[str, ...]
    unknown: tuple[str, ...]
    suggestion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """As Formats."""

    found: tuple[Language, ...]
    unknown: tuple[str, ...]
    suggestion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """The folders that were meant; if there are none, the name of one that may have been."""

    found: tuple[Path, ...]
    suggestion: str


def fold(text: str) -> str:
    """Without the differences of width, case and composition that file systems and keyboards make."""
    if text.isascii():  # most are, and thousands are compared
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


# --- Types -----------------------------------------------------------------------------------------


def formats_of(value: str) -> Formats:
    """`pdf`, `.PDF`, `htm`, `pdf,md`, `web`, `コード`."""
    parts = _parts(value)
    meant = [_format_named(part) for part in parts]
    unknown = tuple(part for part, formats in zip(parts, meant, strict=True) if not formats)
    suggestion = ""
    if unknown:
        names = dict.fromkeys(chain(_FREQUENT, GROUPS, supported_formats()))
        better = [
            part if formats else nearest(part, names) for part, formats in zip(parts, meant, strict=True)
        ]
        suggestion = _joined(better)
    return Formats(found=tuple(dict.fromkeys(chain(*meant))), unknown=unknown, suggestion=suggestion)


def _format_named(name: str) -> Sequence[str]:
    if name in GROUPS:
        return GROUPS[name]
    found = format_of(Path(f"name.{name}")) if _SUFFIX.fullmatch(name) else None
    return (found,) if found else ()


# --- Languages -------------------------------------------------------------------------------------

_CODES = frozenset(chain(*LANGUAGES.values()))
_CODE_OF = {fold(name): code for code, names in NAMES.items() for name in names}


def languages_of(value: str) -> Languages:
    """`ja`, `en-GB`, `japanese`, `日本語`, `ja,en`. A macrolanguage stands for its members."""
    parts = _parts(value)
    meant = [_language_named(part) for part in parts]
    better = [
        code or _language_named(nearest(part, _CODE_OF)) for part, code in zip(parts, meant, strict=True)
    ]
    return Languages(
        found=tuple(dict.fromkeys(Language(code) for code in meant if code)),
        unknown=tuple(part for part, code in zip(parts, meant, strict=True) if not code),
        suggestion="" if all(meant) else _joined(better),
    )


def _language_named(name: str) -> str:
    if name in _CODE_OF:
        return _CODE_OF[name]
    code = name.replace("_", "-").split("-")[0]
    code = VARIANTS.get(code, code)
    return code if code in _CODES else ""


# --- Folders ---------------------------------------------------------------------------------------


def folders_of(value: str, sources: Sequence[Path], below: Collection[Path], home: Path | None) -> Folders:
    """The known folders that `value` names: an absolute path, one below `~`, or the end of one (`reports`,
    `2025/reports`). Nothing is looked up on the disk.
    """
    known = dict.fromkeys(chain(sources, below))
    path = _absolute(value, home)
    if path is not None:
        above = chain.from_iterable(source.parents for source in sources)
        wanted = _key(path)
        found = tuple(place for place in dict.fromkeys(chain(known, above)) if _key(place) == wanted)
        return Folders(found=found, suggestion="" if found else _nearest(wanted, known, whole=True))
    parts = [part for part in fold(value).replace(os.sep, "/").split("/") if part not in ("", ".")]
    if not parts:
        return Folders(found=(), suggestion="")
    end = "/" + "/".join(parts)
    named = [place for place in known if _key(place).endswith(end)]
    return Folders(
        found=_outermost(named), suggestion="" if named else _nearest(parts[-1], known, whole=False)
    )


def _absolute(value: str, home: Path | None) -> Path | None:
    """The path that was typed in full; None for the name of a folder. `~` is `home`."""
    text = value.replace("\N{FULLWIDTH TILDE}", "~", 1) if value.startswith("\N{FULLWIDTH TILDE}") else value
    text = text.replace("\N{FULLWIDTH SOLIDUS}", "/")
    if home is not None and (text == "~" or text.startswith(("~/", "~" + os.sep))):
        text = str(home) + "/" + text[1:].lstrip("/" + os.sep)
    return Path(os.path.normpath(text)) if Path(text).is_absolute() else None


def _key(path: Path) -> str:
    """For comparing; a question with `in:` compares thousands, at every keystroke."""
    return fold(str(path)).replace(os.sep, "/").rstrip("/")


def _outermost(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Without those that lie in another one, which holds all their files."""
    kept: dict[Path, None] = {}
    for folder in sorted(folders, key=lambda folder: (len(folder.parts), folder)):
        if not any(parent in kept for parent in folder.parents):
            kept[folder] = None
    return tuple(kept)[:MOST_FOLDERS]


def _nearest(wanted: str, known: Iterable[Path], *, whole: bool) -> str:
    """The folder with nearly this name, or nearly this path."""
    names = (str(place) if whole else place.name for place in known)
    meant = {fold(name): name for name in dict.fromkeys(names)}
    return meant.get(nearest(wanted, meant), "")


# --- Lists -----------------------------------------------------------------------------------------


def _parts(value: str) -> list[str]:
    return [part for typed in _SEPARATORS.split(fold(value)) if (part := typed.strip().lstrip("."))]


def _joined(parts: Sequence[str]) -> str:
    """All of them, once; empty unless each is known."""
    return ",".join(dict.fromkeys(parts)) if all(parts) else ""
