"""PDF files made for a test."""

from __future__ import annotations

from pathlib import Path

import pymupdf


def save(document: pymupdf.Document, path: Path, **options: object) -> Path:
    with document:
        document.save(path, **options)
    return path


def paper(path: Path, *pages: str, font: str = "helv", size: float = 11, title: str = "") -> Path:
    """A PDF with one text box for each page."""
    document = pymupdf.open()
    for text in pages:
        page = document.new_page()
        page.insert_textbox((60, 60, 360, 780), text, fontname=font, fontsize=size)
    document.set_metadata({"title": title})
    return save(document, path)


def raw_pdf(content: bytes, *, font: bytes = b"", pages: int = 1) -> bytes:
    """A PDF written by hand: `pages` times the same content stream, F1 being `font`."""
    kids = b" ".join(b"%d 0 R" % (10 + number) for number in range(pages))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
        3: b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        4: font or b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        5: b"<</Type/Font/Subtype/CIDFontType0/BaseFont/Japanese/CIDSystemInfo<</Registry(Adobe)"
        b"/Ordering(Japan1)/Supplement 6>>/FontDescriptor 6 0 R/DW 1000>>",
        6: b"<</Type/FontDescriptor/FontName/Japanese/Flags 4/FontBBox[0 -120 1000 880]/ItalicAngle 0"
        b"/Ascent 880/Descent -120/CapHeight 700/StemV 80>>",
    }
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 600]/Contents 3 0 R/Resources<</Font<</F1 4 0 R>>>>>>"
    objects |= dict.fromkeys(range(10, 10 + pages), page)
    out = bytearray(b"%PDF-1.7\n")
    offsets = {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, start)
    return bytes(out)


def vertical_pdf(columns: list[str]) -> bytes:
    """Vertical Japanese text, columns from the right to the left."""
    font = b"<</Type/Font/Subtype/Type0/BaseFont/Japanese/Encoding/UniJIS-UTF16-V/DescendantFonts[5 0 R]>>"
    lines = [
        b"1 0 0 1 %d 550 Tm <%s> Tj" % (350 - 24 * number, column.encode("utf-16-be").hex().encode())
        for number, column in enumerate(columns)
    ]
    return raw_pdf(b"BT /F1 20 Tf " + b" ".join(lines) + b" ET", font=font)
