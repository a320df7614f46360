"""One file to its text or its reason, the hash that recognises it, and the formats by name."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import FileStamp, Reason
from core.errors import ExtractionError
from core.extract.cleanup import cut_at_border
from core.extract.formats import format_of, supported_formats
from core.extract.read import content_hash, extract_file
from core.settings import ReadingLimits
from tests.core.extract.papers import paper

LIMITS = ReadingLimits()
SMALL = dataclasses.replace(LIMITS, plain_file_bytes=64 * 2**10, text_chars=50_000)


def reason_of(path, limits=LIMITS) -> Reason:
    with pytest.raises(ExtractionError) as caught:
        extract_file(path, limits)
    return caught.value.reason.code


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", "txt"), ("a.PDF", "pdf"), ("a.markdown", "md"), ("a.htm", "html"), ("a.py", "py"),
        ("a.C++", "c++"),
        ("README", "txt"), ("Makefile", "txt"), (".bashrc", "txt"), ("git.1", "1"), ("sys.log.12", "log"),
        ("lib.so.1", None), ("a.exe", None), ("a.jpg", None), ("a.tar.gz", None), ("日本語.txt", "txt"),
    ],
)  # fmt: skip
def test_formats_by_name(name, expected):
    """The suffix decides; names without one are tried as text; unknown ones are not read."""
    assert format_of(Path("folder.d") / name) == expected
    assert expected is None or expected in supported_formats()


def test_each_format_is_read(tmp_path):
    """Text, source code, Markdown, HTML and PDF give the same words, each with its format."""
    files = {
        "txt": write(tmp_path / "a.txt", "green umbrella"),
        "py": write(tmp_path / "a.py", "green umbrella".encode("utf-16")),
        "md": write(tmp_path / "a.md", "green **umbrella**"),
        "html": write(tmp_path / "a.html", "<p>green <b>umbrella</b></p>"),
        "pdf": paper(tmp_path / "a.pdf", "green umbrella"),
    }
    for file_format, path in files.items():
        found = extract_file(path, LIMITS)
        assert (found.text.format, found.text.text) == (file_format, "green umbrella")
        assert found.text.truncated is None
        status = path.stat()
        assert found.stamp == FileStamp(size=status.st_size, mtime_ns=status.st_mtime_ns)
        assert found.content_hash == content_hash(path, LIMITS)
        assert len(found.content_hash) == 16


def test_the_reasons_of_bad_files(tmp_path):
    """Each kind of file that gives no text has its own reason."""
    assert reason_of(write(tmp_path / "a.txt", b"")) is Reason.EMPTY
    assert reason_of(write(tmp_path / "b.pdf", b"")) is Reason.EMPTY
    assert reason_of(write(tmp_path / "c.txt", " \n\t\u3000\r\n")) is Reason.NO_TEXT
    assert reason_of(write(tmp_path / "d.html", "<p></p><img src=x>")) is Reason.NO_TEXT
    assert reason_of(write(tmp_path / "e.txt", bytes(range(256)) * 9)) is Reason.BINARY
    assert reason_of(write(tmp_path / "core", b"\x7fELF\x01\x00\x00\x00" * 99)) is Reason.BINARY
    assert reason_of(write(tmp_path / "f.zip", b"PK")) is Reason.UNSUPPORTED
    assert reason_of(tmp_path / "gone.txt") is Reason.VANISHED
    assert reason_of(tmp_path / "a.txt" / "below.txt") is Reason.VANISHED
    assert reason_of(write(tmp_path / "g.pdf", b"no PDF")) is Reason.DAMAGED


@pytest.mark.skipif(os.name == "nt", reason="no such files")
def test_a_pipe_never_blocks(tmp_path):
    """A special file that took a text's place is refused at once."""
    os.mkfifo(tmp_path / "pipe.txt")
    assert reason_of(tmp_path / "pipe.txt") is Reason.SPECIAL_FILE
    (tmp_path / "folder.txt").mkdir()
    assert reason_of(tmp_path / "folder.txt") is Reason.READ_ERROR


@pytest.mark.skipif(os.name == "nt", reason="permissions of another kind")
def test_no_permission(tmp_path):
    """A file that may not be read says so (tried as another user where this one may read anything)."""
    secret = write(tmp_path / "secret.txt", "words")
    secret.chmod(0)
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path; from core.extract import plain, read\n"
        "from core.settings import ReadingLimits\n"
        "folder = os.open(sys.argv[1], os.O_RDONLY); os.fchdir(folder)\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try: read.extract_file(Path('secret.txt'), ReadingLimits())\n"
        "except read.ExtractionError as error: print(error.reason.code)\n"
    )
    tmp_path.chmod(0o755)
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path, root], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == Reason.NO_PERMISSION, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode elsewhere")
def test_names_that_are_not_utf_8(tmp_path):
    """Any name that the system allows can be read, in every format."""
    for name, content in {
        b"caf\xe9.txt": b"words",
        b"caf\xe9.pdf": paper(tmp_path / "x.pdf", "words").read_bytes(),
        b"caf\xe9.md": b"words",
    }.items():
        path = write(tmp_path / os.fsdecode(name), content)
        assert extract_file(path, LIMITS).text.text == "words"


def test_a_huge_log_costs_bounded_memory(tmp_path):
    """Of a file far over the limit only the start is read; it says so; the hash needs no more than that."""
    path = tmp_path / "huge.log"
    line = "2026-01-01 起動しました and nothing else happened\n".encode("cp932")
    with path.open("wb") as file:
        file.write(line * 4000)
        file.truncate(500 * 2**20)
    tracemalloc.start()
    found = extract_file(path, SMALL)
    assert content_hash(path, SMALL) == found.content_hash
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 2**20
    assert found.text.truncated is not None
    assert found.text.truncated.code is Reason.TOO_LONG
    assert len(found.text.text) <= SMALL.text_chars
    assert found.text.text.endswith("happened")
    with path.open("r+b") as file:
        file.truncate(400 * 2**20)
    assert content_hash(path, SMALL) != found.content_hash


@pytest.mark.parametrize("suffix", ["txt", "html", "md"])
def test_too_many_characters(tmp_path, suffix):
    """Text over the limit is cut where a sentence or line ends; sections beyond are dropped."""
    heading = {"txt": "", "html": "<h1>Heading</h1>", "md": "\n\n# Heading\n\n"}[suffix]
    path = write(tmp_path / f"a.{suffix}", (heading + "A sentence of some words. " * 50) * 80)
    found = extract_file(path, dataclasses.replace(LIMITS, text_chars=40_000)).text
    assert 35_000 < len(found.text) <= 40_000
    assert found.text.endswith((".", "Heading"))
    assert found.truncated is not None
    assert "characters" in found.truncated.detail
    assert all(found.text.startswith("Heading", section.start) for section in found.sections[:-1])


@given(st.text("ab 。.\n", max_size=300), st.integers(1, 300))
def test_cutting_keeps_the_start(text, limit):
    """A cut text is a start of the text, within the limit."""
    kept = cut_at_border(text, limit)
    assert text.startswith(kept)
    assert len(kept) <= limit
    assert kept == text or len(text) > limit


def test_the_hash_is_of_the_content(tmp_path):
    """The same bytes have the same hash wherever they lie; any change gives another."""
    first = write(tmp_path / "a.txt", "words" * 1000)
    same = write(tmp_path / "b.py", "words" * 1000)
    other = write(tmp_path / "c.txt", "words" * 999 + "wordz")
    assert content_hash(first, LIMITS) == content_hash(same, LIMITS) != content_hash(other, LIMITS)
    with pytest.raises(ExtractionError):
        content_hash(tmp_path / "gone.txt", LIMITS)
