"""A codebook is read as it was written, finds near centroids, and notices damage."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import DiskFullError, LibraryDamagedError
from core.index import codebook as codebook_module
from core.index.codebook import (
    SUFFIX,
    Codebook,
    Codebooks,
    codebook_file,
    random_rotation,
    write_codebook,
)
from tests.core.index.made import MODEL, clustered, make_codebook, trained


@settings(deadline=None, max_examples=30)
@given(
    dim=st.sampled_from([8, 64, 96, 128]),
    bits=st.sampled_from([2, 4]),
    centroids=st.integers(1, 40),
    seed=st.integers(0, 99),
)
def test_what_was_written_is_read(tmp_path_factory, dim, bits, centroids, seed):
    """Everything comes back; centroids are rounded by at most half a step, a 16th of their largest part."""
    made = trained(clustered(seed, centroids, dim), centroids=centroids, bits=bits)
    path = write_codebook(tmp_path_factory.mktemp("index"), made)
    found = Codebook.open(path)
    assert path.name == codebook_file(found.id)
    assert (found.form.dim, found.form.bits, found.form.codebook) == (dim, bits, found.id)
    assert (found.header.model, found.header.trained_tokens) == (MODEL, centroids)
    assert (found.rotation == made.rotation).all()
    assert (found.starts == made.starts).all()
    largest = np.abs(made.centroids).max(axis=1, keepdims=True)
    assert (np.abs(found.centroids - made.centroids) <= 1.001 * largest / 16).all()


def test_what_is_derived_fits(tmp_path):
    """Centres, half squares and the centroids for kernels are those of the rounded centroids."""
    found = make_codebook(tmp_path, dim=96, centroids=30)
    for group, centre in enumerate(found.centres):
        members = found.centroids[found.starts[group] : found.starts[group + 1]]
        assert centre == pytest.approx(members.mean(axis=0), abs=1e-6)
    assert found.half_squares == pytest.approx((found.centroids**2).sum(axis=1) / 2, abs=1e-6)
    whole = found.tokens.codes.astype(np.float32) * found.tokens.scales[:, None]
    assert (whole == found.centroids).all()
    assert found.tokens.offsets.tolist() == list(range(31))


@pytest.mark.parametrize("dim", [8, 64, 96, 128])
def test_the_rotation_is_fixed_and_orthogonal(dim):
    """It keeps all lengths, and is the same at every training."""
    rotation = random_rotation(dim)
    assert rotation @ rotation.T == pytest.approx(np.eye(dim), abs=1e-5)
    assert (rotation == random_rotation(dim)).all()


def nearest(found: Codebook, turned: np.ndarray) -> np.ndarray:
    return ((turned[:, None, :] - found.centroids[None]) ** 2).sum(axis=2).argmin(axis=1)


@settings(deadline=None, max_examples=30)
@given(centroids=st.integers(1, 12), seed=st.integers(0, 99), tokens=st.integers(0, 30))
def test_all_groups_are_tried_when_they_are_few(tmp_path_factory, centroids, seed, tokens):
    """With up to three groups every token gets its true nearest centroid."""
    found = make_codebook(tmp_path_factory.mktemp("index"), dim=64, centroids=centroids, seed=seed)
    assert len(found.centres) <= 3
    turned = clustered(seed + 1, tokens, 64) @ found.rotation
    codes = found.assign(turned)
    assert codes.dtype == np.uint16
    assert codes.tolist() == nearest(found, turned).tolist()


def test_a_token_alone_gets_the_same_code(tmp_path):
    """What else is compressed at the same time does not matter."""
    found = make_codebook(tmp_path, dim=64, centroids=200)
    turned = clustered(9, 300, 64) @ found.rotation
    together = found.assign(turned)
    assert [int(found.assign(turned[i : i + 1])[0]) for i in range(60)] == together[:60].tolist()


def test_every_byte_that_flips_is_noticed(tmp_path):
    """Opening reads all of a codebook: one changed bit in any byte that means something is reported, and
    one in the gaps between the sections, which nobody reads, changes nothing.
    """
    path = write_codebook(tmp_path, trained(clustered(1, 5, 8), centroids=5))
    whole, found = path.read_bytes(), Codebook.open(path)
    used = np.zeros(len(whole), np.bool_)
    used[:128] = True
    for section in found.header.sections():
        used[section.offset : section.offset + section.nbytes] = True
    for place in range(len(whole)):
        content = bytearray(whole)
        content[place] ^= 1 << place % 8
        path.write_bytes(content)
        if used[place]:
            with pytest.raises(LibraryDamagedError) as caught:
                Codebook.open(path)
            assert caught.value.path == path
        else:
            assert (Codebook.open(path).centroids == found.centroids).all()


@pytest.mark.parametrize("kept", [0, 7, 127, 128, 300])
def test_a_file_that_is_cut_off_is_refused(tmp_path, kept):
    """A codebook that lost its end never opens."""
    path = write_codebook(tmp_path, trained(clustered(1, 5, 8), centroids=5))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(LibraryDamagedError):
        Codebook.open(path)


def test_another_version_is_named(tmp_path):
    """A codebook of a later format is refused with both numbers, not called damaged; so is another file."""
    path = write_codebook(tmp_path, trained(clustered(1, 5, 8), centroids=5))
    content = bytearray(path.read_bytes())
    content[8] = 99
    path.write_bytes(content)
    with pytest.raises(LibraryDamagedError, match="format 99; this program reads up to 1"):
        Codebook.open(path)
    content[:8] = b"MIKKESEG"
    path.write_bytes(content)
    with pytest.raises(LibraryDamagedError, match="not a codebook file"):
        Codebook.open(path)


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    """When the disk is full, no half-written codebook stays behind."""

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.index.files.os.fsync", full)
    with pytest.raises(DiskFullError):
        make_codebook(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_codebook_is_opened_once(tmp_path, monkeypatch):
    """However many segments and threads need it at once: it takes 30 ms and 30 MB."""
    wanted = make_codebook(tmp_path).id
    opened, start = [], threading.Barrier(4)

    def slow(path, open_=Codebook.open):
        opened.append(path)
        return open_(path)

    monkeypatch.setattr(codebook_module.Codebook, "open", slow)
    books = Codebooks(tmp_path)

    def get(_number: int) -> Codebook:
        start.wait(5)
        return books.get(wanted)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(get, range(4)))
    assert len({id(each) for each in found}) == len(opened) == 1


def test_an_open_codebook_outlives_its_file(tmp_path):
    """What is open stays open; what is gone is told, and looked for again the next time."""
    made = make_codebook(tmp_path)
    path = tmp_path / codebook_file(made.id)
    books, later = Codebooks(tmp_path), Codebooks(tmp_path)
    held, content = books.get(made.id), path.read_bytes()
    path.unlink()
    assert books.get(made.id) is held
    with pytest.raises(FileNotFoundError):
        later.get(made.id)
    path.write_bytes(content)
    assert (later.get(made.id).centroids == made.centroids).all()


def test_centroids_without_length(tmp_path):
    """Tokens may all be zero: centroids of length zero are written, read and found."""
    made = trained(clustered(1, 3, 8), centroids=3)
    nothing = replace(made, centroids=np.zeros_like(made.centroids))
    found = Codebook.open(write_codebook(tmp_path, nothing))
    assert np.abs(found.centroids).max() < 1e-9
    assert found.assign(np.zeros((2, 8), np.float32)).max() < 3


def test_the_name_of_the_file_is_the_id():
    """Segments name their codebook by 8 bytes, which are its file's name."""
    assert codebook_file(bytes(range(8))) == f"0001020304050607{SUFFIX}"
