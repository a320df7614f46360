"""Markdown, by markdown-it-py: the text as read, not as typed; headings become sections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.domain import ExtractedText
from core.extract.cleanup import clean, cut_at_border, too_long
from core.extract.decode import decode
from core.extract.flow import Break, Flow
from core.extract.html import html_to_text

_FRONT_MATTER = re.compile(r"\A(---\n(.*?)\n(?:---|\.\.\.)|\+\+\+\n(.*?)\n\+\+\+)[ \t]*(?:\n|\Z)", re.DOTALL)
_STATED_TITLE = re.compile(r"""^title\s*[:=]\s*["']?(.*?)["']?\s*$""", re.MULTILINE | re.IGNORECASE)
_DEPTH = 60
"""The parser recurses for each level of lists and quotations, and drops what is nested deeper."""
_BREAKS = {
    "tr_open": Break.LINE, "tr_close": Break.LINE, "list_item_close": Break.LINE,
    "td_open": Break.CELL, "th_open": Break.CELL, "td_close": Break.CELL, "th_close": Break.CELL,
    "thead_open": Break.NONE, "thead_close": Break.NONE, "tbody_open": Break.NONE, "tbody_close": Break.NONE,
}  # fmt: skip
_LINE_TAG = re.compile(r"<br\b", re.IGNORECASE)
_READING_TAG = re.compile(r"<(/?)(?:rt|rp)\b", re.IGNORECASE)


def extract_markdown(data: bytes, *, cut: bool, limit: int) -> ExtractedText:
    """`cut`: `data` is only the start of the file; at most `limit` characters of it are parsed (a million
    characters take 3 s). Raises ExtractionError (BINARY).
    """
    source = clean(decode(data, cut=cut))
    if len(source) <= limit:
        return markdown_to_text(source)
    source = cut_at_border(source, limit)
    return replace(markdown_to_text(source), truncated=too_long(f"the first {len(source):,} characters"))


def markdown_to_text(source: str) -> ExtractedText:
    """Front matter stays as it is, in front; its title is the title, else the first heading."""
    flow = Flow()
    front = _FRONT_MATTER.match(source)
    stated = None
    if front is not None:
        matter = front[2] or front[3] or ""
        stated = _STATED_TITLE.search(matter)
        flow.add_raw(matter.strip("\n"))
        flow.add_break(Break.PARAGRAPH)
        source = source[front.end() :]
    parser = MarkdownIt("commonmark", {"maxNesting": _DEPTH}).enable(["table", "strikethrough"])
    tokens = parser.parse(source)
    if any(token.level >= _DEPTH - 1 for token in tokens):
        flow.add_raw(source)  # as typed, rather than without what is nested too deep
    else:
        _Writer(flow).write(tokens)
    title = stated[1] if stated else next((section.heading for section in flow.sections), "")
    return ExtractedText(text=flow.text(), title=title, format="md", sections=tuple(flow.sections))


class _Writer:
    """Writes the parser's tokens into a flow."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._numbers: list[int | None] = []
        self._marked = False
        self._reading = False

    def write(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            if token.type == "inline":
                self._write_inline(token.children or ())
            elif token.type in ("fence", "code_block"):
                self._write_block(token.content.rstrip("\n"))
            elif token.type == "html_block":
                self._write_block(html_to_text(token.content).text)
            else:
                self._write_structure(token)

    def _write_block(self, text: str) -> None:
        self._flow.add_break(Break.PARAGRAPH)
        self._flow.add_raw(text)
        self._flow.add_break(Break.PARAGRAPH)

    def _write_structure(self, token: Token) -> None:
        self._write_structure_of(token)
        self._marked = token.type == "list_item_open"

    def _write_structure_of(self, token: Token) -> None:
        match token.type:
            case "heading_open":
                self._flow.begin_heading()
            case "heading_close":
                self._flow.end_heading()
            case "ordered_list_open" | "bullet_list_open":
                ordered = token.type.startswith("ordered")
                self._numbers.append(int(token.attrGet("start") or 1) if ordered else None)
                self._flow.add_break(Break.LINE if len(self._numbers) > 1 else Break.PARAGRAPH)
            case "ordered_list_close" | "bullet_list_close":
                self._numbers.pop()
                self._flow.add_break(Break.LINE if self._numbers else Break.PARAGRAPH)
            case "list_item_open":
                self._write_marker()
            case "paragraph_open" if self._marked:
                self._flow.add_break(Break.SPACE)
            case "paragraph_open" | "paragraph_close":
                self._flow.add_break(Break.LINE if token.hidden else Break.PARAGRAPH)
            case kind if kind in _BREAKS:
                self._flow.add_break(_BREAKS[kind])
            case _:
                self._flow.add_break(Break.PARAGRAPH if token.block and token.nesting else Break.NONE)

    def _write_marker(self) -> None:
        number = self._numbers[-1]
        self._flow.add_break(Break.LINE)
        self._flow.add_raw("-" if number is None else f"{number}.")
        if number is not None:
            self._numbers[-1] = number + 1

    def _write_inline(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            match token.type:
                case "text" | "code_inline" if not self._reading:
                    self._flow.add(token.content)
                case "softbreak":
                    self._flow.add_break(Break.SOURCE_LINE)
                case "hardbreak":
                    self._flow.add_break(Break.LINE)
                case "image":
                    self._write_inline(token.children or ())
                case "html_inline":
                    self._write_tag(token.content)
        self._reading = False

    def _write_tag(self, tag: str) -> None:
        if _LINE_TAG.match(tag):
            self._flow.add_break(Break.LINE)
        elif reading := _READING_TAG.match(tag):
            self._reading = not reading[1]
