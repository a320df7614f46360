"""The sample library is what its README and its questions say."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pymupdf
import pytest

from core.layout import RESOURCES, SAMPLE_LIBRARY

MAKER = RESOURCES.parent / "packaging" / "sample_library" / "make_pdfs.py"
QUESTIONS: list[dict[str, Any]] = json.loads(
    (RESOURCES / "sample_library_questions.json").read_text(encoding="utf-8")
)

ENCODINGS = {"町内会議事録.txt": "shift_jis", "山の日記.txt": "euc_jp", "外婆的红烧茄子.txt": "gb18030"} | {
    "Tarte-aux-poires.html": "iso-8859-1"
}
OTHERS = sorted(
    path.name
    for path in SAMPLE_LIBRARY.iterdir()
    if path.suffix in {".txt", ".md", ".html"} and path.name not in ENCODINGS
)


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_pdfs", MAKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pages_of(path: Path) -> list[str]:
    """The text of each page without any white space, ligatures taken apart."""
    flags = pymupdf.TEXTFLAGS_TEXT & ~pymupdf.TEXT_PRESERVE_LIGATURES
    with pymupdf.open(path) as document:
        return ["".join(page.get_text(flags=flags).split()) for page in document]


def without_space(text: str) -> str:
    return "".join(text.split())


def test_two_questions() -> None:
    """There is one question in Japanese and one in English, each with all that its readers need."""
    assert [question["language"] for question in QUESTIONS] == ["ja", "en"]
    for question in QUESTIONS:
        assert set(question) == {"question", "language", "file", "page", "expected_words"}
        assert len(question["expected_words"]) >= 2


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["language"])
def test_the_answer_is_on_its_page_and_nowhere_else(question: dict[str, Any]) -> None:
    """The expected words stand together on the named page, not the first, and on no other page or file."""
    words = [without_space(word) for word in question["expected_words"]]
    assert question["page"] > 1
    places = []
    for path in sorted(SAMPLE_LIBRARY.iterdir()):
        if path.suffix == ".pdf":
            texts = pages_of(path)
        else:
            texts = [without_space(path.read_bytes().decode(ENCODINGS.get(path.name, "utf-8")))]
        places += [
            (path.name, number) for number, text in enumerate(texts, 1) if all(w in text for w in words)
        ]
    assert places == [(question["file"], question["page"])]


@pytest.mark.parametrize("name", sorted(ENCODINGS))
def test_each_legacy_encoding(name: str) -> None:
    """A file in an old encoding decodes with that one and is not UTF-8."""
    content = (SAMPLE_LIBRARY / name).read_bytes()
    assert content.decode(ENCODINGS[name]).encode(ENCODINGS[name]) == content
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")


@pytest.mark.parametrize("name", OTHERS)
def test_all_others_are_utf8(name: str) -> None:
    """Every other text is UTF-8, not short and free of replacement characters."""
    text = (SAMPLE_LIBRARY / name).read_text(encoding="utf-8")
    assert len(text) > 300
    assert "\ufffd" not in text


def test_every_file_is_in_the_readme() -> None:
    """The table of the README lists exactly the files of the sample library."""
    rows = (MAKER.parent / "README.md").read_text(encoding="utf-8").splitlines()
    listed = {row.split("|")[1].strip() for row in rows if row.startswith("|")} - {"File", "---"}
    assert listed == {path.name for path in SAMPLE_LIBRARY.iterdir()}


def test_pdfs_are_up_to_date(maker: ModuleType) -> None:
    """Each PDF has the pages and all the text of its source, and every source has its PDF."""
    sources = sorted(maker.SOURCES.glob("*.txt"))
    assert {path.stem for path in sources} == {path.stem for path in SAMPLE_LIBRARY.glob("*.pdf")}
    for source in sources:
        expected = source.read_text(encoding="utf-8").split("\n---\n")
        found = pages_of(SAMPLE_LIBRARY / f"{source.stem}.pdf")
        footers = [f"{number}/{len(expected)}" for number in range(1, len(expected) + 1)]
        assert found == [
            without_space(page.replace("#", "")) + footer
            for page, footer in zip(expected, footers, strict=True)
        ]


def test_pdfs_are_reproducible(tmp_path: Path) -> None:
    """Making the PDFs again, in another process, gives the same bytes twice, and small files."""
    for run in ("1", "2"):
        (tmp_path / run).mkdir()
        subprocess.run([sys.executable, str(MAKER), str(tmp_path / run)], check=True, capture_output=True)
    made = sorted((tmp_path / "1").iterdir())
    assert len(made) == 2
    for path in made:
        content = path.read_bytes()
        assert content == (tmp_path / "2" / path.name).read_bytes()
        assert len(content) < 300_000
        assert len(content) == pytest.approx((SAMPLE_LIBRARY / path.name).stat().st_size, rel=0.2)
