"""The fastest kernels are measured once; whatever is wrong with LLVM or the memory of it, a search works."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pytest

from core.index.kernels import choose, native
from core.index.kernels.choose import all_kernels, fastest, load_kernels
from core.index.kernels.native import NativeKernels, native_ways
from core.index.kernels.plain import PlainKernels


@pytest.fixture
def measured(monkeypatch) -> list[int]:
    """One entry for each time that kernels are measured; they take no time and numpy wins."""
    times: list[int] = []

    def quick(kernels):
        times.append(len(kernels))
        return PlainKernels()

    monkeypatch.setattr(choose, "fastest", quick)
    return times


def test_the_choice_is_remembered(tmp_path, measured):
    """The second start of the program measures nothing and takes the same kernels."""
    remembered = tmp_path / "kernels.json"
    assert load_kernels(remembered).name == "numpy"
    assert load_kernels(remembered).name == "numpy"
    assert measured == [1 + len(native_ways())]
    known = json.loads(remembered.read_text())
    remembered.write_text(json.dumps(known | {"kernels": "native-portable"}))
    assert load_kernels(remembered).name == "native-portable"
    assert len(measured) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe\x00", b'{"machine": 1}', b'{"kernels": "numpy"}'],
)
def test_a_damaged_memory_is_measured_again(tmp_path, measured, content):
    """A file that makes no sense costs a measurement, after which it does."""
    remembered = tmp_path / "kernels.json"
    remembered.write_bytes(content)
    assert load_kernels(remembered).name == "numpy"
    assert load_kernels(remembered).name == "numpy"
    assert len(measured) == 1


@pytest.mark.parametrize("kernels", ["native-of-the-future", None, 3, [], {}])
def test_kernels_that_this_program_lacks_are_measured_again(tmp_path, measured, kernels):
    """A name from another version of the program is not believed."""
    remembered = tmp_path / "kernels.json"
    remembered.write_text(json.dumps({"machine": choose._machine(), "kernels": kernels}))
    assert load_kernels(remembered).name == "numpy"
    assert len(measured) == 1


def test_another_machine_is_measured_again(tmp_path, measured):
    """A library on a disk that moves between machines: each chooses for itself."""
    remembered = tmp_path / "kernels.json"
    remembered.write_text(json.dumps({"machine": "another", "kernels": "native-portable"}))
    assert load_kernels(remembered).name == "numpy"
    assert len(measured) == 1
    assert json.loads(remembered.read_text())["machine"] == choose._machine()


def test_a_choice_that_cannot_be_written_is_made_all_the_same(tmp_path, measured):
    """Not being able to remember is no reason not to search."""
    assert load_kernels(tmp_path / "missing" / "kernels.json").name == "numpy"
    assert len(measured) == 1


def test_some_kernels_are_really_the_fastest(tmp_path):
    """Without any replacement, machine code wins on a processor whose special instructions we use, and is
    found again by name.
    """
    chosen = load_kernels(tmp_path / "kernels.json")
    assert isinstance(chosen, NativeKernels) or native_ways() == ("portable",)
    assert load_kernels(tmp_path / "kernels.json").name == chosen.name
    assert list(all_kernels()) == ["numpy", *(f"native-{way}" for way in native_ways())]


def test_numpy_where_llvm_cannot_compile(tmp_path, monkeypatch):
    """A hardened system may forbid new machine code: then numpy answers."""

    def refused(_module, _way):
        raise RuntimeError("no executable memory")

    monkeypatch.setattr(native, "_compile", refused)
    assert load_kernels(tmp_path / "kernels.json").name == "numpy"


def test_numpy_where_llvm_does_not_load(tmp_path, monkeypatch):
    """A broken or missing llvmlite: then numpy answers."""
    monkeypatch.setitem(sys.modules, "core.index.kernels.native", None)
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    assert list(all_kernels()) == ["numpy"]
    assert load_kernels(tmp_path / "kernels.json").name == "numpy"


class Slow(PlainKernels):
    name = "slow"

    def exact(self, query, tokens, ordinals, best):
        time.sleep(0.02)
        super().exact(query, tokens, ordinals, best)


class Wrong(PlainKernels):
    name = "wrong"

    def exact(self, query, tokens, ordinals, best):  # noqa: ARG002 - the signature of Kernels
        best[:] = np.float32(1)


class Broken(PlainKernels):
    name = "broken"

    def exact(self, query, tokens, ordinals, best):  # noqa: ARG002 - the signature of Kernels
        raise OSError("illegal instruction")


def test_only_what_is_right_can_be_fastest():
    """Kernels that fail or give other numbers are left out however fast they are."""
    assert fastest([Slow(), Wrong(), PlainKernels(), Broken()]).name == "numpy"
    assert fastest([Slow(), Wrong()]).name == "slow"
    assert fastest([Wrong(), Broken()]).name == "numpy"
    assert fastest([]).name == "numpy"
