from __future__ import annotations

from own_model.sources import Source, read_sources, write_sources
from own_model.split import document_of, split

from tests.own_model.miniature import questions, sections, world


def test_no_document_is_on_both_sides() -> None:
    """An article, a page in any language, a document of parallel text: whole, on one side."""
    cut = split(world())
    names = {each.name: each for each in cut.development}
    for each in cut.train.sets:
        kept = names.get(each.name)
        if kept is None:
            continue
        train = {document_of(each, name) for name in each.passages}
        assert train.isdisjoint({document_of(kept, name) for name in kept.passages})
    japanese, english = names["docs/ja"], names["docs/en"]
    assert japanese.passages.keys() == english.passages.keys()


def test_nothing_that_is_asked_in_development_is_learnt() -> None:
    """No text of one side is on the other."""
    cut = split(world())
    learnt = {text for _, text in cut.train.texts()}
    for each in cut.development:
        assert each.judgements
        assert learnt.isdisjoint(each.queries.values())
        assert learnt.isdisjoint(passage.text for passage in each.passages.values())


def test_all_of_the_data_is_on_one_side_or_the_other() -> None:
    """Passages of sets; a row that says the same as one kept back may be on none."""
    full, cut = world(), split(world())
    for before, after in zip(full.sets, cut.train.sets, strict=True):
        kept = next((each for each in cut.development if each.name == before.name), None)
        assert before.passages.keys() == after.passages.keys() | (kept.passages.keys() if kept else set())


def test_the_split_does_not_depend_on_what_else_there_is() -> None:
    """Other sources leave it as it was."""
    alone = type(world())(sets=(questions(),), parallel=(), paraphrases=())
    kept = next(each for each in split(alone).development if each.name == "animals")
    same = next(each for each in split(world()).development if each.name == "animals")
    assert kept == same


def test_a_sentence_kept_back_is_kept_back_in_every_row() -> None:
    """Sentences are said twice in parallel text."""
    full = world()
    rows = tuple(
        type(row)(source=row.source, document=row.document, texts=row.texts | {"fr": "encore"})
        for row in full.parallel
    )
    cut = split(type(full)(sets=(), parallel=rows, paraphrases=()))
    assert cut.train.parallel == ()


def test_sources_are_read_as_they_were_written(tmp_path) -> None:
    """What the steps hand on is what they had."""
    full = world()
    table = [
        *(
            Source(
                folder=each.name, language=each.language, kind="set", family=each.family, style=each.style,
                source="", licence="",
            )
            for each in (questions(), sections("en"), sections("ja"))
        ),
        Source(folder="talk", language="", kind="parallel", family="", style="", source="", licence=""),
        Source(folder="alike", language="ja", kind="paraphrases", family="", style="", source="", licence=""),
    ]  # fmt: skip
    write_sources(full, tmp_path, table)
    assert read_sources(tmp_path, table) == full
