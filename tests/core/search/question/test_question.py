"""What is typed is understood, in Japanese, English and any other script; nothing typed is an error."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from core.domain import FilterKind, HintKind
from core.extract.formats import format_of, supported_formats
from core.languages import LANGUAGES
from core.search.question.dates import first_day, first_moment_ns
from core.search.question.language_names import NAMES
from core.search.question.parse import (
    Known,
    folders_with,
    names_folders,
    parse,
    with_filter,
    without_filter,
    write,
)
from core.search.question.spelling import distance
from core.search.question.typed import WIDTH, cut, strip
from core.search.question.values import GROUPS, MOST_FOLDERS, fold

HOME = Path("/home/ai")
DOCUMENTS, DOWNLOADS = HOME / "Documents", HOME / "Downloads"
TODAY = date(2026, 11, 21)
KNOWN = Known(
    today=TODAY,
    sources=(DOCUMENTS, DOWNLOADS),
    folders=(
        DOCUMENTS / "reports",
        DOCUMENTS / "reports" / "2025",
        DOCUMENTS / "My Papers",
        DOCUMENTS / "議事録",
        DOWNLOADS / "reports",
    ),
    home=HOME,
)

WIDER = {ord(narrow): chr(wide) for wide, narrow in WIDTH.items() if wide < 0xFF5F} | {ord(" "): "\u3000"}
"""ASCII -> its full-width form."""


def ask(typed, known=KNOWN):
    return parse(typed, known)


def query(typed):
    return ask(typed).query


def hints(typed, known=KNOWN):
    return [(hint.kind, hint.typed, hint.suggestion) for hint in ask(typed, known).hints]


def meanings(typed):
    return [(piece.kind, piece.value) for piece in cut(typed) if piece.kind]


def kinds(typed):
    return [(each.kind, each.value) for each in ask(typed).filters]


# --- Plain words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "図書館は何時に開きますか？",
        "「羅生門」の作者は",
        "映画『七人の侍』を撮ったのは",
        "彼は「はい」と言った",
        "全角　の　空白",
        "ケーキ スーパー",
        "What does the keeper do at night?",
        "a well-known state-of-the-art method",
        "-5 °C or −12 degrees",
        "2025-01-31 - 2025-02-03",
        "https://example.com/a:b?type=pdf&in=x",
        "http://type:pdf",
        "C++: templates, C++::x, std::vector, type::size",
        "10:30 12:00:05 time:10",
        ":-) ;-) -_- >:( :D D: ^-^ -.-",
        '5" disk and 3.5" disk',
        "5′ 11″",
        'צה"ל והאו"ם',
        "rock 'n' roll, don't",
        "grep -- -- - -",
        "--verbose --limit",
        "שלום עולם",
        "ประเทศไทย",
        "x-y -- z",
        "C:\\Users\\ai",
        "key : value",
        "a: b",
        "🙂 -🙂",
        "",
    ],
)
def test_what_has_no_marks_is_asked_as_it_is(typed):
    """Plain words, addresses, times, faces, code and numbers are no filters, and give no hints."""
    parsed = ask(f"  {typed}\n")
    assert parsed == ask(typed)
    assert parsed.query.text == typed
    assert parsed.filters == ()
    assert parsed.hints == ()


# --- Every filter ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ('"exact words" more', "exact words more", {"phrases": ("exact words",)}),
        ("“exact words” more", "exact words more", {"phrases": ("exact words",)}),
        ("„genaue Worte“", "genaue Worte", {"phrases": ("genaue Worte",)}),
        ("«mots exacts» ici", "mots exacts ici", {"phrases": ("mots exacts",)}),
        ("＂研究 開発＂ 予算", "研究 開発 予算", {"phrases": ("研究 開発",)}),
        ("”研究開発” 予算", "研究開発 予算", {"phrases": ("研究開発",)}),
        ("「研究開発」　予算", "研究開発 予算", {"phrases": ("研究開発",)}),
        ("予算 『研究開発』", "予算 研究開発", {"phrases": ("研究開発",)}),
        ("｢研究開発｣ 予算", "研究開発 予算", {"phrases": ("研究開発",)}),
        ('"犬"と"猫"', "犬と猫", {"phrases": ("犬", "猫")}),
        ('say ("hello world")', "say (hello world)", {"phrases": ("hello world",)}),
        ('"a" "b" "a"', "a b a", {"phrases": ("a", "b")}),
        ('שלום "צה"ל חזק"', 'שלום צה"ל חזק', {"phrases": ('צה"ל חזק',)}),
        ("budget -draft", "budget", {"without": ("draft",)}),
        ('budget -"first draft" -old', "budget", {"without": ("first draft", "old")}),
        ("予算　－旧版", "予算", {"without": ("旧版",)}),
        ("予算 −旧版 ‐案", "予算", {"without": ("旧版", "案")}),
        ("予算 ー旧版", "予算", {"without": ("旧版",)}),
        ("予算 －「去年の 案」", "予算", {"without": ("去年の 案",)}),
        ("-מלחמה שלום", "שלום", {"without": ("מלחמה",)}),
        ("type:pdf budget", "budget", {"formats": ("pdf",)}),
        ("TYPE:PDF budget", "budget", {"formats": ("pdf",)}),
        ("budget type:.htm", "budget", {"formats": ("html",)}),
        ("type:pdf type:md,txt x", "x", {"formats": ("pdf", "md", "txt")}),
        ("type:text x", "x", {"formats": ("txt",)}),
        ("type:マークダウン x", "x", {"formats": ("md",)}),
        ("予算　ｔｙｐｅ：ｐｄｆ、ｍｄ", "予算", {"formats": ("pdf", "md")}),
        ("「予算」type:pdf", "予算", {"formats": ("pdf",), "phrases": ("予算",)}),
        ('type:pdf"my budget"', "my budget", {"formats": ("pdf",), "phrases": ("my budget",)}),
        ("name:report x", "x", {"names": ("report",)}),
        ('name:"annual report" name:2025 x', "x", {"names": ("annual report", "2025")}),
        ("name:「年次 報告」 予算", "予算", {"names": ("年次 報告",)}),
        ("name:第「一」章 予算", "予算", {"names": ("第「一」章",)}),
        ("lang:ja budget", "budget", {"languages": ("ja",)}),
        ("lang:en-GB lang:日本語 x", "x", {"languages": ("en", "ja")}),
        ("lang:Japanese,ENGLISH x", "x", {"languages": ("ja", "en")}),
        ("ｌａｎｇ：英語 x", "x", {"languages": ("en",)}),
        ("lang:nb x", "x", {"languages": ("no",)}),
        ('budget type:pdf "next year" costs', "budget next year costs", None),
        ("type:pdf", "", {"formats": ("pdf",)}),
        ("\u200ftype:pdf שלום", "שלום", {"formats": ("pdf",)}),
    ],
)
def test_a_filter_is_understood(typed, text, found):
    """Every filter restricts the query and leaves the text; exact words are asked as well."""
    parsed = ask(typed)
    assert parsed.query.text == text
    assert parsed.hints == ()
    if found is not None:
        assert parsed.query == replace(ask(text.replace('"', "")).query, text=text, **found)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("in:reports", (DOCUMENTS / "reports", DOWNLOADS / "reports")),
        ("in:Reports/", (DOCUMENTS / "reports", DOWNLOADS / "reports")),
        ("in:documents/reports", (DOCUMENTS / "reports",)),
        ("in:2025", (DOCUMENTS / "reports" / "2025",)),
        ("in:documents in:2025", (DOCUMENTS, DOCUMENTS / "reports" / "2025")),
        ('in:"my papers"', (DOCUMENTS / "My Papers",)),
        ("in:議事録", (DOCUMENTS / "議事録",)),
        ("ｉｎ：議事録", (DOCUMENTS / "議事録",)),
        ("in:~/Documents", (DOCUMENTS,)),
        ("in:～／Ｄｏｃｕｍｅｎｔｓ", (DOCUMENTS,)),
        ("in:~", (HOME,)),
        ("in:/home/ai/Documents/reports/../reports", (DOCUMENTS / "reports",)),
        ("in:/home", (Path("/home"),)),
    ],
)
def test_a_folder_is_named_by_its_path_or_its_end(typed, found):
    """`in:` takes a path, one below the home folder, or the end of a known one, in any case and width."""
    parsed = ask(f"{typed} x")
    assert parsed.query.folders == found
    assert parsed.query.text == "x"
    assert parsed.hints == ()


def test_a_folder_in_another_composition_is_the_same():
    """A folder whose name was stored decomposed (as macOS does) is found by what a keyboard gives."""
    decomposed = DOCUMENTS / "プロジェクト"
    known = replace(KNOWN, folders=(decomposed,))
    assert ask("in:プロジェクト", known).query.folders == (decomposed,)


def test_many_folders_of_one_name():
    """Of folders with one name the outermost are taken, as many as the catalogue can be asked about."""
    folders = tuple(DOCUMENTS / f"{number:04}" / "src" for number in range(1000))
    inner = folders[0] / "a" / "src"
    found = ask("in:src", replace(KNOWN, folders=(*folders, inner))).query.folders
    assert len(found) == MOST_FOLDERS
    assert inner not in found


def test_known_folders_come_from_files():
    """The folders that can be named are the sources and all on the way to a file."""
    files = [DOCUMENTS / "a" / "b" / "c.txt", DOCUMENTS / "d.txt", DOWNLOADS / "e" / "f.md"]
    found = folders_with(files, (DOCUMENTS, DOWNLOADS))
    assert set(found) == {DOCUMENTS, DOWNLOADS, DOCUMENTS / "a", DOCUMENTS / "a" / "b", DOWNLOADS / "e"}


def test_when_folders_have_to_be_known():
    """Only a question with `in:` needs the folders."""
    assert names_folders("x in:reports")
    assert names_folders("ＩＮ：reports")
    assert not names_folders("within:reports in: x")


# --- Dates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2025", date(2025, 1, 1)),
        ("2025-03", date(2025, 3, 1)),
        ("2025-3", date(2025, 3, 1)),
        ("2025/03/31", date(2025, 3, 31)),
        ("2025.3.31", date(2025, 3, 31)),
        ("20250331", date(2025, 3, 31)),
        ("２０２５－０３", date(2025, 3, 1)),
        ("2025年", date(2025, 1, 1)),
        ("2025年3月", date(2025, 3, 1)),
        ("2025年3月31日", date(2025, 3, 31)),
        ("令和7年4月", date(2025, 4, 1)),
        ("平成元年", date(1989, 1, 1)),
        ("2024-02-29", date(2024, 2, 29)),
        ("today", TODAY),
        ("Yesterday", date(2026, 11, 20)),
        ("今日", TODAY),
        ("昨日", date(2026, 11, 20)),
        ("今月", date(2026, 11, 1)),
        ("先月", date(2026, 10, 1)),
        ("last-year", date(2025, 1, 1)),
        ('"last month"', date(2026, 10, 1)),
    ],
)
def test_a_period_starts_with_its_first_day(typed, day):
    """after: is from the first moment of a period on, before: ends with it, where the person is."""
    moment = int(datetime(day.year, day.month, day.day).astimezone().timestamp()) * 10**9
    after, before = query(f"x after:{typed}"), query(f"before:{typed} x")
    assert (after.modified_from_ns, after.modified_before_ns, after.text) == (moment, None, "x")
    assert (before.modified_from_ns, before.modified_before_ns, before.text) == (None, moment, "x")


def test_of_several_days_the_narrowest_counts():
    """Two after: are both kept to."""
    assert query("after:2024 after:2025 after:2023") == query("after:2025")
    assert query("before:2024 before:2025") == query("before:2024")


@pytest.mark.parametrize("day", [date.min, date(1600, 1, 1), date(2500, 1, 1), date.max])
def test_every_day_fits_the_catalogue(day):
    """Days that no file is of are compared like any other."""
    assert -(2**63) <= first_moment_ns(day) < 2**63
    assert (first_moment_ns(day) < 0) == (day.year < 1970)


@given(st.dates())
def test_a_day_written_out_is_that_day(day):
    """ISO dates are read back, and so are relative days on any day of the calendar."""
    assert first_day(day.isoformat(), TODAY) == day
    assert first_day(f"{day.year:04}年{day.month}月{day.day}日", TODAY) == day
    for word in ("today", "yesterday", "last month", "先月", "去年"):
        assert (first_day(word, day) or date.max) <= day


# --- Hints -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "text", "expected"),
    [
        ("tpye:pdf x", "tpye:pdf x", (HintKind.UNKNOWN_FILTER, "tpye:pdf", "type:pdf")),
        ("x nmae:report", "x nmae:report", (HintKind.UNKNOWN_FILTER, "nmae:report", "name:report")),
        ("bfore:2025", "bfore:2025", (HintKind.UNKNOWN_FILTER, "bfore:2025", "before:2025")),
        ("langs:ja", "langs:ja", (HintKind.UNKNOWN_FILTER, "langs:ja", "lang:ja")),
        ("ni:reports", "ni:reports", (HintKind.UNKNOWN_FILTER, "ni:reports", "in:reports")),
        ("language:ja", "language:ja", (HintKind.UNKNOWN_FILTER, "language:ja", "lang:ja")),
        ("since:2025", "since:2025", (HintKind.UNKNOWN_FILTER, "since:2025", "after:2025")),
        ("種類：pdf", "種類：pdf", (HintKind.UNKNOWN_FILTER, "種類：pdf", "type:pdf")),
        ("-type:pdf x", "-type:pdf x", (HintKind.UNKNOWN_FILTER, "-type:pdf", "")),
        ("after:2025-13 x", "x", (HintKind.BAD_DATE, "after:2025-13", "after:2025-12")),
        ("before:2025-02-30 x", "x", (HintKind.BAD_DATE, "before:2025-02-30", "before:2025-02-28")),
        ("after:31.1.2025 x", "x", (HintKind.BAD_DATE, "after:31.1.2025", "")),
        ("after:soon x", "x", (HintKind.BAD_DATE, "after:soon", "")),
        ("after:0000 x", "x", (HintKind.BAD_DATE, "after:0000", "")),
        ("in:Downlods x", "x", (HintKind.UNKNOWN_FOLDER, "in:Downlods", "in:Downloads")),
        ("in:mypapers x", "x", (HintKind.UNKNOWN_FOLDER, "in:mypapers", 'in:"My Papers"')),
        ("in:~/Document x", "x", (HintKind.UNKNOWN_FOLDER, "in:~/Document", f"in:{DOCUMENTS}")),
        ("in:/etc x", "x", (HintKind.UNKNOWN_FOLDER, "in:/etc", "")),
        ("in:議事 x", "x", (HintKind.UNKNOWN_FOLDER, "in:議事", "in:議事録")),
        ("type:pfd x", "x", (HintKind.UNKNOWN_TYPE, "type:pfd", "type:pdf")),
        ("type:md,pfd x", "x", (HintKind.UNKNOWN_TYPE, "type:md,pfd", "type:md,pdf")),
        ("type:docx x", "x", (HintKind.UNKNOWN_TYPE, "type:docx", "")),
        ("type:../secret x", "x", (HintKind.UNKNOWN_TYPE, "type:../secret", "")),
        ("lang:japanse x", "x", (HintKind.UNKNOWN_LANGUAGE, "lang:japanse", "lang:ja")),
        ("lang:xx x", "x", (HintKind.UNKNOWN_LANGUAGE, "lang:xx", "")),
        ("x type:", "x", (HintKind.EMPTY_FILTER, "type:", "")),
        ("type: pdf", "type: pdf", (HintKind.EMPTY_FILTER, "type:", "type:pdf")),
        ('x ""', "x", (HintKind.EMPTY_FILTER, '""', "")),
        ('name:"" x', "x", (HintKind.EMPTY_FILTER, 'name:""', "")),
        ('"annual report', '"annual report', (HintKind.OPEN_QUOTE, '"annual report', '"annual report"')),
        ("予算 “研究", "予算 “研究", (HintKind.OPEN_QUOTE, "“研究", "“研究”")),
        ('name:"report x', "x", (HintKind.OPEN_QUOTE, 'name:"report', "name:report")),
    ],
)
def test_what_is_odd_is_a_hint_and_never_an_error(typed, text, expected):
    """A bad value restricts nothing; an unknown key stays in the text; the nearest good one is proposed."""
    assert hints(typed) == [expected]
    assert query(typed).text == text


def test_what_is_good_of_a_list_counts():
    """Of several types the known ones restrict."""
    parsed = ask("type:pdf,docx x")
    assert parsed.query.formats == ("pdf",)
    assert kinds("type:pdf,docx x") == [(FilterKind.TYPE, "pdf,docx")]
    assert [hint.kind for hint in parsed.hints] == [HintKind.UNKNOWN_TYPE]


@pytest.mark.parametrize(
    "typed", ["from:alice", "note:this", "file:///etc", "mailto:a@b", "foo:bar", 'a " b', '"']
)
def test_most_colons_and_quotes_mean_nothing(typed):
    """Only what looks like a misspelt filter is told."""
    assert hints(typed) == []


def test_a_suggestion_is_understood():
    """Whoever types what was proposed gets no other hint."""
    odd = ("tpye:pdf", "after:2025-13", "in:Downlods", "in:mypapers", "type:pfd", "lang:japanse", '"open')
    for typed in odd:
        (hint,) = ask(typed).hints
        assert hints(hint.suggestion) == []
        assert len(ask(hint.suggestion).filters) == 1


# --- Tables ----------------------------------------------------------------------------------------


def test_languages_have_names():
    """Every language that is told apart has an English and a Japanese name, and no two share one."""
    assert set(NAMES) == set(chain(*LANGUAGES.values()))
    names = [fold(name) for called in NAMES.values() for name in called]
    assert len(names) == len(set(names))
    for code, called in NAMES.items():
        assert len(called) >= 2
        for name in called:
            assert query(f'lang:"{name}"').languages == (code,)


def test_types_are_those_that_are_read():
    """Every group holds formats that Mikke reads, and every format can be asked for."""
    assert set(chain(*GROUPS.values())) <= set(supported_formats())
    assert not [name for name in GROUPS if format_of(Path(f"name.{name}"))]
    for name in supported_formats():
        assert query(f"type:{name}").formats == (name,)


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_distances(one, other):
    """The distance is symmetric, 0 for the same word only, and at most the longer length."""
    found = distance(one, other)
    assert found == distance(other, one)
    assert (found == 0) == (one == other)
    assert abs(len(one) - len(other)) <= found <= max(len(one), len(other))


# --- Whatever is typed -----------------------------------------------------------------------------

_BITS = st.sampled_from(
    [
        "type:", "in:", "after:", "before:", "name:", "lang:", "tpye:", "ｔｙｐｅ：", "pdf", "2025-01",
        "ja", "reports", '"', "“", "”", "„", "«", "»", "「", "」", "『", "』", "＂", "-", "－", "ー", " ",
        "　", "\n", ":", "~/", "/", ",", "予算", "keeper", "5", "\u200f", "\ud800", "a b",
    ]
)  # fmt: skip
TYPED = st.one_of(st.text(max_size=40), st.lists(_BITS, max_size=14).map("".join))


@given(TYPED)
def test_nothing_typed_is_an_error(typed):
    """Any text at all is understood somehow, and the filters stand in it, in order."""
    parsed = ask(typed)
    end = 0
    for each in parsed.filters:
        assert end <= each.span.start < each.span.end <= len(typed)
        assert each.value in typed.translate(WIDTH) + typed
        end = each.span.end
    for hint in parsed.hints:
        assert hint.typed in typed
        assert hint.typed


@given(TYPED)
def test_width_means_nothing(typed):
    """The full-width form of a question asks the same, and restricts the same."""
    narrow, wide = ask(typed.translate(WIDTH)), ask(typed.translate(WIDTH).translate(WIDER))

    def folded(words):
        return tuple(word.translate(WIDTH) for word in words)

    for name in ("folders", "formats", "languages", "modified_from_ns", "modified_before_ns"):
        assert getattr(narrow.query, name) == getattr(wide.query, name)
    for name in ("phrases", "without", "names"):
        assert getattr(narrow.query, name) == folded(getattr(wide.query, name))
    assert narrow.query.text == wide.query.text.translate(WIDTH)
    assert [(each.kind, each.span) for each in narrow.filters] == [
        (each.kind, each.span) for each in wide.filters
    ]


@given(st.text(st.characters(exclude_characters='"＂“”„〝«「」『』｢｣-－−‐‑ーｰ:：'), max_size=60))
def test_without_marks_the_question_is_what_is_typed(typed):
    """What holds no quote, dash or colon is asked as it is."""
    assert query(typed).text == strip(typed)
    assert ask(typed).filters == ask(typed).hints == ()


@given(st.sampled_from(FilterKind), TYPED.filter(strip))
@example(FilterKind.FOLDER, '/home/ai/My "quoted" folder')
@example(FilterKind.NAME, "「a」 “b”")
@example(FilterKind.WITHOUT, "5")
@example(FilterKind.WITHOUT, "type:pdf")
def test_what_is_written_is_read_back(kind, value):
    """A filter that was written is parsed as that filter, with words before it and after it."""
    assume(not all(closer in value.translate(WIDTH) for closer in '"”»」』'))
    if kind is FilterKind.EXACT:
        value = strip(value)
    (alone,) = cut(write(kind, value))
    (_, among, _) = cut(f"予算 {write(kind, value)} keeper")
    for piece in (alone, among):
        assert piece.kind is kind
        assert piece.value.translate(WIDTH) == value.translate(WIDTH)


@given(TYPED)
@example('type:pdf "a" -b')
@example('犬"猫"鳥')
def test_a_filter_is_removed_alone(typed):
    """What is typed without one of its filters has all the others, in their order."""
    filters = ask(typed).filters
    assume(not any(piece.kind is None and meanings(piece.value) for piece in cut(typed)))
    for index, removed in enumerate(filters):
        rest = ask(without_filter(typed, removed))
        others = [*filters[:index], *filters[index + 1 :]]
        assert [(each.kind, each.value) for each in rest.filters] == [
            (each.kind, each.value) for each in others
        ]


def test_a_filter_is_removed_with_its_white_space():
    """What is left reads as if the filter had never been there."""
    typed = '  budget  type:pdf   "next year" -draft '
    first, second, third = ask(typed).filters
    assert without_filter(typed, first) == 'budget "next year" -draft'
    assert without_filter(typed, second) == "budget  type:pdf -draft"
    assert without_filter(typed, third) == 'budget  type:pdf   "next year"'
    (only,) = ask("type:pdf").filters
    assert without_filter("type:pdf", only) == ""


def test_a_filter_is_added():
    """A filter is added at the end, once; of `after:` and `before:` there is one each."""
    assert with_filter("予算", FilterKind.TYPE, "pdf") == "予算 type:pdf"
    assert with_filter(" ", FilterKind.FOLDER, "/home/ai/My Papers") == 'in:"/home/ai/My Papers"'
    assert with_filter("a type:pdf", FilterKind.TYPE, "pdf") == "a type:pdf"
    assert with_filter("a type:pdf", FilterKind.TYPE, "md") == "a type:pdf type:md"
    assert with_filter("after:2024 a after:2025", FilterKind.AFTER, "2026") == "a after:2026"
    assert with_filter('"open', FilterKind.NAME, "a b") == 'name:"a b" "open'


@given(TYPED, st.sampled_from(FilterKind), st.sampled_from(["pdf", "a b", '5" disk', "2025-01", "議事録"]))
def test_an_added_filter_adds_itself_only(typed, kind, value):
    """Whatever is typed, a chip adds its own filter and changes none of the others."""
    before, after = meanings(typed), meanings(with_filter(typed, kind, value))
    if kind in (FilterKind.AFTER, FilterKind.BEFORE):
        before = [each for each in before if each[0] is not kind]
    assert after in (before, [*before, (kind, value)], [(kind, value), *before])
    assert (kind, value) in after
