"""Which files are in a folder, and which of them can be read."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.domain import Reason, ScannedFile
from core.errors import CancelledError, FolderNotFoundError
from core.layout import IGNORE_FILE
from core.progress import CancelToken
from core.watch import scan as scan_module
from core.watch.ignore import IgnoreRules
from core.watch.scan import rescan, scan, topmost

RULES = IgnoreRules()


def found(folder: Path, rules: IgnoreRules = RULES) -> dict[str, Reason | None]:
    files = scan(folder, rules, CancelToken())
    return {str(file.path.relative_to(folder)): file.skip.code if file.skip else None for file in files}


def write(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.fsencode(path.name))


def test_files_in_order_of_their_names(tmp_path: Path) -> None:
    """A scan yields every file once, in the order of the bytes of the names, with its stamp."""
    write(
        tmp_path / "b" / "z.txt",
        tmp_path / "a.txt",
        tmp_path / "b" / "a.txt",
        tmp_path / "あ.txt",
        tmp_path / "c",
    )
    files = list(scan(tmp_path, RULES, CancelToken()))
    assert [str(file.path.relative_to(tmp_path)) for file in files] == [
        "a.txt",
        "b/a.txt",
        "b/z.txt",
        "c",
        "あ.txt",
    ]
    for file in files:
        status = file.path.stat()
        assert (file.stamp.size, file.stamp.mtime_ns) == (status.st_size, status.st_mtime_ns)


def test_ignored_files_are_not_there(tmp_path: Path) -> None:
    """What is ignored is not yielded at all, by the rules of the folders on the way."""
    write(tmp_path / "a.txt", tmp_path / ".hidden", tmp_path / ".git" / "config", tmp_path / "s" / "x.log")
    (tmp_path / "s" / IGNORE_FILE).write_text("*.log\n")
    (tmp_path / "node_modules").symlink_to(tmp_path / "s")
    assert found(tmp_path) == {"a.txt": None}


def test_links_are_reported_and_not_followed(tmp_path: Path) -> None:
    """A link is an entry of its own, so a link to a folder above makes no loop."""
    write(tmp_path / "a" / "x.txt")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "broken").symlink_to("nowhere")
    link = next(file for file in scan(tmp_path, RULES, CancelToken()) if file.path.name == "broken")
    assert found(tmp_path) == {"a/broken": Reason.SYMLINK, "a/up": Reason.SYMLINK, "a/x.txt": None}
    assert link.skip is not None
    assert link.skip.detail == "→ nowhere"


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    """A source that is a link is entered, and its files are named below the link."""
    write(tmp_path / "real" / "x.txt")
    (tmp_path / "link").symlink_to("real")
    assert [file.path for file in scan(tmp_path / "link", RULES, CancelToken())] == [
        tmp_path / "link" / "x.txt"
    ]


def test_pipes_sockets_and_devices(tmp_path: Path) -> None:
    """What is neither file nor folder is reported and never opened."""
    os.mkfifo(tmp_path / "pipe")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "s"))
    server.close()
    assert found(tmp_path) == {"pipe": Reason.SPECIAL_FILE, "s": Reason.SPECIAL_FILE}


def test_names_of_any_bytes(tmp_path: Path) -> None:
    """Names that are not UTF-8, or decomposed, come through as they are on the disk."""
    names = [b"caf\xe9.txt", "が.txt".encode(), "か\u3099.txt".encode()]
    for name in names:
        write(tmp_path / os.fsdecode(name))
    (tmp_path / "link").symlink_to(os.fsdecode(b"\xff"))
    files = list(scan(tmp_path, RULES, CancelToken()))
    assert [os.fsencode(file.path.name) for file in files] == sorted([*names, b"link"])
    assert all(file.skip is None or file.skip.detail.encode() for file in files)


def test_folders_deeper_than_python_nests(tmp_path: Path) -> None:
    """Depth is limited by the system's paths, not by our stack; beyond that a folder is a read error."""
    handle = os.open(tmp_path, os.O_RDONLY)
    for name in ["d"] * 1100 + ["d" * 200] * 12:
        os.mkdir(name, dir_fd=handle)
        deeper = os.open(name, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = deeper
    os.close(handle)
    files = list(scan(tmp_path, RULES, CancelToken()))
    assert [file.skip.code for file in files if file.skip] == [Reason.READ_ERROR]
    subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)


def test_missing_folders(tmp_path: Path) -> None:
    """A folder that is not there, or not a folder, fails at once and not as an empty scan."""
    write(tmp_path / "file")
    for folder in (tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(FolderNotFoundError):
            scan(folder, RULES, CancelToken())
        with pytest.raises(FolderNotFoundError):
            rescan(folder, [folder], RULES, CancelToken())


def test_a_folder_that_goes_while_it_is_scanned(tmp_path: Path) -> None:
    """A source that vanishes half-way is an error, not a lot of deleted files."""
    source = tmp_path / "drive"
    write(source / "a.txt", source / "b" / "c.txt", source / "d.txt")
    files = scan(source, RULES, CancelToken())
    assert next(files).path.name == "a.txt"
    shutil.rmtree(source)
    with pytest.raises(FolderNotFoundError):
        list(files)


def test_files_that_go_while_they_are_scanned(tmp_path: Path) -> None:
    """An entry that vanishes between listing and looking is simply not there."""
    write(tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "c" / "d.txt")
    files = scan(tmp_path, RULES, CancelToken())
    assert next(files).path.name == "a.txt"
    (tmp_path / "b.txt").unlink()
    shutil.rmtree(tmp_path / "c")
    assert list(files) == []


def test_a_drive_that_should_be_mounted_and_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The empty place of a missing drive is a missing folder: its documents are kept."""
    monkeypatch.setattr(scan_module, "missing_mount", lambda folder: folder)
    with pytest.raises(FolderNotFoundError):
        scan(tmp_path, RULES, CancelToken())


@contextmanager
def _as_nobody() -> Iterator[Path]:
    """A folder of somebody who is not root, and us being that somebody: nothing is forbidden to root."""
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            os.chown(folder, _NOBODY, -1)
            os.seteuid(_NOBODY)
            try:
                yield Path(folder)
            finally:
                os.seteuid(0)
        else:
            yield Path(folder)


_NOBODY = 65534


def test_folders_without_permission() -> None:
    """A folder that may not be entered is reported in the place of its files."""
    with _as_nobody() as folder:
        write(folder / "closed" / "a.txt", folder / "blind" / "b.txt", folder / "z.txt")
        try:
            (folder / "closed").chmod(0)
            (folder / "blind").chmod(0o400)
            assert found(folder) == {
                "blind/b.txt": Reason.NO_PERMISSION,
                "closed": Reason.NO_PERMISSION,
                "z.txt": None,
            }
            again = rescan(folder, [folder / "closed" / "a.txt"], RULES, CancelToken())
            assert [file.skip.code for file in again.found if file.skip] == [Reason.NO_PERMISSION]
        finally:
            (folder / "closed").chmod(0o700)
            (folder / "blind").chmod(0o700)


def _refusing(path: Path, error: OSError) -> Iterator[os.DirEntry[str]]:
    if path.name == "bad":
        raise error
    return _scandir(path)


_scandir = os.scandir


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "no"), Reason.NO_PERMISSION),
        (OSError(5, "input/output error"), Reason.READ_ERROR),
    ],
)
def test_folders_that_cannot_be_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: Reason
) -> None:
    """A folder that the system refuses to list is reported with the reason, and the others are scanned."""
    write(tmp_path / "bad" / "a.txt", tmp_path / "good" / "b.txt")
    monkeypatch.setattr(os, "scandir", lambda path: _refusing(path, error))
    assert found(tmp_path) == {"bad": reason, "good/b.txt": None}


def test_other_file_systems(tmp_path: Path) -> None:
    """A folder on another file system is reported and not entered."""
    place = tmp_path / "mnt"
    write(tmp_path / "a.txt")
    place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "none", str(place)], check=False, capture_output=True
    ).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        write(place / "b.txt")
        assert found(tmp_path) == {"a.txt": None, "mnt": Reason.OTHER_FILE_SYSTEM}
        again = rescan(tmp_path, [place / "b.txt"], RULES, CancelToken())
        assert again.covered == {place}
        assert [file.path for file in again.found] == [place]
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_scan_can_be_stopped(tmp_path: Path) -> None:
    """Cancelling ends a scan at its next step."""
    write(tmp_path / "a.txt", tmp_path / "b.txt")
    cancel = CancelToken()
    files = scan(tmp_path, RULES, cancel)
    next(files)
    cancel.cancel()
    with pytest.raises(CancelledError):
        next(files)


def test_a_second_look_equals_a_scan(tmp_path: Path) -> None:
    """Looking again at a path finds what a scan finds at and below it, and says what it covered."""
    write(
        tmp_path / "a" / "b" / "c.txt", tmp_path / "a" / "d.txt", tmp_path / "e.txt", tmp_path / "a" / "x.log"
    )
    (tmp_path / "a" / IGNORE_FILE).write_text("*.log\n")
    (tmp_path / "a" / "link").symlink_to("b")
    everything = list(scan(tmp_path, RULES, CancelToken()))

    def look(*paths: str) -> tuple[set[Path], list[ScannedFile]]:
        again = rescan(tmp_path, [tmp_path / path for path in paths], RULES, CancelToken())
        assert list(again.found) == [file for file in everything if again.covers(file.path)]
        return set(again.covered), list(again.found)

    assert look(".")[1] == everything
    assert look("a/d.txt")[0] == {tmp_path / "a" / "d.txt"}
    assert look("a/b", "a/b/c.txt")[0] == {tmp_path / "a" / "b"}
    assert look("a/x.log") == ({tmp_path / "a" / "x.log"}, [])
    assert look("a/link/c.txt")[0] == {tmp_path / "a" / "link"}
    assert look("gone/deep/x.txt") == ({tmp_path / "gone"}, [])
    assert look("e.txt/x")[0] == {tmp_path / "e.txt"}
    assert look("a/.hidden/x") == ({tmp_path / "a" / ".hidden"}, [])


def test_paths_elsewhere_are_passed_over(tmp_path: Path) -> None:
    """A hint that is not below the source says nothing about it."""
    (tmp_path / "in").mkdir()
    write(tmp_path / "out.txt")
    again = rescan(tmp_path / "in", [tmp_path / "out.txt"], RULES, CancelToken())
    assert again.covered == frozenset()
    assert again.found == ()


def test_topmost() -> None:
    """Of nested paths only the outermost stays."""
    assert topmost(map(Path, ["/a/b", "/a/b/c", "/a/bc", "/a/b"])) == {Path("/a/b"), Path("/a/bc")}
