"""Make the PDFs of the sample library from the texts in `sources/`: `python make_pdfs.py [FOLDER]`.

A source is plain text: `# title`, under it one line of origin, `## heading`, paragraphs, `---` for a new
page. The same source and the same PyMuPDF give the same bytes: dates and ids are fixed, and all fonts come
inside PyMuPDF (see README.md for their licences), embedded as the subset that the pages need.
"""

from __future__ import annotations

import hashlib
import html
import sys
from pathlib import Path

import pymupdf

SOURCES = Path(__file__).parent / "sources"
SAMPLE_LIBRARY = Path(__file__).parents[2] / "resources" / "sample_library"

_PAPER = pymupdf.paper_rect("a5")
_MARGIN = 46
_DATE = "D:20250401090000Z"
_STYLE = """
* { font-family: sans-serif; }
h1 { font-size: 17pt; margin: 0 0 4pt 0; color: #20324a; }
h2 { font-size: 12pt; margin: 12pt 0 4pt 0; color: #20324a; }
p { font-size: 10.8pt; line-height: 1.55; margin: 0 0 6pt 0; }
p.origin { font-size: 9.5pt; color: #606870; margin: 0 0 18pt 0; }
"""


def make_pdf(source: Path) -> bytes:
    """The PDF of one source."""
    pages = source.read_text(encoding="utf-8").split("\n---\n")
    japanese = any("\u3040" <= char <= "\u30ff" for page in pages for char in page)
    document = pymupdf.open()
    for number, text in enumerate(pages, start=1):
        page = document.new_page(width=_PAPER.width, height=_PAPER.height)
        room = pymupdf.Rect(_MARGIN, _MARGIN, _PAPER.width - _MARGIN, _PAPER.height - _MARGIN - 6)
        body = f'<body lang="{"ja" if japanese else "en"}">{_markup(text)}</body>'
        _spare, scale = page.insert_htmlbox(room, body, css=_STYLE, scale_low=1)
        if scale != 1:
            raise SystemExit(f"{source.name}: page {number} does not fit")
        _number_page(page, f"{number} / {len(pages)}")
    document.subset_fonts()
    document.set_metadata({"title": pages[0].split("\n")[0].removeprefix("# "), "author": "Mikke",
                           "creationDate": _DATE, "modDate": _DATE})  # fmt: skip
    # MuPDF makes up a new random id for each file that it writes; ours is the source's.
    identity = hashlib.md5(source.read_bytes(), usedforsecurity=False).hexdigest()
    document.xref_set_key(-1, "ID", f"[<{identity}><{identity}>]")
    content: bytes = document.tobytes(garbage=4, deflate=True, no_new_id=True)
    return content


def _markup(text: str) -> str:
    blocks: list[str] = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        safe = html.escape(line.lstrip("# "))
        if line.startswith("## "):
            blocks.append(f"<h2>{safe}</h2>")
        elif line.startswith("# "):
            blocks.append(f"<h1>{safe}</h1>")
        elif len(blocks) == 1 and blocks[0].startswith("<h1>"):
            blocks.append(f'<p class="origin">{safe}</p>')
        else:
            blocks.append(f"<p>{safe}</p>")
    return "".join(blocks)


def _number_page(page: pymupdf.Page, label: str) -> None:
    width = pymupdf.get_text_length(label, fontname="helv", fontsize=9)
    page.insert_text(
        ((_PAPER.width - width) / 2, _PAPER.height - _MARGIN + 18), label, fontname="helv", fontsize=9
    )


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE_LIBRARY
    for source in sorted(SOURCES.glob("*.txt")):
        target = folder / f"{source.stem}.pdf"
        target.write_bytes(make_pdf(source))
        print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
