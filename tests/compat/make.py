"""Write a small library in today's formats, to be kept readable for ever: `python -m tests.compat.make NAME`.

Run it once for each released version of the catalogue or the index, from the root of the checkout; never
again for a NAME that is there.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from core.catalogue import codebooks
from core.collection import Collection
from core.domain import BUILT_IN_MODEL
from core.encode.lexical.encoder import LexicalEncoder
from core.index.segment import Segment
from core.indexing import compression, switching
from core.layout import RARITY_TABLE, LibraryLayout
from core.progress import CancelToken, Merging, Reencoding
from core.settings import Settings
from tests.core.encoders import OTHER, FixedEncoders, WordEncoder
from tests.core.oracle import stored_vectors
from tests.core.small import small_codebooks

LIGHTHOUSES = {
    "灯台.txt": "灯台守は毎晩、百三十七段の階段を上って灯をともす。霧の夜には鐘も鳴らした。",
    "lighthouse.md": "# The lighthouse\n\nThe keeper climbs 137 steps.\n\n## Fog\n\nIn fog he rings a bell.",
    "Leuchtturm.html": "<title>Der Leuchtturm</title><p>Der Wärter steigt jede Nacht 137 Stufen hinauf.</p>",
}
BAKERIES = {
    "パン屋.txt": "パン屋は夜明け前に窯へ火を入れ、雪の朝には温かいスープも配った。",
    "bakery.md": "# The bakery\n\nThe baker lights the oven before dawn and keeps a jar of honey "
    "for children.",
}
HARBOURS = {"harbour.txt": "The ferryman ties his boat to the third bollard, 港の三番目の杭。"}
QUESTIONS = ["keeper steps", "霧の夜の鐘", "honey oven", "ferryman boat"]


def main(name: str) -> None:
    target = Path(__file__).parent / name
    if target.exists():
        sys.exit(f"{target} is there already and must never change")
    with tempfile.TemporaryDirectory() as place, small_codebooks(first=10):
        files, layout = Path(place) / "files", LibraryLayout(Path(place) / "library")
        files.mkdir()
        _four_bits(layout, files)
        _two_bits(layout, files)
        with pytest.MonkeyPatch.context() as patch:  # as if it had been begun before the codebooks were there
            patch.setattr(codebooks, "newest", lambda *_: None)
            _exact(layout, files)
        expected = _on_the_way(layout)
        target.mkdir()
        shutil.copy(layout.catalogue, target)
        shutil.copytree(layout.index, target / layout.index.name)
        content = json.dumps(expected, ensure_ascii=False, indent=1)
        (target / "expected.json").write_text(content + "\n", encoding="utf-8")


def _four_bits(layout: LibraryLayout, files: Path) -> None:
    with _opened(layout, bits=4) as collection:
        collection.add_source(files)
        _add(collection, files, LIGHTHOUSES)
        list(collection.maintain(CancelToken()))


def _two_bits(layout: LibraryLayout, files: Path) -> None:
    """With a second codebook, to which the first segment has not been moved yet."""
    with _opened(layout, bits=2) as collection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(compression, "is_due", lambda *_: True)
        events = collection.maintain(CancelToken())
        next(event for event in events if isinstance(event, Merging))
        events.close()
        _add(collection, files, BAKERIES)


def _exact(layout: LibraryLayout, files: Path) -> None:
    with _opened(layout, bits=2) as collection:
        _add(collection, files, HARBOURS)


def _on_the_way(layout: LibraryLayout) -> dict[str, object]:
    """To another model, with some passages encoded."""
    with _opened(layout, bits=2) as collection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(switching, "ENCODED_AT_ONCE", 2)
        patch.setattr(switching, "COMMIT_SECONDS", 0.0)
        collection.use_model(OTHER)
        events = collection.switch(CancelToken())
        next(event for event in events if isinstance(event, Reencoding) and event.done)
        events.close()
        return _describe(collection, layout)


def _opened(layout: LibraryLayout, bits: int) -> Collection:
    encoders = FixedEncoders({BUILT_IN_MODEL: LexicalEncoder.open(RARITY_TABLE), OTHER: WordEncoder()})
    return Collection.open(layout, Settings(residual_bits=bits), encoders)


def _add(collection: Collection, files: Path, texts: dict[str, str]) -> None:
    for file_name, text in texts.items():
        (files / file_name).write_text(text, encoding="utf-8")
    list(collection.sync(CancelToken()))


def _describe(collection: Collection, layout: LibraryLayout) -> dict[str, object]:
    """What a later program must still read and answer: texts, vectors, and MaxSim with the questions."""
    status = collection.status()
    assert status.switch is not None
    return {
        "switch": [status.switch.model, status.switch.done, status.switch.total],
        "languages": status.languages,
        "texts": {d.path.name: collection.text(d.id).text for d in collection.documents()},
        "titles": {d.path.name: d.title for d in collection.documents()},
        "segments": {path.name: _segment(path) for path in sorted(layout.index.glob("*.segment"))},
        "questions": [_question(collection, question) for question in QUESTIONS],
    }


def _segment(path: Path) -> dict[str, object]:
    segment = Segment.open(path)
    return {
        "bits": segment.form.bits,
        "passage_ids": segment.passage_ids.tolist(),
        "token_counts": [len(segment.vectors(ordinal)) for ordinal in range(segment.header.passages)],
        "first_vector": segment.vectors(0)[0].round(6).tolist(),
    }


def _question(collection: Collection, text: str) -> dict[str, object]:
    """The vectors of the question, so that it needs no encoder, and the score of every passage."""
    query = LexicalEncoder.open(RARITY_TABLE).encode_query(text).vectors.round(5)
    stored = stored_vectors(collection)
    scores = {id_: float((query @ vectors.T).max(axis=1).sum()) for id_, vectors in stored.items()}
    return {
        "text": text,
        "vectors": [[round(float(each), 5) for each in row] for row in query],
        "scores": {str(id_): round(score, 4) for id_, score in sorted(scores.items())},
    }


if __name__ == "__main__":
    main(sys.argv[1])
