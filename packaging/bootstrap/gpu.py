"""Is there an NVIDIA card whose driver works? Then set-up takes the extra `gpu` in the place of `cpu`."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys


def works() -> bool:
    """Only where faiss has GPU wheels: Linux on x86-64. `nvidia-smi -L` fails without a loaded driver."""
    if sys.platform != "linux" or platform.machine() != "x86_64" or not shutil.which("nvidia-smi"):
        return False
    try:
        cards = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return False
    return cards.returncode == 0 and "GPU" in cards.stdout
