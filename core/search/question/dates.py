"""The days that a person types: `2025`, `2025-01`, `2025/1/31`, `2025年1月`, `yesterday`, `先月`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import MINYEAR, date, datetime, time, timedelta

_NUMBERS = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?[-/.]?", re.ASCII)
_JOINED = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_CHARACTERS = re.compile(r"(令和|平成|昭和)?(\d{1,4}|元)年(?:(\d{1,2})月(?:(\d{1,2})日?)?)?", re.ASCII)

_ERAS: Mapping[str, int] = {"令和": 2018, "平成": 1988, "昭和": 1925}
"""The year before the first one of an era of Japan."""

_LEAST_NS, _MOST_NS = -(2**63), 2**63 - 1
"""What the catalogue can compare: the years 1677 to 2262, and the times of all files are in between."""


def first_day(text: str, today: date) -> date | None:
    """The first day of the period that is typed; None: it is no period that we know, or no such day."""
    word = text.strip().lower()
    if word in _WORDS:
        return _WORDS[word](today)
    numbers = _read(word)
    try:
        return None if numbers is None else date(*numbers)
    except ValueError:
        return None


def nearest_day(text: str) -> str:
    """What is typed like a day but is none (`2025-13`, `2025-02-30`), with the nearest one; else empty."""
    numbers = _read(text.strip())
    if numbers is None or numbers[0] < MINYEAR:
        return ""
    year, month, day = numbers
    month = min(max(month, 1), 12)
    day = min(max(day, 1), monthrange(year, month)[1])
    typed = len(re.findall(r"\d+", text))
    return "-".join((f"{year:04}", f"{month:02}", f"{day:02}")[: max(1, typed)])


def first_moment_ns(day: date) -> int:
    """The first moment of a day where the person is, in nanoseconds since the epoch, as far as 64 bits go."""
    try:
        moment = int(datetime.combine(day, time()).astimezone().timestamp()) * 10**9
    except (ValueError, OverflowError, OSError):  # years that the system's clock does not know
        return _LEAST_NS if day.year < 1970 else _MOST_NS
    return min(max(moment, _LEAST_NS), _MOST_NS)


def _read(text: str) -> tuple[int, int, int] | None:
    """Year, month and day, not checked; 1 for what is not said."""
    if match := _NUMBERS.fullmatch(text) or _JOINED.fullmatch(text):
        year, month, day = match.groups()
        return int(year), int(month or 1), int(day or 1)
    if match := _CHARACTERS.fullmatch(text):
        era, year, month, day = match.groups()
        number = 1 if year == "元" else int(year)
        if era is None and len(year) < 4:
            return None
        return number + (_ERAS[era] if era else 0), int(month or 1), int(day or 1)
    return None


def _earlier(today: date, days: int) -> date:
    return today - timedelta(days=days) if today.toordinal() > days else date.min


def _month_before(today: date) -> date:
    return _earlier(today.replace(day=1), days=1).replace(day=1)


def _year_before(today: date) -> date:
    return date(max(today.year - 1, MINYEAR), 1, 1)


_WORDS: Mapping[str, Callable[[date], date]] = {
    **dict.fromkeys(("today", "今日", "本日"), lambda today: today),
    **dict.fromkeys(("yesterday", "昨日"), lambda today: _earlier(today, days=1)),
    **dict.fromkeys(("this-month", "this month", "今月"), lambda today: today.replace(day=1)),
    **dict.fromkeys(("last-month", "last month", "先月"), _month_before),
    **dict.fromkeys(("this-year", "this year", "今年"), lambda today: today.replace(month=1, day=1)),
    **dict.fromkeys(("last-year", "last year", "去年", "昨年"), _year_before),
}
