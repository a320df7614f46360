"""What a person typed -> what is asked: words, filters, and hints where something else was probably meant.

    plain words    "exact words"    -without    -"without these"    type:pdf    in:folder
    after:2025-01    before:2025    name:report    lang:ja

Full-width signs count as narrow ones, 「…」 as quotes where they stand alone, and nothing typed is an error:
the search goes on without what cannot be understood. The same file writes filters, so that a window's chips
and what is typed are one thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

from core.domain import Filter, FilterKind, Hint, HintKind, Language, ParsedQuestion, Query
from core.search.question.dates import first_day, first_moment_ns, nearest_day
from core.search.question.spelling import nearest
from core.search.question.typed import DASHES, KEYS, OPENERS, WIDTH, Piece, cut, is_space, strip
from core.search.question.values import folders_of, formats_of, languages_of

_T = TypeVar("_T")

_WORD = re.compile(r"[^\s]+")
_KEYED = re.compile(rf"([{DASHES}]?)([^\W\d_]+):(?![:/\\])(\S+)")

_MEANT = {
    "since": "after", "from": "after", "date": "after", "until": "before", "till": "before", "to": "before",
    "folder": "in", "dir": "in", "inn": "in", "ni": "in", "iin": "in", "language": "lang",
    "filetype": "type", "format": "type", "ext": "type", "filename": "name", "title": "name",
    "種類": "type", "フォルダ": "in", "フォルダー": "in", "名前": "name", "ファイル名": "name",
    "言語": "lang", "以降": "after", "以前": "before",
}  # fmt: skip
"""Words that other programs have for our filters, and slips where the key is too short to tell them by."""

_QUOTES = ('""', "“”", "«»", "「」", "『』")
_ONE_OF = (FilterKind.AFTER, FilterKind.BEFORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a question is understood against. `sources` and the `folders` below them are those that `in:` can
    name (`folders` need only be there if `names_folders` says so); `home` is what `~` stands for.
    """

    today: date
    sources: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    home: Path | None = None


@dataclass(slots=True)
class _Restrictions:
    """What the filters say, as far as they were understood."""

    known: Known
    folders: list[Path] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    languages: list[Language] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    from_ns: int | None = None
    before_ns: int | None = None

    def take(self, piece: Piece, typed: str) -> tuple[bool, Hint | None]:
        """Whether the filter restricts anything, and what is odd about it."""
        value = strip(piece.value)
        match piece.kind:
            case FilterKind.TYPE:
                formats = formats_of(value)
                self.formats += formats.found
                hint = _hint(HintKind.UNKNOWN_TYPE, typed, piece.kind, formats.suggestion)
                return bool(formats.found), hint if formats.unknown else None
            case FilterKind.LANGUAGE:
                languages = languages_of(value)
                self.languages += languages.found
                hint = _hint(HintKind.UNKNOWN_LANGUAGE, typed, piece.kind, languages.suggestion)
                return bool(languages.found), hint if languages.unknown else None
            case FilterKind.FOLDER:
                folders = folders_of(piece.value, self.known.sources, self.known.folders, self.known.home)
                self.folders += folders.found
                hint = _hint(HintKind.UNKNOWN_FOLDER, typed, piece.kind, folders.suggestion)
                return bool(folders.found), None if folders.found else hint
            case FilterKind.AFTER | FilterKind.BEFORE:
                return self._take_day(piece.kind, value, typed)
            case FilterKind.NAME:
                self.names.append(value)
            case FilterKind.EXACT:
                self.phrases.append(value)
            case FilterKind.WITHOUT:
                self.without.append(value)
        return True, None

    def _take_day(self, kind: FilterKind, value: str, typed: str) -> tuple[bool, Hint | None]:
        """Of several days the narrowest counts."""
        day = first_day(value, self.known.today)
        if day is None:
            return False, _hint(HintKind.BAD_DATE, typed, kind, nearest_day(value))
        moment = first_moment_ns(day)
        if kind is FilterKind.AFTER:
            self.from_ns = moment if self.from_ns is None else max(self.from_ns, moment)
        else:
            self.before_ns = moment if self.before_ns is None else min(self.before_ns, moment)
        return True, None

    def query(self, text: str) -> Query:
        return Query(
            text=text,
            folders=_once(self.folders),
            formats=_once(self.formats),
            modified_from_ns=self.from_ns,
            modified_before_ns=self.before_ns,
            phrases=_once(self.phrases),
            without=_once(self.without),
            names=_once(self.names),
            languages=_once(self.languages),
        )


def parse(typed: str, known: Known) -> ParsedQuestion:
    """Understand a typed question; never raises, whatever is typed. Nothing is looked up on the disk.

    `Query.text` is what is left without the filters, exact words without their quotes in their places, white
    space otherwise as typed. `filters` are those that restrict the query, in the order of the text.
    """
    pieces = cut(typed)
    restrictions = _Restrictions(known=known)
    filters, hints = list[Filter](), list[Hint]()
    for piece, after in zip_longest(pieces, pieces[1:]):
        stands = typed[piece.span.start : piece.span.end]
        if piece.open_quote is not None:
            hints.append(_closed(typed, piece))
        if piece.kind is None:
            hints += _misspelt(piece.value)
        elif not strip(piece.value):
            hints.append(_empty(stands, piece, after))
        else:
            is_filter, hint = restrictions.take(piece, stands)
            hints += [hint] if hint else []
            filters += [Filter(kind=piece.kind, value=piece.value, span=piece.span)] if is_filter else []
    return ParsedQuestion(
        query=restrictions.query(_text(pieces, typed)), filters=tuple(filters), hints=_once(hints)
    )


def names_folders(typed: str) -> bool:
    """Whether the folders below the sources have to be known to understand what is typed."""
    return any(piece.kind is FilterKind.FOLDER and piece.value for piece in cut(typed))


def folders_with(files: Iterable[Path], sources: Sequence[Path]) -> tuple[Path, ...]:
    """For Known: every folder below the sources that holds one of these files at any depth."""
    found = dict.fromkeys(sources)
    for folder in {file.parent for file in files}:
        for place in (folder, *folder.parents):
            if place in found:
                break
            found[place] = None
    above = {parent for source in sources for parent in source.parents}
    return tuple(folder for folder in found if folder not in above)


# --- Writing ---------------------------------------------------------------------------------------


def write(kind: FilterKind, value: str) -> str:
    """How a filter is typed, so that parsing gives `value` again: in quotes where it needs them.

    (Exact words lose white space at their ends; a value with closing quotes of all five kinds loses `"`.)
    """
    if kind is FilterKind.EXACT:
        return _quoted(strip(value))
    if kind is FilterKind.WITHOUT:
        narrow = value.translate(WIDTH)
        is_word = narrow[:1].isalpha() and narrow[0] not in DASHES and ":" not in narrow
        return "-" + (value if is_word and _is_plain(value) else _quoted(value))
    return f"{kind.value}:{value if _is_plain(value) else _quoted(value)}"


def without_filter(typed: str, removed: Filter) -> str:
    """What is typed when a filter is taken out of it again; the other filters and words stay.

    (Words that touch it may become one themselves: `-b` in `"a"-b`.)
    """
    before, after = typed[: removed.span.start], typed[removed.span.end :]
    wanted = [_meaning(piece) for piece in cut(typed) if piece.kind and piece.span != removed.span]
    loose = strip(" ".join(part for part in (_strip_end(before), _strip_start(after)) if part))
    # Where no white space stood on either side, words may belong together, and signs get another meaning.
    for rest in (loose, strip(before + after)):
        if _meanings(rest) == wanted:
            return rest
    words = (typed[piece.span.start : piece.span.end] for piece in cut(typed) if piece.span != removed.span)
    return " ".join(words)


def with_filter(typed: str, kind: FilterKind, value: str) -> str:
    """What is typed when a filter is added to it; `after:` and `before:` take the place of the one before."""
    typed = strip(typed)
    if kind in _ONE_OF:
        for piece in reversed([piece for piece in cut(typed) if piece.kind is kind]):
            typed = without_filter(typed, Filter(kind=kind, value=piece.value, span=piece.span))
    elif (kind, value) in _meanings(typed):
        return typed
    added = write(kind, value)
    at_end = f"{typed} {added}" if typed else added
    # A quote that was never closed would close with one of ours; in front nothing can happen to a filter.
    return at_end if _meanings(at_end) == [*_meanings(typed), (kind, value)] else f"{added} {typed}"


def _quoted(value: str) -> str:
    narrow = value.translate(WIDTH)
    for pair in _QUOTES:
        if pair[1] not in narrow:
            return pair[0] + value + pair[1]
    return '"' + value.translate({ord('"'): None, ord("＂"): None}) + '"'


def _is_plain(value: str) -> bool:
    narrow = value.translate(WIDTH)
    return bool(value) and not any(is_space(c) or c in OPENERS for c in narrow) and narrow[0] != ":"


def _meaning(piece: Piece) -> tuple[FilterKind | None, str]:
    return piece.kind, piece.value


def _meanings(typed: str) -> list[tuple[FilterKind | None, str]]:
    return [_meaning(piece) for piece in cut(typed) if piece.kind]


def _strip_start(text: str) -> str:
    return strip(text + ".")[:-1]


def _strip_end(text: str) -> str:
    return strip("." + text)[1:]


# --- Words and hints -------------------------------------------------------------------------------


def _text(pieces: Sequence[Piece], typed: str) -> str:
    """What is asked in plain words. Where something was taken out, one space stays."""
    text, end = "", -1
    for piece, after in zip_longest(pieces, pieces[1:]):
        if not _is_asked(piece, after):
            continue
        part = strip(piece.value)
        if piece.kind not in (None, FilterKind.EXACT):
            part = typed[piece.span.start : piece.span.end]
        text += (" " if text and part and piece.span.start != end else "") + part
        end = piece.span.end
    return text


def _is_asked(piece: Piece, after: Piece | None) -> bool:
    return piece.kind in (None, FilterKind.EXACT) or _is_a_word(piece, after)


def _is_a_word(piece: Piece, after: Piece | None) -> bool:
    """A key with nothing behind its colon, and then words, is no filter being typed (`in: the end`)."""
    is_bare = piece.kind is not None and piece.span.end - piece.span.start == len(piece.kind.value) + 1
    return is_bare and not piece.value and after is not None and after.kind is None


def _hint(kind: HintKind, typed: str, filter_: FilterKind, suggestion: str) -> Hint:
    return Hint(kind=kind, typed=typed, suggestion=write(filter_, suggestion) if suggestion else "")


def _empty(typed: str, piece: Piece, after: Piece | None) -> Hint:
    meant = ""
    if piece.kind and after and _is_a_word(piece, after) and (word := _WORD.match(after.value)):
        meant = write(piece.kind, word[0])
    return Hint(kind=HintKind.EMPTY_FILTER, typed=typed, suggestion=meant)


def _closed(typed: str, piece: Piece) -> Hint:
    opening = piece.open_quote or 0
    if piece.kind is not None:
        stands, meant = typed[piece.span.start : piece.span.end], strip(piece.value)
        suggestion = write(piece.kind, meant) if meant else ""
        return Hint(kind=HintKind.OPEN_QUOTE, typed=stands, suggestion=suggestion)
    rest = typed[opening : piece.span.end]
    closer = {"“": "”", "„": "“", "«": "»", "〝": "〟", "”": "”"}.get(rest[0], rest[0])
    return Hint(kind=HintKind.OPEN_QUOTE, typed=rest, suggestion=rest + closer)


def _misspelt(plain: str) -> Iterable[Hint]:
    """Words that look like a filter with a slip in its key, or as another program would have it."""
    for word in _WORD.finditer(plain):
        match = _KEYED.fullmatch(word[0].translate(WIDTH))
        if match is None:
            continue
        dash, typed_key, value = match.groups()
        key = typed_key.lower()
        meant = _MEANT.get(key) or nearest_key(key)
        if meant in _ONE_OF and not value[0].isdecimal():
            continue  # `from:alice`
        if dash and key in KEYS:  # there is no way to say "of any other type"
            yield Hint(kind=HintKind.UNKNOWN_FILTER, typed=word[0])
        elif not dash and meant:
            yield Hint(kind=HintKind.UNKNOWN_FILTER, typed=word[0], suggestion=f"{meant}:{value}")


def nearest_key(key: str) -> str:
    """The key that was probably meant. Two letters (`in`) are too few to tell a slip by."""
    return nearest(key, [known for known in KEYS if len(known) > 2]) if len(key) > 2 else ""


def _once(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))
