"""Matrix products next to threads of our own."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_blas_thread() -> AbstractContextManager[object]:
    """Inside, matrix products use the calling thread only.

    BLAS's own threads wait for each other actively: on a busy machine they made the same scan up to ten times
    slower, and a product of 20 x 200 took 5 ms in the place of 0.1 (2026-11).
    """
    limited: AbstractContextManager[object] = _blas().limit(limits=1, user_api="blas")
    return limited


@cache
def _blas() -> ThreadpoolController:
    """Looks through the loaded libraries once, which takes some milliseconds."""
    return ThreadpoolController()
