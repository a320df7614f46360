"""Compressed segments give back what was written, notice damage, and merge without loss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import LibraryDamagedError
from core.index import merge as merge_module
from core.index.codebook import Codebooks, codebook_file
from core.index.codec import Codec, ExactCodec, ResidualCodec
from core.index.files import Arrays
from core.index.format import Form, Header
from core.index.merge import merge
from core.index.segment import EncodedPassages, Segment, header_of, write_segment
from core.index.snapshot import SegmentView
from tests.core.index.made import MODEL, clustered, make_codebook, make_passages, make_segment

COUNTS = st.lists(st.integers(0, 12), min_size=1, max_size=8)


def residual_codec(folder: Path, *, bits: int = 4, seed: int = 0, dim: int = 64) -> ResidualCodec:
    return ResidualCodec(codebook=make_codebook(folder, dim=dim, bits=bits, seed=seed))


def contents(segment: Segment) -> dict[int, list[bytes]]:
    """The bytes of each passage by its id."""
    return {
        int(id_): [array[start:end].tobytes() for array in segment.arrays]
        for id_, start, end in zip(
            segment.passage_ids, segment.offsets[:-1], segment.offsets[1:], strict=True
        )
    }


@settings(max_examples=25, deadline=None)
@given(counts=COUNTS, dim=st.sampled_from([64, 96, 128]), bits=st.sampled_from([2, 4]))
def test_what_was_written_is_read(tmp_path_factory, counts, dim, bits):
    """Every passage comes back under its id, with the bytes that the codec made of it."""
    folder = tmp_path_factory.mktemp("index")
    codec = residual_codec(folder, bits=bits, dim=dim)
    passages = make_passages(1, counts, dim)
    segment = Segment.open(make_segment(folder, codec, passages, first_id=5))
    segment.verify()
    assert segment.form == codec.form == Form(dim=dim, bits=bits, codebook=codec.codebook.id)
    assert segment.header.model == MODEL
    assert list(contents(segment)) == list(range(5, 5 + len(counts)))
    for found, each in zip(contents(segment).values(), passages, strict=True):
        assert found == [array.tobytes() for array in codec.compress(each)]
    for ordinal, each in enumerate(passages):
        expected = codec.decompress(codec.compress(each))
        assert segment.vectors(ordinal) == pytest.approx(expected, abs=1e-6)
    tokens = segment.residual_tokens()
    assert (tokens.bits, len(tokens.codes), tokens.offsets[-1]) == (bits, sum(counts), sum(counts))


@pytest.mark.parametrize("form", ["exact", "compressed"])
@settings(max_examples=25, deadline=None)
@given(counts=COUNTS, cuts=st.lists(st.integers(0, 8), max_size=3))
def test_parts_are_as_good_as_the_whole(tmp_path_factory, form, counts, cuts):
    """However many parts a segment is written in, its file has the same bytes."""
    folder = tmp_path_factory.mktemp("index")
    codec: Codec = ExactCodec(dim=64) if form == "exact" else residual_codec(folder)
    whole = make_segment(folder, codec, make_passages(1, counts, 64))
    segment = Segment.open(whole)
    parts = [segment.part(some) for some in np.split(np.arange(len(counts)), sorted(cuts))]
    again = write_segment(folder, header_of(parts, MODEL), iter(parts))
    assert again.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize(("form", "bits"), [("exact", 8), ("compressed", 2), ("compressed", 4)])
def test_every_byte_that_flips_is_noticed(tmp_path, form, bits):
    """One changed bit in any byte that means something is reported with the name of the file, by open or by
    verify; one in the gaps between the sections, which nobody reads, changes nothing.
    """
    codec: Codec = ExactCodec(dim=32) if form == "exact" else residual_codec(tmp_path, bits=bits, dim=32)
    path = make_segment(tmp_path, codec, make_passages(2, [3, 0, 5], 32))
    whole, found = path.read_bytes(), Segment.open(path)
    used = np.zeros(len(whole), np.bool_)
    used[:128] = True
    for section in found.header.sections():
        used[section.offset : section.offset + section.nbytes] = True
    before = contents(found)
    for place in range(len(whole)):
        content = bytearray(whole)
        content[place] ^= 1 << place % 8
        flipped = tmp_path / f"{place}.segment"  # Windows changes no file under an open map
        flipped.write_bytes(content)
        if used[place]:
            with pytest.raises(LibraryDamagedError) as caught:
                Segment.open(flipped).verify()
            assert caught.value.path == flipped
        else:
            Segment.open(flipped).verify()
            assert contents(Segment.open(flipped)) == before


@pytest.mark.parametrize("lost", [1, 40, 300])
def test_a_file_that_is_cut_off_is_refused(tmp_path, lost):
    """A compressed segment that lost its end never opens, nor one that something was appended to."""
    path = make_segment(tmp_path, residual_codec(tmp_path), make_passages(2, [3, 9], 64))
    whole = path.read_bytes()
    for content in (whole[:-lost], whole + bytes(lost)):
        path.unlink()
        path.write_bytes(content)
        with pytest.raises(LibraryDamagedError, match="cut off"):
            Segment.open(path)


def test_both_forms_are_open_side_by_side(tmp_path):
    """Exact segments keep format 1, which older programs read; compressed ones say 2."""
    exact = make_segment(tmp_path, ExactCodec(dim=64), make_passages(1, [3], 64))
    compressed = make_segment(tmp_path, residual_codec(tmp_path), make_passages(1, [3], 64))
    assert [path.read_bytes()[8] for path in (exact, compressed)] == [1, 2]
    assert Segment.open(exact).form == Form(dim=64)
    assert Segment.open(exact).vectors(0) == pytest.approx(Segment.open(compressed).vectors(0), abs=0.2)


def test_a_codebook_is_needed_for_vectors_only(tmp_path):
    """A segment whose codebook is gone opens and verifies; whoever wants its vectors is told the name."""
    codec = residual_codec(tmp_path)
    path = make_segment(tmp_path, codec, make_passages(1, [3], 64))
    (tmp_path / codebook_file(codec.codebook.id)).unlink()
    segment = Segment.open(path)
    segment.verify()
    with pytest.raises(FileNotFoundError) as caught:
        segment.vectors(0)
    assert Path(caught.value.filename).name == codebook_file(codec.codebook.id)


@st.composite
def libraries(draw: st.DrawFn) -> list[tuple[str, list[int], list[bool]]]:
    """Segments: in which form, with which passages, of which some are alive."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        counts = draw(COUNTS)
        alive = draw(st.lists(st.booleans(), min_size=len(counts), max_size=len(counts)))
        found.append((draw(st.sampled_from(["exact", "old", "new"])), counts, alive))
    return found


@settings(max_examples=40, deadline=None)
@given(library=libraries(), bits=st.sampled_from([2, 4]), piece=st.sampled_from([1, 7, 250_000]))
def test_a_merge_brings_all_into_the_newest_form(tmp_path_factory, library, bits, piece):
    """Ids keep their order, dead passages go, the newest form is copied byte by byte, and an older one is
    compressed anew from what it keeps; how much is in memory at a time makes no difference.
    """
    folder = tmp_path_factory.mktemp("index")
    new = residual_codec(folder, bits=bits)
    codecs: dict[str, Codec] = {
        "exact": ExactCodec(dim=64),
        "old": residual_codec(folder, seed=9),
        "new": new,
    }
    views, expected, first = [], {}, 1
    for form, counts, living in library:
        passages = make_passages(first, counts, 64)
        segment = Segment.open(make_segment(folder, codecs[form], passages, first_id=first))
        alive = np.array(living)
        views.append(SegmentView(segment=segment, alive=alive))
        for ordinal in np.flatnonzero(alive):
            kept = contents(segment)[first + int(ordinal)]
            if form != "new":
                kept = as_bytes(new.compress(segment.vectors(int(ordinal))))
            expected[first + int(ordinal)] = kept
        first += len(counts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge_module, "PIECE_TOKENS", piece)
        merged = merge(folder, views[::-1], new)
    if merged is None:
        assert not expected
        return
    segment = Segment.open(merged)
    segment.verify()
    assert segment.form == new.form
    assert contents(segment) == expected
    assert list(contents(segment)) == sorted(expected)


def as_bytes(arrays: Arrays) -> list[bytes]:
    return [array.tobytes() for array in arrays]


def test_compressing_again_loses_little(tmp_path):
    """A library whose codebook is replaced three times is still about as near to the embeddings: each time
    may add as much error again, but no more.
    """
    passages = [clustered(1, 400, 64)]
    codecs = [residual_codec(tmp_path, seed=seed) for seed in range(4)]
    path, lost = make_segment(tmp_path, codecs[0], passages), []
    for codec in codecs:
        segment = Segment.open(path, Codebooks(tmp_path))
        merged = merge(tmp_path, [SegmentView.whole(segment)], codec)
        assert merged is not None
        path = merged
        lost.append(float(((Segment.open(path).vectors(0) - passages[0]) ** 2).sum(axis=1).mean()))
    for number, each in enumerate(lost[1:], start=2):
        assert each < 1.2 * number * lost[0]


@pytest.mark.parametrize("place", ["segment", "codebook"])
def test_damage_is_found_and_not_merged_on(tmp_path, place):
    """A merge reads what it copies with its checksums: it raises, names the file, and writes nothing."""
    old, new = residual_codec(tmp_path, seed=1), residual_codec(tmp_path, seed=2)
    path = make_segment(tmp_path, old, make_passages(1, [9, 9], 64))
    damaged = path if place == "segment" else tmp_path / codebook_file(old.codebook.id)
    content = bytearray(damaged.read_bytes())
    content[-5] ^= 16
    damaged.write_bytes(content)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(LibraryDamagedError) as caught:
        merge(tmp_path, [SegmentView.whole(Segment.open(path))], new)
    assert caught.value.path == damaged
    assert sorted(tmp_path.iterdir()) == before


def test_pieces_that_are_not_what_was_announced(tmp_path):
    """A segment is never shorter or longer than its header says, and then there is no file at all."""
    codec = residual_codec(tmp_path)
    arrays = codec.compress(clustered(1, 6, 64))
    part = EncodedPassages(ids=np.array([1, 2]), counts=np.array([2, 4]), form=codec.form, tokens=arrays)
    for passages, tokens in ((2, 7), (3, 6), (1, 6)):
        header = Header(form=codec.form, model=MODEL, passages=passages, tokens=tokens)
        with pytest.raises(ValueError, match="announces"):
            write_segment(tmp_path, header, [part])
    assert not list(tmp_path.glob("*.segment"))
