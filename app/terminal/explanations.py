"""How it looks in a terminal why a passage was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.terminal.streams import CONTROLS
from core.domain import AnsweredToken, Explanation, Span

_BAR = 10
"""Cells of a bar for strength 1. Of `#`: what block characters are as wide as depends on the terminal."""

_INDENT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Tokens of the question that follow each other, answered by tokens that follow each other, or by none.

    `strength` is the mean by weight; `adds` what they add to the MaxSim.
    """

    asked: str
    answer: str
    in_heading: bool
    strength: float
    adds: float


def print_explanation(output: Console, explanation: Explanation, passage: str) -> None:
    """A table of what answered what, the words that nothing answered, and the scores."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("asked", overflow="fold")
    table.add_column("answered by", overflow="fold")
    table.add_column("strength", no_wrap=True)
    table.add_column("adds", justify="right", no_wrap=True)
    for row in rows(explanation, passage):
        answer = Text(row.answer or "-").append(" (heading)" if row.in_heading else "", style="dim")
        bar = f"{'#' * round(row.strength * _BAR):<{_BAR}} {row.strength:.2f}" if row.answer else ""
        table.add_row(Text(row.asked, style="bold" if row.answer else "dim"), answer, bar, f"{row.adds:.2f}")
    rest = sum(_adds(each) for each in explanation.tokens if not _stands_for_something(each.asked))
    if rest:
        table.add_row(Text("(markers and masks)", style="dim"), "", "", f"{rest:.2f}")
    output.print(Padding(table, (0, 0, 0, _INDENT), expand=False))
    missing = (explanation.text[span.start : span.end] for span in explanation.unanswered)
    if missing_words := ", ".join(dict.fromkeys(map(_plain, missing))):
        _line(output, f"nothing answered: {missing_words}", "bold")
    scores = f"MaxSim {explanation.maxsim:.2f}   keywords {explanation.keyword:.2f}"
    _line(output, f"{scores}   together {explanation.score:.2f}", "dim")


def rows(explanation: Explanation, passage: str) -> Iterator[Row]:
    """In the order of the question."""
    waiting: list[AnsweredToken] = []
    for token in explanation.tokens:
        if not _stands_for_something(token.asked):
            continue
        if waiting and not _follows(waiting[-1], token):
            yield _row(waiting, explanation.text, passage)
            waiting = []
        waiting.append(token)
    if waiting:
        yield _row(waiting, explanation.text, passage)


def _follows(first: AnsweredToken, second: AnsweredToken) -> bool:
    """Whether nothing stands between the two in the question, nor between what answered them, if it did."""
    if first.asked.end != second.asked.start or bool(first.strength) != bool(second.strength):
        return False
    if not first.strength:
        return True
    if first.answer is None or second.answer is None:
        # A heading has no characters of the passage to tell it by; it is short.
        return first.answer is second.answer
    return first.answer.end == second.answer.start


def _row(tokens: Sequence[AnsweredToken], question: str, passage: str) -> Row:
    weight = sum(each.weight for each in tokens)
    answered = bool(tokens[0].strength)
    places = [each.answer for each in tokens if each.answer is not None]
    if places:
        answer = passage[places[0].start : places[-1].end]
    else:
        answer = "".join(each.answer_text for each in tokens)
    return Row(
        asked=_plain(question[tokens[0].asked.start : tokens[-1].asked.end]),
        answer=_plain(answer) if answered else "",
        in_heading=answered and not places,
        strength=sum(each.weight * each.strength for each in tokens) / weight if weight else 0.0,
        adds=sum(map(_adds, tokens)),
    )


def _adds(token: AnsweredToken) -> float:
    return token.weight * token.similarity


def _stands_for_something(span: Span) -> bool:
    return span.start < span.end


def _plain(text: str) -> str:
    return " ".join(text.split()).translate(CONTROLS)


def _line(output: Console, text: str, style: str) -> None:
    output.print(Text(" " * _INDENT + text, style=style), soft_wrap=True)
