"""What happens inside a worker process: its limits, and the call itself.

Memory is limited by RLIMIT_AS, which Linux enforces; macOS accepts it and does not enforce it; Windows has no
such limit, and there a file that eats memory ends with the time limit at the latest.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

_SPARE_CPU_S = 30.0


def prepare_worker(memory_bytes: int, niceness: int) -> None:
    """Limit this process. Runs once, before its first file; `memory_bytes` come on top of what it has now."""
    # A library in an endless loop never returns to Python, so a Python handler would never run.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(os, "nice"):
        os.nice(niceness)
    with contextlib.suppress(ImportError, OSError, ValueError):  # no such limit here, or a lower one is set
        import resource  # noqa: PLC0415 - not there on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_address_space() + memory_bytes, hard))


def call(function: Callable[..., Any], arguments: tuple[Any, ...], timeout_s: float) -> Any:
    """Call `function`. The parent ends it after `timeout_s`; should the parent be gone, the kernel does."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415

        usage = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        allowed = int(usage.ru_utime + usage.ru_stime + timeout_s + _SPARE_CPU_S)
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))
    return function(*arguments)


def _address_space() -> int:
    """The bytes of address space that this process has already (0 where that is unknown)."""
    with contextlib.suppress(OSError, AttributeError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0
