"""A model may come with a codebook: a library takes a copy of it and is compressed from its first passage."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.catalogue import codebooks
from core.collection import Collection
from core.domain import BUILT_IN_MODEL, OWN_MODEL, Companion, Query
from core.errors import DiskFullError, ModelDamagedError
from core.index.codebook import Codebook, copied_name, random_rotation, shipped_header, write_codebook
from core.index.codebook import Trained as TrainedCodebook
from core.indexing import compression, shipped
from core.progress import CancelToken, Damaged, FileDone, Merging, Reencoding, Training, Verified
from core.settings import Settings
from tests.core.conftest import index, inline_collection, maintain
from tests.core.crash import STEPS_OF_A_COPY
from tests.core.encoders import OTHER, FixedEncoders, WordEncoder
from tests.core.oracle import check_stored, check_whole
from tests.core.small import check_no_garbage, codebooks_of, forms_of, small_codebooks

CHECKOUT = Path(__file__).parents[3]
WORDS = ["kumquat", "obsidian", "thistle", "gondola", "朝顔", "蒸気機関"]


class OwnEncoder(WordEncoder):
    """Of as many dimensions as a codebook may have."""

    dim = 64


@pytest.fixture
def files(tmp_path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for word in WORDS:
        (folder / f"{word}.txt").write_text(f"a {word} is on this page . " * 3, encoding="utf-8")
    return folder


@pytest.fixture
def own(tmp_path) -> Path:
    """What comes with the model: trained on words that no file has."""
    return make_shipped(
        tmp_path, OwnEncoder(), "a b c d e f g h i j k l m n o p q r s t u v w x y z is on this ."
    )


def make_shipped(folder: Path, encoder: WordEncoder, text: str) -> Path:
    (made,) = encoder.encode_passages([text])
    rotation = random_rotation(encoder.dim)
    count = len(made.vectors)
    trained = TrainedCodebook(
        centroids=made.vectors @ rotation,
        starts=[0, count // 2, count],
        rotation=rotation,
        model=bytes.fromhex(encoder.digest),
        bits=4,
        tokens=count,
    )
    path = folder / "vectors.codebook"
    path.unlink(missing_ok=True)
    return write_codebook(folder, trained, path.name)


@pytest.fixture
def encoders(own, encoder) -> FixedEncoders:
    found = FixedEncoders.only(encoder)
    found.encoders[OWN_MODEL] = own_encoder = OwnEncoder()
    found.companions[own_encoder.digest] = Companion(codebook=own)
    return found


def opened(tmp_path, encoders, settings: Settings | None = None):
    return inline_collection(tmp_path / "library", encoders, settings, OWN_MODEL)


@pytest.fixture
def collection(tmp_path, files, encoders):
    with opened(tmp_path, encoders) as collection:
        collection.add_source(files)
        index(collection)
        yield collection


def check(collection: Collection, files: Path, encoder=None) -> None:
    check_stored(collection, encoder or OwnEncoder(), *WORDS)
    for word in WORDS:
        (result,) = collection.search(Query(text=word)).results
        assert result.document.path == files / f"{word}.txt"
    check_whole(collection)
    check_no_garbage(collection)


def test_a_new_library_is_compressed_from_the_start(collection, files, own):
    """No segment is exact, the copy is listed as of no training, and maintenance has nothing to do."""
    (name,) = codebooks_of(collection)
    assert name == copied_name(shipped_header(own, 4))
    assert [(form.exact, form.codebook.hex()) for form in forms_of(collection)] == [(False, Path(name).stem)]
    with collection._catalogue.read() as db:
        assert codebooks.all_codebooks(db)[0].content.shipped
    assert list(collection.maintain(CancelToken())) == []
    check(collection, files)


def test_a_library_of_another_model_is_not(tmp_path, files, encoders):
    """It stays exact; when it changes to the model, it is compressed with what comes with that one."""
    with inline_collection(tmp_path / "library", encoders) as collection:
        collection.add_source(files)
        index(collection)
        assert [form.exact for form in forms_of(collection)] == [True]
        assert codebooks_of(collection) == []
        collection.use_model(OWN_MODEL)
        events = list(collection.switch(CancelToken()))
        assert any(isinstance(event, Reencoding) for event in events)
        assert [form.exact for form in forms_of(collection)] == [False]
        check(collection, files)


def test_a_copy_has_the_bits_of_the_settings(tmp_path, files, encoders, own):
    """2 or 4, from the start or changed later: then it is copied anew, and nothing is trained."""
    for bits in (2, 4, 2):
        with opened(tmp_path, encoders, Settings(residual_bits=bits)) as collection:
            if not collection.sources():
                collection.add_source(files)
                index(collection)
            else:
                events = list(collection.maintain(CancelToken()))
                assert [type(event) for event in events] == [Merging]
            assert {form.bits for form in forms_of(collection)} == {bits}
            assert codebooks_of(collection) == [copied_name(shipped_header(own, bits))]
            check(collection, files)


def test_a_large_library_gets_a_codebook_of_its_own(collection, files):
    """As soon as that would have as many centroids; the copy goes with the last segment that needs it."""
    with small_codebooks(first=2 * collection.status().tokens):
        assert list(collection.maintain(CancelToken())) == []
    with small_codebooks():
        events = list(collection.maintain(CancelToken()))
        assert [type(event) for event in events] == [Training, Merging]
        (name,) = codebooks_of(collection)
        with collection._catalogue.read() as db:
            assert not codebooks.all_codebooks(db)[0].content.shipped
        assert {form.codebook.hex() for form in forms_of(collection)} == {Path(name).stem}
        assert list(collection.maintain(CancelToken())) == []
        check(collection, files)


@pytest.mark.parametrize(
    ("tokens", "centroids", "due"),
    [(999_999, 1, False), (1_048_576, 32_768, True), (1_048_575, 32_768, False), (2_000_000, 65_536, False)],
)
def test_when_it_is_due(tokens, centroids, due):
    """A million tokens, and as many centroids as the one that came with the model."""
    content = codebooks.Content(model="", centroids=centroids, trained_tokens=0)
    assert compression.is_due(tokens, content) is due


def damage(path: Path, how: str) -> None:
    match how:
        case "gone":
            path.unlink()
        case "cut":
            path.write_bytes(path.read_bytes()[:-100])
        case "flipped":
            content = bytearray(path.read_bytes())
            content[-5] ^= 1
            path.write_bytes(content)


@pytest.mark.parametrize("how", ["gone", "cut", "flipped"])
@pytest.mark.parametrize("by", ["verify", "sync", "maintain"])
def test_a_damaged_copy_is_written_again(tmp_path, files, encoders, how, by):
    """Byte by byte as it was, by whoever meets the damage; no passage is encoded again."""
    with opened(tmp_path, encoders) as collection:
        collection.add_source(files)
        paths = sorted(files.iterdir())
        for path in paths:
            list(collection.refresh([path], CancelToken()))
        (name,) = codebooks_of(collection)
        before = (collection._layout.index / name).read_bytes()
        damage(collection._layout.index / name, how)
    with opened(tmp_path, encoders) as collection:
        encoders.encoders[OWN_MODEL].encode_passages = None  # nothing needs it
        if by == "verify":
            *_, verified = collection.verify(CancelToken())
            assert isinstance(verified, Verified)
            assert [each.path.name for each in verified.damaged] == [name]
            assert verified.unmended == ()
        elif by == "sync":
            events = list(collection.sync(CancelToken()))
            assert any(isinstance(event, Damaged) for event in events)
            assert not any(isinstance(event, FileDone) for event in events)
        else:
            list(collection.maintain(CancelToken()))
        del encoders.encoders[OWN_MODEL].encode_passages
        assert (collection._layout.index / name).read_bytes() == before
        check(collection, files)


@pytest.mark.parametrize("now", ["another", "gone", "damaged"])
def test_a_damaged_copy_of_what_comes_no_more(tmp_path, files, encoders, own, now):
    """When the model comes with another codebook now, or with none that is whole, all that the copy had
    compressed is encoded again, with what there is.
    """
    with opened(tmp_path, encoders) as collection:
        collection.add_source(files)
        index(collection)
        (old,) = codebooks_of(collection)
        damage(collection._layout.index / old, "flipped")
    match now:
        case "another":
            make_shipped(tmp_path, OwnEncoder(), "other words than before , all of them")
        case "gone":
            own.unlink()
        case "damaged":
            damage(own, "flipped")
    with opened(tmp_path, encoders) as collection:
        *_, verified = collection.verify(CancelToken())
        assert verified.unmended == ()
        assert old not in codebooks_of(collection)
        assert len(codebooks_of(collection)) == (now == "another")
        check(collection, files)


def test_a_codebook_for_other_vectors_is_not_taken(tmp_path, files, encoders):
    """What was trained for another digest would be nonsense: the library begins exactly, as without one."""
    make_shipped(tmp_path, OwnEncoder("another"), "a b c d")
    with opened(tmp_path, encoders) as collection:
        collection.add_source(files)
        index(collection)
        assert [form.exact for form in forms_of(collection)] == [True]
        check(collection, files)


def test_a_full_disk_while_it_is_copied(tmp_path, files, encoders, monkeypatch):
    """The sync says so and leaves nothing behind; the next one goes on."""

    def full(path, *_):
        raise DiskFullError(path)

    with opened(tmp_path, encoders) as collection:
        collection.add_source(files)
        with monkeypatch.context() as patch:
            patch.setattr("core.index.codebook.write_file", full)
            with pytest.raises(DiskFullError):
                index(collection)
        assert codebooks_of(collection) == []
        check_no_garbage(collection)
        index(collection)
        check(collection, files)


def test_killed_between_the_copy_and_its_listing(tmp_path, files, encoders, own, monkeypatch):
    """What a program that was killed there has left is garbage, or is taken as it is by the next one."""

    class KilledError(BaseException):
        pass

    def killed(*_):
        raise KilledError

    with opened(tmp_path, encoders) as collection:
        collection.add_source(files)
        with monkeypatch.context() as patch:
            patch.setattr(codebooks, "insert", killed)
            with pytest.raises(KilledError):
                index(collection)
        left = [path.name for path in collection._layout.index.iterdir()]
        assert left == [copied_name(shipped_header(own, 4))]
        shutil.copy(collection._layout.index / left[0], collection._layout.index / f"{'0' * 16}.codebook")
        index(collection)
        check(collection, files)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize(("function", "moment"), STEPS_OF_A_COPY)
def test_kill_9_while_it_is_copied(tmp_path, files, encoder, function, moment):
    """At every step: nothing is lost, the old model answers, and the next program goes on, compressed."""
    other = WordEncoder()
    own = make_shipped(tmp_path, other, "a b c d e f g h is on this page .")
    encoders = FixedEncoders({BUILT_IN_MODEL: encoder, OTHER: other})
    encoders.companions[other.digest] = Companion(codebook=own)
    with inline_collection(tmp_path / "library", encoders) as collection:
        collection.add_source(files)
        index(collection)
    command = [sys.executable, "-m", "tests.core.crash", str(tmp_path / "library"), "switch"]
    done = subprocess.run([*command, function, moment], cwd=CHECKOUT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    with inline_collection(tmp_path / "library", encoders) as collection:
        check_stored(collection, encoder, *WORDS)
        check_whole(collection)
        collection.use_model(OTHER)
        list(collection.switch(CancelToken()))
        maintain(collection)
        index(collection)
        assert codebooks_of(collection) == [copied_name(shipped_header(own, 4))]
        assert not any(form.exact for form in forms_of(collection))
        check(collection, files, other)


def test_two_programs_take_one_copy(tmp_path, files, encoders):
    """Whoever is second finds it listed."""
    with opened(tmp_path, encoders) as one, opened(tmp_path, encoders) as other:
        one.add_source(files)
        events = one.sync(CancelToken())
        next(event for event in events if isinstance(event, FileDone))
        assert shipped.adopt_codebook(other._stages, OwnEncoder().digest) is False
        list(events)
        assert len(codebooks_of(other)) == 1
        check(other, files)


def test_a_copy_goes_with_the_last_passage(collection, files):
    """Forgetting the folder leaves nothing of it; adding it again takes a new copy."""
    collection.forget_source(files)
    assert codebooks_of(collection) == []
    check_no_garbage(collection)
    collection.add_source(files)
    index(collection)
    check(collection, files)


def test_what_is_copied_is_what_came(own, tmp_path):
    """The same rotation and centroids, and a name that only equal content has."""
    header = shipped_header(own, 2)
    copy = shipped.copy_codebook(own, tmp_path, 2)
    assert copy.name == copied_name(header)
    found = Codebook.open(copy)
    assert (found.header.bits, found.header.model) == (2, header.model)
    whole = tmp_path / f"{'1' * 16}.codebook"
    shutil.copy(own, whole)
    assert found.centroids.tobytes() == Codebook.open(whole).centroids.tobytes()
    assert copied_name(shipped_header(own, 4)) != copy.name


# --- A model of our own that cannot be opened -------------------------------------------------------


class Broken(FixedEncoders):
    """Of which the own model cannot be opened while `broken`."""

    broken = True

    def open(self, name):
        if name == OWN_MODEL and self.broken:
            raise ModelDamagedError(name, "it is broken")
        return super().open(name)


@pytest.fixture
def breaking(encoders) -> Broken:
    found = Broken(encoders.encoders)
    found.companions = encoders.companions
    return found


def test_a_new_library_whose_model_cannot_be_opened(tmp_path, files, breaking, encoder):
    """The built-in model answers in its place for good, and the library can say why."""
    with opened(tmp_path, breaking) as collection:
        assert collection.status().model == OWN_MODEL
        assert collection.fell_back is None
        collection.add_source(files)
        index(collection)
        assert collection.status().model == "built-in"
        assert "it is broken" in str(collection.fell_back)
        check(collection, files, encoder)
    breaking.broken = False
    with opened(tmp_path, breaking) as collection:
        assert (collection.status().model, collection.fell_back) == ("built-in", None)


def test_a_question_meets_it_first(tmp_path, files, breaking, encoder):
    """It is answered, by what the built-in model has encoded: nothing before the next sync."""
    breaking.broken = False
    with opened(tmp_path, breaking) as collection:
        collection.add_source(files)
        index(collection)
        breaking.broken = True
        assert collection.search(Query(text="zzz")).results == ()
        assert collection.status().model == "built-in"
        assert collection.fell_back is not None
        index(collection)
        check(collection, files, encoder)


def test_a_chosen_model_is_not_replaced(tmp_path, files, breaking):
    """Whoever asks for the own model while it is broken is told so, and keeps what there is."""
    with inline_collection(tmp_path / "library", breaking) as collection:
        collection.add_source(files)
        index(collection)
        with pytest.raises(ModelDamagedError):
            collection.use_model(OWN_MODEL)
        assert collection.fell_back is None
        maintain(collection)
        assert collection.search(Query(text=WORDS[0])).results


def test_an_older_library_keeps_its_model(tmp_path, files, encoders):
    """Only a library in which nothing has ever been begins with the model that new ones have."""
    with inline_collection(tmp_path / "library", encoders) as collection:
        collection.add_source(files)
    with opened(tmp_path, encoders) as collection:
        assert collection.status().model == "built-in"
