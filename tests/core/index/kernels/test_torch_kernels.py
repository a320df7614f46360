"""The kernels by torch give the numbers of the plain ones, in however small pieces and whatever fails.

On the CPU: nothing here says that they do on a graphics card, where they have never run.
"""

from __future__ import annotations

import gc
import logging
import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="comes with the extra `models`")
import torch

from core.index.kernels import torch_kernels
from core.index.kernels.arrays import LOOSE_SCALE
from core.index.kernels.plain import PlainKernels
from core.index.kernels.torch_kernels import TorchKernels
from tests.core.index.kernels.cases import Case, cases

DIM, CENTROIDS = 64, 20
PLENTY = 1 << 30
CASE = Case(
    seed=4, counts=(5, 0, 12, 1, 300, 7, 7, 40), ordinals=(7, 4, 4, 0, 1, 6, 5), lanes=32, kind="ordinary"
)


def refuse():
    raise AssertionError("the device was to do it")


def torch_on_cpu(*, kept=PLENTY, piece=PLENTY, instead=refuse) -> TorchKernels:
    return TorchKernels("cpu", kept_bytes=kept, piece_bytes=piece, instead=instead)


def all_results(kernels, case: Case, bits: int = 4) -> list[np.ndarray]:
    """Of scan, residual and exact; `sums` are added to what is there."""
    table, tokens = case.table(DIM, CENTROIDS), case.residual_tokens(DIM, bits, CENTROIDS)
    sums = np.full(len(case.ordinals), 5, np.int32)
    best, exact = (np.full((len(case.ordinals), 32), np.nan, np.float32) for _ in range(2))
    kernels.scan(table, tokens, case.wanted, sums)
    kernels.residual(table, tokens, case.wanted, best)
    kernels.exact(table.lanes, case.exact_tokens(DIM), case.wanted, exact)
    return [sums, best, exact]


def assert_equal(found: list[np.ndarray], expected: list[np.ndarray]) -> None:
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@settings(max_examples=40, deadline=None)
@given(
    case=cases(),
    bits=st.sampled_from([2, 4]),
    piece=st.sampled_from([1, 5_000, 100_000, PLENTY]),
    kept=st.sampled_from([0, 3_000, PLENTY]),
)
def test_the_numbers_are_those_of_the_plain_kernels(case, bits, piece, kept):
    """Bit for bit, kept on the device or streamed, in pieces of any size."""
    found = all_results(torch_on_cpu(kept=kept, piece=piece), case, bits)
    assert_equal(found, all_results(PlainKernels(), case, bits))


def test_codes_use_all_sixteen_bits():
    """Centroids beyond 32,767 are those that were meant."""
    case, dim, centroids = CASE, 32, 1 << 16
    table, tokens = case.table(dim, centroids), case.residual_tokens(dim, 2, centroids)
    assert int(tokens.codes.max()) == centroids - 1
    found, expected = (np.zeros(len(case.ordinals), np.int32) for _ in range(2))
    torch_on_cpu().scan(table, tokens, case.wanted, found)
    PlainKernels().scan(table, tokens, case.wanted, expected)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("scale", [LOOSE_SCALE - 1, LOOSE_SCALE])
def test_tokens_are_loose_from_the_same_scale_on(scale):
    """A token that tells more than its centroid counts with that from LOOSE_SCALE on, and not before."""
    case = Case(seed=6, counts=(1,) * 50, ordinals=tuple(range(50)), lanes=32, kind="ordinary")
    table = case.table(DIM, CENTROIDS)
    tokens = replace(case.residual_tokens(DIM, 4, CENTROIDS), scales=np.full(50, scale, np.uint8))
    found, expected = (np.zeros(50, np.int32) for _ in range(2))
    torch_on_cpu(piece=2_000).scan(table, tokens, case.wanted, found)
    PlainKernels().scan(table, tokens, case.wanted, expected)
    np.testing.assert_array_equal(found, expected)
    by_centroid = table.rounded[tokens.codes].sum(axis=1)
    assert (found > by_centroid).any() == (scale == LOOSE_SCALE)


def test_mapped_files_may_be_read_only():
    """Segments are mapped for reading; torch must not warn of it, nor write."""
    tokens = CASE.exact_tokens(DIM)
    for array in (tokens.codes, tokens.scales, tokens.offsets):
        array.flags.writeable = False
    found, expected = (np.empty((len(CASE.ordinals), 32), np.float32) for _ in range(2))
    for kept in (0, PLENTY):
        torch_on_cpu(kept=kept, piece=1000).exact(CASE.query(DIM), tokens, CASE.wanted, found)
        PlainKernels().exact(CASE.query(DIM), tokens, CASE.wanted, expected)
        np.testing.assert_array_equal(found, expected)


class Sent:
    """Counts the bytes that are sent to the device."""

    def __init__(self, monkeypatch) -> None:
        self.bytes = 0
        send = TorchKernels._sent

        def counted(kernels, array):
            self.bytes += array.nbytes
            return send(kernels, array)

        monkeypatch.setattr(TorchKernels, "_sent", counted)

    def during(self, work) -> int:
        before = self.bytes
        work()
        return self.bytes - before


def test_a_segment_and_a_question_are_sent_once(monkeypatch):
    """The second use costs only the ordinals."""
    sent, kernels = Sent(monkeypatch), torch_on_cpu()
    table, tokens = CASE.table(DIM, CENTROIDS), CASE.residual_tokens(DIM, 4, CENTROIDS)
    best = np.empty((len(CASE.ordinals), 32), np.float32)

    def score():
        kernels.residual(table, tokens, CASE.wanted, best)

    assert sent.during(score) > tokens.packed.nbytes + table.near.nbytes
    assert sent.during(score) < 1_000


def test_what_is_closed_is_not_kept():
    """Merged segments and answered questions take no memory from those that follow."""
    kernels = torch_on_cpu()
    for _ in range(5):
        all_results(kernels, CASE)
        gc.collect()
    assert len(kernels._kept._entries) <= 3


def test_what_was_not_used_for_longest_gives_way(monkeypatch):
    """The memory for segments is bounded: of three that do not fit together, the last two stay."""
    sent = Sent(monkeypatch)
    made = [Case(seed=s, counts=(50,), ordinals=(0,), lanes=3, kind="ordinary") for s in range(3)]
    segments = [each.exact_tokens(DIM) for each in made]
    kernels = torch_on_cpu(kept=2 * (segments[0].codes.nbytes + segments[0].scales.nbytes))
    best = np.empty((1, 32), np.float32)

    def cost(number: int) -> int:
        query = made[number].query(DIM)
        return sent.during(lambda: kernels.exact(query, segments[number], made[0].wanted, best))

    whole = [cost(number) for number in range(3)]
    assert cost(2) < whole[2]
    assert cost(1) < whole[1]
    assert cost(0) == whole[0]
    assert cost(2) == whole[2]


class Memory:
    """Makes the device too small: rows beyond `limit` at once do not fit."""

    def __init__(self, monkeypatch, limit: int) -> None:
        self.limit = limit
        self.refused = 0
        rows = TorchKernels._rows

        def limited(kernels, first, counts):
            found = rows(kernels, first, counts)
            if len(found) > self.limit:
                self.refused += 1
                raise torch.OutOfMemoryError("no memory")
            return found

        monkeypatch.setattr(TorchKernels, "_rows", limited)


def test_pieces_are_halved_when_memory_runs_out(monkeypatch):
    """A device with little memory takes longer, and gives the same numbers."""
    memory = Memory(monkeypatch, limit=700)
    assert_equal(all_results(torch_on_cpu(), CASE), all_results(PlainKernels(), CASE))
    assert memory.refused >= 3


def test_the_cpu_does_what_does_not_fit(monkeypatch, caplog):
    """Not even one passage fits: the other kernels do it all, nothing counts twice, the log has it."""
    Memory(monkeypatch, limit=100)
    with caplog.at_level(logging.WARNING):
        found = all_results(torch_on_cpu(piece=10_000, instead=PlainKernels), CASE)
    assert_equal(found, all_results(PlainKernels(), CASE))
    assert "no memory" in caplog.text


def test_a_segment_that_has_no_room_after_all_is_streamed(monkeypatch):
    """Others may use the card: what cannot be kept is sent as it is needed."""

    def full(_kernels, _array):
        raise torch.OutOfMemoryError("no memory")

    monkeypatch.setattr(TorchKernels, "_uploaded", full)
    assert_equal(all_results(torch_on_cpu(), CASE), all_results(PlainKernels(), CASE))


def test_a_device_that_fails_is_not_asked_again(monkeypatch, caplog):
    """A card that disappears in the middle of a search costs a line in the log."""
    calls = []

    def lost(_values, _passages):
        calls.append(1)
        raise RuntimeError("CUDA error: device-side failure")

    monkeypatch.setattr(torch_kernels, "_largest", lost)
    kernels = torch_on_cpu(instead=PlainKernels)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert_equal(all_results(kernels, CASE), all_results(PlainKernels(), CASE))
    assert len(calls) == 1
    assert caplog.text.count("CUDA error") == 1


def test_several_threads_may_ask_at_once():
    """A search hands out its pieces of work to several threads."""
    kernels, expected = torch_on_cpu(kept=5_000, piece=20_000), all_results(PlainKernels(), CASE)
    found: list[list[np.ndarray]] = []
    threads = [threading.Thread(target=lambda: found.append(all_results(kernels, CASE))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for each in found:
        assert_equal(each, expected)


def test_no_device_is_said_at_once():
    """Whoever chooses the kernels can go on to others."""
    if torch.cuda.is_available():
        pytest.skip("there is a device")
    with pytest.raises(RuntimeError, match="no CUDA device"):
        TorchKernels.open(PlainKernels)
