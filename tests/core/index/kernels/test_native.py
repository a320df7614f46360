"""Machine code and numpy give the same numbers, bit for bit, so that no machine answers differently."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings

from core.index.kernels import dots
from core.index.kernels.arrays import LANES, QueryLanes
from core.index.kernels.native import NativeKernels, native_ways
from core.index.kernels.plain import PlainKernels
from core.index.kernels.programs import _Loose
from tests.core.index.kernels.cases import LONG, Case, cases

DIMS, BITS, CENTROIDS = (64, 96, 128), (2, 4), 50

LONG_AND_LOOSE = Case(seed=1, counts=(LONG, 0, 5), ordinals=(2, 0, 1, 0), lanes=LANES, kind="loose")
EXTREME = Case(seed=2, counts=(LONG, 3), ordinals=(1, 0, 1), lanes=LANES, kind="extreme")
NOTHING = Case(seed=3, counts=(0, 0), ordinals=(1,), lanes=1, kind="ordinary")


def tried(test):
    """With drawn cases and these three; few for each way, dimension and number of bits: these are many."""
    for case in (NOTHING, EXTREME, LONG_AND_LOOSE):
        test = example(case=case)(test)
    return settings(max_examples=5, deadline=None)(given(case=cases())(test))


@pytest.fixture(scope="module", params=native_ways())
def native(request) -> NativeKernels:
    """Compiled once for all tests of one way."""
    return NativeKernels(request.param)


def filled(count: int) -> np.ndarray:
    """What a kernel must overwrite."""
    return np.full((count, LANES), 7, dtype=np.float32)


def same_bits(found: np.ndarray, expected: np.ndarray) -> bool:
    return found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("dim", DIMS)
@tried
def test_scans_are_equal(native, dim, bits, case):
    """A scan adds the same sums to what is there, for loose tokens too."""
    table, tokens = case.table(dim, CENTROIDS), case.residual_tokens(dim, bits, CENTROIDS)
    found = np.arange(len(case.wanted), dtype=np.int32)
    expected = found.copy()
    native.scan(table, tokens, case.wanted, found)
    PlainKernels().scan(table, tokens, case.wanted, expected)
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("dim", DIMS)
@tried
def test_scores_in_the_compressed_domain_are_equal(native, dim, bits, case):
    """Every lane of every passage of a compressed segment has the same float32."""
    table, tokens = case.table(dim, CENTROIDS), case.residual_tokens(dim, bits, CENTROIDS)
    found, expected = filled(len(case.wanted)), filled(len(case.wanted))
    native.residual(table, tokens, case.wanted, found)
    PlainKernels().residual(table, tokens, case.wanted, expected)
    assert same_bits(found, expected)


@pytest.mark.parametrize("dim", DIMS)
@tried
def test_scores_of_exact_segments_are_equal(native, dim, case):
    """Every lane of every passage of an exact segment has the same float32."""
    query, tokens = case.query(dim), case.exact_tokens(dim)
    found, expected = filled(len(case.wanted)), filled(len(case.wanted))
    native.exact(query, tokens, case.wanted, found)
    PlainKernels().exact(query, tokens, case.wanted, expected)
    assert same_bits(found, expected)


def test_every_code_of_two_bytes_is_looked_up(native):
    """65,536 centroids are the most there can be: the last ones are found as the first are."""
    case = Case(seed=4, counts=(40, 40), ordinals=(1, 0), lanes=9, kind="ordinary")
    table, tokens = case.table(64, 1 << 16), case.residual_tokens(64, 2, 1 << 16)
    assert tokens.codes.max() == 65_535
    sums, expected_sums = np.zeros(2, np.int32), np.zeros(2, np.int32)
    native.scan(table, tokens, case.wanted, sums)
    PlainKernels().scan(table, tokens, case.wanted, expected_sums)
    assert sums.tolist() == expected_sums.tolist()
    found, expected = filled(2), filled(2)
    native.residual(table, tokens, case.wanted, found)
    PlainKernels().residual(table, tokens, case.wanted, expected)
    assert same_bits(found, expected)


def test_a_token_lies_anywhere_in_memory(native):
    """Mapped sections begin at any multiple of 64 bytes, and a token at any byte: no address is special."""
    case = Case(seed=5, counts=(9, 4), ordinals=(0, 1), lanes=LANES, kind="ordinary")
    query, tokens = case.query(96), case.exact_tokens(96)
    expected = filled(2)
    PlainKernels().exact(query, tokens, case.wanted, expected)
    for shift in (1, 2, 3, 17):
        raw = np.zeros(tokens.codes.size + shift, dtype=np.int8)
        raw[shift:] = tokens.codes.ravel()
        moved = type(tokens)(
            offsets=tokens.offsets, codes=raw[shift:].reshape(tokens.codes.shape), scales=tokens.scales
        )
        found = filled(2)
        native.exact(query, moved, case.wanted, found)
        assert same_bits(found, expected)


def test_arrays_of_another_kind_are_refused(native):
    """A kernel reads memory as it is told to, so it is never told anything untrue about an array."""
    case = Case(seed=6, counts=(4, 4), ordinals=(0, 1), lanes=3, kind="ordinary")
    query, tokens = case.query(64), case.exact_tokens(64)
    with pytest.raises(TypeError, match="int64"):
        native.exact(query, tokens, case.wanted.astype(np.int32), filled(2))
    with pytest.raises(TypeError, match="contiguous"):
        native.exact(query, tokens, np.arange(4)[::2], filled(2))


def test_the_long_passages_are_long_enough():
    """The cases have passages with more loose tokens than a kernel sets aside at a time."""
    assert LONG > 2 * _Loose.MOST


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ({}, ("portable",)),
        ({"avx2": True}, ("avx2", "portable")),
        ({"avx2": True, "avxvnni": True}, ("vnni256", "avx2", "portable")),
        ({"avx2": True, "avx512vnni": True}, ("avx2", "portable")),
        (
            {"avx2": True, "avx512vnni": True, "avx512vl": True},
            ("vnni512", "vnni256", "avx2", "portable"),
        ),
    ],
)
def test_only_what_the_processor_has_is_tried(features, expected):
    """The ways follow from the processor's features, and one way is always there."""
    assert dots.ways(features) == expected


def test_more_lanes_than_there_are_is_an_error():
    """More than LANES query tokens at a time would be lost silently, so they are refused."""
    with pytest.raises(ValueError, match="broadcast"):
        QueryLanes.of(np.ones((LANES + 1, 64), np.float32))
