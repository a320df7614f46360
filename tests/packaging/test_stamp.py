from __future__ import annotations

from pathlib import Path

import pytest
from bootstrap.stamp import Needs, Stamp, digest


def stamp(extras: str = "cpu", libraries: str = "") -> Stamp:
    return Stamp(root="/r", digest="d", extras=tuple(extras.split()), libraries=tuple(libraries.split()))


def test_a_stamp_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """What is written is read."""
    written = stamp("cpu test", "qt")
    written.write(tmp_path / "stamp.json")
    assert Stamp.read(tmp_path / "stamp.json") == written


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"digest": "d"}', '{"digest": "d", "extras": 1, "libraries": []}']
)
def test_a_damaged_stamp_counts_as_none(tmp_path: Path, text: str) -> None:
    """A half-written stamp starts set-up again instead of stopping it."""
    (tmp_path / "stamp.json").write_text(text, encoding="utf-8")
    assert Stamp.read(tmp_path / "stamp.json") is None


def test_no_stamp_counts_as_none(tmp_path: Path) -> None:
    """A new environment has none."""
    assert Stamp.read(tmp_path / "stamp.json") is None


def test_a_stamp_covers_less_than_it_has_and_never_more() -> None:
    """After `test`, `run` starts at once; after `run`, `test` does not."""
    run, test = (
        Needs(extras=frozenset({"cpu"})),
        Needs(extras=frozenset({"cpu", "test"}), libraries=frozenset({"qt"})),
    )
    assert stamp("cpu test", "qt").covers(run)
    assert stamp("cpu test", "qt").covers(test)
    assert not stamp("cpu").covers(test)
    assert not stamp("cpu test").covers(test)


def test_the_digest_follows_pins_and_dependencies_only(checkout: Path) -> None:
    """A changed pin or dependency starts pip again; a lint rule or a comment does not."""
    before = digest(checkout)
    pyproject, constraints = checkout / "pyproject.toml", checkout / "packaging" / "constraints.txt"
    with pyproject.open("a", encoding="utf-8") as file:
        file.write("\n# a comment\n[tool.somebody]\nline = 1\n")
    assert digest(checkout) == before
    text = pyproject.read_text(encoding="utf-8")
    pyproject.write_text(text.replace('"numpy>=2.1"', '"numpy>=2.2"'), encoding="utf-8")
    assert digest(checkout) != before
    pyproject.write_text(text, encoding="utf-8")
    assert digest(checkout) == before
    constraints.write_text("numpy==2.2\n", encoding="utf-8")
    assert digest(checkout) != before


def test_the_digest_follows_the_python_version(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a distribution upgrade `.venv/bin/python` is another Python, without any package."""
    before = digest(checkout)
    monkeypatch.setattr("sys.version_info", (3, 99, 0))
    assert digest(checkout) != before
