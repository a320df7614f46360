"""The ways to run a checkpoint: which library, in which precision; and how long each takes to start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from core.encode.checkpoint.graph_file import GRAPH, GRAPH_INT8
from core.encode.colbert.encoder import Options
from core.encode.colbert.network import Precision, Runtime
from tests.core.encode.checkpoints.fabricate import fabricate

ROOT = Path(__file__).resolve().parents[2]

_START = """
import sys, time
begun = time.perf_counter()
from pathlib import Path
from core.encode.colbert.encoder import ColbertEncoder, Options
from core.encode.colbert.network import Precision, Runtime
options = Options(runtime=Runtime(sys.argv[2]), precision=Precision(sys.argv[3]), device=sys.argv[4])
ColbertEncoder.open(Path(sys.argv[1]), options).encode_query("水道の元栓はどこ?")
print((time.perf_counter() - begun) * 1000)
"""
_STARTS = 3


def ways_of(checkpoint: Path, device: str) -> dict[str, Options]:
    """By the library and the precision; the exact one first."""
    of_torch = [Precision.FP32, Precision.BF16] + ([Precision.FP16] if device == "cuda" else [])
    ways = [(Runtime.TORCH, precision) for precision in of_torch]
    if device == "cpu":
        graphs = {Precision.FP32: GRAPH, Precision.INT8: GRAPH_INT8}
        ways += [(Runtime.ONNX, which) for which, name in graphs.items() if (checkpoint / name).exists()]
    return {
        f"{runtime} {precision}": Options(runtime=runtime, precision=precision, device=device)
        for runtime, precision in ways
    }


def fabricate_for_speed(checkpoint: Path, *, own: bool) -> None:
    """12 layers of 768, or as large as Mikke's own model and with its graphs."""
    fabricate("plain-full-size" if own else "full-size", checkpoint)
    if own:
        sys.path.append(str(ROOT / "packaging"))
        from own_model.graph import write_graph  # noqa: PLC0415 - found by the line above

        write_graph(checkpoint)
        write_graph(checkpoint, in_8_bits=True)


def start_ms(checkpoint: Path, options: Options) -> float:
    """The shortest of a few: files that had to be read from the disk are in memory then."""
    assert options.runtime is not None
    words = [str(checkpoint), options.runtime, options.precision, options.device]
    command = [sys.executable, "-c", _START, *words]
    outputs = [
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for _ in range(_STARTS)
    ]
    return round(min(map(float, outputs)))
