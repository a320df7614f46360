"""PyLate's `encode`, asked line by line by tests/bench/encode.py. Runs in the environment of the golden
files.

`python -m tests.bench.peers.pylate_peer CHECKPOINT DEVICE`. A line on standard input is a JSON list of texts;
the answer is a line of JSON: `seconds`, and `vectors`, the name of a .npy file with those of all texts below
each other.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pylate
import torch
from pylate import models

BATCH_SIZE = 32
"""PyLate's default."""


def main(checkpoint: str, device: str) -> None:
    # What the library prints must not come between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    model = models.ColBERT(checkpoint, device=device)
    threads = torch.get_num_threads()
    _say(answers, {"version": pylate.__version__, "torch": torch.__version__, "threads": threads})
    with tempfile.TemporaryDirectory() as folder:
        for number, line in enumerate(sys.stdin):
            texts = json.loads(line)
            started = time.perf_counter()
            found = model.encode(texts, batch_size=BATCH_SIZE, is_query=False, show_progress_bar=False)
            seconds = time.perf_counter() - started
            path = Path(folder, f"{number}.npy")
            np.save(path, np.concatenate([np.asarray(each, dtype=np.float32) for each in found]))
            _say(answers, {"seconds": seconds, "vectors": str(path)})


def _say(answers, value: dict[str, object]) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
