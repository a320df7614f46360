"""The model that comes with Mikke: a ColBERT checkpoint as any other, in a folder of the program, with a
record of what was measured when it was made and perhaps a codebook for its vectors.

Whatever is wrong with it, Mikke must start: every failure to open it is a ModelDamagedError, upon which the
built-in encoder takes its place (core/indexing/answering.py).
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.domain import OWN_MODEL, Companion, Language, ProfileValue
from core.encode.checkpoint.files import PICKLED, SAFETENSORS, digest_of
from core.encode.checkpoint.graph_file import GRAPH, GRAPH_INT8
from core.encode.encoder import Encoder
from core.errors import ModelDamagedError, ModelError
from core.layout import OWN_CODEBOOK, OWN_RECORD
from core.models.files import EVERY
from core.models.record import RecordedFile

VERSION = 1

FP32 = "fp32"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What must be said of the model. `languages`: those that it was trained on; `licence` as in Model;
    `keyword_weight` as in Companion; `precision`: in which ONNX Runtime computes, "fp32" or "int8".
    """

    languages: frozenset[Language]
    licence: str
    keyword_weight: float | None = None
    precision: str = FP32


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRecord:
    """What was said, and what was measured: `digest` and `noise_floor` of its encoder, its profile."""

    described: Described
    digest: str
    noise_floor: float
    profile: tuple[ProfileValue, ...]
    files: tuple[RecordedFile, ...]

    @property
    def bytes(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def weights_digest(self) -> str | None:
        return next((file.sha256 for file in self.files if file.name in (SAFETENSORS, PICKLED)), None)


def write_own_record(folder: Path, described: Described) -> OwnRecord:
    """Open the checkpoint in `folder`, test it, measure it and write its record, the codebook's checksum with
    it: the last step of making the model. Raises what ColbertEncoder.open and measure raise.
    """
    from core.encode.colbert.encoder import ColbertEncoder, Options  # noqa: PLC0415 - only who needs it
    from core.encode.colbert.measure import measure  # noqa: PLC0415
    from core.encode.colbert.network import Precision  # noqa: PLC0415

    names = [name for name in (*EVERY, GRAPH, GRAPH_INT8, OWN_CODEBOOK) if (folder / name).is_file()]
    files = tuple(
        RecordedFile(name=name, size=(folder / name).stat().st_size, sha256=digest_of(folder / name))
        for name in sorted(names)
    )
    precision = Precision(described.precision)
    encoder = ColbertEncoder.open(folder, Options(name=OWN_MODEL, windows=True, precision=precision))
    record = OwnRecord(
        described=described,
        digest=encoder.digest,
        noise_floor=measure(encoder, 0.0).noise_floor,
        profile=encoder.profile_values(),
        files=files,
    )
    raw = {"version": VERSION} | asdict(record)
    raw["described"]["languages"] = sorted(described.languages)
    (folder / OWN_RECORD).write_text(json.dumps(raw, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return record


def read_own_record(folder: Path) -> OwnRecord:
    """Raises ModelDamagedError: it is not there, not ours, or a file is not as it was recorded; or nothing is
    installed that could run it. Reads no other file.
    """
    try:
        record = _parsed(json.loads((folder / OWN_RECORD).read_text(encoding="utf-8")))
    except OSError as error:
        raise ModelDamagedError(OWN_MODEL, f"{folder / OWN_RECORD}: {error.strerror}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelDamagedError(OWN_MODEL, f"{OWN_RECORD} has unexpected content: {error}") from error
    for file in record.files:
        path = folder / file.name
        # Without its codebook it only takes more space.
        if file.name != OWN_CODEBOOK and (not path.is_file() or path.stat().st_size != file.size):
            raise ModelDamagedError(OWN_MODEL, f"{path} is not as it was made")
    for needed in (("onnxruntime", "torch"), ("tokenizers",)):
        if not any(importlib.util.find_spec(library) for library in needed):
            raise ModelDamagedError(OWN_MODEL, f"{needed[0]} is not installed")
    return record


def open_own(folder: Path) -> Encoder:
    """Load it, which takes some tenths of a second. Raises ModelDamagedError."""
    record = read_own_record(folder)
    try:
        from core.encode.colbert.encoder import ColbertEncoder, Options  # noqa: PLC0415 - only who needs it
        from core.encode.colbert.network import Precision  # noqa: PLC0415

        # Only ONNX Runtime computes in 8 bits; PyTorch, where it has to do, as exactly as always.
        there = importlib.util.find_spec("onnxruntime") is not None
        options = Options(
            name=OWN_MODEL,
            windows=True,
            weights_digest=record.weights_digest,
            noise_floor=record.noise_floor,
            precision=Precision(record.described.precision if there else FP32),
        )
        return ColbertEncoder.open(folder, options)
    except ModelError as error:
        raise ModelDamagedError(OWN_MODEL, error.detail) from error
    except Exception as error:  # a run-time that is installed and does not load may raise anything
        raise ModelDamagedError(OWN_MODEL, f"{type(error).__name__}: {error}") from error


def companion_of(folder: Path, digest: str) -> Companion:
    """What comes with the model, if this is the digest of its encoder."""
    try:
        record = read_own_record(folder)
    except ModelDamagedError:
        return Companion()
    if record.digest != digest:
        return Companion()
    from core.encode.colbert.measure import UNRELATED  # noqa: PLC0415 - only with the encoder, which it is of

    codebook = folder / OWN_CODEBOOK
    recorded = any(file.name == OWN_CODEBOOK for file in record.files)
    return Companion(
        keyword_weight=record.described.keyword_weight,
        codebook=codebook if recorded and codebook.is_file() else None,
        unrelated=UNRELATED,
    )


def _parsed(raw: dict[str, Any]) -> OwnRecord:
    version = int(raw["version"])
    if version != VERSION:
        raise ValueError(f"version {version}")
    said = dict(raw["described"])
    weight = said["keyword_weight"]
    described = Described(
        languages=frozenset(Language(str(each)) for each in said["languages"]),
        licence=str(said["licence"]),
        keyword_weight=None if weight is None else float(weight),
        precision=str(said["precision"]),
    )
    return OwnRecord(
        described=described,
        digest=str(raw["digest"]),
        noise_floor=float(raw["noise_floor"]),
        profile=tuple(ProfileValue(**each) for each in raw["profile"]),
        files=tuple(RecordedFile(**each) for each in raw["files"]),
    )
