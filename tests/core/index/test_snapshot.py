"""Which passages of which segments count, and where each is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import PassageId, TokenEmbeddings
from core.index.codec import ExactCodec
from core.index.segment import EncodedPassages, Segment, header_of, write_segment
from core.index.snapshot import SegmentView, Snapshot


def make_segment(folder, ids):
    """Each passage is one token, which tells its id."""
    vectors = [np.array([[id_, 1]], np.float32) for id_ in ids]
    made = [TokenEmbeddings(vectors=each, spans=np.zeros((1, 2), np.int32)) for each in vectors]
    parts = [EncodedPassages.compress([PassageId(id_) for id_ in ids], made, ExactCodec(dim=2))]
    return Segment.open(write_segment(folder, header_of(parts, bytes(16)), parts))


IDS = st.lists(st.integers(1, 60), unique=True, min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(ids=IDS, wanted=st.lists(st.integers(0, 61), unique=True), ascending=st.booleans())
def test_ids_are_found_in_any_order(tmp_path_factory, ids, wanted, ascending):
    """Ordinals come in the order of the ids asked for, also where an old merge left the ids unsorted."""
    ids = sorted(ids) if ascending else ids
    view = SegmentView.whole(make_segment(tmp_path_factory.mktemp("index"), ids))
    found = view.ordinals(np.array(wanted, np.int64))
    assert [ids[ordinal] for ordinal in found] == [id_ for id_ in wanted if id_ in ids]
    later = view.without(np.array(wanted, np.int64))
    assert later.alive.tolist() == [id_ not in wanted for id_ in ids]
    assert view.alive.all()


def test_a_passage_is_found_wherever_it_is(tmp_path):
    """Segments whose ranges of ids overlap, as merges make them, do not hide each other's passages."""
    groups = [[1, 5, 9], [2, 3, 8], [30, 4], [7]]
    snapshot = Snapshot(views=tuple(SegmentView.whole(make_segment(tmp_path, ids)) for ids in groups))
    for ids in groups:
        for id_ in ids:
            assert snapshot.vectors(PassageId(id_))[0][0] == pytest.approx(id_, rel=0.01)
    for missing in (0, 6, 29, 31):
        with pytest.raises(KeyError):
            snapshot.find(PassageId(missing))
