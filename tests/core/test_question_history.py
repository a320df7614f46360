"""The history of questions is short, private, never in the way, and gone when a person says so."""

from __future__ import annotations

import json
import shutil
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LibraryDamagedError
from core.history import MOST_CHARACTERS, MOST_QUESTIONS, SAME_QUESTION_S, History
from core.layout import LibraryLayout
from core.settings import Settings, load_settings, save_settings


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def layout(tmp_path):
    return LibraryLayout(tmp_path)


@pytest.fixture
def history(layout, clock):
    return History(layout, clock=clock)


def test_the_newest_is_first_and_nothing_is_there_twice(history):
    """A question that is asked again moves to the front; white space around it means nothing."""
    assert history.all() == ()
    for text in ("予算", "lighthouse", "  予算\n", "", "   "):
        history.add(text)
    assert history.all() == ("予算", "lighthouse")
    history.remove("予算")
    history.remove("never asked")
    assert history.all() == ("lighthouse",)


def test_another_program_sees_it(history, layout):
    """What is remembered is on the disk, for its owner only, whatever the text holds."""
    history.add("a \ud800 surrogate, “quotes” and 予算")
    assert History(layout).all() == history.all()
    assert stat.S_IMODE(layout.history.stat().st_mode) == 0o600
    assert [file.name for file in layout.root.iterdir()] == ["history.json"]


def test_what_is_typed_further_is_one_question(history, clock):
    """The beginning of a question is replaced by the whole, unless it was asked some time ago."""
    history.add("予")
    clock.now_s += 2
    history.add("予算")
    clock.now_s += SAME_QUESTION_S
    history.add("予算 2025")
    assert history.all() == ("予算 2025",)
    clock.now_s += SAME_QUESTION_S + 1
    history.add("予算 2025 図書館")
    assert history.all() == ("予算 2025 図書館", "予算 2025")
    clock.now_s -= 10_000_000  # a clock that was set back
    history.add("予算 2025 図書館 改修")
    assert len(history.all()) == 3


def test_only_so_many_and_none_that_is_very_long(history):
    """The oldest go, and a pasted page is not remembered."""
    for number in range(MOST_QUESTIONS + 5):
        history.add(f"question {number}.")
    history.add("x" * (MOST_CHARACTERS + 1))
    kept = history.all()
    assert len(kept) == MOST_QUESTIONS
    assert kept[0] == f"question {MOST_QUESTIONS + 4}."
    assert kept[-1] == "question 5."


def test_cleared_nothing_is_left(history, layout):
    """Clearing deletes the file, and one that had been put aside."""
    layout.history.write_bytes(b"damaged")
    assert history.all() == ()
    history.add("予算")
    history.clear()
    history.clear()
    assert list(layout.root.iterdir()) == []


def test_switched_off_it_forgets_and_stays_off(history, layout):
    """Off, nothing is remembered, now and at the next start; other settings are as they were."""
    save_settings(layout.settings, Settings(workers=3))
    history.add("予算")
    history.enable(enabled=False)
    history.add("lighthouse")
    assert history.all() == ()
    assert not history.enabled
    assert not layout.history.exists()
    assert load_settings(layout.settings) == Settings(workers=3, keep_history=False)
    history.enable(enabled=True)
    history.add("lighthouse")
    assert history.all() == ("lighthouse",)
    assert load_settings(layout.settings) == Settings(workers=3)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"version": 1}',
        b'{"version": 2, "questions": []}',
        b'{"version": 1, "questions": 3}',
        b'{"version": 1, "questions": ["text"]}',
        b'{"version": 1, "questions": [{"text": 1, "asked_s": 1}]}',
        b'{"version": 1, "questions": [{"text": "a", "asked_s": "now"}]}',
        b'{"version": 1, "questions": [{"text": "a"}]}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_put_aside(history, layout, content):
    """What we cannot read is kept beside, and the history starts anew."""
    layout.history.write_bytes(content)
    assert history.all() == ()
    assert layout.damaged_history.read_bytes() == content
    history.add("予算")
    assert history.all() == ("予算",)


def test_a_write_that_was_cut_off(history, layout):
    """The draft of a program that was killed is in nobody's way, and not taken for the history."""
    history.add("予算")
    layout.history.with_suffix(".tmp").write_bytes(b'{"version": 1, "que')
    assert history.all() == ("予算",)
    history.add("lighthouse")
    assert history.all() == ("lighthouse", "予算")


def test_it_goes_with_the_library(history, layout):
    """All of it lies in the library folder: who deletes that deletes it."""
    history.add("予算")
    shutil.rmtree(layout.root)
    layout.root.mkdir()
    assert history.all() == ()


@given(st.lists(st.tuples(st.text("ab ", max_size=3), st.floats(0, 2000)), max_size=12))
def test_a_history_has_no_duplicates(tmp_path_factory, asked):
    """Whatever is asked, in whatever rhythm: no question twice, the newest first."""
    clock = Clock()
    history = History(LibraryLayout(tmp_path_factory.mktemp("library")), clock=clock)
    for text, later_s in asked:
        clock.now_s += later_s
        history.add(text)
        if text.strip():
            assert history.all()[0] == text.strip()
        assert len(set(history.all())) == len(history.all())


# --- The setting -----------------------------------------------------------------------------------


def test_settings_of_an_older_mikke_have_history_on(layout):
    """A file without the key is read, and history is on; a value that makes no sense is told."""
    save_settings(layout.settings, Settings(workers=2))
    raw = json.loads(layout.settings.read_text())
    assert raw.pop("keep_history") is True
    layout.settings.write_text(json.dumps(raw | {"version": 1}))
    assert load_settings(layout.settings) == Settings(workers=2)
    layout.settings.write_text(json.dumps(raw | {"keep_history": "no"}))
    with pytest.raises(LibraryDamagedError):
        load_settings(layout.settings)
