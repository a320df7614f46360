"""The command line keeps its contract: what it prints, and how it exits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from app import commands

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def mikke(tmp_path, capfd):
    """Runs a command on a library in a temporary folder; gives back the exit code, stdout and stderr."""

    def run(*words):
        def no_window(_app, _folders):
            raise AssertionError("no command but the first opens a window")

        try:
            code = commands.run(["--library", str(tmp_path / "library"), *map(str, words)], no_window)
        except SystemExit as exit_:
            code = exit_.code
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "sub").mkdir()
    (folder / "lighthouse.md").write_text(
        "# The lighthouse\n\nThe keeper climbs 137 steps.\n", encoding="utf-8"
    )
    (folder / "灯台.txt").write_text("灯台守は毎晩137段の階段を上る。", encoding="utf-8")
    (folder / "sub" / "empty.txt").write_text("")
    return folder


def test_add_then_search(mikke, files):
    """What was added is found, and the JSON has just the promised fields."""
    code, out, _ = mikke("add", files)
    assert code == 0
    assert "2 indexed" in out
    code, out, _ = mikke("search", "階段は何段ですか", "--json", "--limit", 1)
    assert code == 0
    reply = json.loads(out)
    assert set(reply) == {"query", "model", "final", "elapsed_ms", "results", "filters", "hints"}
    (result,) = reply["results"]
    hit = {"passage_id", "page", "score", "passage", "highlights", "unanswered"}
    assert set(result) == {"path", "title", "hits", *hit}
    assert set(result["hits"][0]) == hit
    assert result["path"] == str(files / "灯台.txt")
    marked = [result["passage"][h["start"] : h["end"]] for h in result["highlights"]]
    assert "階段" in marked
    for highlight in result["highlights"]:
        assert set(highlight) == {"start", "end", "strength", "query", "asked"}
        assert 0 < highlight["strength"] <= 1
        assert highlight["query"] in "階段は何段ですか"


def test_search_in_words(mikke, files):
    """Without a terminal the matching words stand between guillemets."""
    mikke("add", files)
    code, out, _ = mikke("search", "lighthouse keeper")
    assert code == 0
    assert "«keeper»" in out
    assert str(files / "lighthouse.md") in out
    assert mikke("search", "xylophone")[:2] == (0, "Nothing found in 2 passages.\n")


def test_verify(mikke, files, tmp_path):
    """0 when all is whole, or whole again; the damaged file is named; 1 when something cannot be mended."""
    mikke("add", files)
    assert mikke("verify")[::2] == (0, "")
    (segment,) = (tmp_path / "library" / "index").glob("*.segment")
    content = bytearray(segment.read_bytes())
    content[-1] ^= 1
    segment.write_bytes(content)
    code, out, err = mikke("verify", "--json")
    report = json.loads(out)
    assert code == 0
    assert set(report) == {"files", "bytes", "damaged", "unmended"}
    assert [damaged["path"] for damaged in report["damaged"]] == [str(segment)]
    assert report["unmended"] == []
    assert segment.name in err
    assert "«keeper»" in mikke("search", "keeper steps")[1]
    catalogue = tmp_path / "library" / "catalogue.db"
    catalogue.write_bytes(b"\xff" * 10_000)
    code, out, _ = mikke("verify", "--json")
    assert code == 1
    assert [damaged["path"] for damaged in json.loads(out)["unmended"]] == [str(catalogue)]
    code, out, _ = mikke("verify")
    assert code == 1
    assert str(catalogue) in out


def test_filters(mikke, files, tmp_path):
    """--in and --type leave out what they do not name."""
    mikke("add", files)

    def found(*options):
        _, out, _ = mikke("search", "137", "--json", *options)
        return {Path(result["path"]).name for result in json.loads(out)["results"]}

    assert found() == {"lighthouse.md", "灯台.txt"}
    day = datetime(2020, 5, 17, 12).astimezone().timestamp()
    os.utime(files / "lighthouse.md", (day, day))
    mikke("sync")
    assert found("--before", "2020-05-18") == found("--since", "2020-05-17", "--before", "2020-05-18")
    assert found("--before", "2020-05-18") == {"lighthouse.md"}
    assert found("--since", "2020-05-18") == {"灯台.txt"}
    assert found("--before", "2020-05-17") == set()
    assert mikke("search", "137", "--since", "17.5.2020")[0] == 2
    assert found("--type", "md") == {"lighthouse.md"}
    assert found("--type", ".TXT,pdf") == {"灯台.txt"}
    assert found("--in", files / "sub") == set()
    code, _, err = mikke("search", "137", "--in", tmp_path / "nowhere")
    assert code == 3
    assert "nowhere" in err


def test_status(mikke, files):
    """Counts by state, and with --files every file with its reason."""
    mikke("add", files)
    code, out, _ = mikke("status", "--files", "--json")
    assert code == 0
    status = json.loads(out)
    fields = {
        "model",
        "switch",
        "sources",
        "source_languages",
        "documents",
        "passages",
        "languages",
        "tokens",
    }
    assert set(status) == fields | {"index_bytes", "files"}
    assert status["documents"] == {"indexed": 2, "skipped": 1, "failed": 0, "truncated": 0, "pending": 0}
    assert status["sources"] == [str(files)]
    assert status["index_bytes"] > 0
    states = {Path(file["path"]).name: (file["state"], bool(file["reason"])) for file in status["files"]}
    assert states == {
        "lighthouse.md": ("indexed", False),
        "灯台.txt": ("indexed", False),
        "empty.txt": ("skipped", True),
    }
    code, out, _ = mikke("status", "--files")
    assert code == 0
    assert "empty.txt" in out
    assert "files" not in json.loads(mikke("status", "--json")[1])


def test_sync_and_forget(mikke, files):
    """A sync brings in what changed; forgetting a folder takes it out of the library, not off the disk."""
    mikke("add", files)
    (files / "new.txt").write_text("a periscope")
    (files / "lighthouse.md").unlink()
    assert mikke("sync")[0] == 0
    assert "periscope" in mikke("search", "periscope")[1]
    assert "Nothing found" in mikke("search", "lighthouse")[1]
    code, out, _ = mikke("forget", files)
    assert (code, "3 documents" in out) == (0, True)
    assert "Nothing found" in mikke("search", "periscope")[1]
    assert (files / "new.txt").exists()
    assert mikke("forget", files)[0] == 3


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["search"], ["add"], ["search", "x", "--limit", "0"], ["search", "x", "--limit", "y"]],
)
def test_wrong_usage_exits_with_2(mikke, words):
    code, _, err = mikke(*words)
    assert code == 2
    assert "usage" in err


def test_what_cannot_be_done_exits_with_3_and_one_line(mikke, tmp_path):
    """The line names what happened and to which file."""
    code, out, err = mikke("add", tmp_path / "not there")
    assert (code, out) == (3, "")
    assert len(err.splitlines()) == 1
    assert "not there" in err


def test_names_that_are_no_text_survive_json(mikke, tmp_path):
    """A path in the JSON, decoded, is the path on the disk."""
    folder = tmp_path / "files"
    folder.mkdir()
    path = folder / os.fsdecode(b"caf\xe9.txt")
    path.write_text("marmalade")
    mikke("add", folder)
    _, out, _ = mikke("search", "marmalade", "--json")
    assert Path(json.loads(out)["results"][0]["path"]) == path
    assert "caf" in mikke("search", "marmalade")[1]


def test_watch_keeps_the_library_current(mikke, files, tmp_path):
    """A file that is saved while `watch` runs is found, and Ctrl+C ends it with 0."""
    mikke("add", files)
    command = [sys.executable, "-m", "app", "--library", str(tmp_path / "library"), "watch"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as watching:
        for line in watching.stdout:
            if line.startswith("Watching"):
                break
        (files / "later.txt").write_text("an abacus")
        saved = time.monotonic()
        while "abacus" not in mikke("search", "abacus")[1]:
            assert time.monotonic() - saved < 20
            time.sleep(0.1)
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=20) == 0


def mikke_process(tmp_path, *words, **options):
    """The same command as a process of its own."""
    command = [sys.executable, "-m", "app", "--library", str(tmp_path / "library"), *map(str, words)]
    return subprocess.run(command, cwd=CHECKOUT, check=False, text=True, timeout=60, **options)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_nobody_reads_the_answer(mikke, files, tmp_path, options):
    """`search … | head -1` ends without a word on stderr."""
    mikke("add", files)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = mikke_process(tmp_path, "search", "keeper", *options, stdout=writer, stderr=subprocess.PIPE)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_that_cannot_be_written(mikke, files, tmp_path):
    """A full disk under the output is told in one line."""
    mikke("add", files)
    with Path("/dev/full").open("w") as full:
        done = mikke_process(tmp_path, "search", "keeper", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="a shell's syntax")
def test_closed_streams(mikke, files, tmp_path):
    """A command does its work though it was started without standard output."""
    mikke("add", files)
    command = f"{sys.executable} -m app --library '{tmp_path / 'library'}' search keeper --json >&-"
    done = subprocess.run(
        command, shell=True, cwd=CHECKOUT, check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_strange_names(mikke, tmp_path):
    """Names with markup, line breaks, escape sequences, emoji codes or broken encoding do no harm."""
    folder = tmp_path / "[" / "foo]"
    (folder / ":heart:").mkdir(parents=True)
    names = ["[a].txt", "new\nline \"q'.txt", "\x1b[31mred.txt", "100%.txt", ":heart:/x.txt"]
    for name in names:
        (folder / name).write_text("an umbrella")
    (folder / os.fsdecode(b"x.caf\xe9")).write_text("of no known kind")
    (folder / "odd.html").write_text("<title>t &#xD800;</title><h1>h &#xDC00;</h1>no character")
    assert mikke("add", folder)[0] == 0
    _, out, err = mikke("status", "--files")
    assert "6 indexed, 1 skipped" in out
    assert ":heart:" in out
    assert len([line for line in out.splitlines() if str(folder)[:-4] in line]) == 8
    assert "\x1b" not in out + err + mikke("search", "umbrella")[1]
    found = json.loads(mikke("search", "umbrella", "--json")[1])["results"]
    assert {result["path"] for result in found} == {str(folder / name) for name in names}


def test_types_are_named_by_any_of_their_suffixes(mikke, tmp_path):
    """--type htm finds html files; a type that is none finds nothing."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.html").write_text("<p>an umbrella")
    mikke("add", tmp_path / "files")
    assert "1 results" in mikke("search", "umbrella", "--type", "htm,pdf")[1]
    for kind in ("txt", os.fsdecode(b"\xff"), "'; --"):
        code, out, _ = mikke("search", "umbrella", "--type", kind)
        assert (code, "Nothing found" in out) == (0, True)


def test_watch_follows_the_library(mikke, files, tmp_path):
    """A folder that another program adds while `watch` runs is watched too."""
    mikke("add", files)
    other = tmp_path / "other"
    other.mkdir()
    command = [sys.executable, "-m", "app", "--library", str(tmp_path / "library"), "watch"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as watching:
        for line in watching.stdout:
            if line.startswith("Watching"):
                break
        mikke("add", other)
        time.sleep(3)
        (other / "later.txt").write_text("an abacus")
        saved = time.monotonic()
        while "abacus" not in mikke("search", "abacus")[1]:
            assert time.monotonic() - saved < 20
            time.sleep(0.1)
        watching.send_signal(signal.SIGTERM)
        assert watching.wait(timeout=20) == 0
