"""HTML and XHTML, by Lexbor: what a reader sees, with headings as sections."""

from __future__ import annotations

import codecs
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.domain import ExtractedText
from core.extract.cleanup import clean
from core.extract.decode import decode
from core.extract.flow import Break, Flow

_UNSEEN = frozenset(
    {
        "head", "script", "style", "template", "noscript", "nav", "svg", "iframe", "object", "canvas",
        "audio", "video", "select", "button", "datalist", "rt", "rp", "rtc",
    }
)  # fmt: skip
"""Elements that are no part of the text. `rt` is a reading, which would tear a Japanese word apart."""
_PARAGRAPHS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "center", "details", "dialog", "dl",
        "fieldset", "figure", "footer", "form", "header", "hgroup", "hr", "main", "ol", "p", "pre",
        "section", "summary", "table", "ul",
    }
)  # fmt: skip
_LINES = frozenset(
    {"br", "caption", "dd", "div", "dt", "figcaption", "legend", "li", "tbody", "tfoot", "thead", "tr"}
)
_CELLS = frozenset({"td", "th"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_AS_IT_IS = frozenset(("pre", "textarea", "listing", "xmp"))

_DECLARED = re.compile(rb"""<meta[^>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DECLARED_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
_LOOKED_AT = 4096
_SELF_CLOSED = re.compile(r"<(script|style|title|textarea|iframe|noscript)\b([^<>]*)/>", re.IGNORECASE)

_BROWSERS_MEAN = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030",
    "euc_kr": "cp949", "big5": "big5hkscs", "iso8859-9": "cp1254", "tis-620": "cp874",
    "utf-16": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8",
}  # fmt: skip
"""What a declared encoding stands for, as in the WHATWG Encoding Standard, by Python's names."""
_OTHER_LABELS = {"x-sjis": "cp932", "windows-31j": "cp932", "x-euc-jp": "euc_jp", "x-gbk": "gb18030"}


def extract_html(data: bytes, *, cut: bool = False) -> ExtractedText:
    """`cut`: `data` is only the start of the file. Raises ExtractionError (BINARY)."""
    return html_to_text(decode(data, cut=cut, declared=_declared(data[:_LOOKED_AT])))


def html_to_text(source: str) -> ExtractedText:
    """The text of a document or a piece of one."""
    if source.lstrip()[:5] == "<?xml":
        source = _SELF_CLOSED.sub(r"<\1\2></\1>", source)  # XHTML: to HTML, this tag would never end
    tree = LexborHTMLParser(clean(source))
    flow = Flow()
    if tree.body is not None:
        _walk(tree.body, flow)
    found = tree.css_first("head > title") or tree.css_first("h1")
    title = " ".join(found.text().split()) if found is not None else ""
    return ExtractedText(text=flow.text(), title=title, format="html", sections=tuple(flow.sections))


def _declared(start: bytes) -> str | None:
    """The encoding that the document names, by Python's name for what browsers take it for."""
    match = _DECLARED_XML.search(start) or _DECLARED.search(start)
    if match is None:
        return None
    label = match[1].decode("ascii").lower()
    if label in _OTHER_LABELS:
        return _OTHER_LABELS[label]
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    return _BROWSERS_MEAN.get(name, name)


def _walk(body: LexborNode, flow: Flow) -> None:
    """In document order and without recursion: hostile files nest a hundred thousand deep."""
    stack: list[tuple[LexborNode, bool]] = [(body, False)]
    verbatim = 0
    while stack:
        node, leaving = stack.pop()
        if node.is_text_node:
            _add_text(node.text_content or "", flow, verbatim=verbatim > 0)
            continue
        tag = node.tag or ""
        if leaving:
            verbatim -= tag in _AS_IT_IS
            _leave(tag, flow)
            continue
        if not node.is_element_node or tag in _UNSEEN or "hidden" in node.attributes:
            continue
        _enter(tag, flow)
        verbatim += tag in _AS_IT_IS
        stack.append((node, True))
        stack.extend((child, False) for child in _children_backwards(node))


def _children_backwards(node: LexborNode) -> list[LexborNode]:
    children = []
    child = node.last_child
    while child is not None:
        children.append(child)
        child = child.prev
    return children


def _add_text(text: str, flow: Flow, *, verbatim: bool) -> None:
    text = text.replace("\u00ad", "").replace("\u200b", "")
    if not verbatim:
        flow.add(text)
    elif text.strip():
        flow.add_raw(text.rstrip("\n"))
        if text.endswith("\n"):
            flow.add_break(Break.LINE)
    else:
        flow.add_break(Break.LINE if "\n" in text else Break.SPACE)


def _enter(tag: str, flow: Flow) -> None:
    if tag in _HEADINGS:
        flow.begin_heading()
    else:
        _add_break(tag, flow)


def _leave(tag: str, flow: Flow) -> None:
    if tag in _HEADINGS:
        flow.end_heading()
    elif tag != "br":
        _add_break(tag, flow)


def _add_break(tag: str, flow: Flow) -> None:
    if tag in _PARAGRAPHS:
        flow.add_break(Break.PARAGRAPH)
    elif tag in _LINES:
        flow.add_break(Break.LINE)
    elif tag in _CELLS:
        flow.add_break(Break.CELL)
