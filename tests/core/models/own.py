"""A model of Mikke's own that is none: a record and files of the right size, for tests that load nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from core.domain import Language, ProfileValue
from core.layout import OWN_CODEBOOK, OWN_RECORD
from core.models.own import VERSION, Described, OwnRecord
from core.models.record import RecordedFile

DIGEST = "0123456789abcdef" * 2

LANGUAGES = frozenset({Language("ja"), Language("en")})


def pretend_own(folder: Path, digest: str = DIGEST, weight: float | None = None) -> Path:
    """Writes the files, and the record of them and of what else lies in the folder; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "model.safetensors"):
        (folder / name).write_bytes(b"{}" * 500)
    names = [name for name in ("config.json", "model.safetensors", OWN_CODEBOOK) if (folder / name).exists()]
    record = OwnRecord(
        described=Described(languages=LANGUAGES, licence="Apache-2.0", keyword_weight=weight),
        digest=digest,
        noise_floor=0.25,
        profile=(ProfileValue(name="doc_length", value="512", origin="artifact.metadata"),),
        files=tuple(_recorded(folder, name) for name in names),
    )
    raw = {"version": VERSION} | asdict(record)
    raw["described"]["languages"] = sorted(LANGUAGES)
    (folder / OWN_RECORD).write_text(json.dumps(raw), encoding="utf-8")
    return folder


def _recorded(folder: Path, name: str) -> RecordedFile:
    content = (folder / name).read_bytes()
    return RecordedFile(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())
