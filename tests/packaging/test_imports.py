"""What a start loads: the rules that import contracts cannot hold, since they are about when, not whether."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

HEAVY = {
    "torch",
    "transformers",
    "onnxruntime",
    "tokenizers",
    "huggingface_hub",
    "faiss",
    "numba",
    "pymupdf",
    "fitz",
}


def loaded_by(*modules: str) -> set[str]:
    """Top-level names in `sys.modules` after a fresh interpreter imported these."""
    code = (
        f"import sys, {', '.join(modules)}; print(*{{name.split('.')[0] for name in sys.modules}}, sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["app.__main__", "app.window", "core.collection"])
def test_a_start_loads_no_heavy_library(module: str) -> None:
    """A window is there before any PDF parser, k-means or neural network is loaded."""
    assert not loaded_by(module) & HEAVY


@pytest.mark.parametrize("module", ["app.__main__", "app.commands", "app.tour", "core.collection"])
def test_the_command_line_loads_no_qt(module: str) -> None:
    """Commands work, and start fast, on a machine without a screen or Qt's libraries."""
    assert not loaded_by(module) & {"PySide6", "shiboken6"}


def test_core_loads_nothing_of_the_app() -> None:
    """The engine works without its screens."""
    assert not loaded_by("core.collection") & {"app", "rich"}
