"""A segment gives back what was written, and notices when a byte has changed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import PassageId, TokenEmbeddings
from core.errors import DiskFullError, LibraryDamagedError
from core.index.codec import ExactCodec
from core.index.format import HEADER_BYTES
from core.index.merge import SegmentSize, choose_merges, merge
from core.index.segment import EncodedPassages, Segment, header_of, write_segment
from core.index.snapshot import SegmentView, Snapshot

MODEL = bytes(range(16))


def embeddings(rng: np.random.Generator, tokens: int, dim: int = 128) -> TokenEmbeddings:
    vectors = rng.standard_normal((tokens, dim)).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return TokenEmbeddings(vectors=vectors, spans=np.zeros((tokens, 2), np.int32))


def write(folder, counts, first_id=1, seed=0, dim=128):
    rng = np.random.default_rng(seed)
    made = [embeddings(rng, count, dim) for count in counts]
    ids = [PassageId(first_id + i) for i in range(len(counts))]
    parts = [EncodedPassages.compress(ids, made, ExactCodec(dim=dim))]
    path = write_segment(folder, header_of(parts, MODEL), parts)
    return path, dict(zip(ids, made, strict=True))


@settings(max_examples=30, deadline=None)
@given(counts=st.lists(st.integers(0, 30), min_size=1, max_size=20), dim=st.sampled_from([64, 96, 128]))
def test_what_was_written_is_read(tmp_path_factory, counts, dim):
    """Every passage comes back under its id with its tokens, passages without tokens too."""
    path, made = write(tmp_path_factory.mktemp("index"), counts, dim=dim)
    segment = Segment.open(path)
    segment.verify()
    assert list(segment.passage_ids) == list(made)
    assert segment.header.model == MODEL
    for passage_id, expected in made.items():
        found = segment.vectors(segment.ordinal_of(passage_id))
        assert found == pytest.approx(expected.vectors, abs=0.005)


@pytest.mark.parametrize("part", ["header", "ids", "offsets", "scales", "codes"])
def test_a_flipped_bit_is_found(tmp_path, part):
    """One changed bit anywhere is reported with the name of the file, by open or by verify."""
    path, _ = write(tmp_path, [5, 9])
    names = ("ids", "offsets", "scales", "codes")
    found = Segment.open(path).header.sections()
    offsets = {"header": 20} | {name: each.offset for name, each in zip(names, found, strict=True)}
    content = bytearray(path.read_bytes())
    content[offsets[part] + 3] ^= 4
    path.write_bytes(content)
    with pytest.raises(LibraryDamagedError) as caught:
        Segment.open(path).verify()
    assert caught.value.path == path


@pytest.mark.parametrize("kept", [0, 7, HEADER_BYTES - 1, HEADER_BYTES, 600])
def test_a_file_that_is_cut_off_is_refused(tmp_path, kept):
    """A segment that lost its end never opens."""
    path, _ = write(tmp_path, [5, 9])
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(LibraryDamagedError):
        Segment.open(path)


def test_a_newer_format_is_named(tmp_path):
    """A segment of a later format is refused with both numbers, not called damaged."""
    path, _ = write(tmp_path, [3])
    content = bytearray(path.read_bytes())
    content[8] = 99
    path.write_bytes(content)
    with pytest.raises(LibraryDamagedError, match="format 99; this program reads up to 2"):
        Segment.open(path)


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    """When the disk is full, no half-written file stays behind."""

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.index.files.os.fsync", full)
    with pytest.raises(DiskFullError):
        write(tmp_path, [5])
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_merge_keeps_every_alive_passage_bit_for_bit(tmp_path_factory, data):
    """Merging copies codes: an alive passage has the same vectors before and after, a dead one is gone."""
    folder = tmp_path_factory.mktemp("index")
    views, expected, first = [], {}, 1
    for seed in range(data.draw(st.integers(1, 4))):
        counts = data.draw(st.lists(st.integers(0, 9), min_size=1, max_size=6))
        path, made = write(folder, counts, first_id=first, seed=seed)
        alive = np.array(data.draw(st.lists(st.booleans(), min_size=len(made), max_size=len(made))))
        view = SegmentView(segment=Segment.open(path), alive=alive)
        views.append(view)
        for ordinal, passage_id in enumerate(made):
            if alive[ordinal]:
                expected[passage_id] = view.segment.vectors(ordinal)
        first += len(made)
    merged = merge(folder, views, ExactCodec(dim=128))
    if merged is None:
        assert not expected
        return
    segment = Segment.open(merged)
    segment.verify()
    assert list(segment.passage_ids) == list(expected)
    for passage_id, vectors in expected.items():
        assert (segment.vectors(segment.ordinal_of(passage_id)) == vectors).all()


def test_a_snapshot_outlives_its_files(tmp_path):
    """A search that holds a snapshot still reads it after the files were merged away."""
    path, made = write(tmp_path, [4, 4])
    snapshot = Snapshot.open({path: None})
    path.unlink()
    assert snapshot.vectors(PassageId(2)) == pytest.approx(made[PassageId(2)].vectors, abs=0.005)
    with pytest.raises(KeyError):
        snapshot.vectors(PassageId(3))


def test_small_segments_never_pile_up(tmp_path):
    """However many small batches come, the policy keeps the number of segments small, and settles."""
    sizes = []
    for number in range(2000):
        sizes.append(SegmentSize(path=tmp_path / str(number), tokens=500, alive_tokens=500))
        while groups := choose_merges(sizes):
            for group in groups:
                gone = [size for size in sizes if size.path in group]
                tokens = sum(size.alive_tokens for size in gone)
                sizes = [size for size in sizes if size.path not in group]
                sizes.append(SegmentSize(path=group[0], tokens=tokens, alive_tokens=tokens))
    assert len(sizes) < 40
    assert sum(size.tokens for size in sizes) == 2000 * 500


def test_mostly_dead_segments_are_rewritten(tmp_path):
    """A segment whose passages are mostly gone gives its space back, also when it is the only one."""
    size = SegmentSize(path=tmp_path / "a", tokens=1000, alive_tokens=400)
    assert choose_merges([size]) == [(size.path,)]
