"""Why a passage was found, in a terminal and as JSON."""

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from app import terminal
from app.commands.as_json import explanation_json, reply_json
from app.terminal.explanations import rows
from core.domain import (
    AnsweredToken,
    Document,
    DocumentId,
    DocumentState,
    Explanation,
    FileStamp,
    Highlight,
    Hit,
    PassageId,
    Query,
    Result,
    SearchReply,
    SourceId,
    Span,
)

QUESTION = "炊飯器の保証 umbrella"
PASSAGE = "この炊飯器は去年買った。"


def token(start, end, similarity, strength, answer=None, text="", weight=2.0):  # noqa: PLR0917 - a table
    return AnsweredToken(
        asked=Span(start=start, end=end),
        weight=weight,
        similarity=similarity,
        strength=strength,
        answer=Span(start=answer[0], end=answer[1]) if answer else None,
        answer_text=text,
    )


EXPLANATION = Explanation(
    passage_id=PassageId(7),
    text=QUESTION,
    tokens=(
        token(0, 0, 0.9, 0.0, weight=1.0),
        token(0, 1, 0.9, 0.8, (2, 3), "炊"),
        token(1, 2, 1.0, 1.0, (3, 4), "飯"),
        token(2, 3, 1.0, 0.9, (4, 5), "器"),
        token(3, 4, 0.2, 0.0, (5, 6), "は", weight=0.1),
        token(4, 5, 0.5, 0.4, None, "保"),
        token(5, 6, 0.5, 0.4, None, "証"),
        token(7, 15, 0.1, 0.0, (0, 1), "こ"),
    ),
    unanswered=(Span(start=7, end=15),),
    maxsim=8.92,
    keyword=3.5,
    score=1.25,
)


def document(number):
    return Document(
        id=DocumentId(number),
        source_id=SourceId(1),
        path=Path(f"/files/{number}.txt"),
        title="",
        format="txt",
        stamp=FileStamp(size=1, mtime_ns=1),
        state=DocumentState.INDEXED,
        reason=None,
        page_count=0,
    )


HIT = Hit(
    passage_id=PassageId(7),
    span=Span(start=0, end=len(PASSAGE)),
    page=3,
    text=PASSAGE,
    score=8.92,
    snippet=Span(start=0, end=len(PASSAGE)),
    highlights=(
        Highlight(span=Span(start=2, end=5), strength=0.9, query="炊飯器", asked=Span(start=0, end=3)),
    ),
    unanswered=(Span(start=7, end=15),),
)
REPLY = SearchReply(
    query=Query(text=QUESTION),
    model="built-in",
    elapsed_ms=1.0,
    passages_searched=5,
    results=(
        Result(document=document(1), score=8.92, hits=(HIT,)),
        Result(document=document(2), score=0.5, hits=()),
    ),
)


def test_tokens_that_follow_each_other_are_one_row():
    """In the question as in the passage; what stands for no characters has no row."""
    told = [(row.asked, row.answer, row.in_heading) for row in rows(EXPLANATION, PASSAGE)]
    assert told == [
        ("炊飯器", "炊飯器", False),
        ("の", "", False),
        ("保証", "保証", True),
        ("umbrella", "", False),
    ]


def test_a_row_is_as_strong_as_its_tokens_and_adds_what_they_add():
    """Strength is the mean by weight; the parts and the markers sum to the MaxSim."""
    first, *others = rows(EXPLANATION, PASSAGE)
    assert first.strength == pytest.approx(0.9)
    assert first.adds + sum(row.adds for row in others) + 0.9 == pytest.approx(8.92)


def test_an_explanation_is_printed_after_its_hit(capsys):
    """Words and what answered them, those that nothing answered, and the scores; without colour."""
    terminal.print_explanations(REPLY, {PassageId(7): EXPLANATION})
    printed = capsys.readouterr().out
    lines = [line.split() for line in printed.splitlines()]
    assert ["炊飯器", "炊飯器", "#########", "0.90", "5.80"] in lines
    assert ["保証", "保証", "(heading)", "####", "0.40", "2.00"] in lines
    assert ["umbrella", "-", "0.20"] in lines
    assert "nothing answered: umbrella" in printed
    assert "MaxSim 8.92   keywords 3.50   together 1.25" in printed
    assert printed.index("«炊飯器»") < printed.index("asked") < printed.index("2.txt")


def test_columns_stand_below_each_other(capsys):
    """East Asian characters take two cells, and the table knows it."""
    terminal.print_explanations(REPLY, {PassageId(7): EXPLANATION})
    table = [line for line in capsys.readouterr().out.splitlines() if "#" in line]
    assert len({cell_len(line[: line.index("#")]) for line in table}) == 1


def test_no_control_character_reaches_the_terminal(capsys):
    """Neither from the question nor from the passage."""
    text = "\x1b[31mred"
    hit = Hit(
        passage_id=PassageId(7),
        span=Span(start=0, end=8),
        page=None,
        text=text,
        score=1.0,
        snippet=Span(start=0, end=8),
        highlights=(),
        unanswered=(Span(start=0, end=8),),
    )
    explained = Explanation(
        passage_id=PassageId(7),
        text=text,
        tokens=(token(0, 8, 1.0, 1.0, (0, 8), text),),
        unanswered=(Span(start=0, end=8),),
        maxsim=2.0,
        keyword=0.0,
        score=0.0,
    )
    reply = SearchReply(
        query=Query(text=text),
        model="m",
        elapsed_ms=1.0,
        passages_searched=1,
        results=(Result(document=document(1), score=1.0, hits=(hit,)),),
    )
    terminal.print_explanations(reply, {PassageId(7): explained})
    assert "\x1b" not in capsys.readouterr().out


def test_a_result_without_hits_is_printed(capsys):
    """A file that only its name answers has its line."""
    terminal.print_reply(REPLY)
    assert "2.txt" in capsys.readouterr().out


def test_the_json_of_a_reply_has_every_hit():
    """The best hit stands beside `hits`; highlights say what they answered; nulls where there is no hit."""
    found = json.loads(json.dumps(reply_json(REPLY)))
    assert found["final"] is True
    best, named = found["results"]
    assert (best["passage_id"], best["page"], best["passage"]) == (7, 3, PASSAGE)
    assert best["highlights"][0]["asked"] == {"start": 0, "end": 3}
    assert best["unanswered"] == [{"start": 7, "end": 15, "text": "umbrella"}]
    assert [hit["passage_id"] for hit in best["hits"]] == [7]
    assert "explanation" not in best["hits"][0]
    assert (named["page"], named["passage"], named["hits"], named["score"]) == (None, None, [], 0.5)
    assert best.keys() == named.keys()


def test_the_json_of_a_reply_has_explanations_if_asked():
    """Each hit its own; null where there is none."""
    (found, _) = reply_json(REPLY, {PassageId(7): EXPLANATION})["results"]
    assert found["hits"][0]["explanation"] == explanation_json(EXPLANATION)
    (found, _) = reply_json(REPLY, {})["results"]
    assert found["hits"][0]["explanation"] is None


def test_the_json_of_an_explanation_sums_to_its_score():
    """Weights times similarities; a marker asks for nothing, a heading has no place."""
    found = json.loads(json.dumps(explanation_json(EXPLANATION)))
    assert sum(each["weight"] * each["similarity"] for each in found["tokens"]) == pytest.approx(8.92)
    assert found["tokens"][0]["asked"] is None
    assert found["tokens"][1]["asked"] == {"start": 0, "end": 1, "text": "炊"}
    assert found["tokens"][1]["answer"] == {"start": 2, "end": 3}
    assert (found["tokens"][5]["answer"], found["tokens"][5]["answer_text"]) == (None, "保")
    assert (found["maxsim"], found["keyword"], found["score"]) == (8.92, 3.5, 1.25)
