"""`mikke serve --mcp` as an assistant meets it: a process, spoken to by the SDK's own client."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="comes with the extra `assistants`")

from mcp import ClientSession, MCPError, StdioServerParameters, stdio_client

from app import commands
from app.composition import build
from core.domain import Query
from core.layout import SAMPLE_LIBRARY, SAMPLE_QUESTIONS, LibraryLayout
from core.progress import CancelToken
from tests.core.test_no_network import WATCH

CHECKOUT = Path(__file__).parents[3]

JAPANESE = json.loads(SAMPLE_QUESTIONS.read_text(encoding="utf-8"))[0]

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


NOISY = """
import os
from app.serve import mcp_server
from tests.app.serve.test_tools import FakeLibrary, understand

class Noisy(FakeLibrary):
    def search(self, query):
        print("noise")
        os.write(1, b"noise below Python")
        return super().search(query)

mcp_server.serve(Noisy(), understand)
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The sample library, indexed once."""
    layout = LibraryLayout(tmp_path_factory.mktemp("serve") / "library")
    with build(layout) as app:
        app.collection.add_source(SAMPLE_LIBRARY)
        list(app.collection.sync(CancelToken()))
    return layout.root


def command(library):
    return [sys.executable, "-m", "app", "--library", str(library), "serve", "--mcp"]


@asynccontextmanager
async def assistant(library, **environ):
    """A session with a server of its own, closed by closing its standard input."""
    program, *words = command(library)
    server = StdioServerParameters(command=program, args=words, cwd=CHECKOUT, env=environ)
    async with stdio_client(server) as (received, sent), ClientSession(received, sent) as session:
        await session.initialize()
        yield session


@contextmanager
def process(words, **options):
    """A server as a process; it must not be there any more afterwards."""
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    with subprocess.Popen(words, cwd=CHECKOUT, text=True, encoding="utf-8", **options) as served:
        try:
            yield served
        finally:
            served.kill()


def say(served, *messages):
    for message in messages:
        served.stdin.write((message if isinstance(message, str) else json.dumps(message)) + "\n")
    served.stdin.flush()


def call(number, tool, **arguments):
    parameters = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": parameters}


def test_an_assistant_searches_and_reads_on(library):
    """Two tools; a Japanese question finds its passage; neighbours come in order; errors come in words."""

    async def talk():
        async with assistant(library) as session:
            names = [tool.name for tool in (await session.list_tools()).tools]
            found = await session.call_tool("search", {"question": JAPANESE["question"], "limit": 3})
            best = found.structured_content["results"][0]["passages"][0]
            read = await session.call_tool(
                "read_passage", {"passage_id": best["passage_id"], "before": 2, "after": 2}
            )
            gone = await session.call_tool("read_passage", {"passage_id": 10**15})
            wrong = await session.call_tool("search", {"question": "x", "limit": 1000})
            hinted = await session.call_tool("search", {"question": "灯台 type:pfd"})
            refused = []
            for ask in (
                session.list_resources,
                session.list_resource_templates,
                session.list_prompts,
                lambda: session.call_tool("add", {"folder": "/"}),
            ):
                try:
                    await ask()
                except MCPError as error:
                    refused.append(error.message)
            return names, found, best, read, gone, wrong, hinted, refused

    names, found, best, read, gone, wrong, hinted, refused = asyncio.run(talk())
    assert names == ["search", "read_passage"]
    assert not found.is_error
    assert json.loads(found.content[0].text) == found.structured_content
    assert 1 <= len(found.structured_content["results"]) <= 3
    assert found.structured_content["results"][0]["path"] == str(SAMPLE_LIBRARY / JAPANESE["file"])
    assert best["page"] == JAPANESE["page"]
    assert all(words in best["text"] for words in (*best["highlights"], *JAPANESE["expected_words"]))
    assert "水漏れ" in best["highlights"]
    passages = read.structured_content["passages"]
    assert best["passage_id"] in [each["passage_id"] for each in passages]
    assert best["text"] in [each["text"] for each in passages]
    assert len(passages) > 1
    assert read.structured_content["path"] == found.structured_content["results"][0]["path"]
    for told, words in ((gone, "Search again"), (wrong, "limit")):
        assert told.is_error
        assert words in told.content[0].text
    assert any("pdf" in hint for hint in hinted.structured_content["hints"])
    assert len(refused) == 4


def test_what_another_process_adds_is_found(tmp_path):
    """The library changes while an assistant is connected; its next question sees that."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "one.txt").write_text("a sextant")
    layout = LibraryLayout(tmp_path / "library")

    def add(name, text):
        (files / name).write_text(text)
        with build(layout) as app:
            app.collection.add_source(files)
            list(app.collection.sync(CancelToken()))

    async def talk():
        async with assistant(layout.root) as session:
            before = await session.call_tool("search", {"question": "abacus"})
            await asyncio.to_thread(add, "two.txt", "an abacus")
            after = await session.call_tool("search", {"question": "abacus"})
            return before, after

    add("one.txt", "a sextant")
    before, after = asyncio.run(talk())
    assert before.structured_content["results"] == []
    assert [Path(found["path"]).name for found in after.structured_content["results"]] == ["two.txt"]


def test_only_the_protocol_is_on_stdout(library):
    """Every line is a message, whatever was said; the process ends with 0 when its input ends."""
    with process(command(library)) as served:
        say(served, HELLO, READY, "no JSON", '{"jsonrpc": "2.0"}', call(2, "search", question="灯台"))
        say(served, call(3, "read_passage", passage_id="x"), call(4, "nonsense"))
        messages = [json.loads(served.stdout.readline()) for _ in range(4)]
        out, err = served.communicate(timeout=60)
    assert {message["id"] for message in messages} == {1, 2, 3, 4}
    assert all(message["jsonrpc"] == "2.0" for message in messages)
    assert out == ""
    assert served.returncode == 0
    assert "Traceback" not in err


def test_what_else_prints_does_not_reach_stdout():
    """A library that writes to standard output, or a C library below Python, ends up on standard error."""
    with process([sys.executable, "-c", NOISY]) as served:
        say(served, HELLO, READY, call(2, "search", question="灯台"))
        assert [json.loads(served.stdout.readline())["id"] for _ in range(2)] == [1, 2]
        out, err = served.communicate(timeout=60)
    assert (served.returncode, out) == (0, "")
    assert "noise" in err
    assert "noise below Python" in err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_in_good_order(library, number):
    """With 0 and without a word, though its input is still open."""
    with process(command(library)) as served:
        say(served, HELLO, READY, call(2, "search", question="灯台"))
        assert json.loads(served.stdout.readline())["id"] == 1
        assert json.loads(served.stdout.readline())["id"] == 2
        start = time.monotonic()
        served.send_signal(number)
        assert served.wait(timeout=20) == 0
        assert time.monotonic() - start < 10
        assert served.stderr.read() == ""


def test_an_assistant_that_is_gone_ends_it(library):
    """Nobody reads the answers any more: that is the end, and no traceback."""
    reader, writer = os.pipe()
    with process(command(library), stdout=writer) as served:
        os.close(writer)
        os.close(reader)
        say(served, HELLO)
        assert served.wait(timeout=20) == 0
        assert served.stderr.read() == ""


def test_a_library_is_never_made(tmp_path):
    """Where there is none, that is said in words with exit code 3, and nothing appears."""
    with process(command(tmp_path / "none")) as served:
        out, err = served.communicate(timeout=60)
    assert (served.returncode, out) == (3, "")
    assert err.startswith("mikke: There is no library yet")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_changed_and_no_network_is_used(library, tmp_path):
    """Questions leave sources, documents and history as they are, and reach for no address."""
    (tmp_path / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    calls = tmp_path / "calls"
    with build(LibraryLayout(library)) as app:
        before = app.collection.status(), app.collection.documents()
        asked = app.history.all()

    async def talk():
        paths = f"{tmp_path}{os.pathsep}{CHECKOUT}"
        async with assistant(library, PYTHONPATH=paths, CALLS=str(calls)) as session:
            await session.list_tools()
            return await session.call_tool("search", {"question": "灯台"})

    assert asyncio.run(talk()).structured_content["results"]
    assert not calls.exists() or not calls.read_text()
    with build(LibraryLayout(library)) as app:
        assert (app.collection.status(), app.collection.documents()) == before
        assert app.history.all() == asked
        assert app.collection.search(Query(text="灯台")).results


def test_without_mcp_it_says_what_to_type(capsys):
    """Nothing listens by default, and the SDK that is not installed is named with the command to give."""
    assert commands.run(["serve"], lambda _app, _folders: 99) == 2
    assert "mikke serve --mcp" in capsys.readouterr().err


def test_the_part_that_is_missing_is_named(capsys, monkeypatch):
    """Without the SDK: what to type, and exit code 3."""
    monkeypatch.setattr("app.commands.serving.importlib.util.find_spec", lambda _name: None)
    assert commands.run(["serve", "--mcp"], lambda _app, _folders: 99) == 3
    assert "packaging/tasks.py run --assistants" in capsys.readouterr().err
