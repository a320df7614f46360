"""The power fails, the disk is full, a call fails: at every step of a commit, of a merge and of a training
nothing is lost, nothing is there twice, and the answers are those of the files as they were or as they are.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.collection import Collection
from core.domain import BUILT_IN_MODEL, Mode, Query
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import DiskFullError, TrainingError
from core.index import merge
from core.progress import CancelToken
from tests.core.conftest import index, inline_collection, maintain
from tests.core.crash import (
    STEPS_OF_A_COMMIT,
    STEPS_OF_A_COMPRESSION,
    STEPS_OF_A_MERGE,
    STEPS_OF_A_REBUILD,
    STEPS_OF_A_SWITCH,
    at_step,
    run_job,
)
from tests.core.encoders import OTHER, FixedEncoders, WordEncoder
from tests.core.oracle import COMPRESSED_TOLERANCE, TOLERANCE, Oracle, check_stored, check_whole
from tests.core.small import check_no_garbage, codebooks_of, forms_of

CHECKOUT = Path(__file__).parents[2]
WORDS = [
    "kumquat",
    "obsidian",
    "thistle",
    "gondola",
    "abacus",
    "lantern",
    "marzipan",
    "umbrella",
    "朝顔",
    "夕立",
]
assert len(WORDS) > merge.TIER_FACTOR

STEPS = {
    "refresh": STEPS_OF_A_COMMIT,
    "maintain": STEPS_OF_A_MERGE,
    "rebuild": STEPS_OF_A_REBUILD,
    "compress": STEPS_OF_A_COMPRESSION,
    "switch": STEPS_OF_A_SWITCH,
}
JOBS = [(job, *step) for job, steps in STEPS.items() for step in steps]
TOLERANCES = {**dict.fromkeys(STEPS, TOLERANCE), "compress": COMPRESSED_TOLERANCE}


@dataclass
class Library:
    """`files`: one for each word, each in a segment of its own. `edit` makes the disk differ."""

    root: Path
    files: Path

    def paths(self) -> list[Path]:
        return sorted(self.files.iterdir())

    def edit(self) -> list[Path]:
        """One file changed, one gone, one moved, one new; returns those to look at."""
        (self.files / "0.txt").write_text("a velvet jigsaw in the place of what was here before")
        (self.files / "1.txt").unlink()
        (self.files / "2.txt").replace(self.files / "moved.txt")
        (self.files / "new.txt").write_text("a hydrant, quite new")
        return [self.files / f"{name}.txt" for name in ("0", "1", "2", "moved", "new")]


@pytest.fixture(scope="module")
def encoders(encoder: LexicalEncoder) -> FixedEncoders:
    return FixedEncoders({BUILT_IN_MODEL: encoder, OTHER: WordEncoder()})


def oracle_for(collection: Collection, encoders: FixedEncoders, job: str) -> Oracle:
    """What must be found now, with the model that answers now."""
    return Oracle(encoders.open(collection.status().model), TOLERANCES[job])


@pytest.fixture(scope="module")
def made(tmp_path_factory, encoder: LexicalEncoder) -> Library:
    root = tmp_path_factory.mktemp("made")
    library = Library(root / "library", root / "files")
    library.files.mkdir()
    with inline_collection(library.root, encoder) as collection:
        collection.add_source(library.files)
        for number, word in enumerate(WORDS):
            path = library.files / f"{number}.txt"
            path.write_text(f"a {word} on a page of its own, " * (number + 1), encoding="utf-8")
            list(collection.refresh([path], CancelToken()))
    shutil.copytree(library.files, root / "kept")
    return library


@pytest.fixture
def library(made, tmp_path) -> Library:
    """A copy, over the same files, which are as they were."""
    shutil.copytree(made.root, tmp_path / "library")
    restore(made)
    return Library(tmp_path / "library", made.files)


@pytest.fixture(scope="module")
def crashed(made, tmp_path_factory) -> dict[tuple[str, str, str], Library]:
    """A copy for every step, in which a process was killed there; two at a time, since each takes long."""
    root = tmp_path_factory.mktemp("crashed")
    restore(made)
    paths = made.edit()

    def crash(number: int) -> Library:
        job, function, moment = JOBS[number]
        library = Library(root / str(number), made.files)
        shutil.copytree(made.root, library.root)
        command = [sys.executable, "-m", "tests.core.crash", str(library.root), job, function, moment]
        done = subprocess.run([*command, *map(str, paths)], cwd=CHECKOUT, check=False, timeout=60)
        assert done.returncode == -signal.SIGKILL, JOBS[number]
        return library

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(JOBS, pool.map(crash, range(len(JOBS))), strict=True))


def restore(library: Library) -> None:
    """The files as they were when the library was made."""
    shutil.rmtree(library.files)
    shutil.copytree(library.files.with_name("kept"), library.files)


def check_between(collection: Collection, oracle: Oracle, kept: Path) -> None:
    """Each document is found as it was or as it is, and only once; nobody has looked at the disk since."""
    untouched = [kept / f"{number}.txt" for number in range(3, len(WORDS))]
    for word in WORDS[3:]:
        found = collection.search(Query(text=word, mode=Mode.MAXSIM)).results
        expected = oracle.scores(untouched, word)
        assert {each.document.path.name: each.score for each in found} == pytest.approx(
            {path.name: score for path, score in expected.items()}, rel=oracle.tolerance
        )
    old, new = (len(collection.search(Query(text=word)).results) for word in (WORDS[0], "velvet"))
    assert (old, new) in ((1, 0), (0, 1))
    for word in (WORDS[1], WORDS[2], "hydrant"):
        assert len(collection.search(Query(text=word)).results) <= 1


def check_after(collection: Collection, oracle: Oracle, library: Library) -> None:
    """One sync and one maintenance make everything right, and leave no garbage."""
    index(collection)
    maintain(collection)
    maintain(collection)
    for word in [*WORDS, "velvet", "hydrant"]:
        oracle.check(collection, library.paths(), word)
    check_whole(collection)
    check_no_garbage(collection)
    assert len(forms_of(collection)) < merge.TIER_FACTOR


def check_all(collection: Collection, encoders: FixedEncoders, job: str, library: Library) -> None:
    check_whole(collection)
    oracle = oracle_for(collection, encoders, job)
    check_between(collection, oracle, library.files)
    check_after(collection, oracle, library)
    if job == "compress":
        check_compressed(collection, oracle)
    if job == "switch":
        check_switched(collection, encoders, library)


def check_switched(collection: Collection, encoders: FixedEncoders, library: Library) -> None:
    """A switch that was broken off goes on, and ends."""
    if collection.status().model != OTHER:
        run_job(collection, "switch", [])
    assert (collection.status().model, collection.status().switch) == (OTHER, None)
    check_after(collection, oracle_for(collection, encoders, "switch"), library)


def check_compressed(collection: Collection, oracle: Oracle) -> None:
    """A training that was broken off is made up for, with one codebook and no trace of another."""
    run_job(collection, "compress", [])
    assert len(codebooks_of(collection)) == 1
    assert not any(form.exact for form in forms_of(collection))
    check_whole(collection)
    check_no_garbage(collection)
    check_stored(collection, oracle.encoder, *WORDS, "velvet", "hydrant")


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize(("job", "function", "moment"), JOBS)
def test_kill_9(crashed, encoders, job, function, moment):
    """After kill -9 at this step the library is as before the commit or as after it."""
    library = crashed[job, function, moment]
    restore(library)
    library.edit()
    with inline_collection(library.root, encoders) as collection:
        check_all(collection, encoders, job, library)


class SomethingElseError(Exception):
    """Nothing that anybody expects."""


ERRORS = [OSError(errno.ENOSPC, "No space left on device"), SomethingElseError()]


@pytest.mark.parametrize(
    ("job", "function", "moment", "error"),
    [(*step, ERRORS[number % 2]) for number, step in enumerate(JOBS)],
)
def test_a_call_that_fails(library, encoders, job, function, moment, error):
    """An error at this step ends the job, not the program: what is there goes on to answer and to work."""

    def fail():
        raise error

    with inline_collection(library.root, encoders) as collection:
        paths = library.edit()
        failing = at_step(function, moment, fail)
        with failing, pytest.raises((DiskFullError, OSError, TrainingError, SomethingElseError)):
            run_job(collection, job, paths)
        check_all(collection, encoders, job, library)


def _resize(place: Path, kilobytes: int, *options: str) -> bool:
    what = [*options, f"size={kilobytes}k"]
    command = ["mount", "-t", "tmpfs", "-o", ",".join(what), "none", str(place)]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def test_a_disk_that_is_really_full(library, encoders, tmp_path):
    """On a disk that fills up at any point a commit, a merge, a training and a switch end with a clear error,
    and lose nothing.
    """
    place = tmp_path / "disk"
    place.mkdir()
    if not _resize(place, 4000):
        pytest.skip("mounting is not allowed here")
    try:
        small = Library(place / "library", library.files)
        shutil.copytree(library.root, small.root)
        full = dict.fromkeys(STEPS, 0)
        with inline_collection(small.root, encoders) as collection:
            collection.search(Query(text="whatever"))
            for job in STEPS:
                paths = small.edit() if job == "refresh" else []
                used = shutil.disk_usage(place).used // 1024
                for more in range(0, 400, 12):
                    assert _resize(place, used + more, "remount")
                    try:
                        run_job(collection, job, paths)
                    except DiskFullError:
                        full[job] += 1
                        check_between(collection, oracle_for(collection, encoders, "compress"), small.files)
                    else:
                        break
            assert all(full.values()), full
            assert _resize(place, 8000, "remount")
            oracle = oracle_for(collection, encoders, "compress")
            assert oracle.encoder.name == WordEncoder.name
            check_after(collection, oracle, small)
            check_compressed(collection, oracle)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)  # segments are still mapped
