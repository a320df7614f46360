"""How fast are passages encoded, beside PyLate, with the same weights and texts in the same run?

`python3 packaging/tasks.py bench encode [--quick] [--data DIR] [--characters N] [--checkpoint DIR | --own]
[--device cuda] [--no-peers] [--json]`: fabricates a checkpoint of full size (12 layers of 768, or with
`--own` as large as Mikke's own; random weights, which cost what trained ones do), or takes yours, and lets
all ways to run it, and PyLate, encode the same passages in turns: those of the sample library, or of the
retrieval sets in DIR, cut to N characters. Ways are PyTorch and, of a folder with graphs, ONNX Runtime.

Prints passages a second (on the clock, and for each second of the processor's, which others who are at work
change less), the median ratio of the turns, cosines between the vectors of any token and PyTorch's float32,
the share of the device's measured matrix rate, how fast texts are tokenised alone, how long a question takes,
and how long a new process takes to open the model and answer its first question.

`--quick`: few turns, within a few minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.domain import ExtractedText, Float32Array
from core.encode.colbert.encoder import ColbertEncoder
from core.encode.colbert.network import Precision
from core.layout import SAMPLE_LIBRARY
from core.passages import split
from tests.bench.retrieval_set import find_sets, read_set
from tests.bench.ways import fabricate_for_speed, start_ms, ways_of

PASSAGES_A_TURN = 32
QUESTIONS, QUESTION_EVERY_S = 20, 0.25
EXACT = "torch fp32"
TURNS, QUICK_TURNS = 9, 3
PEER = "tests.bench.peers.pylate_peer"
ROOT = Path(__file__).resolve().parents[2]

_MATRIX_ROWS = {"cpu": 512, "cuda": 16_384}
_MATRIX_TRIES, _MATRIX_PRODUCTS = 100, 5
_DTYPES = {
    Precision.FP32: torch.float32,
    Precision.BF16: torch.bfloat16,
    Precision.FP16: torch.float16,
    Precision.INT8: torch.float32,  # what 8 bits are compared with
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One way to encode. Cosines with EXACT; `matrix_share` of the device's rate at its best; `start_ms`: a
    new process, from its first line to the vectors of a question.
    """

    encoder: str
    passages_per_second: float
    passages_per_cpu_second: float
    ratio_vs_pylate: float | None
    min_cosine: float
    mean_cosine: float
    matrix_share: float
    start_ms: float


def main(words: list[str]) -> int:
    arguments = _parser().parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = arguments.checkpoint or Path(folder, "full-size")
        if arguments.checkpoint is None:
            fabricate_for_speed(checkpoint, own=arguments.own)
        turns = QUICK_TURNS if arguments.quick else TURNS
        texts = _texts(arguments.data, (turns + 1) * PASSAGES_A_TURN, arguments.characters)
        report = _compare(checkpoint, texts, arguments.device, peers=not arguments.no_peers)
    if arguments.json:
        print(json.dumps(report))
    else:
        _print(report)
    return 0


def _compare(checkpoint: Path, texts: Sequence[str], device: str, *, peers: bool) -> dict[str, Any]:
    ways = ways_of(checkpoint, device)
    encoders = {way: ColbertEncoder.open(checkpoint, options) for way, options in ways.items()}
    with _pylate(checkpoint, device, wanted=peers) as peer:
        rounds = list(_rounds(encoders, peer, texts))
    rows = [
        Row(
            encoder=way,
            passages_per_second=_rate([each.seconds[way] for each in rounds]),
            passages_per_cpu_second=_rate([each.cpu_seconds[way] for each in rounds]),
            ratio_vs_pylate=_ratio(rounds, way),
            min_cosine=min(float(each.cosines[way].min()) for each in rounds),
            mean_cosine=float(np.concatenate([each.cosines[way] for each in rounds]).mean()),
            matrix_share=_matrix_share(encoders[way], rounds, way),
            start_ms=start_ms(checkpoint, options),
        )
        for way, options in ways.items()
    ]
    best = max(rows, key=lambda row: row.passages_per_second if row.min_cosine >= 0.999 else 0.0)
    return {
        "device": _device_name(device),
        "passages": sum(each.passages for each in rounds),
        "mean_tokens": round(statistics.mean(each.tokens / each.passages for each in rounds), 1),
        "rows": [asdict(row) for row in rows],
        "pylate": peer.about | {"passages_per_second": _rate([each.theirs for each in rounds])}
        if peer
        else None,
        "tokenised_per_second": _tokenised_per_second(encoders[EXACT], texts),
        "min_cosine_with_pylate": min(each.theirs_cosine for each in rounds) if peer else None,
        "best": best.encoder,
        "question_ms": _question_ms(encoders, texts),
        "ratio_vs_pylate": best.ratio_vs_pylate,
        "min_cosine": best.min_cosine,
    }


def _tokenised_per_second(encoder: ColbertEncoder, texts: Sequence[str]) -> float:
    started = time.process_time()
    for text in texts:
        encoder.passage_inputs(text)
    return round(len(texts) / (time.process_time() - started), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The same texts for everybody, one after the other. `theirs`: PyLate's seconds, 0 without it."""

    passages: int
    tokens: int
    seconds: dict[str, float]
    cpu_seconds: dict[str, float]
    cosines: dict[str, Float32Array]
    theirs: float
    theirs_cosine: float


def _rounds(encoders: dict[str, ColbertEncoder], peer: Peer | None, texts: Sequence[str]) -> Iterator[Round]:
    """The first turn warms everything up and is not counted."""
    for number in range(len(texts) // PASSAGES_A_TURN):
        some = texts[number * PASSAGES_A_TURN : (number + 1) * PASSAGES_A_TURN]
        seconds: dict[str, float] = {}
        cpu_seconds: dict[str, float] = {}
        vectors: dict[str, Float32Array] = {}
        for way, encoder in encoders.items():
            started, started_cpu = time.perf_counter(), time.process_time()
            found = encoder.encode_passages(some)
            seconds[way] = time.perf_counter() - started
            cpu_seconds[way] = time.process_time() - started_cpu
            vectors[way] = np.concatenate([each.vectors for each in found])
        exact = vectors[EXACT]
        theirs, their_vectors = peer.encode(some) if peer else (0.0, exact)
        if number:
            yield Round(
                passages=len(some),
                tokens=sum(len(encoders[EXACT].passage_inputs(text).ids) for text in some),
                seconds=seconds,
                cpu_seconds=cpu_seconds,
                cosines={way: _cosines(exact, each) for way, each in vectors.items()},
                theirs=theirs,
                theirs_cosine=float(_cosines(exact, their_vectors).min()),
            )


def _question_ms(encoders: dict[str, ColbertEncoder], texts: Sequence[str]) -> dict[str, dict[str, float]]:
    """Times of a question, alone and while passages are encoded, in milliseconds."""
    questions = [text[:30] for text in texts[:QUESTIONS]]
    found = {}
    for way, encoder in encoders.items():
        alone = _times(encoder, questions)
        stop = threading.Event()

        def index(encoder: ColbertEncoder = encoder, stop: threading.Event = stop) -> None:
            while not stop.is_set():
                encoder.encode_passages(texts[:PASSAGES_A_TURN])

        indexing = threading.Thread(target=index)
        indexing.start()
        try:
            meanwhile = _times(encoder, questions)
        finally:
            stop.set()
            indexing.join()
        found[way] = {
            "alone": round(statistics.median(alone), 1),
            "alone_p95": round(float(np.percentile(alone, 95)), 1),
            "while_encoding": round(statistics.median(meanwhile), 1),
            "longest_while_encoding": round(max(meanwhile), 1),
        }
    return found


def _times(encoder: ColbertEncoder, questions: Sequence[str]) -> list[float]:
    times = []
    for question in questions:
        time.sleep(QUESTION_EVERY_S)
        started = time.perf_counter()
        encoder.encode_query(question)
        times.append((time.perf_counter() - started) * 1000)
    return times


def _cosines(exact: Float32Array, found: Float32Array) -> Float32Array:
    if exact.shape != found.shape:
        raise ValueError(f"not the same tokens: {exact.shape} and {found.shape}")
    return np.einsum("td,td->t", exact, found)


def _rate(seconds: Sequence[float]) -> float:
    return round(PASSAGES_A_TURN / statistics.median(seconds), 2)


def _ratio(rounds: Sequence[Round], way: str) -> float | None:
    if not all(each.theirs for each in rounds):
        return None
    return round(statistics.median(each.theirs / each.seconds[way] for each in rounds), 2)


def _matrix_share(encoder: ColbertEncoder, rounds: Sequence[Round], way: str) -> float:
    """What the texts need of linear layers (no padding, no attention) a second, over what bare ones do."""
    shape = encoder.shape
    per_token = 2 * shape.layers * (4 * shape.hidden**2 + 2 * shape.hidden * shape.inner)
    rate = statistics.median(per_token * each.tokens / each.seconds[way] for each in rounds)
    device, dtype = encoder.runner.device, _DTYPES[encoder.runner.network.precision]
    return round(rate / _matrix_rate(device, dtype, (shape.hidden, shape.inner)), 3)


def _matrix_rate(device: str, dtype: torch.dtype, sizes: tuple[int, int]) -> float:
    """Floating-point operations a second of one linear layer on many rows, at the best moment: others on the
    machine only ever make it slower.
    """
    rows = _MATRIX_ROWS[device]
    values = torch.randn(rows, sizes[0], device=device, dtype=dtype)
    weights = torch.randn(sizes[1], sizes[0], device=device, dtype=dtype)
    best = float("inf")
    for _ in range(_MATRIX_TRIES):
        started = time.perf_counter()
        for _ in range(_MATRIX_PRODUCTS):
            torch.nn.functional.linear(values, weights)
        _wait(device)
        best = min(best, time.perf_counter() - started)
    return 2 * rows * sizes[0] * sizes[1] * _MATRIX_PRODUCTS / best


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def _device_name(device: str) -> str:
    if device == "cuda":
        return torch.cuda.get_device_name()
    return f"cpu, {torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}"


# --- The peer ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Peer:
    """A process that encodes when it is asked to."""

    process: subprocess.Popen[str]
    about: dict[str, Any]

    def encode(self, texts: Sequence[str]) -> tuple[float, Float32Array]:
        """Seconds, and the vectors of all texts below each other."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(list(texts)) + "\n")
        self.process.stdin.flush()
        answer = _answer(self.process)
        return answer["seconds"], np.load(answer["vectors"])


@contextmanager
def _pylate(checkpoint: Path, device: str, *, wanted: bool) -> Iterator[Peer | None]:
    if not wanted:
        yield None
        return
    folder = ROOT / ".venv-golden"
    python = folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"
    process = subprocess.Popen(
        [python, "-m", PEER, checkpoint, device],
        cwd=ROOT,
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield Peer(process, _answer(process))
    finally:
        process.stdin.close()
        process.wait()


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"PyLate ended with exit code {process.wait()}")
    answer: dict[str, Any] = json.loads(line)
    return answer


# --- What is encoded, and how it is told ---------------------------------------------------------


def _texts(data: Path | None, count: int, characters: int | None) -> list[str]:
    """So many passages, of all sets or documents in turn; with `characters` cut to that length, all alike."""
    if data:
        groups = [[each.text for each in read_set(path).passages] for path in find_sets(data).values()]
    else:
        files = sorted(SAMPLE_LIBRARY.rglob("*.md"))
        groups = [_passages_of(path.read_text(encoding="utf-8")) for path in files]
    found: list[str] = []
    longest = max(map(len, groups))
    for number in range(longest):
        found += [group[number] for group in groups if number < len(group)]
    if characters:
        whole = "".join(found)
        found = [whole[at : at + characters] for at in range(0, len(whole) - characters, characters)]
    while len(found) < count:
        found += found
    return found[:count]


def _passages_of(text: str) -> list[str]:
    spans = [each.span for each in split(ExtractedText(text=text, title="", format="md"))]
    return [text[span.start : span.end] for span in spans]


def _print(report: dict[str, Any]) -> None:
    print(f"{report['passages']} passages of {report['mean_tokens']} tokens on {report['device']}")
    print(
        f"{'':<11} {'passages/s':>10} {'a CPU s':>8} {'× PyLate':>9} {'least cosine':>13} {'mean':>9} "
        f"{'of matrix rate':>15} {'start ms':>9}"
    )
    for row in report["rows"]:
        ratio = "" if row["ratio_vs_pylate"] is None else f"{row['ratio_vs_pylate']:.2f}"
        print(
            f"{row['encoder']:<11} {row['passages_per_second']:>10} {row['passages_per_cpu_second']:>8} "
            f"{ratio:>9} {row['min_cosine']:>13.6f} {row['mean_cosine']:>9.6f} {row['matrix_share']:>15.0%} "
            f"{row['start_ms']:>9.0f}"
        )
    print(f"Tokenising alone: {report['tokenised_per_second']} passages a CPU second")
    for way, times in report["question_ms"].items():
        print(
            f"A question by {way}: {times['alone']} ms alone (p95 {times['alone_p95']}), "
            f"{times['while_encoding']} while passages are encoded ({times['longest_while_encoding']} at "
            "most)"
        )
    if report["pylate"]:
        about = report["pylate"]
        print(
            f"PyLate {about['version']}, torch {about['torch']}, {about['threads']} threads: "
            f"{about['passages_per_second']} passages/s; least cosine with our float32 "
            f"{report['min_cosine_with_pylate']:.7f}"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench encode", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few turns, within a few minutes")
    parser.add_argument("--data", type=Path, metavar="DIR", help="passages of the retrieval sets in DIR")
    parser.add_argument("--characters", type=int, metavar="N", help="cut passages to so many characters")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--checkpoint", type=Path, metavar="DIR", help="yours, in the place of a fabricated one"
    )
    which.add_argument("--own", action="store_true", help="one as large as Mikke's own model")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--no-peers", action="store_true", help="without PyLate")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
