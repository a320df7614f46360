"""What core/index/FORMAT.md states is what the program writes and reads."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from core.index import codebook as codebook_module
from core.index import format as format_module
from core.index import residual, segment
from core.index.codec import Codec, ExactCodec, ResidualCodec
from core.index.files import map_file
from core.index.format import parse_codebook_header, parse_header
from core.index.segment import Segment
from tests.compat import reader
from tests.core.index.made import MODEL, make_codebook, make_passages, make_segment

FORMAT = (Path(format_module.__file__).parent / "FORMAT.md").read_text(encoding="utf-8")
COUNTS = [5, 0, 1, 17, 3]


def codec_of(folder: Path, dim: int, bits: int) -> Codec:
    return (
        ExactCodec(dim=dim)
        if bits == 8
        else ResidualCodec(codebook=make_codebook(folder, dim=dim, bits=bits))
    )


@pytest.mark.parametrize("dim", [32, 64, 96, 128])
@pytest.mark.parametrize("bits", [8, 4, 2])
def test_a_reader_made_from_the_page(tmp_path, dim, bits):
    """It gives the ids, the counts and the vectors that the program gives, near those that were written."""
    codec, passages = codec_of(tmp_path, dim, bits), make_passages(3, COUNTS, dim)
    path = make_segment(tmp_path, codec, passages, first_id=41)
    read, ours = reader.read_segment(path), Segment.open(path)
    assert (read.version, read.dim, read.bits, read.model) == (1 if bits == 8 else 2, dim, bits, MODEL)
    assert read.ids.tolist() == list(range(41, 41 + len(COUNTS)))
    assert np.diff(read.offsets).tolist() == COUNTS
    for ordinal, written in enumerate(passages):
        assert read.passage(ordinal) == pytest.approx(ours.vectors(ordinal), abs=1e-5)
        allowed = {8: 0.01, 4: 0.2, 2: 0.6}[bits]
        assert np.linalg.norm(read.passage(ordinal) - written, axis=1).max(initial=0) < allowed


@pytest.mark.parametrize("bits", [4, 2])
def test_a_codebook_from_the_page(tmp_path, bits):
    """Centroids, groups and rotation are those of the program; the rotation is orthogonal."""
    ours = make_codebook(tmp_path, dim=96, bits=bits, centroids=30)
    read = reader.read_codebook(tmp_path / codebook_module.codebook_file(ours.id))
    assert (read.dim, read.bits, read.model) == (96, bits, MODEL)
    assert read.trained_tokens == ours.header.trained_tokens
    assert read.centroids == pytest.approx(ours.centroids, abs=1e-6)
    assert np.array_equal(read.starts, ours.starts)
    assert np.array_equal(read.rotation, ours.rotation)
    assert read.rotation @ read.rotation.T == pytest.approx(np.eye(96), abs=1e-5)


def test_the_turned_space(tmp_path):
    """Products with a turned query are those with the embeddings."""
    codec = codec_of(tmp_path, 64, 4)
    vectors, query = make_passages(5, [20], 64)[0], make_passages(6, [4], 64)[0]
    arrays = codec.compress(vectors)
    turned = codec.turn(query) @ codec.stored(arrays).T
    assert turned == pytest.approx(query @ codec.decompress(arrays).T, abs=1e-5)


def test_what_the_writer_is_said_to_do(tmp_path):
    """Buckets and scales follow the formulas of the page."""
    codec = codec_of(tmp_path, 64, 4)
    vectors = make_passages(7, [50], 64)[0]
    codes, scales, packed = codec.compress(vectors)
    residuals = vectors @ codec.codebook.rotation - codec.codebook.centroids[codes]
    step = 2 * reader.HALF_STEP[4] / 8 * np.linalg.norm(residuals, axis=1)[:, None]
    expected = np.clip(np.floor(residuals / step) + 8, 0, 15)
    off = np.abs(residual.unpack(packed, 4) - expected)
    assert off.max() <= 1  # where the quotient is a whole number but for rounding
    assert (off > 0).mean() < 0.001
    lengths = np.linalg.norm(codec.decompress((codes, scales, packed)), axis=1)
    assert lengths == pytest.approx(np.linalg.norm(vectors, axis=1), abs=0.02)


def tables() -> dict[str, list[list[str]]]:
    """The rows of the tables of a section, by its heading."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for line in FORMAT.splitlines():
        if line.startswith("#"):
            heading = line.strip("# ")
        elif line.startswith("|") and not set(line) <= set("|-: "):
            found.setdefault(heading, []).append([cell.strip() for cell in line.strip("|").split("|")])
    return found


@pytest.mark.parametrize(
    ("heading", "bits"),
    [("Segment, version 1: EXACT", 8), ("Segment, version 2: COMPRESSED", 4), ("Codebook, version 1", 0)],
)
def test_the_tables(tmp_path, heading, bits):
    """The fields fill 128 bytes without gap; the sections have the types of the code, in its order."""
    rows = tables()[heading]
    at = 0
    for offset, kind, *_ in [row for row in rows if row[0].isdigit()]:
        assert int(offset) == at
        at += size_of(kind)
    assert at == format_module.HEADER_BYTES
    if bits:
        header, _ = map_file(make_segment(tmp_path, codec_of(tmp_path, 64, bits), [np.eye(64)]), parse_header)
    else:
        book = make_codebook(tmp_path)
        header, _ = map_file(tmp_path / codebook_module.codebook_file(book.id), parse_codebook_header)
    said = [row[1] for row in rows[next(n for n, row in enumerate(rows) if row[0] == "section") + 1 :]]
    assert [np.dtype(kind) for kind in said] == [np.dtype(each.dtype) for each in header.sections()]


def size_of(kind: str) -> int:
    many, _, one = kind.rpartition(" × ")
    if one.endswith(" bytes"):
        return int(one.removesuffix(" bytes"))
    return int(many or 1) * np.dtype(one).itemsize


def test_the_numbers():
    """Constants, versions and names are those of the code."""
    assert reader.HALF_STEP == residual.HALF_STEP
    assert reader.SCALE_STEPS == residual.SCALE_STEPS
    for said in ("0.3352 / 2 at 4 bits", "0.9957 / 2 at 2 bits", "SCALE_STEPS = 180"):
        assert said in FORMAT
    assert list(format_module.READABLE_VERSIONS) == [1, 2]
    versions = [row[:2] for row in tables()["Versions"][1:]]
    assert versions == [["segment", "1, EXACT"], ["segment", "2, COMPRESSED"], ["codebook", "1"]]
    assert (format_module.EXACT_VERSION, format_module.COMPRESSED_VERSION) == (1, 2)
    assert format_module.CODEBOOK_VERSION == 1
    assert re.findall(r"`(MIKKE\w+)`", FORMAT)[:2] == [
        format_module.SEGMENT_MAGIC.decode(),
        format_module.CODEBOOK_MAGIC.decode(),
    ]
    assert codebook_module.MOST_CENTROIDS == 65_536
    assert (segment.SUFFIX, codebook_module.SUFFIX) == (".segment", ".codebook")
