"""Other programs can use every command: --json everywhere, one object on standard output and nothing else."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app import commands
from app.commands.parser import make_parser

CHECKOUT = Path(__file__).parents[2]

NOT_FOR_PROGRAMS = {"window", "serve"}
"""One opens a window; of the other standard output belongs to a protocol."""

ALONE = {"watch"}
"""Runs until it is stopped: a test of its own."""

CASES = {
    "add": [["add", "{files}"], ["add", "/no/such/folder"]],
    "sync": [["sync"]],
    "search": [["search", "keeper"], ["search", "keeper", "--limit", "no number"]],
    "status": [["status"], ["status", "--files"]],
    "verify": [["verify"]],
    "language": [["language", "{files}", "ja"], ["language", "/no/such/folder", "ja"]],
    "tour": [["tour", "{files}", "--ask", "keeper"]],
    "models list": [["models", "list"]],
    "models show": [["models", "show", "jacolbert"], ["models", "show", "nonsense"]],
    "models install": [
        ["models", "install"],
        ["models", "install", "jacolbert"],
        ["models", "install", "mine", "--from", "/no/such/folder"],
    ],
    "models use": [["models", "use", "built-in"], ["models", "use", "jacolbert"]],
    "models set": [["models", "set", "mine", "doc_length=99"], ["models", "set", "mine", "x"]],
    "models remove": [["models", "remove", "jacolbert"]],
    "history": [["history"]],
    "forget": [["forget", "{files}"], ["forget", "/no/such/folder"]],
}
"""Each as it works and as it fails, as far as that is quick; every one starts from a library with `files`."""


def leaves(parser, name=()):
    """Every command with its parser, `models list` among them."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        return {" ".join(name): parser}
    return {
        full: leaf
        for group in groups
        for word, each in group.choices.items()
        for full, leaf in leaves(each, (*name, word)).items()
    }


COMMANDS = {name: leaf for name, leaf in leaves(make_parser()).items() if name not in NOT_FOR_PROGRAMS}


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "lighthouse.md").write_text("# The lighthouse\n\nThe keeper climbs 137 steps.\n")
    (folder / "empty.txt").write_text("")
    return folder


@pytest.fixture
def mikke(tmp_path, capfd, monkeypatch):
    """Runs a command; gives back the exit code, stdout and stderr. Speeds of models are not measured."""
    monkeypatch.setattr("core.models.models.estimated_speed", lambda _shape: 3.25)

    def run(*words):
        places = ["--library", str(tmp_path / "library"), "--models", str(tmp_path / "models")]
        code = commands.run([*places, *map(str, words)], lambda _app, _folders: 99)
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return run


def test_every_command_takes_json():
    """And every command is tried below."""
    assert {name for name, parser in COMMANDS.items() if "--json" in parser._option_string_actions} == set(
        COMMANDS
    )
    assert set(COMMANDS) == set(CASES) | ALONE


@pytest.mark.parametrize("name", [name for name in CASES if name in COMMANDS])
def test_one_object_on_stdout(mikke, files, name):
    """Whatever happens: a failure is an object, too, and the line on stderr and the exit code stay."""
    mikke("add", files)
    for words in CASES[name]:
        given = [word.format(files=files) for word in words]
        code, out, err = mikke(*given, "--json")
        (line,) = out.splitlines()
        told = json.loads(line)
        assert isinstance(told, dict)
        assert ("error" in told) == (code != 0)
        if code:
            assert set(told) == {"error"}
            assert set(told["error"]) == {"kind", "title", "detail", "action"}
            assert told["error"]["title"] in err
            assert mikke(*given)[0] == code


def test_what_indexing_tells(mikke, files):
    """How many files were read and became what, and the library after that."""
    _, out, _ = mikke("add", files, "--json")
    told = json.loads(out)
    assert told["added"] == [str(files)]
    assert told["read"] == {"indexed": 1, "skipped": 1}
    assert told["documents"]["indexed"] == 1
    assert told["passages"] == 1
    _, out, _ = mikke("sync", "--json")
    assert json.loads(out)["read"] == {}
    files.rename(files.with_name("away"))
    _, out, err = mikke("sync", "--json")
    assert json.loads(out)["missing"] == [str(files)]
    assert str(files) in err
    _, out, _ = mikke("forget", files, "--json")
    assert json.loads(out) == {"forgotten": str(files), "documents": 2}


@pytest.mark.parametrize(
    ("words", "kind", "code"),
    [
        (["forget", "/no/such/folder"], "unknown-source", 3),
        (["add", "/no/such/folder"], "folder-not-found", 3),
        (["models", "remove", "nonsense"], "model-missing", 3),
        (["models", "remove", "built-in"], "model-in-use", 3),
        (["models", "install", "jacolbert"], "not-agreed", 2),
        (["models", "install"], "usage", 2),
        (["search"], "usage", 2),
        (["status", "--nonsense"], "usage", 2),
    ],
)
def test_kinds_of_failure(mikke, words, kind, code):
    """A program tells failures apart without reading sentences."""
    found, out, _ = mikke(*words, "--json")
    assert (found, json.loads(out)["error"]["kind"]) == (code, kind)


def test_wrong_usage_in_words(mikke):
    """Without --json the usage and what is wrong stand on stderr, and nothing on stdout."""
    code, out, err = mikke("search")
    assert (code, out) == (2, "")
    assert err.startswith("usage: mikke search")
    assert err.splitlines()[-1].startswith("mikke: ")


def test_watch_tells_each_event(mikke, files, tmp_path):
    """One object a line: what was read, that it watches, a change, a problem."""
    mikke("add", files)
    (files / "new.txt").write_text("a sextant")
    command = [sys.executable, "-m", "app", "--library", str(tmp_path / "library"), "watch", "--json"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as watching:
        assert json.loads(watching.stdout.readline()) == {
            "event": "file",
            "path": str(files / "new.txt"),
            "state": "indexed",
            "reason": None,
        }
        told = json.loads(watching.stdout.readline())
        assert (told["event"], told["documents"]["indexed"], told["passages"]) == ("watching", 2, 2)
        (files / "later.txt").write_text("")
        told = json.loads(watching.stdout.readline())
        assert (told["event"], told["state"]) == ("file", "skipped")
        assert told["reason"]
        watching.send_signal(signal.SIGTERM if os.name == "posix" else signal.CTRL_C_EVENT)
        assert watching.wait(timeout=20) == 0
        assert watching.stdout.read() == ""
