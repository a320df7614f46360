"""What an assistant may ask, what it is told, and what it never sees."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="comes with the extra `assistants`")

from app.serve.mcp_server import listed, make_server
from app.serve.tools import RefusedError, Tools
from core.domain import (
    UNKNOWN_LANGUAGE,
    Document,
    DocumentId,
    DocumentState,
    FileStamp,
    Highlight,
    Hint,
    HintKind,
    Hit,
    Language,
    ParsedQuestion,
    PassageId,
    PassageInPlace,
    Query,
    Result,
    SearchReply,
    SourceId,
    Span,
)
from core.errors import LibraryDamagedError

TEXTS = ["灯台は岬の上に立つ。", "灯台守は毎晩137段の階段を上る。", "霧笛は五分おきに鳴る。"]


class FakeLibrary:
    """One document of three passages; every question finds the second one. `error` is raised instead."""

    def __init__(self, error=None):
        self.error = error
        self.asked = []
        self.document = Document(
            id=DocumentId(1),
            source_id=SourceId(1),
            path=Path("/home/ai/\udc82灯台.md"),
            title="灯台",
            format="md",
            stamp=FileStamp(size=1, mtime_ns=1),
            state=DocumentState.INDEXED,
            reason=None,
            page_count=0,
        )

    def search(self, query):
        self.asked.append(query)
        if self.error:
            raise self.error
        text = TEXTS[1]
        steps = text.index("階段")
        hit = Hit(
            passage_id=PassageId(1),
            span=Span(start=10, end=10 + len(text)),
            page=2,
            text=text,
            score=3.5,
            snippet=Span(start=0, end=len(text)),
            highlights=(Highlight(span=Span(start=steps, end=steps + 2), strength=0.9, query="階段"),),
            unanswered=(Span(start=0, end=2),),
        )
        by_name = Result(document=self.document, score=0.0, hits=())
        return SearchReply(
            query=query,
            model="built-in",
            elapsed_ms=1.0,
            passages_searched=3,
            results=(Result(document=self.document, score=3.5, hits=(hit,)), by_name),
        )

    def passages_around(self, passage_id, before, after):
        if passage_id >= len(TEXTS):
            raise KeyError(passage_id)
        numbers = range(max(0, passage_id - before), min(len(TEXTS), passage_id + after + 1))
        return tuple(
            PassageInPlace(
                passage_id=PassageId(number),
                document=self.document,
                span=Span(start=0, end=len(TEXTS[number])),
                page=None,
                heading="岬",
                language=Language("ja") if number else UNKNOWN_LANGUAGE,
                text=TEXTS[number],
            )
            for number in numbers
        )


def understand(typed):
    """A question with a filter in it, one of which is misspelt."""
    hint = Hint(kind=HintKind.UNKNOWN_TYPE, typed="type:pfd", suggestion="type:pdf")
    return ParsedQuestion(query=Query(text=typed, formats=("md",)), hints=(hint,))


@pytest.fixture
def library():
    return FakeLibrary()


@pytest.fixture
def tools(library):
    return Tools(library, understand)


def test_there_are_two_tools_that_only_read():
    """Those are search and read_passage, marked as read-only, with closed schemas, and not one more."""
    tools = {tool.name: tool for tool in listed()}
    assert set(tools) == {"search", "read_passage"}
    for tool in tools.values():
        assert tool.annotations.read_only_hint
        assert tool.annotations.idempotent_hint
        assert tool.annotations.open_world_hint is False
        assert tool.input_schema["additionalProperties"] is False
        assert tool.description
    assert tools["search"].input_schema["properties"]["limit"]["maximum"] == 50
    assert tools["read_passage"].input_schema["properties"]["before"]["maximum"] == 10


def test_the_server_offers_tools_and_nothing_else(tools):
    """No resources, prompts, completions, logging or extensions, and no spans for OpenTelemetry."""
    server = make_server(tools)
    offered = server.create_initialization_options().capabilities
    assert {name for name, value in offered.model_dump(exclude_none=True).items() if value} == {"tools"}
    assert not server.middleware


def test_an_answer_has_all_that_is_needed_to_quote_it(tools, library):
    """Path, title, page, passage id and text, what answered and what did not, and hints in words."""
    answer = tools.call("search", {"question": "灯台の階段", "limit": 7}).model_dump()
    (query,) = library.asked
    assert query == Query(text="灯台の階段", formats=("md",), limit=7)
    found, by_name = answer["results"]
    assert found["path"] == "/home/ai/\ufffd灯台.md"
    assert found["title"] == "灯台"
    assert found["passages"] == [
        {
            "passage_id": 1,
            "page": 2,
            "text": TEXTS[1],
            "score": 3.5,
            "highlights": ["階段"],
            "unanswered": ["灯台"],
        }
    ]
    assert by_name["passages"] == []
    (hint,) = answer["hints"]
    assert "type:pdf" in hint


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"passage_id": 1, "before": 0, "after": 0}, [1]),
        ({"passage_id": 1}, [0, 1, 2]),
        ({"passage_id": 0, "before": 10, "after": 1}, [0, 1]),
    ],
)
def test_a_passage_comes_with_its_neighbours_in_order(tools, arguments, expected):
    """As many as there are on each side, at most as many as were asked for."""
    answer = tools.call("read_passage", arguments).model_dump()
    assert answer["title"] == "灯台"
    assert [each["passage_id"] for each in answer["passages"]] == expected
    assert [each["text"] for each in answer["passages"]] == [TEXTS[number] for number in expected]
    assert {each["heading"] for each in answer["passages"]} == {"岬"}


@pytest.mark.parametrize(
    ("name", "arguments", "wrong"),
    [
        ("search", {}, "question"),
        ("search", {"question": ""}, "question"),
        ("search", {"question": "x" * 4001}, "question"),
        ("search", {"question": 5}, "question"),
        ("search", {"question": "x", "limit": 51}, "limit"),
        ("search", {"question": "x", "limit": 0}, "limit"),
        ("search", {"question": "x", "folder": "/"}, "folder"),
        ("read_passage", {"passage_id": "../../etc/passwd"}, "passage_id"),
        ("read_passage", {"passage_id": 10**30}, "passage_id"),
        ("read_passage", {"passage_id": -1}, "passage_id"),
        ("read_passage", {"passage_id": 1, "after": 11}, "after"),
        ("read_passage", {"path": "/etc/passwd", "passage_id": 1}, "path"),
    ],
)
def test_wrong_arguments_are_named(tools, library, name, arguments, wrong):
    """Nothing is asked of the library, and what was given is not said again."""
    with pytest.raises(RefusedError, match=wrong) as refused:
        tools.call(name, arguments)
    assert "passwd" not in str(refused.value)
    assert not library.asked


def test_a_passage_that_is_gone_is_said_in_words(tools):
    """The assistant learns to search again."""
    with pytest.raises(RefusedError, match=r"no passage 99 .* Search again"):
        tools.call("read_passage", {"passage_id": 99})


def test_what_core_raises_is_explained():
    """As the command line says it."""
    damaged = LibraryDamagedError(Path("/library/catalogue.db"), "not a database")
    with pytest.raises(RefusedError, match="A file of the library cannot be read"):
        Tools(FakeLibrary(damaged), understand).call("search", {"question": "x"})


def test_a_mistake_of_ours_tells_nothing_private(caplog):
    """Neither the assistant nor its log learns what an unexpected error says; both learn what kind it is."""
    tools = Tools(FakeLibrary(RuntimeError("/home/ai/diary.txt")), understand)
    with pytest.raises(RefusedError, match="RuntimeError") as refused:
        tools.call("search", {"question": "x"})
    assert "diary" not in str(refused.value) + caplog.text
    assert "test_tools.py" in caplog.text
