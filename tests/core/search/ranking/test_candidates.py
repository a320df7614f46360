"""A staged search gives what MaxSim over everything would give, whatever form the segments have."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.domain import Mode, PassageId, Query
from core.errors import LibraryDamagedError
from core.index.blas import one_blas_thread
from core.index.codebook import Codebooks, codebook_file
from core.index.codec import Codec, ExactCodec, ResidualCodec
from core.index.kernels.arrays import Kernels
from core.index.kernels.choose import all_kernels
from core.index.kernels.plain import PlainKernels
from core.index.merge import merge
from core.index.segment import Segment
from core.index.snapshot import BoolArray, SegmentView, Snapshot
from core.search import searcher as searcher_module
from core.search.live import LiveSegments
from core.search.ranking import candidates as candidates_module
from core.search.ranking import maxsim
from core.search.ranking.candidates import SCORE_DECIMALS, Candidate, Candidates
from core.search.ranking.maxsim import Question, Scorer
from tests.core.conftest import index
from tests.core.index.made import clustered, make_codebook, make_passages, make_segment
from tests.core.search.test_live import ANYTHING, Library
from tests.core.search.test_live import MODEL as LIBRARY_MODEL

DIM = 64
ROUNDING = 10.0**-SCORE_DECIMALS
"""Scores are rounded to this: float32 and the oracle's float64 may round to two neighbours."""


@pytest.fixture(scope="module")
def kernels() -> dict[str, Kernels]:
    """By name; compiled once."""
    return {name: make() for name, make in all_kernels().items()}


@pytest.fixture(scope="module")
def index_folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("index")


@pytest.fixture(scope="module")
def codecs(index_folder) -> Callable[[str], Codec]:
    """An exact one, and two codebooks of 4 and of 2 bits."""
    made: dict[str, Codec] = {"exact": ExactCodec(dim=DIM)}
    for bits in (4, 2):
        book = make_codebook(index_folder, dim=DIM, bits=bits, centroids=60, seed=bits)
        made[f"{bits} bits"] = ResidualCodec(codebook=book)
    return made.__getitem__


FORMS = ("exact", "4 bits", "2 bits")


def anything(query: np.ndarray) -> Question:
    """A question that every passage answers."""
    return Question(vectors=query, least=np.full(len(query), -np.inf, np.float32))


def search(
    snapshot: Snapshot,
    question: Question,
    count: int,
    *,
    masks: Sequence[BoolArray] | None = None,
    kernels: Kernels | None = None,
) -> tuple[Candidate, ...]:
    masks = [view.alive for view in snapshot.views] if masks is None else masks
    with one_blas_thread(), Scorer(question, kernels or PlainKernels()) as scorer:
        return Candidates(question, scorer, snapshot, masks).best(count)


def oracle(
    snapshot: Snapshot, question: Question, masks: Sequence[BoolArray] | None = None
) -> dict[int, float]:
    """The MaxSim of every allowed passage that answers, over what is stored, in float64."""
    found = {}
    for number, view in enumerate(snapshot.views):
        mask = view.alive if masks is None else masks[number]
        for ordinal in np.flatnonzero(mask):
            stored = view.segment.vectors(int(ordinal)).astype(np.float64)
            if len(stored):
                best = (question.vectors.astype(np.float64) @ stored.T).max(axis=1)
                if (best >= question.least).any():
                    found[int(view.segment.passage_ids[ordinal])] = float(best.sum())
    return found


def check(found: Sequence[Candidate], expected: dict[int, float], count: int) -> None:
    """The best `count` with their scores, best first and ties by id; none is missing, none is twice."""
    assert len(found) == min(count, len(expected))
    assert len({each.passage_id for each in found}) == len(found)
    assert [(-each.score, each.passage_id) for each in found] == sorted(
        (-each.score, each.passage_id) for each in found
    )
    for each in found:
        assert each.score == pytest.approx(expected[each.passage_id], abs=1.01 * ROUNDING + 1e-5)
    left = expected.keys() - {each.passage_id for each in found}
    if found and left:
        assert found[-1].score >= max(expected[id_] for id_ in left) - 1.5 * ROUNDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`segments`: the form, the token counts and the allowed passages of each."""

    seed: int
    segments: tuple[tuple[str, tuple[int, ...], tuple[bool, ...]], ...]
    query_tokens: int
    count: int
    kernels: str


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    """Few enough passages that all of them are scored in float32."""
    segments = []
    for _ in range(draw(st.integers(1, 4))):
        counts = draw(st.lists(st.integers(0, 9), min_size=1, max_size=8))
        allowed = draw(st.lists(st.booleans(), min_size=len(counts), max_size=len(counts)))
        segments.append((draw(st.sampled_from(FORMS)), tuple(counts), tuple(allowed)))
    return Asked(
        seed=draw(st.integers(0, 99)),
        segments=tuple(segments),
        query_tokens=draw(st.sampled_from([1, 5, 32, 33, 70])),
        count=draw(st.integers(1, 60)),
        kernels=draw(st.sampled_from(list(all_kernels()))),
    )


MIXED = tuple((form, (3, 0, 5, 9), (True, True, False, True)) for form in (*FORMS, "4 bits"))


@settings(max_examples=60, deadline=None)
@given(asked=questions())
@example(asked=Asked(seed=1, segments=MIXED, query_tokens=70, count=5, kernels="numpy"))
def test_a_small_library_is_answered_exactly(index_folder, codecs, kernels, asked):
    """Exact segments and those of two codebooks together, restricted or not, for any question: the answer
    is that of MaxSim over all allowed passages.
    """
    views, masks, first = [], [], 1
    for form, counts, allowed in asked.segments:
        passages = make_passages(asked.seed + first, counts, DIM)
        path = make_segment(index_folder, codecs(form), passages, first_id=first)
        views.append(SegmentView.whole(Segment.open(path)))
        masks.append(np.array(allowed))
        first += len(counts)
    snapshot = Snapshot(views=tuple(views))
    question = anything(clustered(asked.seed, asked.query_tokens, DIM))
    found = search(snapshot, question, asked.count, masks=masks, kernels=kernels[asked.kernels])
    check(found, oracle(snapshot, question, masks), asked.count)


@pytest.fixture(scope="module")
def library(index_folder, codecs) -> Snapshot:
    """600 passages in all forms, some of them dead."""
    views = []
    for number, form in enumerate((*FORMS, "4 bits")):
        counts = np.random.default_rng(number).integers(0, 30, 150).tolist()
        passages = make_passages(number, counts, DIM)
        path = make_segment(index_folder, codecs(form), passages, first_id=1 + 150 * number)
        views.append(
            SegmentView(
                segment=Segment.open(path, Codebooks(index_folder)),
                alive=np.random.default_rng(number).random(150) < 0.9,
            )
        )
    return Snapshot(views=tuple(views))


@pytest.mark.parametrize("query_tokens", [1, 20, 45])
@pytest.mark.parametrize("count", [1, 10, 1000])
def test_a_library_of_hundreds_is_answered_exactly(library, query_tokens, count):
    """Where more passages are scored than are refined, the best are still the best; and whoever asks for
    more than there are gets all.
    """
    for seed in range(3):
        question = anything(clustered(50 + seed, query_tokens, DIM))
        check(search(library, question, count), oracle(library, question), count)


@pytest.mark.parametrize("kept", [0.5, 0.05, 0.0])
def test_a_filter_never_costs_results(library, monkeypatch, kept):
    """However few passages a filter leaves, and however far they are, the best of them fill the list."""
    monkeypatch.setattr(candidates_module, "SCANNED_CANDIDATES", 16)
    for seed in range(3):
        question = anything(clustered(60 + seed, 8, DIM))
        ranked = sorted(oracle(library, question).items(), key=lambda pair: pair[1])
        wanted = [id_ for id_, _ in ranked[: int(kept * len(ranked))]]
        masks = [np.isin(view.segment.passage_ids, wanted) & view.alive for view in library.views]
        expected = oracle(library, question, masks)
        assert len(expected) == len(wanted)
        found = search(library, question, 4, masks=masks)
        assert len(found) == min(4, len(expected))
        assert {each.passage_id for each in found} <= set(wanted)
        everything = search(library, question, 1000, masks=masks)
        check(everything, expected, 1000)


def test_the_list_is_filled_though_the_nearest_answer_nothing(index_folder, codecs, monkeypatch):
    """Passages whose centroids are nearest, but that answer nothing, do not take the places of those that
    do: the scan is followed as far down as it takes.
    """
    monkeypatch.setattr(candidates_module, "SCANNED_CANDIDATES", 8)
    decoy, wanted = clustered(1, 2, DIM)
    passages = [np.stack([decoy] * 3)] * 300 + [np.stack([wanted])] * 6
    query = np.stack([3 * decoy, wanted])
    question = Question(vectors=query, least=np.array([np.inf, 0.8], np.float32))
    for form in FORMS:
        path = make_segment(index_folder, codecs(form), passages)
        snapshot = Snapshot(views=(SegmentView.whole(Segment.open(path)),))
        for count in (1, 2, 6, 50):
            found = [each.passage_id for each in search(snapshot, question, count)]
            assert found == list(range(301, 301 + min(count, 6))), form


def test_more_is_scored_only_if_it_is_needed(index_folder, codecs, monkeypatch):
    """The scan saves the scoring of what is far, and nothing is scored twice."""
    monkeypatch.setattr(candidates_module, "SCANNED_CANDIDATES", 20)
    path = make_segment(index_folder, codecs("4 bits"), make_passages(3, [9] * 400, DIM))
    snapshot = Snapshot(views=(SegmentView.whole(Segment.open(path)),))
    scored: list[int] = []

    class Counting(PlainKernels):
        def residual(self, table, tokens, ordinals, best):
            scored.extend(ordinals.tolist())
            super().residual(table, tokens, ordinals, best)

    question = anything(clustered(4, 8, DIM))
    with one_blas_thread(), Scorer(question, Counting()) as scorer:
        found = Candidates(question, scorer, snapshot, [snapshot.views[0].alive])
        assert found.considered == 400
        first = found.best(5)
        assert 20 <= len(scored) < 40
        assert found.best(5) == first
        assert len(scored) < 40
        found.best(50)
        assert 200 <= len(scored) < 300
        check(found.best(1000), oracle(snapshot, question), 1000)
    assert sorted(scored) == list(range(400))


def test_the_same_answer_every_time(library, kernels, monkeypatch):
    """Bit for bit: for all kernels, any number of threads, and however often it is asked."""
    monkeypatch.setattr(candidates_module, "SCANNED_CANDIDATES", 100)
    questions = [anything(clustered(70 + seed, 40, DIM)) for seed in range(3)]
    expected = [search(library, question, 20) for question in questions]
    for threads in (1, 2, 9):
        monkeypatch.setattr(maxsim.os, "cpu_count", lambda threads=threads: threads)
        for each in kernels.values():
            found = [search(library, question, 20, kernels=each) for question in questions]
            assert found == expected, (threads, each.name)


def test_how_passages_are_divided_does_not_matter(index_folder, codecs):
    """One large segment or many small ones, merged or not, in any order: the same candidates."""
    passages = make_passages(8, [6] * 200, DIM)
    question = anything(clustered(80, 30, DIM))
    for form in FORMS:
        whole = make_segment(index_folder, codecs(form), passages)
        parts = [
            make_segment(index_folder, codecs(form), passages[first : first + 40], first_id=1 + first)
            for first in range(0, 200, 40)
        ]
        merged = merge(
            index_folder, [SegmentView.whole(Segment.open(path)) for path in parts[1:4]], codecs(form)
        )
        assert merged is not None
        answers = [
            search(Snapshot.open(dict.fromkeys(paths), Codebooks(index_folder)), question, 30)
            for paths in ([whole], parts, parts[::-1], [parts[4], merged, parts[0]])
        ]
        assert answers[1:] == answers[:1] * 3


def test_copies_are_ordered_by_id(index_folder, codecs, monkeypatch):
    """Equal passages tie, and ids decide, though many more tie than are wanted."""
    monkeypatch.setattr(candidates_module, "SCANNED_CANDIDATES", 10)
    for form in FORMS:
        path = make_segment(index_folder, codecs(form), [clustered(9, 5, DIM)] * 300, first_id=41)
        snapshot = Snapshot(views=(SegmentView.whole(Segment.open(path)),))
        found = search(snapshot, anything(clustered(90, 9, DIM)), 12)
        assert [each.passage_id for each in found] == list(range(41, 53))
        assert len({each.score for each in found}) == 1


def test_nothing_to_search(library, index_folder, codecs):
    """No segments, none allowed, or no passage with a token: the answer is empty."""
    question = anything(clustered(1, 40, DIM))
    assert search(Snapshot(views=()), question, 5) == ()
    nothing = [np.zeros(len(view.alive), np.bool_) for view in library.views]
    assert search(library, question, 5, masks=nothing) == ()
    for form in FORMS:
        path = make_segment(index_folder, codecs(form), [np.empty((0, DIM), np.float32)] * 3)
        assert search(Snapshot(views=(SegmentView.whole(Segment.open(path)),)), question, 5) == ()


def test_searching_while_segments_are_merged(tmp_path, kernels):
    """Threads that search what they hold get the answer of just that, while another thread merges
    segments, changes their form, lets passages die and deletes the files.
    """
    books = [make_codebook(tmp_path, dim=DIM, bits=bits, seed=bits) for bits in (2, 4)]
    codecs = [ExactCodec(dim=DIM), *(ResidualCodec(codebook=book) for book in books)]
    opened = Codebooks(tmp_path)
    paths = [
        make_segment(
            tmp_path, codecs[number % 3], make_passages(number, [5] * 10, DIM), first_id=1 + 10 * number
        )
        for number in range(6)
    ]
    current = [Snapshot.open(dict.fromkeys(paths), opened)]
    question = anything(clustered(95, 12, DIM))
    failures: list[BaseException] = []
    searches, stop = [0, 0], threading.Event()

    def look(place: int) -> None:
        kinds = [kernels["numpy"], list(kernels.values())[-1]]
        try:
            while not stop.is_set():
                held = current[0]
                check(
                    search(held, question, 8, kernels=kinds[searches[place] % 2]), oracle(held, question), 8
                )
                searches[place] += 1
        except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
            failures.append(error)
            stop.set()

    threads = [threading.Thread(target=look, args=[place]) for place in range(2)]
    for thread in threads:
        thread.start()
    rng, deadline = np.random.default_rng(0), time.monotonic() + 1.5
    rounds = 0
    while time.monotonic() < deadline and not stop.is_set():
        views = list(current[0].views)
        chosen = [views.pop(int(rng.integers(len(views)))) for _ in range(min(2, len(views)))]
        views = [view.without(rng.choice(view.segment.passage_ids, 5)) for view in views]
        merged = merge(tmp_path, chosen, codecs[rounds % 3])
        assert merged is not None
        first_id = 1000 + 10 * rounds
        added = make_segment(
            tmp_path, codecs[rounds % 2], make_passages(rounds, [5] * 10, DIM), first_id=first_id
        )
        fresh = Snapshot.open({merged: None, added: None}, opened)
        current[0] = Snapshot(views=(*views, *fresh.views))
        for view in chosen:
            with suppress(PermissionError):  # Windows keeps a file while somebody holds it
                view.segment.path.unlink()
        rounds += 1
    stop.set()
    for thread in threads:
        thread.join(30)
    if failures:
        raise failures[0]
    assert min(*searches, rounds) >= 5


def test_a_snapshot_holds_its_codebooks(tmp_path, monkeypatch):
    """Segments and their codebook may be merged away before a search that has its scope asks for either."""
    codec = ResidualCodec(codebook=make_codebook(tmp_path, dim=4, bits=2, centroids=3))
    monkeypatch.setattr("tests.core.search.test_live.ExactCodec", lambda dim: codec)  # noqa: ARG005
    library = Library(tmp_path)
    library.add(2)
    scope = library.live.scope(ANYTHING)
    book = tmp_path / codebook_file(codec.codebook.id)
    content = book.read_bytes()
    book.unlink()
    assert scope.snapshot.vectors(PassageId(1)).shape == (1, 4)

    def missing() -> LibraryDamagedError:
        later = LiveSegments(library.catalogue, tmp_path, LIBRARY_MODEL.hex(), Codebooks(tmp_path))
        with pytest.raises(LibraryDamagedError) as caught:
            later.scope(ANYTHING)
        return caught.value

    assert missing().path == book
    book.write_bytes(content[:-1])
    assert missing().path == book


def test_a_passage_is_shown_once(open_collection, tmp_path, monkeypatch):
    """Asked for more, Candidates may find that a passage belongs among the first after all: it is shown, and
    what it pushed down is not shown again.
    """
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "long.txt").write_text("\n\n".join(f"Kumquat {n}. " + "word " * 400 for n in range(20)))
    for name in ("first", "second", "last"):
        (folder / f"{name}.txt").write_text(f"The {name} kumquat.")
    collection = open_collection(tmp_path / "library")
    collection.add_source(folder)
    index(collection)
    query = Query(text="kumquat", limit=4, mode=Mode.MAXSIM)
    single = {each.document.path.stem: each.hits[0] for each in collection.search(query).results}
    early, late = [single[name].passage_id for name in ("first", "second")], single["last"].passage_id
    asked: list[int] = []

    class LateFinder(Candidates):
        """Overlooks the best two until it is asked for more."""

        def best(self, count: int) -> tuple[Candidate, ...]:
            asked.append(count)
            by_id = {each.passage_id: each for each in super().best(1000)}
            long = [each for each in by_id.values() if each.passage_id not in (*early, late)]
            found = [*long[:7], by_id[late], *long[7:]]
            return tuple(([by_id[id_] for id_ in early] if len(asked) > 1 else []) + found)[:count]

    monkeypatch.setattr(searcher_module, "Candidates", LateFinder)
    monkeypatch.setattr(searcher_module, "CANDIDATES_PER_RESULT", 2)
    results = collection.search(query).results
    assert asked == [8, 16]
    assert sorted(each.document.path.stem for each in results) == ["first", "last", "long", "second"]
    shown = [hit.passage_id for result in results for hit in result.hits]
    assert len(set(shown)) == len(shown)
