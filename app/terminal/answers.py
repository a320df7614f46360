"""How answers look in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text

from app.terminal.explanations import print_explanation
from app.terminal.streams import CONTROLS, console, shown
from core.domain import Explanation, Hit, PassageId, Result, SearchReply

_STRONG = 0.75
"""Highlights at least this strong stand out most."""


def print_reply(reply: SearchReply) -> None:
    """The results, best first, with the matching words highlighted."""
    print_explanations(reply, {})


def print_explanations(reply: SearchReply, explanations: Mapping[PassageId, Explanation]) -> None:
    """The same, and after each hit that has an explanation what of it answered what of the question."""
    output = console()
    for number, result in enumerate(reply.results, start=1):
        output.print(_heading(number, result), soft_wrap=True)
        for hit in result.hits:
            output.print(_snippet(hit, styled=output.is_terminal), soft_wrap=True)
            if hit.passage_id in explanations:
                print_explanation(output, explanations[hit.passage_id], hit.text)
        output.print()
    if not reply.results:
        output.print(f"Nothing found in {reply.passages_searched:,} passages.", highlight=False)
        return
    seen = f"{len(reply.results)} results from {reply.passages_searched:,} passages"
    output.print(f"{seen} in {reply.elapsed_ms:.0f} ms", style="dim", highlight=False)


def _heading(number: int, result: Result) -> Text:
    title = result.document.title or result.document.path.stem
    heading = Text(f"{number}. ").append(shown(title), style="bold")
    page = result.hits[0].page if result.hits else None
    place = shown(result.document.path) + (f", page {page}" if page else "")
    return heading.append(f"  {place}  ", style="cyan").append(f"{result.score:.2f}", style="dim")


def _snippet(hit: Hit, *, styled: bool) -> Text:
    """Colours in a terminal; «guillemets» where there are none."""
    text = Text("   ")
    if hit.page:
        text.append(f"p. {hit.page}  ", style="dim")
    for part, strength in _parts(hit):
        if strength == 0:
            text.append(part)
        elif styled:
            text.append(part, style="bold reverse" if strength >= _STRONG else "bold underline")
        else:
            text.append(f"«{part}»")
    return text


def _parts(hit: Hit) -> Iterator[tuple[str, float]]:
    """The snippet on one line, cut where highlights start and end; strength 0 is plain text."""
    position = hit.snippet.start
    for highlight in hit.highlights:
        if highlight.span.start < position or highlight.span.end > hit.snippet.end:
            continue
        yield _one_line(hit.text[position : highlight.span.start]), 0.0
        yield _one_line(hit.text[highlight.span.start : highlight.span.end]), highlight.strength
        position = highlight.span.end
    yield _one_line(hit.text[position : hit.snippet.end]), 0.0


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\t", " ").translate(CONTROLS)
