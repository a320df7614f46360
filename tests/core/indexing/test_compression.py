"""A library that grows gets a codebook in the background; it answers the same before, during and after."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.collection import Collection
from core.domain import DocumentState, PassageId, Query
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import CancelledError, DiskFullError, TrainingError
from core.index import merge
from core.index.codebook import Codebook
from core.indexing import compression
from core.progress import CancelToken, Damaged, IndexEvent, Merging, Training
from core.settings import Settings
from tests.core import small
from tests.core.conftest import OpenCollection, index, inline_collection, maintain
from tests.core.oracle import COMPRESSED_TOLERANCE, Oracle, check_stored, check_whole
from tests.core.small import FIRST, check_no_garbage, codebooks_of, forms_of, small_codebooks

CHECKOUT = Path(__file__).parents[3]
WORDS = ["kumquat", "obsidian", "thistle", "gondola", "abacus", "lantern", "朝顔", "蒸気機関", "夕立"]


@pytest.fixture(autouse=True)
def patch() -> Iterator[pytest.MonkeyPatch]:
    with small_codebooks() as patch:
        yield patch


@pytest.fixture
def files(tmp_path) -> Path:
    """A file for each word, about 130 tokens together."""
    folder = tmp_path / "files"
    folder.mkdir()
    for word in WORDS:
        (folder / f"{word}.txt").write_text(f"a {word} is on this page. " * 2, encoding="utf-8")
    return folder


@pytest.fixture
def collection(tmp_path, files, open_collection: OpenCollection) -> Collection:
    """Three segments, exact: nobody has maintained them yet."""
    opened = open_collection(tmp_path / "library")
    opened.add_source(files)
    paths = sorted(files.iterdir())
    for first in range(0, len(paths), 3):
        list(opened.refresh(paths[first : first + 3], CancelToken()))
    assert [form.exact for form in forms_of(opened)] == [True] * 3
    return opened


def until(events: Iterator[IndexEvent], kind: type) -> IndexEvent:
    return next(event for event in events if isinstance(event, kind))


def found_ids(collection: Collection) -> dict[str, PassageId]:
    """The best passage for each word."""
    replies = {word: collection.search(Query(text=word)).results for word in WORDS}
    return {word: results[0].hits[0].passage_id for word, results in replies.items() if results}


def check_answers(collection: Collection, files: Path, encoder: LexicalEncoder) -> None:
    """Each word finds its file, with the score of the stored vectors, near that of the text."""
    oracle = Oracle(encoder, COMPRESSED_TOLERANCE)
    paths = sorted(files.iterdir())
    check_stored(collection, encoder, *WORDS)
    for word in WORDS:
        oracle.check(collection, paths, word)


def test_a_small_library_has_no_codebook(collection, files, encoder, patch):
    """Below the threshold nothing is trained and every score is exact."""
    patch.setattr(compression, "FIRST_CODEBOOK_TOKENS", collection.status().tokens + 1)
    assert list(collection.maintain(CancelToken())) == []
    assert codebooks_of(collection) == []
    for word in WORDS:
        Oracle(encoder).check(collection, sorted(files.iterdir()), word)


def test_a_library_that_reaches_the_threshold(collection, files, encoder):
    """It answers while it is trained and moved; no passage changes its id; afterwards all is compressed."""
    before = found_ids(collection)
    tokens = collection.status().tokens
    assert len(before) == len(WORDS)
    assert tokens >= FIRST
    events = collection.maintain(CancelToken())
    training = until(events, Training)
    assert training.tokens == tokens
    assert found_ids(collection) == before
    moving = until(events, Merging)
    assert codebooks_of(collection)
    assert [form.exact for form in forms_of(collection)] == [True] * 3
    check_answers(collection, files, encoder)
    (files / "new.txt").write_text("a periscope, which is new")
    list(collection.refresh([files / "new.txt"], CancelToken()))
    assert [form.exact for form in forms_of(collection)] == [True] * 3 + [False]
    check_answers(collection, files, encoder)
    check_stored(collection, encoder, "periscope")
    list(events)
    assert moving.segments == 3
    assert {form.bits for form in forms_of(collection)} == {4}
    check_answers(collection, files, encoder)
    assert found_ids(collection) == before
    assert collection.status().tokens > tokens
    check_whole(collection)
    check_no_garbage(collection)
    assert list(collection.maintain(CancelToken())) == []


def test_every_passage_is_found_by_its_own_words(tmp_path, open_collection: OpenCollection):
    """Whatever form a passage is kept in, its own text finds it first."""
    folder = tmp_path / "files"
    folder.mkdir()
    texts = [f"The {first} stood beside the {second} all day." for first in WORDS for second in WORDS[:6]]
    collection = open_collection(tmp_path / "library")
    collection.add_source(folder)
    for half in (texts[::2], texts[1::2]):
        for text in half:
            (folder / f"{texts.index(text)}.txt").write_text(text, encoding="utf-8")
        index(collection)
        maintain(collection)
    maintain(collection)
    assert not any(form.exact for form in forms_of(collection))
    for number, text in enumerate(texts):
        best = collection.search(Query(text=text)).results[0]
        assert best.document.path.name == f"{number}.txt"


def test_growth_brings_a_larger_codebook(collection, files, encoder):
    """A library that has grown manifold is trained again; the old codebook goes with its last segment."""
    maintain(collection)
    (old,) = codebooks_of(collection)
    before = found_ids(collection)
    for number in range(3 * compression.GROWTH):
        (files / f"more {number}.txt").write_text(f"sheet {number} of many others. " * 9)
    index(collection)
    assert len({form.codebook for form in forms_of(collection)}) == 1
    events = collection.maintain(CancelToken())
    until(events, Training)
    (files / "late.txt").write_text("a late periscope")
    list(collection.refresh([files / "late.txt"], CancelToken()))
    until(events, Merging)
    assert len(codebooks_of(collection)) == 2
    check_answers(collection, files, encoder)
    list(events)
    (new,) = codebooks_of(collection)
    assert new != old
    assert {form.codebook.hex() for form in forms_of(collection)} == {Path(new).stem}
    check_no_garbage(collection)
    check_answers(collection, files, encoder)
    assert found_ids(collection) == before
    assert list(collection.maintain(CancelToken())) == []


def test_two_bits(tmp_path, files, encoder):
    """A library set to 2 bits is kept in half the bytes and finds the same words."""
    with inline_collection(tmp_path / "library", encoder, Settings(residual_bits=2)) as collection:
        collection.add_source(files)
        index(collection)
        before = found_ids(collection)
        maintain(collection)
        (form,) = forms_of(collection)
        assert form.bits == 2
        check_stored(collection, encoder, *WORDS)
        assert found_ids(collection) == before


def test_another_width_of_residuals(tmp_path, files, encoder):
    """Whoever changes the setting gets what it says at the next maintenance, and nothing after that."""
    sizes = []
    for bits in (4, 2):
        with inline_collection(tmp_path / "library", encoder, Settings(residual_bits=bits)) as collection:
            if not collection.sources():
                collection.add_source(files)
            index(collection)
            maintain(collection)
            assert {form.bits for form in forms_of(collection)} == {bits}
            sizes.append(collection.status().index_bytes)
            before = codebooks_of(collection)
            maintain(collection)
            assert codebooks_of(collection) == before
    assert sizes[1] < sizes[0]


def test_a_training_process(collection, files, encoder, patch):
    """The real thing: faiss in a process of its own, and none left afterwards."""
    patch.undo()
    patch.setattr(compression, "FIRST_CODEBOOK_TOKENS", FIRST)
    events = list(collection.maintain(CancelToken()))
    assert [type(event) for event in events] == [Training, Merging]
    assert multiprocessing.active_children() == []
    (book,) = codebooks_of(collection)
    assert len(Codebook.open(collection._layout.index / book).centroids) == events[0].centroids
    check_answers(collection, files, encoder)
    check_no_garbage(collection)


def in_a_process(patch: pytest.MonkeyPatch, training: Callable[..., None]) -> None:
    patch.undo()
    patch.setattr(compression, "FIRST_CODEBOOK_TOKENS", FIRST)
    patch.setattr(compression, "train_codebook", training)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize(
    ("training", "error"),
    [
        (small.train_and_die, (TrainingError, "exit code -9")),
        (small.train_and_fail, (TrainingError, "ValueError: .* are a few")),
        (small.train_on_a_full_disk, (DiskFullError, "No space left")),
    ],
)
def test_a_training_that_fails(collection, files, encoder, patch, training, error):
    """It says why and leaves nothing behind; all stays exact and searchable, and is trained next time."""
    in_a_process(patch, training)
    with pytest.raises(error[0], match=error[1]) as caught:
        maintain(collection)
    assert caught.value.path == collection._layout.index
    assert codebooks_of(collection) == []
    check_no_garbage(collection)
    for word in WORDS:
        Oracle(encoder).check(collection, sorted(files.iterdir()), word)
    check_whole(collection)
    patch.undo()
    with small_codebooks():
        maintain(collection)
    assert not any(form.exact for form in forms_of(collection))


def test_what_needs_no_codebook_is_done_all_the_same(collection, files, patch):
    """Merges do not wait for a training that fails every time."""
    for number in range(merge.TIER_FACTOR):
        (files / "diary.txt").write_text(f"entry number {number}")
        list(collection.refresh([files / "diary.txt"], CancelToken()))

    def fail(*_):
        raise TrainingError(collection._layout.index, "no memory")

    patch.setattr(compression, "_trained", fail)
    with pytest.raises(TrainingError):
        maintain(collection)
    assert len(forms_of(collection)) < merge.TIER_FACTOR


def test_a_training_that_is_stopped(collection, encoder, files, patch):
    """It ends at once, with its process, and leaves nothing behind."""
    in_a_process(patch, small.train_for_ever)
    cancel, begun = CancelToken(), collection._layout.root / "training"

    def stop() -> None:
        wait_for(begun.exists)
        cancel.cancel()

    stopping = threading.Thread(target=stop)
    stopping.start()
    with pytest.raises(CancelledError):
        list(collection.maintain(cancel))
    stopping.join()
    assert begun.exists()
    assert multiprocessing.active_children() == []
    assert codebooks_of(collection) == []
    check_no_garbage(collection)
    for word in WORDS:
        Oracle(encoder).check(collection, sorted(files.iterdir()), word)


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc")
def test_a_training_ends_with_the_program(collection, files, encoder):
    """When the program is killed, so is its training; what that left is garbage."""
    root = collection._layout.root
    program = subprocess.Popen([sys.executable, "-m", "tests.core.crash", str(root), "train"], cwd=CHECKOUT)
    wait_for((root / "training").exists)
    training = int((root / "training").read_text())
    program.send_signal(signal.SIGKILL)
    program.wait()
    wait_for(lambda: not runs(training))
    assert not runs(training)
    assert list(collection._layout.index.glob("*.codebook"))
    index(collection)
    check_no_garbage(collection)
    for word in WORDS:
        Oracle(encoder).check(collection, sorted(files.iterdir()), word)


def runs(pid: int) -> bool:
    """Whether a process is there and no zombie that nobody has waited for."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def test_two_programs_train_once(collection, tmp_path, files, encoder, open_collection: OpenCollection):
    """While one is at it the other leaves it alone, searches, and goes on with the same codebook."""
    other = open_collection(tmp_path / "library")
    events = collection.maintain(CancelToken())
    until(events, Training)
    assert list(other.maintain(CancelToken())) == []
    check_answers(other, files, encoder)
    list(events)
    assert list(other.maintain(CancelToken())) == []
    assert len(codebooks_of(other)) == 1
    check_answers(other, files, encoder)
    (files / "new.txt").write_text("a periscope")
    list(other.refresh([files / "new.txt"], CancelToken()))
    assert len({form.codebook for form in forms_of(collection)}) == 1
    check_stored(collection, encoder, "periscope")


def test_what_it_was_trained_on_is_forgotten_meanwhile(collection, files):
    """Then there is nothing to train, and no error either."""
    events = collection.maintain(CancelToken())
    until(events, Training)
    collection.forget_source(files)
    assert list(events) == []
    assert codebooks_of(collection) == []
    assert collection.status().passages == 0


def test_damage_met_by_a_training(collection, files, encoder):
    """The segment is made again in the same job, and the next one trains."""
    path = min(collection._layout.index.glob("*.segment"))
    path.unlink()
    assert not [each for each in collection.maintain(CancelToken()) if isinstance(each, Damaged)]
    check_whole(collection)
    assert collection.status().documents[DocumentState.INDEXED] == len(WORDS)
    maintain(collection)
    assert not any(form.exact for form in forms_of(collection))
    check_answers(collection, files, encoder)


def test_a_codebook_that_is_dropped_while_a_merge_uses_it(collection, files, encoder):
    """What was compressed with it is thrown away, and compressed anew."""
    events = collection.maintain(CancelToken())
    until(events, Merging)
    (book,) = codebooks_of(collection)
    (collection._layout.index / book).write_bytes(b"damaged")
    list(collection.verify(CancelToken()))
    assert codebooks_of(collection) == []
    list(events)
    check_answers(collection, files, encoder)
    check_whole(collection)
    maintain(collection)
    assert not any(form.exact for form in forms_of(collection))
    check_no_garbage(collection)
    check_answers(collection, files, encoder)
