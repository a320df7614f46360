"""Checkpoints of the published families in their published layouts, a thousandth of the size and random.

For every test that needs a checkpoint: nobody's weights are in this repository. The same bytes every time and
in every environment, as golden files made elsewhere are compared with ours; hence NumPy and JSON only.

For measuring speed `full-size` has 12 layers of 768 (445 MB), and `plain-full-size` is as large as Mikke's
own model. Run as a script with a kind and a folder it
writes one.
"""

from __future__ import annotations

import hashlib
import json
import string
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from tests.core.encode.checkpoints import settings_files as settings
from tests.core.encode.checkpoints import tensors as weights
from tests.core.encode.checkpoints.tensors import Size, Tensors, bfloat16, write_safetensors
from tests.core.encode.checkpoints.tokenizer_files import (
    write_japanese,
    write_json,
    write_uncased,
    write_unigram,
)
from tests.core.encode.checkpoints.vocabularies import jacolbert_pieces, uncased_pieces
from tests.core.encode.tokenizers.folders import plain as plain_tokenizer

JACOLBERT_SEED, JINA_V1_SEED, JINA_V2_SEED, XM_SEED, OWN_SEED = 228, 8192, 8194, 256, 512

JINA_V2_MARKERS = ("[QueryMarker]", "[DocumentMarker]")


def fabricate(kind: str, folder: Path) -> None:
    """Write the files of a checkpoint into `folder`, which is made. KeyError: no such kind."""
    make = MAKERS[kind]
    folder.mkdir(parents=True, exist_ok=True)
    make(folder)


def digest(folder: Path) -> str:
    """SHA-256 over the names and contents of all its files, hexadecimal."""
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()


def _jacolbert(folder: Path, doc_length: int = 228, extra: dict[str, Any] | None = None) -> None:
    size = _japanese(folder)
    write_json(folder / "config.json", settings.bert_config(size, heads=4))
    described = settings.metadata(doc_length, size.dim, attend=False) | (extra or {})
    write_json(folder / "artifact.metadata", described)
    write_safetensors(weights.bert(size, JACOLBERT_SEED), folder / "model.safetensors")


def _jacolbert_bin(folder: Path) -> None:
    """The weights as a pickle, which needs torch; with the names that very old files give layer norms."""
    import torch  # noqa: PLC0415 (only this kind needs it)

    _jacolbert(folder)
    (folder / "model.safetensors").unlink()
    tensors = {}
    for name, tensor in weights.bert(Size(rows=len(jacolbert_pieces())), JACOLBERT_SEED).items():
        old = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
        tensors[old] = torch.from_numpy(tensor)
    torch.save(tensors, folder / "pytorch_model.bin")


def _jacolbert_pylate(folder: Path) -> None:
    """The same network and vectors in the layout that PyLate saves."""
    size = _japanese(folder)
    config = settings.bert_config(size, heads=4) | {
        "architectures": ["BertModel"],
        "transformers_version": "4.57.6",
    }
    write_json(folder / "config.json", config)
    tensors = weights.bert(size, JACOLBERT_SEED)
    dense = folder / "1_Dense"
    dense.mkdir(exist_ok=True)
    write_safetensors({"linear.weight": tensors.pop("linear.weight")}, dense / "model.safetensors")
    write_json(dense / "config.json", settings.pylate_dense(size))
    bare = {name.removeprefix("bert."): tensor for name, tensor in tensors.items()}
    write_safetensors(bare, folder / "model.safetensors")
    write_json(folder / "modules.json", settings.PYLATE_MODULES)
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 227, "do_lower_case": False})
    described = settings.pylate_settings(228, string.punctuation)
    write_json(folder / "config_sentence_transformers.json", described)


def _plain(folder: Path, *, heads: int = 4, prefix: str = "bert.", half: bool = True, **sizes: int) -> None:
    """As Mikke's own model: a tokenizer of no model's own class, no masks after questions, float16."""
    plain_tokenizer(folder)
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    size = Size(**{"rows": len(vocabulary)} | sizes)
    write_json(folder / "config.json", settings.bert_config(size, heads))
    described = settings.metadata(512, size.dim, attend=False)
    changed = {"query_maxlen": 128, "do_query_expansion": False}
    write_json(folder / "artifact.metadata", described | changed)
    tensors = weights.bert(size, OWN_SEED)
    stored = {
        prefix + name.removeprefix("bert.") if name.startswith("bert.") else name: tensor
        for name, tensor in tensors.items()
    }
    if half:
        stored = {name: tensor.astype("float16") for name, tensor in stored.items()}
    write_safetensors(stored, folder / "model.safetensors")


def _full_size(folder: Path) -> None:
    """As large as JaColBERT. Pieces that no text contains fill the vocabulary up."""
    pieces = jacolbert_pieces()
    pieces += [f"[filler{number}]" for number in range(32768 - len(pieces))]
    size = Size(rows=32768, hidden=768, layers=12, inner=3072, dim=128, spread=0.04)
    write_japanese(folder, pieces)
    write_json(folder / "config.json", settings.bert_config(size, heads=12))
    write_json(folder / "artifact.metadata", settings.metadata(300, size.dim, attend=False))
    write_safetensors(weights.bert(size, JACOLBERT_SEED), folder / "model.safetensors")


def _japanese(folder: Path) -> Size:
    pieces = jacolbert_pieces()
    write_japanese(folder, pieces)
    return Size(rows=len(pieces))


def _jina_v1(folder: Path, hidden: int = 32, heads: int = 4) -> None:
    pieces = uncased_pieces()
    # Published: 30,522 pieces in 30,528 rows.
    size = Size(rows=len(pieces) + 6, hidden=hidden, positions=1024)
    write_uncased(folder, pieces, size.positions)
    write_json(folder / "config.json", settings.jina_bert_config(size, heads))
    write_json(folder / "artifact.metadata", settings.metadata(512, size.dim, attend=False))
    write_safetensors(weights.jina_bert(size, JINA_V1_SEED), folder / "model.safetensors")


def _jina_v2(
    folder: Path,
    dim: int = 16,
    without: tuple[str, ...] = (),
    changed: dict[str, Any] | None = None,
    store: Callable[[Tensors], Tensors] = dict,
) -> None:
    """`without` fields of config.json or the metadata; `changed` ones of the metadata."""
    rows = write_unigram(folder, JINA_V2_MARKERS, positions=8194)
    size = Size(rows=rows, dim=dim, positions=8194)
    described = settings.metadata(300, dim, attend=True, markers=JINA_V2_MARKERS) | (changed or {})
    for name, fields in (
        ("config.json", settings.rotary_config(size, heads=4)),
        ("artifact.metadata", described),
    ):
        write_json(folder / name, {key: value for key, value in fields.items() if key not in without})
    # Another projection for each dimension, as published: not the same one cut.
    write_safetensors(store(weights.rotary(size, JINA_V2_SEED + dim)), folder / "model.safetensors")


def _colbert_xm(folder: Path) -> None:
    rows = write_unigram(folder, (), positions=512)
    size = Size(rows=rows, positions=514)
    write_json(folder / "config.json", settings.xmod_config(size, heads=4))
    write_json(folder / "artifact.metadata", settings.metadata(256, size.dim, attend=True))
    write_safetensors(weights.xmod(size, XM_SEED, settings.LANGUAGES), folder / "model.safetensors")


MAKERS: dict[str, Callable[[Path], None]] = {
    "jacolbert": _jacolbert,
    "jacolbert-v2.5": partial(_jacolbert, doc_length=300, extra=settings.FORK),
    "jacolbert-pylate": _jacolbert_pylate,
    "jacolbert-bin": _jacolbert_bin,
    "jina-v1": _jina_v1,
    # Twelve heads: no power of two, so the slopes come in two series.
    "jina-v1-12": partial(_jina_v1, hidden=48, heads=12),
    "jina-v2": _jina_v2,
    "jina-v2-no-base": partial(_jina_v2, without=("rotary_emb_base",)),
    "jina-v2-bf16": partial(_jina_v2, store=bfloat16),
    "jina-v2-attend-false": partial(_jina_v2, changed={"attend_to_mask_tokens": False}),
    # An early snapshot: neither the flag nor the markers were right.
    "jina-v2-old": partial(
        _jina_v2,
        changed={"attend_to_mask_tokens": False, "query_token_id": "[unused0]", "doc_token_id": "[unused1]"},
    ),
    "jina-v2-no-dim": partial(_jina_v2, without=("dim",)),
    # 16, 12 and 8 stand for 128, 96 and 64.
    "jina-v2-96": partial(_jina_v2, dim=12),
    "jina-v2-64": partial(_jina_v2, dim=8),
    "colbert-xm": _colbert_xm,
    "plain": _plain,
    "plain-float32": partial(_plain, half=False),
    "plain-bare": partial(_plain, prefix=""),
    "plain-wide": partial(_plain, heads=3, hidden=48, layers=3, inner=24, dim=8, positions=600),
    "plain-full-size": partial(_plain, rows=32_000, hidden=256, inner=512, dim=128),
    "full-size": _full_size,
}

MINIATURES = tuple(kind for kind in MAKERS if "full-size" not in kind)


if __name__ == "__main__":
    fabricate(sys.argv[1], Path(sys.argv[2]))
