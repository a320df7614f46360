"""`mikke search` understands what is typed and says what is odd; `mikke history` shows and forgets."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from app import commands
from app.composition import build
from app.messages import explain_hint
from core.domain import Hint, HintKind, Order
from core.layout import LibraryLayout


@pytest.fixture
def mikke(tmp_path, capfd):
    """Runs a command on a library that is empty at first; gives back the exit code, stdout and stderr."""

    def run(*words, library=tmp_path / "library"):
        places = ["--library", str(library), "--models", str(tmp_path / "models")]
        code = commands.run([*places, *map(str, words)], lambda _app, _folders: 99)
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Three files, read into the library beside them."""
    folder = tmp_path_factory.mktemp("search") / "files"
    for name, text, year in (
        ("lighthouse.md", "# The lighthouse\n\nThe keeper climbs 137 steps.\n", 2020),
        ("灯台.txt", "灯台守は毎晩137段の階段を上る。", 2022),
        ("old notes/draft.txt", "A draft: the keeper climbs 137 stairs.", 2024),
    ):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        day = datetime(year, 5, 17, 12).astimezone().timestamp()
        os.utime(file, (day, day))
    library = str(folder.with_name("library"))
    assert commands.run(["--library", library, "add", str(folder)], lambda _app, _folders: 99) == 0
    return folder


@pytest.fixture
def search(mikke, files):
    """Asks about the files."""

    def search(*words):
        return mikke("search", *words, library=files.with_name("library"))

    return search


@pytest.fixture
def found(search):
    """The names of the files that a question finds, in their order."""

    def found(*words):
        code, out, _ = search(*words, "--json")
        assert code == 0
        return [Path(result["path"]).name for result in json.loads(out)["results"]]

    return found


def test_typed_filters_leave_out_what_they_do_not_name(found):
    """Every filter works as it is typed, full-width too."""
    assert set(found("137")) == {"lighthouse.md", "灯台.txt", "draft.txt"}
    assert found("137 type:md") == ["lighthouse.md"]
    assert set(found("１３７　ｔｙｐｅ：ｔｘｔ")) == {"灯台.txt", "draft.txt"}
    assert found('137 in:"old notes"') == ["draft.txt"]
    assert found("137 after:2024") == ["draft.txt"]
    assert found("137 before:2021年") == ["lighthouse.md"]
    assert found("137 after:2021 before:2023") == ["灯台.txt"]
    assert found("137 name:灯台") == ["灯台.txt"]
    assert found('137 "climbs 137 steps"') == ["lighthouse.md"]
    assert "draft.txt" not in found("137 -stairs")
    assert found("137 lang:ja") == ["灯台.txt"]


def test_options_and_typed_filters_go_together(found, files):
    """What is restricted twice is restricted by both; types and folders add up, as when they are typed."""
    assert found("137 after:2021", "--before", "2023") == ["灯台.txt"]
    assert found("137 after:2019", "--since", "2024-01") == ["draft.txt"]
    assert set(found("137 type:md", "--type", "txt")) == {"lighthouse.md", "灯台.txt", "draft.txt"}
    assert found("137", "--in", files / "old notes") == ["draft.txt"]
    assert found("137", "type:md") == ["lighthouse.md"]


def test_sorted_by_date(found):
    """--order newest and oldest sort by the time at which the files were modified."""
    assert found("137", "--order", Order.NEWEST) == ["draft.txt", "灯台.txt", "lighthouse.md"]
    assert found("137", "--order", Order.OLDEST) == ["lighthouse.md", "灯台.txt", "draft.txt"]


def test_what_is_odd_is_said_once_on_stderr(search):
    """A misspelt filter is a hint on stderr, and the answers come all the same."""
    code, out, err = search("keeper tpye:md after:2025-13")
    assert code == 0
    assert "«keeper»" in out
    first, second = err.splitlines()
    assert "tpye:md" in first
    assert "type:md" in first
    assert "after:2025-12" in second
    assert search("keeper")[2] == ""


def test_programs_are_told_how_it_was_understood(search):
    """With --json the filters and hints are in the object, and stderr is empty."""
    code, out, err = search("keeper type:md in:Nowhere", "--json")
    reply = json.loads(out)
    assert (code, err, reply["query"]) == (0, "", "keeper")
    assert reply["filters"] == [{"kind": "type", "value": "md", "start": 7, "end": 14}]
    assert reply["hints"] == [{"kind": "unknown-folder", "typed": "in:Nowhere", "suggestion": ""}]


def test_explain(search):
    """--explain tells which word was answered by what, in words and as JSON."""
    code, out, _ = search("lighthouse keeper", "--explain", "--limit", 1)
    assert code == 0
    assert "MaxSim" in out
    _, out, _ = search("lighthouse keeper", "--explain", "--json", "--limit", 1)
    assert "explanation" in out
    _, out, _ = search("lighthouse keeper", "--json", "--limit", 1)
    assert "explanation" not in out


def test_more_like_a_passage(search):
    """--like takes the place of the question; the id of a passage that is gone is told."""
    assert search()[0] == 2
    assert search("keeper", "--like", 1)[0] == 2
    code, _, err = search("--like", 12345)
    assert code == 2
    assert "12345" in err
    code, out, _ = search("--like", 1, "--json")
    assert code == 0
    assert json.loads(out)["query"] == ""


def test_days_of_options(mikke):
    """--since takes what after: takes, and what is no day is wrong usage."""
    for day in ("2025", "2025-01", "2025年1月", "today"):
        assert mikke("search", "x", "--since", day)[0] == 0
    assert mikke("search", "x", "--before", "9999-12-31")[0] == 0
    assert mikke("search", "x", "--since", "2025-13")[0] == 2


def test_history(mikke, tmp_path):
    """It shows what the window was asked; the command line adds nothing; off, it is empty."""
    assert mikke("history") == (0, "No questions are remembered.\n", "")
    mikke("search", "keeper")
    with build(LibraryLayout(tmp_path / "library")) as app:
        app.history.add("lighthouse")
        app.history.add("灯台守\x1b[31m")
    assert mikke("history")[1] == "灯台守?[31m\nlighthouse\n"
    assert json.loads(mikke("history", "--json")[1]) == {
        "enabled": True,
        "questions": ["灯台守\x1b[31m", "lighthouse"],
    }
    assert mikke("history", "--clear")[1] == "No questions are remembered.\n"
    with build(LibraryLayout(tmp_path / "library")) as app:
        app.history.add("lighthouse")
    assert "--on" in mikke("history", "--off")[1]
    assert json.loads(mikke("history", "--json")[1]) == {"enabled": False, "questions": []}
    with build(LibraryLayout(tmp_path / "library")) as app:
        app.history.add("lighthouse")
        assert app.history.all() == ()
    assert mikke("history", "--on")[1] == "No questions are remembered.\n"
    assert mikke("history", "--on", "--off")[0] == 2


@pytest.mark.parametrize("kind", HintKind)
def test_every_hint_has_words(kind):
    """A hint names what was typed, and what may have been meant, if anything."""
    told = explain_hint(Hint(kind=kind, typed="{odd}:x", suggestion="type:pdf")).in_one_line
    assert "{odd}:x" in told
    assert "type:pdf" in told
    assert "type:pdf" not in explain_hint(Hint(kind=kind, typed="{odd}:x")).in_one_line
