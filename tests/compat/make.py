"""Write a small library in today's formats, to be kept readable for ever: `python tests/compat/make.py NAME`.

Run it once for each released version of the catalogue or the index, from the root of the checkout; never
again for a NAME that is there.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.collection import Collection
from core.encode.lexical import LexicalEncoder
from core.index.segment import Segment
from core.layout import RARITY_TABLE, LibraryLayout
from core.progress import CancelToken
from core.settings import Settings

TEXTS = {
    "灯台.txt": "灯台守は毎晩、百三十七段の階段を上って灯をともす。霧の夜には鐘も鳴らした。",
    "lighthouse.md": "# The lighthouse\n\nThe keeper climbs 137 steps.\n\n## Fog\n\nIn fog he rings a bell.",
    "Leuchtturm.html": "<title>Der Leuchtturm</title><p>Der Wärter steigt jede Nacht 137 Stufen hinauf.</p>",
}


def main(name: str) -> None:
    target = Path(__file__).parent / name
    if target.exists():
        sys.exit(f"{target} is there already and must never change")
    with tempfile.TemporaryDirectory() as place:
        files, layout = Path(place) / "files", LibraryLayout(Path(place) / "library")
        files.mkdir()
        for file_name, text in TEXTS.items():
            (files / file_name).write_text(text, encoding="utf-8")
        with Collection.open(layout, Settings(), LexicalEncoder.open(RARITY_TABLE)) as collection:
            collection.add_source(files)
            for _ in collection.sync(CancelToken()):
                pass
            expected = _describe(collection, layout)
        target.mkdir()
        shutil.copy(layout.catalogue, target)
        shutil.copytree(layout.index, target / layout.index.name)
        (target / "expected.json").write_text(
            json.dumps(expected, ensure_ascii=False, indent=1), encoding="utf-8"
        )


def _describe(collection: Collection, layout: LibraryLayout) -> dict[str, object]:
    """What a later program must still read: texts, titles, and a few numbers of the vectors."""
    (path,) = layout.index.iterdir()
    segment = Segment.open(path)
    return {
        "texts": {d.path.name: collection.text(d.id).text for d in collection.documents()},
        "titles": {d.path.name: d.title for d in collection.documents()},
        "passage_ids": segment.passage_ids.tolist(),
        "token_counts": [len(segment.vectors(ordinal)) for ordinal in range(segment.header.passages)],
        "first_vector": segment.vectors(0)[0].round(6).tolist(),
    }


if __name__ == "__main__":
    main(sys.argv[1])
