"""Wording for everything that can go wrong."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from app.messages import (
    explain,
    explain_watching,
    path_text,
    printable,
    reason_text,
    state_text,
)
from app.model_messages import explain_uncovered, restriction_text
from core import errors
from core.domain import DocumentState, Reason, StateReason
from core.models.known import PUBLISHED
from core.watch.events import WatchTrouble


def _tree(kind):
    return [kind, *(below for each in kind.__subclasses__() for below in _tree(each))]


def _example(kind):
    path = Path("/home/ai/{curly} folder")
    if issubclass(kind, errors.LibraryTooNewError):
        return kind(path, found=9, supported=3)
    if issubclass(kind, errors.PartMissingError):
        return kind("colbert-xm", part="models", detail="torch")
    if issubclass(kind, errors.LibraryError | errors.ModelError):
        return kind(path, "a detail")
    if issubclass(kind, errors.SourceError):
        return kind(path)
    if kind is errors.ExtractionError:
        return kind(Reason.DAMAGED, "a detail")
    return kind()


@pytest.mark.parametrize("kind", _tree(errors.CoreError), ids=lambda kind: kind.__name__)
def test_every_error_has_its_own_words(kind):
    """Every error of core is explained with a title of its own, all fields filled in."""
    message = explain(_example(kind))
    assert message.title
    assert kind.__name__ not in message.title
    rest = message.title + message.detail + message.action
    assert "{" not in rest.replace("{curly}", "")


def test_the_explanation_names_the_folder_and_the_versions():
    """The particulars of an error reach the person."""
    message = explain(errors.LibraryTooNewError(Path("/data"), found=9, supported=3))
    assert "/data" in message.detail
    assert "9" in message.detail
    assert "3" in message.detail


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(reason):
    """Every reason reads as a sentence, with the particulars behind it."""
    assert reason_text(StateReason(code=reason)).endswith(".")
    assert "page 3" in reason_text(StateReason(code=reason, detail="page 3"))


@pytest.mark.parametrize("state", DocumentState)
def test_every_state_has_a_word(state):
    """Every state has a word."""
    assert state_text(state)


def test_an_error_of_the_system_is_no_traceback():
    """An OSError is told with its file and what the system said; anything else by its kind."""
    message = explain(PermissionError(errno.EACCES, "Permission denied", "/etc/shadow"))
    assert message.detail == "/etc/shadow: Permission denied"
    assert "ZeroDivisionError" in explain(ZeroDivisionError("oops")).detail


@pytest.mark.parametrize("trouble", WatchTrouble)
def test_every_trouble_with_watching_has_words(trouble):
    """Every reason why a folder cannot be watched is told, with the folder."""
    message = explain_watching(Path("/a folder"), trouble)
    assert "/a folder" in message.title
    assert message.detail


def test_languages_that_a_model_does_not_cover_are_named():
    """The warning names the languages, and the models that were trained for them if there are any."""
    message = explain_uncovered("jacolbert", ["en", "de"], ["jina-colbert-v2", "colbert-xm"])
    assert "jacolbert" in message.title
    assert "en, de" in message.detail
    assert "jina-colbert-v2, colbert-xm" in message.action
    assert explain_uncovered("jacolbert", ["tlh"], []).action == ""


def test_restrictions_are_said_plainly():
    """What the licence of every published model forbids has words of its own."""
    for published in PUBLISHED:
        assert restriction_text(published.restriction) == published.restriction
    assert restriction_text("not for commercial use", lambda _text: "非商用") == "非商用"


def test_the_home_folder_is_a_tilde_and_bytes_that_are_no_text_are_shown():
    """Paths are shown as people write them, and any file name can be shown."""
    assert path_text(Path.home() / "a" / "b.txt") == str(Path("~/a/b.txt"))
    assert printable("caf\udce9.txt") == "caf\ufffd.txt"


def test_wording_needs_no_qt():
    """The command line can explain errors without loading Qt."""
    code = "import sys, app.messages; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
