"""What is part of the library and what is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.layout import IGNORE_FILE
from core.settings import Settings
from core.watch.ignore import IgnoreRules

FOLDERS = [".git", "node_modules", "__pycache__", ".venv", ".cache", ".Trash-1000", "$RECYCLE.BIN", "CVS"]
FILES = [
    "~$報告.docx",
    ".~lock.表.ods#",
    "x.tmp",
    "x.TMP",
    "film.part",
    "a.crdownload",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    "notes.txt~",
    ".notes.txt.swp",
    "#notes.txt#",
]
EVERYTHING = IgnoreRules(include_hidden=True)


@pytest.mark.parametrize("name", FOLDERS)
def test_folders_of_tools_are_ignored(name: str, tmp_path: Path) -> None:
    """A tool's folder is ignored with all that is in it, hidden files wanted or not."""
    assert EVERYTHING.ignores(tmp_path, tmp_path / name, is_dir=True)
    assert EVERYTHING.ignores(tmp_path, tmp_path / "a" / name / "b" / "c.txt", is_dir=False)


@pytest.mark.parametrize("name", FILES)
def test_lock_and_temporary_files_are_ignored(name: str, tmp_path: Path) -> None:
    """A program's lock or unfinished file is not a person's document."""
    assert EVERYTHING.ignores(tmp_path, tmp_path / name, is_dir=False)


@pytest.mark.parametrize(
    "name", ["a.txt", "git", "template.md", "tmp", "part.pdf", "~home.txt", "#1 notes.md"]
)
def test_other_files_are_not(name: str, tmp_path: Path) -> None:
    """A name that only resembles an ignored one is kept."""
    assert not EVERYTHING.ignores(tmp_path, tmp_path / name, is_dir=False)


def test_hidden_files_are_a_matter_of_settings(tmp_path: Path) -> None:
    """Names that start with a dot count only if the person said so; the source itself always does."""
    source = tmp_path / ".notes"
    assert not IgnoreRules().ignores(source, source, is_dir=True)
    assert not IgnoreRules().ignores(source, source / "a.txt", is_dir=False)
    assert IgnoreRules().ignores(source, source / ".a.txt", is_dir=False)
    assert not EVERYTHING.ignores(source, source / ".a.txt", is_dir=False)


def test_patterns_of_the_settings(tmp_path: Path) -> None:
    """Patterns follow .gitignore: a leading slash anchors, a trailing one means folders, `!` brings back."""
    settings = Settings(ignore=("*.log", "/top.txt", "drafts/", "!node_modules/", "!.config/", "!"))
    rules = IgnoreRules.from_settings(settings)

    def ignored(path: str) -> bool:
        return rules.ignores(tmp_path, tmp_path / path.rstrip("/"), is_dir=path.endswith("/"))

    assert ignored("a/b.log")
    assert ignored("top.txt")
    assert not ignored("a/top.txt")
    assert ignored("a/drafts/x.txt")
    assert not ignored("drafts")
    assert not ignored("node_modules/x.txt")
    assert not ignored(".config/x.txt")
    assert ignored(".config/.x.txt")


def test_ignore_files_of_a_person(tmp_path: Path) -> None:
    """A .mikkeignore holds for its folder and below, and the deepest one wins."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / IGNORE_FILE).write_text("\ufeff# comment\n*.csv\n私的/\n", encoding="utf-8")
    (tmp_path / "a" / IGNORE_FILE).write_text("!keep.csv\n/only-here.txt\n")
    rules = IgnoreRules()

    def ignored(path: str) -> bool:
        return rules.ignores(tmp_path, tmp_path / path, is_dir=False)

    assert ignored("keep.csv")
    assert not ignored("a/b/keep.csv")
    assert ignored("a/b/other.csv")
    assert ignored("a/only-here.txt")
    assert not ignored("a/b/only-here.txt")
    assert ignored("a/私的/x.txt")
    assert EVERYTHING.ignores(tmp_path, tmp_path / IGNORE_FILE, is_dir=False)


def test_an_ignore_file_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    """A pipe or a folder in the place of an ignore file neither blocks nor fails."""
    os.mkfifo(tmp_path / IGNORE_FILE)
    (tmp_path / "a" / IGNORE_FILE).mkdir(parents=True)
    assert not IgnoreRules().ignores(tmp_path, tmp_path / "a" / "b.txt", is_dir=False)


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    """Patterns meet names of any bytes."""
    name = os.fsdecode(b"caf\xe9.txt")
    rules = IgnoreRules(patterns=("*.log",))
    assert not rules.ignores(tmp_path, tmp_path / name, is_dir=False)
    (tmp_path / IGNORE_FILE).write_bytes(b"caf\xe9*\n")
    assert rules.ignores(tmp_path, tmp_path / name, is_dir=False)


def test_environments_and_caches_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    """A virtual environment or a tagged cache is ignored under any name."""
    (tmp_path / "my env").mkdir()
    (tmp_path / "my env" / "pyvenv.cfg").touch()
    (tmp_path / "tagged").mkdir()
    (tmp_path / "tagged" / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n# x\n")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "CACHEDIR.TAG").write_text("just a file\n")
    assert EVERYTHING.ignores(tmp_path, tmp_path / "my env" / "a.txt", is_dir=False)
    assert EVERYTHING.ignores(tmp_path, tmp_path / "tagged" / "a.txt", is_dir=False)
    assert not EVERYTHING.ignores(tmp_path, tmp_path / "plain" / "a.txt", is_dir=False)


def test_the_library_itself_is_excluded(tmp_path: Path) -> None:
    """A folder named as excluded is ignored, and its namesake elsewhere is not."""
    rules = IgnoreRules.from_settings(Settings(include_hidden=True), excluded=[tmp_path / "data" / "library"])
    assert rules.ignores(tmp_path, tmp_path / "data" / "library" / "x.db", is_dir=False)
    assert not rules.ignores(tmp_path, tmp_path / "library" / "x.db", is_dir=False)
    (tmp_path / "link").symlink_to(tmp_path / "data")
    assert rules.ignores(tmp_path / "link", tmp_path / "link" / "library" / "x.db", is_dir=False)
