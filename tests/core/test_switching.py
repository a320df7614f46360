"""From one model to another: the old one answers until the new one can, and nothing is lost on the way."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from core.catalogue import encodings, models, segments
from core.domain import (
    BUILT_IN_MODEL,
    DocumentState,
    Mode,
    ModelName,
    ModelSwitch,
    Query,
)
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import ModelMissingError
from core.index import merge
from core.indexing import batch, switching
from core.indexing.lanes import Lane
from core.progress import CancelToken, Committed, ModelChanged, Reading, Reencoding
from tests.core.conftest import index, inline_collection, maintain
from tests.core.encoders import OTHER, FixedEncoders, WordEncoder
from tests.core.oracle import check_whole
from tests.core.small import check_no_garbage, codebooks_of, small_codebooks
from tests.core.two_models import THIRD, WORDS, Everybody, Library, switch


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch):
    monkeypatch.setattr(switching, "ENCODED_AT_ONCE", 3)


@pytest.fixture
def library(tmp_path, encoder: LexicalEncoder):
    with ExitStack() as stack:
        yield Library(tmp_path, encoder, stack)


def test_the_old_one_answers_until_the_new_one_takes_over(library):
    """At every step one model answers wholly; events count up to all passages and tell of the take-over."""
    collection = library.collection
    collection.use_model(OTHER)
    passages = collection.status().passages
    assert collection.status().switch == ModelSwitch(model=OTHER, done=0, total=passages)
    events = []
    for event in collection.switch(CancelToken()):
        if isinstance(event, Reencoding):
            library.check(BUILT_IN_MODEL)
        events.append(event)
    done = [event.done for event in events[:-1]]
    assert done == sorted(done)
    assert events[-2:] == [Reencoding(model=OTHER, done=passages, total=passages), ModelChanged(model=OTHER)]
    assert collection.status().switch is None
    assert collection.status().passages == passages
    library.check(OTHER)
    check_no_garbage(collection)
    assert not any(isinstance(each, Committed) for each in collection.sync(CancelToken()))
    assert switch(collection) == []


def test_passages_keep_their_ids(library):
    """What a screen shows stays the same thing: documents and passages are the same under both models."""

    def found() -> set[tuple[int, int]]:
        results = [each for word in WORDS for each in library.collection.search(Query(text=word)).results]
        return {(each.document.id, hit.passage_id) for each in results for hit in each.hits}

    before = found()
    library.collection.use_model(OTHER)
    switch(library.collection)
    assert found() == before


def test_it_goes_on_where_it_was(library):
    """What is encoded when a switch is stopped, or the program ends, is not encoded again."""
    library.half()
    done = library.collection.status().switch.done
    library.collection = library.open()
    library.check(BUILT_IN_MODEL)
    first = next(event for event in library.collection.switch(CancelToken()))
    assert first.done == done
    switch(library.collection)
    library.check(OTHER)


def test_files_change_meanwhile(library):
    """What is added, changed, removed and forgotten during a switch is right after it; merges do no harm."""
    library.collection.use_model(OTHER)
    changes = [
        lambda: library.write("hydrant"),
        lambda: library.write(WORDS[0], copies=50),
        (library.files / f"{WORDS[1]}.txt").unlink,
        lambda: library.write(WORDS[2], copies=1),
        lambda: maintain(library.collection),
        lambda: library.write(WORDS[3], copies=70),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge, "TIER_FACTOR", 2)
        patch.setattr(switching, "COMMIT_SECONDS", 0.0)
        for event in library.collection.switch(CancelToken()):
            if isinstance(event, Reencoding) and changes:
                changes.pop(0)()
                index(library.collection)
                library.check(BUILT_IN_MODEL)
                maintain(library.collection)
                check_whole(library.collection)
    assert not changes
    library.check(OTHER)
    maintain(library.collection)
    library.check(OTHER)
    check_no_garbage(library.collection)


def test_what_comes_while_it_waits_for_the_writer(library, monkeypatch):
    """A job that writes at the end of a switch is waited for, and what it adds is encoded as well."""
    monkeypatch.setattr("core.collection._WRITER_LOOK_S", 0.0)
    collection, other = library.collection, library.open()
    collection.use_model(OTHER)
    library.write("hydrant")
    writing = other.sync(CancelToken())
    next(writing)  # it holds the lane
    events = collection.switch(CancelToken())
    seen = 0
    for event in events:
        seen += 1
        if isinstance(event, Reencoding) and event.done == event.total:
            list(writing)
    assert collection.status().switch is None
    assert seen > 2
    library.check(OTHER)


def test_forgetting_a_source(library):
    """What is forgotten during a switch is gone from both models' segments, with its files."""
    library.half()
    library.collection.forget_source(library.files)
    assert library.collection.status().passages == 0
    assert library.collection.status().switch == ModelSwitch(model=OTHER, done=0, total=0)
    check_whole(library.collection)
    check_no_garbage(library.collection)
    assert list(library.collection._layout.index.iterdir()) == []
    assert switch(library.collection)[-1] == ModelChanged(model=OTHER)
    library.collection.add_source(library.files)
    index(library.collection)
    library.check(OTHER)


def test_naming_the_answering_model_gives_it_up(library):
    """A switch that is given up leaves nothing behind."""
    library.half()
    library.collection.use_model(BUILT_IN_MODEL)
    assert library.collection.status().switch is None
    assert switch(library.collection) == []
    library.check(BUILT_IN_MODEL)
    maintain(library.collection)
    check_no_garbage(library.collection)


def test_given_up_or_replaced_in_the_middle(library):
    """A switch that runs notices that another model is to take over, and goes on with that one."""
    collection = library.collection
    collection.use_model(OTHER)
    events = collection.switch(CancelToken())
    next(events)
    collection.use_model(THIRD)
    assert [type(each) for each in events].count(ModelChanged) == 1
    library.check(THIRD)
    collection.use_model(BUILT_IN_MODEL)
    events = collection.switch(CancelToken())
    next(events)
    collection.use_model(THIRD)
    assert ModelChanged not in [type(each) for each in events]
    library.check(THIRD)
    check_no_garbage(collection)


def test_there_and_back(library):
    """Codebooks of the old model go with it; each model gets its own."""
    with small_codebooks():
        maintain(library.collection)
        old = codebooks_of(library.collection)
        library.collection.use_model(OTHER)
        switch(library.collection)
        assert old
        assert codebooks_of(library.collection) == []
        library.check(OTHER)
        maintain(library.collection)
        assert len(codebooks_of(library.collection)) == 1
        library.collection.use_model(BUILT_IN_MODEL)
        switch(library.collection)
        library.check(BUILT_IN_MODEL)
        check_no_garbage(library.collection)


def test_an_empty_library_changes_at_once(tmp_path, library):
    """Where nothing is encoded there is nothing to wait for."""
    with inline_collection(tmp_path / "empty", library.encoders) as collection:
        collection.use_model(OTHER)
        assert (collection.status().model, collection.status().switch) == (OTHER, None)
        collection.add_source(library.files)
        index(collection)
        library.collection = collection
        library.check(OTHER)


def test_the_same_model_under_another_name(library):
    """Two names of one encoder: nothing needs to be encoded."""
    library.encoders.encoders[THIRD] = library.encoders.encoders[BUILT_IN_MODEL]
    library.collection.use_model(THIRD)
    assert library.collection.status().switch is None
    library.check(THIRD)


def test_another_program_notices(library):
    """A model that took over in another program answers the next question here, and reads the next file."""
    other = library.open()
    assert other.search(Query(text=WORDS[0])).model == LexicalEncoder.name.fget(None)
    library.collection.use_model(OTHER)
    switch(library.collection)
    assert other.search(Query(text=WORDS[0])).model == WordEncoder.name
    library.write("hydrant")
    index(other)
    library.check(OTHER)


def test_a_question_during_the_take_over(library, monkeypatch):
    """Between the encoding of a question and its search another model takes over: it is encoded anew."""
    other, lexical = library.open(), library.encoders.encoders[BUILT_IN_MODEL]
    library.collection.use_model(OTHER)
    encode = lexical.encode_query

    def slowly(text, languages):
        embedded = encode(text, languages)
        switch(other)
        return embedded

    monkeypatch.setattr(lexical, "encode_query", slowly, raising=False)
    reply = library.collection.search(Query(text=WORDS[0]))
    assert reply.model == WordEncoder.name
    assert [each.document.path.stem for each in reply.results] == [WORDS[0]]


def test_a_model_that_is_gone(library):
    """Without its model a library can be looked at; another one answers at once, with what the next sync has
    encoded.
    """
    library.collection.use_model(OTHER)
    switch(library.collection)
    del library.encoders.encoders[OTHER]
    with pytest.raises(ModelMissingError):
        library.collection.search(Query(text=WORDS[0]))
    with pytest.raises(ModelMissingError):
        index(library.collection)
    maintain(library.collection)
    assert library.collection.status().passages
    assert library.collection.text(library.collection.documents()[0].id).text
    with pytest.raises(ModelMissingError):
        library.collection.use_model(ModelName("unheard of"))
    library.collection.use_model(BUILT_IN_MODEL)
    assert library.collection.status().model == BUILT_IN_MODEL
    assert library.collection.search(Query(text=WORDS[0], mode=Mode.MAXSIM)).results == ()
    index(library.collection)
    library.check(BUILT_IN_MODEL)
    maintain(library.collection)
    check_no_garbage(library.collection)


def test_a_model_that_goes_during_a_switch(library):
    """What is encoded with the new one is not thrown away for the sake of some answers now."""
    library.half()
    lexical = library.encoders.encoders.pop(BUILT_IN_MODEL)
    done = library.collection.status().switch.done
    library.collection.use_model(OTHER)
    assert library.collection.status().switch.done == done
    switch(library.collection)
    library.check(OTHER)
    library.encoders.encoders[BUILT_IN_MODEL] = lexical


def test_files_that_failed_are_not_tried_again(library):
    """Why a file cannot be read has nothing to do with the model: a take-over is no reason to try again."""
    broken = library.files / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing else")
    index(library.collection)
    (failed,) = library.collection.documents(frozenset({DocumentState.FAILED}))
    assert failed.path == broken
    library.collection.use_model(OTHER)
    switch(library.collection)
    assert not [each for each in library.collection.sync(CancelToken()) if isinstance(each, Reading)]


def test_everybody_at_once(library, monkeypatch):
    """Reading, switching, maintaining and searching: every answer is whole and of one model; in the end
    all is as if it had been made at once.
    """
    monkeypatch.setattr(switching, "COMMIT_SECONDS", 0.0)
    monkeypatch.setattr(merge, "TIER_FACTOR", 2)
    everybody, collection = Everybody(library), library.collection
    with ThreadPoolExecutor(4) as pool:
        others = [pool.submit(each) for each in (everybody.change_models, everybody.tidy_up, everybody.ask)]
        try:
            pool.submit(everybody.write).result()
        finally:
            everybody.ended.set()
        for each in others:
            each.result()
    assert everybody.changed
    assert everybody.asked
    switch(collection)
    index(collection)
    maintain(collection)
    library.check(collection.status().model)
    check_no_garbage(collection)


def test_an_upcoming_model_that_encodes_otherwise_now(library):
    """What was encoded before the model changed is thrown away; the answers are those of the new vectors."""
    library.half()
    library.encoders.encoders[OTHER] = WordEncoder("improved")
    switch(library.collection)
    library.check(OTHER)
    check_no_garbage(library.collection)


def test_an_answering_model_that_encodes_otherwise_now(library):
    """A new version of the answering model answers from what it has encoded, during a switch too."""
    library.encoders.encoders[BUILT_IN_MODEL] = WordEncoder("improved")
    library.half()
    assert library.collection.search(Query(text=WORDS[0], mode=Mode.MAXSIM)).results == ()
    index(library.collection)
    library.check(BUILT_IN_MODEL)
    switch(library.collection)
    library.check(OTHER)


def test_damage_on_the_way(library):
    """A damaged upcoming segment is told; what was in it is encoded again, and no answer is lost."""
    library.half()
    collection = library.collection
    with collection._catalogue.read() as db:
        (upcoming,) = [stored for stored in segments.live(db) if stored.upcoming]
    path = collection._layout.index / upcoming.file
    path.write_bytes(path.read_bytes()[:-70] + bytes(70))
    *_, verified = collection.verify(CancelToken())
    assert [each.path for each in verified.damaged] == [path]
    assert verified.unmended == ()
    assert collection.status().switch.done == 0
    library.check(BUILT_IN_MODEL)
    switch(collection)
    library.check(OTHER)


def test_a_sync_that_finds_damage_on_the_way(library):
    """The same for a segment that is gone, met by a sync in the middle of the switch."""
    collection = library.collection
    collection.use_model(OTHER)
    lost = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(switching, "COMMIT_SECONDS", 0.0)
        for _ in collection.switch(CancelToken()):
            with collection._catalogue.read() as db:
                upcoming = [stored for stored in segments.live(db) if stored.upcoming]
            if upcoming and lost < 2:
                lost += 1
                (collection._layout.index / upcoming[0].file).unlink()
                index(collection)
    assert lost == 2
    library.check(OTHER)


def test_nothing_is_opened_before_it_is_needed(tmp_path):
    """A library opens without any model, and its status needs none."""
    with inline_collection(tmp_path / "library", FixedEncoders({})) as collection:
        assert collection.status().model == BUILT_IN_MODEL
        assert collection.use_model(BUILT_IN_MODEL).documents == frozenset()
        with pytest.raises(ModelMissingError):
            collection.prepare()


def test_only_one_switch_at_a_time(library):
    """Another program that is asked to switch leaves it to the one that is at it."""
    other = library.open()
    library.collection.use_model(OTHER)
    events = library.collection.switch(CancelToken())
    next(events)
    assert switch(other) == []
    events.close()
    assert switch(other)[-1] == ModelChanged(model=OTHER)


def test_a_switch_outlasts_who_removes_garbage(library):
    """Garbage is removed under all lanes, for a moment: a switch that begins just then waits."""
    collection = library.collection
    collection.use_model(OTHER)
    taken, given_back = threading.Event(), threading.Event()

    def remove_garbage() -> None:
        with Lane(collection._layout.switcher_lock).held(wait_s=0.0):
            taken.set()
            time.sleep(0.2)
            given_back.set()

    with ThreadPoolExecutor() as pool:
        other = pool.submit(remove_garbage)
        assert taken.wait(10)
        events = list(collection.switch(CancelToken()))
        assert given_back.is_set()
        other.result()
    assert events[-1] == ModelChanged(model=OTHER)


def test_small_calls():
    """A cancel waits for one call of the encoder at most, and that is for few passages."""
    assert batch.ENCODED_AT_ONCE <= 32


def test_the_rows_of_a_switch(library):
    """A passage dies in both of its segments, whichever way it goes; nobody dies by a take-over."""
    library.half()
    collection = library.collection

    def dead(*, upcoming: bool) -> int:
        with collection._catalogue.read() as db:
            return sum(each.dead_passages for each in segments.live(db) if each.upcoming == upcoming)

    with collection._catalogue.read() as db:
        encoded = {int(id_) for each in segments.live(db) for id_ in encodings.in_segment(db, each.id)}
        left = {each.id for each in encodings.missing(db, after=0, limit=1000)}
        assert models.upcoming(db).name == OTHER
    assert encoded
    assert left
    assert not encoded & left
    with collection._catalogue.write() as db:
        db.execute("DELETE FROM passages WHERE id = ?", [min(encoded)])
        db.execute("DELETE FROM passages WHERE id = ?", [min(left)])
        db.execute(
            "DELETE FROM documents WHERE id = (SELECT document_id FROM passages WHERE id = ?)", [max(encoded)]
        )
    assert dead(upcoming=True) >= 2
    assert dead(upcoming=False) >= dead(upcoming=True) + 1
    check_whole(collection)
    before = dead(upcoming=True)
    switch(collection)
    assert dead(upcoming=False) == before
    check_whole(collection)
