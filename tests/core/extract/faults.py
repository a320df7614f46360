"""What a parser can do to its process. Module-level functions: worker processes import them by name."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

from core.extract.read import Extraction, extract_file
from core.settings import ReadingLimits


def misbehave(path: Path, limits: ReadingLimits) -> Extraction:
    """Do what the file's name says; read it if it says nothing."""
    match path.stem.split("-")[0]:
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "null":
            ctypes.string_at(0)
        case "exit":
            os._exit(7)
        case "loop":
            _loop_in_native_code()
        case "sleep":
            path.with_suffix(".pid").write_text(str(os.getpid()))
            time.sleep(60)
        case "memory":
            hoard = [bytearray(64 * 2**20) for _ in range(1000)]
            return extract_file(Path(str(len(hoard))), limits)
        case "odd":
            raise KeyError(path.name)
        case "nice":
            path.write_text(f"niceness {os.nice(0)}")
    return extract_file(path, limits)


def _loop_in_native_code() -> None:
    """Never returns to Python, so no signal handler written in Python runs."""
    with contextlib.suppress(ValueError):
        ctypes.PyDLL(None).pause() if os.name == "nt" else ctypes.PyDLL(None).usleep(60_000_000)
