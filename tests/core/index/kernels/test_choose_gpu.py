"""A graphics card is tried where there may be one, chosen where it pays, and never waited for elsewhere."""

from __future__ import annotations

import sys
import time

import numpy as np
import pytest

from core.index.kernels import choose
from core.index.kernels.choose import all_kernels, choose_kernels, load_kernels
from core.index.kernels.plain import PlainKernels

VERSION = "2.99.0"


class Card(PlainKernels):
    """Stands in for a graphics card that takes no time: it knows the answer."""

    name = "torch-cuda"
    made = 0

    def __init__(self) -> None:
        type(self).made += 1
        self._known: np.ndarray | None = None

    def exact(self, query, tokens, ordinals, best):
        if self._known is None:
            self._known = np.empty_like(best)
            super().exact(query, tokens, ordinals, self._known)
        best[:] = self._known


class WrongCard(Card):
    def exact(self, query, tokens, ordinals, best):
        super().exact(query, tokens, ordinals, best)
        best[3] *= np.float32(1.001)


class SlowCard(Card):
    def exact(self, query, tokens, ordinals, best):
        time.sleep(0.05)
        super().exact(query, tokens, ordinals, best)


class DeadCard(Card):
    def exact(self, query, tokens, ordinals, best):  # noqa: ARG002 - the signature of Kernels
        raise RuntimeError("CUDA error")


@pytest.fixture
def put_in(monkeypatch):
    """Puts a card into this machine, one for which less work is enough; numpy is all that the CPU has."""

    def put(card):
        Card.made = card.made = 0
        monkeypatch.setattr(choose, "_torch_for_gpu", lambda: VERSION)
        monkeypatch.setattr(choose, "_torch_kernels", card)
        monkeypatch.setattr(choose, "_PASSAGES_ON_GPU", 256)
        monkeypatch.setattr(choose.os, "cpu_count", lambda: 1)
        monkeypatch.setitem(sys.modules, "core.index.kernels.native", None)

    return put


def test_a_card_that_is_faster_is_chosen_and_remembered(tmp_path, put_in):
    """Measured once on the work of a search; from then on it is taken without measuring."""
    put_in(Card)
    assert list(all_kernels()) == ["numpy", "torch-cuda"]
    assert load_kernels(tmp_path / "kernels.json").name == "torch-cuda"
    assert load_kernels(tmp_path / "kernels.json").name == "torch-cuda"
    assert Card.made == 2


@pytest.mark.parametrize("card", [WrongCard, SlowCard, DeadCard])
def test_a_card_that_is_wrong_slow_or_dead_is_not(put_in, card, monkeypatch):
    """Then the CPU searches."""
    put_in(card)
    if card is SlowCard:
        monkeypatch.setattr(choose.os, "cpu_count", lambda: 1000)
    assert choose_kernels().name == "numpy"
    assert card.made == 1


def test_a_card_that_is_gone_is_measured_again(tmp_path, put_in, monkeypatch):
    """What was remembered cannot be made any more: a search works all the same."""
    put_in(Card)
    assert load_kernels(tmp_path / "kernels.json").name == "torch-cuda"

    def gone():
        raise RuntimeError("torch finds no CUDA device")

    monkeypatch.setattr(choose, "_torch_kernels", gone)
    assert load_kernels(tmp_path / "kernels.json").name == "numpy"


def test_a_card_that_comes_is_noticed(put_in):
    """Whoever installs torch or a card later gets what is faster then."""
    before = choose._machine()
    put_in(Card)
    assert choose._machine() != before


def test_the_card_falls_back_to_the_fastest_of_the_cpu(put_in):
    """Never to itself."""
    put_in(Card)
    assert choose._fastest_on_cpu().name == "numpy"
    assert Card.made == 0


def test_torch_is_not_imported_where_there_is_no_card(monkeypatch):
    """Importing it takes seconds; looking for a driver takes none."""

    def no_driver(_name):
        raise OSError("no such library")

    monkeypatch.setattr(choose.ctypes, "CDLL", no_driver)
    loaded = "torch" in sys.modules
    assert "torch-cuda" not in all_kernels()
    assert ("torch" in sys.modules) == loaded
