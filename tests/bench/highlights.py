"""Do highlights lead to the answer? The marks of the program against those of a keyword highlighter.

`python3 packaging/tasks.py bench highlights --data DIR [--set NAME …] [--questions N] [--json]`: DIR holds
sets in the format of retrieval_set.py with `answers.jsonl.gz` ({"id", "text", "start"} a line: the answer of
a query and its first character in the text of the relevant passage). Nothing is searched: each question
meets its relevant passage. Prints, for the program and for a keyword highlighter, how often the strongest
highlight and any highlight overlaps the true answer, which share of the passage is marked, how often the
sentence that answers most of the question holds the whole answer, and how often the snippet does; how often
the beginning of the passage does; how many words of a question are said to be unanswered by its own passage
and by another one.

Words of a question are seldom its answer, so no highlighter can overlap many.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from core.domain import Highlight, Span, TokenEmbeddings
from core.encode.encoder import Encoder
from core.passages import encoded_text
from core.search.showing.highlight import (
    Aligned,
    Tokens,
    choose_snippet,
    find_highlights,
    question_answered,
    sentence_starts,
)
from core.search.showing.unanswered import find_unanswered
from tests.bench import encoders
from tests.bench.keyword_marks import Rarity, mark_keywords
from tests.bench.retrieval_set import SetPassage, find_sets, read_set

ANSWERS = "answers.jsonl.gz"


@dataclass(slots=True, kw_only=True)
class Tally:
    """Of one highlighter: counts, but for `share`, which is a sum of shares."""

    strongest: int = 0
    some: int = 0
    snippet: int = 0
    sentence: int = 0
    share: float = 0.0

    def add(self, text: str, highlights: tuple[Highlight, ...], answer: Span) -> None:
        best = max(highlights, key=lambda each: (each.strength, _length(each.span)), default=None)
        self.strongest += best is not None and _overlap(best.span, answer)
        self.some += any(_overlap(each.span, answer) for each in highlights)
        self.share += sum(_length(each.span) for each in highlights) / len(text)
        self.snippet += _holds(choose_snippet(text, highlights), answer)
        self.sentence += _holds(best_sentence(text, highlights), answer)

    def shares(self, questions: int) -> dict[str, float]:
        return {name: round(value / questions, 4) for name, value in asdict(self).items()}


@dataclass(slots=True, kw_only=True)
class Measured:
    """One set. `beginning` counts snippets from the first character on that hold the answer; `unanswered` and
    `unanswered_elsewhere` words of questions.
    """

    name: str
    questions: int = 0
    program: Tally = field(default_factory=Tally)
    keywords: Tally = field(default_factory=Tally)
    beginning: int = 0
    unanswered: int = 0
    unanswered_elsewhere: int = 0

    def shares(self) -> dict[str, object]:
        count = self.questions
        return {
            "name": self.name,
            "questions": count,
            "program": self.program.shares(count),
            "keywords": self.keywords.shares(count),
            "beginning": round(self.beginning / count, 4),
            "unanswered": round(self.unanswered / count, 3),
            "unanswered_elsewhere": round(self.unanswered_elsewhere / count, 3),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with the passage that answers it, where, and a passage that was written for others."""

    text: str
    passage: SetPassage
    answer: Span
    other: SetPassage


def read_questions(folder: Path, most: int | None) -> tuple[list[Question], Rarity]:
    """At most `most` questions of a set, drawn with a fixed seed; and how rare its words are.

    Raises OSError or ValueError like `read_set`, and ValueError for an answer that does not stand where it
    should.
    """
    found, answers = read_set(folder), read_answers(folder / ANSWERS)
    passages = {passage.id: passage for passage in found.passages}
    drawn = random.Random(0)
    ids = [each for each in found.judgements if each in answers]
    if most is not None and most < len(ids):
        ids = drawn.sample(ids, most)
    questions = []
    for query_id in ids:
        grades = found.judgements[query_id]
        passage = passages[max(grades, key=grades.__getitem__)]
        answer, start = answers[query_id]
        if passage.text[start : start + len(answer)] != answer:
            raise ValueError(f"{folder}: the answer of {query_id} does not stand at {start}")
        span = Span(start=start, end=start + len(answer))
        other = drawn.choice([each for each in found.passages if each.title != passage.title] or [passage])
        questions.append(Question(text=found.queries[query_id], passage=passage, answer=span, other=other))
    return questions, Rarity(passage.text for passage in found.passages)


def read_answers(path: Path) -> dict[str, tuple[str, int]]:
    """The answer of each query and its first character. Raises OSError, or ValueError."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    if not all(isinstance(row, dict) and {"id", "text", "start"} <= row.keys() for row in rows):
        raise ValueError(f"{path}: expected objects with id, text, start")
    return {row["id"]: (row["text"], row["start"]) for row in rows}


def measure(name: str, folder: Path, encoder: Encoder, most: int | None) -> Measured:
    """Mark the passage of every question in both ways."""
    questions, rarity = read_questions(folder, most)
    measured = Measured(name=name)
    for question in questions:
        text, answer = question.passage.text, question.answer
        asked = Tokens(text=question.text, embeddings=encoder.encode_query(question.text))
        right, wrong = (aligned(asked, each, encoder) for each in (question.passage, question.other))
        highlights = find_highlights(right.question, right.passage, noise_floor=encoder.noise_floor)
        measured.questions += 1
        measured.program.add(text, highlights, answer)
        measured.keywords.add(text, mark_keywords(question.text, text, rarity), answer)
        measured.beginning += _holds(choose_snippet(text, ()), answer)
        measured.unanswered += len(find_unanswered(right))
        measured.unanswered_elsewhere += len(find_unanswered(wrong))
    return measured


def best_sentence(text: str, highlights: tuple[Highlight, ...]) -> Span:
    """The sentence that answers most of the question, the first of equal ones."""
    starts = sentence_starts(text)
    sentences = [Span(start=start, end=end) for start, end in pairwise([*starts, len(text)])]
    return max(
        sentences,
        key=lambda sentence: question_answered(each for each in highlights if _holds(sentence, each.span)),
    )


def aligned(question: Tokens, passage: SetPassage, encoder: Encoder) -> Aligned:
    encoded, shift = encoded_text(passage.title, passage.text)
    (embeddings,) = encoder.encode_passages([encoded])
    spans = np.asarray(embeddings.spans - shift, dtype=np.int32)
    return Aligned(
        question=question,
        passage=Tokens(
            text=passage.text, embeddings=TokenEmbeddings(vectors=embeddings.vectors, spans=spans)
        ),
        heading=encoded[:shift],
        noise_floor=encoder.noise_floor,
    )


def _overlap(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _length(span: Span) -> int:
    return span.end - span.start


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench highlights", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder with the sets")
    parser.add_argument("--set", action="append", metavar="NAME", help="only this set (may be repeated)")
    parser.add_argument(
        "--questions", type=int, metavar="N", help="at most so many of a set, drawn by chance"
    )
    encoders.add_words(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    arguments = parser.parse_args(words)
    found = dict(_with_answers(arguments.data))
    wanted = arguments.set or list(found)
    if unknown := [name for name in wanted if name not in found]:
        parser.error(f"no answers for {', '.join(unknown)}; there are: {', '.join(found)}")
    encoder = encoders.opened(arguments)
    if not arguments.json:
        print(f"{'':<16}{'':>10} {'program':^38}  {'keyword highlighter':^38}         unanswered")
        columns = "strongest   any share sentence snippet"
        print(f"{'set':<16}questions  {columns}  {columns}  start   own other")
    for name in wanted:
        _print(measure(name, found[name], encoder, arguments.questions), as_json=arguments.json)
    return 0


def _with_answers(data: Path) -> Iterator[tuple[str, Path]]:
    for name, folder in find_sets(data).items():
        if (folder / ANSWERS).exists():
            yield name, folder


def _print(measured: Measured, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(measured.shares()), flush=True)
        return
    count = measured.questions
    columns = "  ".join(
        f"{each.strongest / count:9.3f} {each.some / count:.3f} {each.share / count:.3f} "
        f"{each.sentence / count:8.3f} {each.snippet / count:7.3f}"
        for each in (measured.program, measured.keywords)
    )
    missing = f"{measured.unanswered / count:5.2f} {measured.unanswered_elsewhere / count:5.2f}"
    print(f"{measured.name:<16}{count:>9}  {columns}  {measured.beginning / count:.3f} {missing}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
