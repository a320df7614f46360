"""Runs the peers on the fabricated checkpoints and writes tests/golden. Started by `tasks.py golden`.

One thread, on the CPU, so that the files come out the same every time.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from golden.colbert_ai import ColbertAi
from golden.pylate_peer import PyLate
from golden.records import Golden, Side, differing, greatest_difference
from transformers.utils import logging as transformers_logging

from tests.core.encode.checkpoints.fabricate import digest, fabricate
from tests.core.encode.checkpoints.settings_files import LANGUAGES
from tests.golden.texts import LIMITS, LONG, ORDINARY, SHORT_LIST, texts_for

ROOT = Path(__file__).resolve().parents[2]

STAND_INS = Path(__file__).parent / "stand_ins"

PEERS = (
    "colbert-ai",
    "pylate",
    "sentence-transformers",
    "transformers",
    "tokenizers",
    "torch",
    "fugashi",
    "unidic-lite",
)

JINA = ("jina-v1", "jina-v1-12", "jina-v2", "jina-v2-no-base", "jina-v2-bf16", "jina-v2-attend-false",
        "jina-v2-no-dim", "jina-v2-96", "jina-v2-64")  # fmt: skip

SETTINGS: dict[str, dict[str, Any]] = {
    # The dimension is not in the metadata, and colbert-ai would take 128.
    "jina-v2-no-dim": {"dim": 16},
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=ROOT / "tests" / "golden")
    parser.add_argument("--jina-code", type=Path)
    parser.add_argument("--only", default="", help="files whose names begin like this")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    transformers_logging.set_verbosity_error()
    for name, make in Maker(arguments.jina_code).files().items():
        if name.startswith(arguments.only):
            with tempfile.TemporaryDirectory() as folder:
                golden = make(Path(folder))
            golden.write(arguments.out / f"{name}.npz")
            print(name, json.dumps(golden.about["differences"]), flush=True)


class Maker:
    """`jina_code`: the Python files of Jina's two implementations, reviewed by whoever passes them."""

    def __init__(self, jina_code: Path | None) -> None:
        self.jina_code = jina_code

    def files(self) -> dict[str, Callable[[Path], Golden]]:
        """Name of each golden file -> what makes it, in an empty folder."""
        found: dict[str, Callable[[Path], Golden]] = {
            "jacolbert.colbert-ai": lambda folder: self.by_colbert_ai("jacolbert", folder),
            "jacolbert.pylate": lambda folder: self.by_pylate("jacolbert", folder),
            "jacolbert-v2.5.colbert-ai": lambda folder: self.by_colbert_ai("jacolbert-v2.5", folder),
            "jacolbert-v2.5-dynamic.colbert-ai": self.dynamic,
            "plain.pylate": lambda folder: self.by_pylate("plain", folder),
            "jacolbert-pylate.pylate": lambda folder: self.by_pylate("jacolbert-pylate", folder),
        }
        for language in LANGUAGES:
            found[f"colbert-xm-{language}.colbert-ai"] = lambda folder, language=language: self.by_colbert_ai(
                "colbert-xm", folder, language=language
            )
        for kind in JINA:
            found[f"{kind}.colbert-ai"] = lambda folder, kind=kind: self.by_colbert_ai(kind, folder)
        for kind in ("jina-v1", "jina-v2"):
            found[f"{kind}-long.colbert-ai"] = lambda folder, kind=kind: self.long(kind, folder)
        return found

    def by_colbert_ai(self, kind: str, folder: Path, language: str = "") -> Golden:
        about = self.prepare(kind, folder)
        peer = ColbertAi(folder, SETTINGS.get(kind, {}))
        if language:
            peer.speak(language)
            about["language"] = language
        # One language with all texts is enough for what does not depend on it.
        texts = SHORT_LIST if language not in ("", LANGUAGES[0]) else texts_for(kind)
        questions, passages = peer.questions([*texts.values()]), peer.passages([*texts.values()])
        differences = {"batches": peer.in_batches([*texts.values()], questions, passages)}
        if not language:
            differences["PyLate"] = self.compare_pylate(folder, texts, questions, passages)
        about |= {"texts": texts, "differences": differences}
        return Golden(about, questions, passages, peer.scores(questions, passages))

    def by_pylate(self, kind: str, folder: Path) -> Golden:
        about = self.prepare(kind, folder)
        texts = texts_for(kind)
        peer = PyLate(folder)
        questions, passages = (peer.encode([*texts.values()], questions=each) for each in (True, False))
        many = (peer.encode([*texts.values()], questions=each, batch=4) for each in (True, False))
        batches = [
            greatest_difference(one.vectors, other.vectors)
            for one, other in zip((questions, passages), many, strict=True)
        ]
        about |= {
            "texts": texts,
            "differences": {"batches": dict(zip(("questions", "passages"), batches, strict=True))},
        }
        return Golden(about, questions, passages, peer.scores(questions, passages))

    def dynamic(self, folder: Path) -> Golden:
        """JaColBERTv2.5's query length, which neither peer has: set question by question."""
        about = self.prepare("jacolbert-v2.5", folder)
        texts = ORDINARY | LIMITS
        peer = ColbertAi(folder, {})
        questions, passages = (
            peer.questions([*texts.values()], dynamic_length),
            peer.passages([*texts.values()]),
        )
        about |= {"texts": texts, "differences": {}, "settings": {"query_length_rule": "dynamic"}}
        return Golden(about, questions, passages, peer.scores(questions, passages))

    def long(self, kind: str, folder: Path) -> Golden:
        """A passage beyond 512 tokens, which has to be asked for."""
        about = self.prepare(kind, folder)
        peer = ColbertAi(folder, {"doc_maxlen": 1000, "query_maxlen": 128})
        texts = {"long": LONG}
        questions, passages = peer.questions([*texts.values()]), peer.passages([*texts.values()])
        about |= {"texts": texts, "differences": {}, "settings": {"doc_length": 1000, "query_length": 128}}
        return Golden(about, questions, passages, peer.scores(questions, passages))

    def compare_pylate(
        self, folder: Path, texts: dict[str, str], questions: Side, passages: Side
    ) -> dict[str, Any]:
        """Names of the texts to which PyLate gives other vectors on the same checkpoint."""
        try:
            peer = PyLate(folder, remote_code=True)
            others = [peer.encode([*texts.values()], questions=each) for each in (True, False)]
        except Exception as error:  # noqa: BLE001 (whatever keeps PyLate from it is the answer)
            return {"error": f"{type(error).__name__}: {error}"[:200]}
        names = [*texts]
        return {
            "questions": differing(names, questions.vectors, others[0].vectors),
            "passages": differing(names, passages.vectors, others[1].vectors),
        }

    def prepare(self, kind: str, folder: Path) -> dict[str, Any]:
        """Fabricate it. Jina's needs a network that no library has: `--jina-code`, or our stand-in."""
        fabricate(kind, folder)
        about = {
            "kind": kind,
            "checkpoint": digest(folder),
            "peers": {name: importlib.metadata.version(name) for name in PEERS},
            "python": platform.python_version(),
            "settings": {},
        }
        if kind in JINA:
            about["network"] = "published code" if self.jina_code else "stand-in"
            for path in (self.jina_code or STAND_INS).glob("*.py"):
                shutil.copy(path, folder)
            config = json.loads((folder / "config.json").read_text())
            config["auto_map"] = {key: name.split("--")[-1] for key, name in config["auto_map"].items()}
            (folder / "config.json").write_text(json.dumps(config))
        return about


def dynamic_length(tokens: int) -> int:
    """Up to the next multiple of 32, or eight masks where that leaves fewer; 512 is all that fits."""
    blocks = (tokens + 31) // 32 * 32
    return min(512, max(blocks, tokens + 8))


if __name__ == "__main__":
    main()
