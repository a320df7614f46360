"""An update of Mikke brings the model that answers in another version: what is stored waits to be encoded."""

from __future__ import annotations

from pathlib import Path

from core.domain import Mode, Query
from tests.core.conftest import index, inline_collection
from tests.core.encoders import FixedEncoders, WordEncoder


def test_words_answer_until_the_new_version_has_encoded(tmp_path: Path):
    """No vector of the old one can be asked any more; a search finds by words what the next sync encodes."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "notes.txt").write_text("The umbrella stands in the hall.", encoding="utf-8")
    query = Query(text="umbrella")
    with inline_collection(tmp_path / "library", WordEncoder()) as collection:
        collection.add_source(files)
        index(collection)
        assert collection.search(query).passages_searched == 1
    new = FixedEncoders.only(WordEncoder("of the update"))
    with inline_collection(tmp_path / "library", new) as collection:
        reply = collection.search(query)
        assert (reply.final, reply.model) == (True, "words")
        assert [result.document.path.name for result in reply.results] == ["notes.txt"]
        assert not collection.search(Query(text="umbrella", mode=Mode.MAXSIM)).results
        index(collection)
        assert collection.search(query).passages_searched == 1
