"""The benchmark of highlights reads its sets and counts what it says that it counts."""

import gzip
import json

import pytest

from core.domain import Highlight, Span
from core.encode.lexical.encoder import LexicalEncoder
from core.layout import RARITY_TABLE
from tests.bench.highlights import Tally, measure, read_questions
from tests.bench.keyword_marks import Rarity, mark_keywords


def write(folder, name, rows):
    with gzip.open(folder / name, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, "queries.jsonl.gz", [{"id": "q", "text": "What is the excess?"}])
    passages = [("p", "The excess is 250. It ends.", "A"), ("o", "Rain.", "B")]
    write(tmp_path, "passages.jsonl.gz", [{"id": i, "text": t, "title": n} for i, t, n in passages])
    write(tmp_path, "answers.jsonl.gz", [{"id": "q", "text": "250", "start": 14}])
    (tmp_path / "qrels.tsv").write_text("q\tp\t1\n", encoding="utf-8")
    return tmp_path


def test_a_set_is_measured(folder):
    """The excess is marked, the answer is not, the snippet holds it; elsewhere the excess is missing."""
    found = measure("set", folder, LexicalEncoder.open(RARITY_TABLE), None)
    assert found.questions == 1
    assert (found.program.strongest, found.program.some, found.program.snippet) == (0, 0, 1)
    assert found.program.share == pytest.approx(6 / 27)
    assert (found.unanswered, found.unanswered_elsewhere, found.beginning) == (0, 1, 1)


def test_an_answer_that_is_not_there_is_an_error(folder):
    """A wrong offset would make every figure wrong."""
    write(folder, "answers.jsonl.gz", [{"id": "q", "text": "250", "start": 3}])
    with pytest.raises(ValueError, match="does not stand"):
        read_questions(folder, None)


def test_the_strongest_is_counted_apart():
    """Only one highlight is the strongest; any other may overlap the answer, too."""
    tally = Tally()
    marks = [Highlight(span=Span(start=s, end=s + 2), strength=v, query="") for s, v in ((0, 0.9), (5, 0.5))]
    tally.add("0123456789", tuple(marks), Span(start=6, end=8))
    assert (tally.strongest, tally.some, tally.share) == (0, 1, 0.4)


def test_keywords_are_whole_words_and_longest_stretches():
    """Folded words in scripts with spaces; what both have in common, two characters or more, in others."""
    rarity = Rarity(["the the", "the excess"])
    text = "The excesses: EXCESS は水漏れの時"
    found = {
        text[each.span.start : each.span.end]: each
        for each in mark_keywords("the Excess 水漏れ", text, rarity)
    }
    assert set(found) == {"The", "EXCESS", "水漏れ"}
    assert found["EXCESS"].strength == found["水漏れ"].strength == 1.0 > found["The"].strength
    assert found["水漏れ"].asked == Span(start=11, end=14)
