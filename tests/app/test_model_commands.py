"""`mikke models …` and `mikke language`: what they print, when they ask, and how they exit."""

from __future__ import annotations

import io
import json
import os
import signal

import pytest

from app import commands
from app.commands.models import value
from core.domain import OWN_MODEL, ModelName
from core.encode.lexical.encoder import LexicalEncoder
from core.indexing.batch import ENCODED_AT_ONCE
from core.layout import OWN_RECORD, RARITY_TABLE
from core.models.install import Hub
from core.models.models import Models
from core.models.own import open_own
from tests.core.models import own, pretend
from tests.core.models.hub import COMMIT, FakeHub

OTHER = ModelName("english-only")


class AnotherEncoder(LexicalEncoder):
    """The built-in encoder under another name: another model, as far as a library can tell."""

    @property
    def digest(self) -> str:
        return "f" * 32


class OwnEncoder(LexicalEncoder):
    """Stands in for the one of Mikke's own."""

    @property
    def digest(self) -> str:
        return own.DIGEST


@pytest.fixture
def hub():
    with FakeHub({pretend.REPOSITORY: pretend.files()}) as hub:
        yield hub


@pytest.fixture
def mikke(tmp_path, capfd, monkeypatch, hub):
    """Runs a command; models come from a hub on this machine, are not really tried, and encode like the
    built-in one.
    """
    published = [
        pretend.published(),
        pretend.published(name=OTHER, title="English only", languages=frozenset({"en"}), restriction=""),
    ]

    of, folder = Models.of, own.pretend_own(tmp_path / "own_model")

    def models_of(layout):
        return of(layout, published, Hub(endpoint=hub.url, retry_s=0.01), folder)

    monkeypatch.setattr("app.composition.Models.of", models_of)
    monkeypatch.setattr("core.models.models.open_own", lambda _folder: OwnEncoder.open(RARITY_TABLE))
    monkeypatch.setattr("core.models.install.in_a_process", pretend.inline)
    monkeypatch.setattr("core.models.install.try_out", pretend.try_out)
    monkeypatch.setattr("core.models.models.estimated_speed", lambda _shape: 3.25)
    monkeypatch.setattr(
        "core.models.models.open_checkpoint", lambda _trial: AnotherEncoder.open(RARITY_TABLE)
    )

    def run(*words):
        places = ["--library", str(tmp_path / "library"), "--models", str(tmp_path / "models")]
        try:
            code = commands.run([*places, *map(str, words)], lambda _app, _folders: 99)
        except SystemExit as exit_:
            code = exit_.code
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def answers(monkeypatch):
    """What the person types when asked."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    def type_(text):
        monkeypatch.setattr("sys.stdin", Terminal(text))

    return type_


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "灯台.txt").write_text("灯台守は毎晩137段の階段を上る。", encoding="utf-8")
    (folder / "灯台の話.txt").write_text("灯台の光は沖の船からよく見えた。", encoding="utf-8")
    return folder


def test_the_list_says_what_each_costs(mikke, hub):
    """Name, languages, size, speed on this machine (estimated ones marked), licence with what it forbids."""
    code, out, err = mikke("models", "list")
    assert (code, err) == (0, "")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert "in use" in lines["built-in"]
    assert "~3.2" in lines["tiny-colbert"]
    assert "CC-BY-NC-4.0: not for commercial use" in lines["tiny-colbert"]
    listed = json.loads(mikke("models", "list", "--json")[1])
    assert listed["answering"] == "built-in"
    tiny = next(model for model in listed["models"] if model["name"] == "tiny-colbert")
    assert (tiny["languages"], tiny["installed"], tiny["measured"]) == (["ja"], False, False)
    assert [model["name"] for model in listed["models"][:2]] == ["mikke", "built-in"]
    assert listed["models"][1]["languages"] is None
    assert not hub.asked


def test_installing_asks_first(mikke, answers, hub):
    """Source, licence and size are told; only a typed yes fetches anything."""
    answers("no\n")
    code, out, err = mikke("models", "install", "tiny-colbert")
    assert (code, "nothing was fetched" in err) == (2, True)
    assert all(word in out for word in (pretend.REPOSITORY, "not for commercial use", "1.0 MB", "free"))
    assert not hub.asked
    answers("Yes\n")
    code, out, _ = mikke("models", "install", "tiny-colbert")
    assert code == 0
    assert COMMIT in out
    assert "measured" not in mikke("models", "show", "tiny-colbert")[1]
    assert "12 passages" in mikke("models", "show", "tiny-colbert")[1]
    asked = dict(hub.asked)
    assert "is installed" in mikke("models", "install", "tiny-colbert", "--yes")[1]
    assert hub.asked == asked


def test_without_a_terminal_only_yes_counts(mikke, monkeypatch, hub):
    """A script that did not say --yes fetches nothing."""
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    code, _, err = mikke("models", "install", "tiny-colbert")
    assert (code, "--yes" in err) == (2, True)
    assert not hub.asked
    assert mikke("models", "install", "tiny-colbert", "--yes")[0] == 0


def test_what_cannot_be_installed_is_one_line(mikke, hub, tmp_path):
    """An unknown name, a hub that is down, a folder that is none: exit 3 and what to do."""
    hub.down = 404
    for words in (["nobody"], ["tiny-colbert", "--yes"], ["--from", tmp_path / "nowhere"]):
        code, _, err = mikke("models", "install", *words)
        assert code == 3
        assert len(err.splitlines()) == 1
    assert mikke("models", "install")[0] == 2


def test_a_copy_is_installed_without_asking(mikke, tmp_path, hub):
    """--from needs no yes and no network; the folder's name becomes the model's."""
    folder = tmp_path / "my-model"
    for name, data in pretend.files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    code, out, _ = mikke("models", "install", "--from", folder)
    assert (code, "Installed my-model" in out) == (0, True)
    assert mikke("models", "install", "tiny-colbert", "--from", folder)[0] == 0
    assert not hub.asked
    code, out, _ = mikke("models", "set", "my-model", "doc_length=8192", "attend_to_masks=true")
    assert code == 0
    assert "8192  (from: you)" in out
    assert "doc_length" not in mikke("models", "set", "my-model", "doc_length=")[1]
    assert mikke("models", "set", "my-model", "doc_length")[0] == 2


def test_values_are_numbers_truths_or_words():
    """KEY=VALUE as people type it."""
    assert value("doc_length=8192") == ("doc_length", 8192)
    assert value("attend_to_masks=false") == ("attend_to_masks", False)
    assert value("skiplist_rule=pylate") == ("skiplist_rule", "pylate")
    assert value("language=") == ("language", None)


def test_using_a_model_encodes_the_library_with_it(mikke, files):
    """The model takes over, answers, cannot be removed while it does, and the other way round again."""
    mikke("add", files)
    assert mikke("models", "use", "tiny-colbert")[0] == 3  # not installed yet
    mikke("models", "install", "tiny-colbert", "--yes")
    code, out, err = mikke("models", "use", "tiny-colbert")
    assert (code, err) == (0, "")
    assert "From now on tiny-colbert answers." in out
    assert json.loads(mikke("status", "--json")[1])["model"] == "tiny-colbert"
    assert "«灯台»" in mikke("search", "灯台")[1]
    code, _, err = mikke("models", "remove", "tiny-colbert")
    assert (code, len(err.splitlines())) == (3, 1)
    assert mikke("models", "use", "built-in")[0] == 0
    assert mikke("models", "remove", "tiny-colbert")[0] == 0
    assert mikke("models", "remove", "tiny-colbert")[0] == 3
    assert mikke("models", "remove", "built-in")[0] == 3


def test_ctrl_c_stops_a_switch_and_sync_goes_on(mikke, files, monkeypatch):
    """What is encoded stays; the old model answers until the next sync has encoded the rest."""
    for number in range(3 * ENCODED_AT_ONCE):
        (files / f"{number}.txt").write_text(f"灯台の第{number}段", encoding="utf-8")
    mikke("add", files)
    mikke("models", "install", "tiny-colbert", "--yes")
    encode = AnotherEncoder.encode_passages
    calls = []

    def interrupted(self, texts, languages, _cancel):
        calls.append(len(texts))
        os.kill(os.getpid(), signal.SIGINT)
        return encode(self, texts, languages)

    monkeypatch.setattr(AnotherEncoder, "encode_passages", interrupted)
    code, _, err = mikke("models", "use", "tiny-colbert")
    assert (code, "stopped" in err, len(calls)) == (3, True, 1)
    monkeypatch.setattr(AnotherEncoder, "encode_passages", encode)
    status = json.loads(mikke("status", "--json")[1])
    assert (status["model"], status["switch"]["model"]) == ("built-in", "tiny-colbert")
    assert 0 < status["switch"]["done"] < status["switch"]["total"]
    assert "On the way to tiny-colbert" in mikke("status")[1]
    assert mikke("models", "remove", "tiny-colbert")[0] == 3
    assert "«灯台»" in mikke("search", "灯台")[1]
    assert "From now on tiny-colbert answers." in mikke("sync")[1]
    assert json.loads(mikke("status", "--json")[1])["switch"] is None


def test_a_model_for_other_languages_is_warned_of(mikke, files):
    """Japanese files and an English model: the warning names the language and the model for it."""
    mikke("add", files)
    mikke("models", "install", OTHER, "--yes")
    code, _, err = mikke("models", "use", OTHER)
    assert code == 0
    assert "ja" in err
    assert "tiny-colbert" in err


def test_programs_are_told_in_objects(mikke, files):
    """With --json every step of a model's life is one object on stdout; what people read is on stderr."""

    def told(*words):
        code, out, err = mikke(*words, "--json")
        assert code == 0
        return json.loads(out), err

    mikke("add", files)
    installed, err = told("models", "install", OTHER, "--yes")
    assert (installed["installed_now"], installed["model"]["name"]) == (True, OTHER)
    assert "licence" in err
    assert told("models", "install", OTHER)[0]["installed_now"] is False
    used, err = told("models", "use", OTHER)
    assert (used["answering"], used["not_trained_for"]) == (OTHER, ["ja"])
    assert "From now on" in err
    changed, _ = told("models", "set", OTHER, "doc_length=99")
    assert changed["needs_sync"] is True
    assert {"name": "doc_length", "value": "99", "origin": "you"}.items() <= next(
        value.items() for value in changed["model"]["profile"] if value["name"] == "doc_length"
    )
    assert told("sync")[0]["model"] == OTHER
    told("models", "use", "built-in")
    assert told("models", "remove", OTHER)[0] == {"removed": OTHER}


def test_the_language_of_a_folder(mikke, files):
    """A person can say it, and take it back; nonsense is wrong usage."""
    mikke("add", files)
    assert "Languages: ja 2" in mikke("status")[1]
    code, _, _ = mikke("language", files, "de-AT")
    assert code == 0
    status = json.loads(mikke("status", "--json")[1])
    assert status["source_languages"] == {str(files): "de"}
    assert status["languages"] == {"de": 2}
    assert "all of it is de" in mikke("status")[1]
    assert mikke("language", files, "auto")[0] == 0
    assert json.loads(mikke("status", "--json")[1])["languages"] == {"ja": 2}
    assert mikke("language", files, "日本語")[0] == 2
    assert mikke("language", files / "sub", "ja")[0] == 3


def test_a_library_with_the_built_in_model_is_offered_more(mikke, files):
    """The list says with what; that command encodes the library again, and then nothing is offered."""
    mikke("add", files)
    out = mikke("models", "list")[1]
    assert "understands more" in out
    assert "mikke models use mikke" in out
    code, out, err = mikke("models", "use", "mikke")
    assert (code, err) == (0, "")
    assert "From now on mikke answers." in out
    assert "«灯台»" in mikke("search", "灯台")[1]
    assert "understands more" not in mikke("models", "list")[1]
    assert json.loads(mikke("models", "list", "--json")[1])["answering"] == "mikke"


def test_a_new_library_begins_with_the_model_of_our_own(mikke, files, monkeypatch):
    """And one that was there before goes on with the model that it has."""
    mikke("add", files)
    monkeypatch.setattr("app.composition.DEFAULT_MODEL", OWN_MODEL)
    assert json.loads(mikke("status", "--json")[1])["model"] == "built-in"
    place = ("--library", files.parent / "another")
    assert mikke(*place, "add", files)[0] == 0
    assert json.loads(mikke(*place, "status", "--json")[1])["model"] == "mikke"
    assert "«灯台»" in mikke(*place, "search", "灯台")[1]


def test_parts_of_mikke_stay_as_they_are(mikke):
    """Neither can be removed, changed or overwritten by a copy under its name."""
    for name in ("mikke", "built-in"):
        assert mikke("models", "remove", name)[0] == 3
        assert mikke("models", "set", name, "doc_length=9")[0] == 3
        assert "is installed" in mikke("models", "install", name)[1]


def test_a_damaged_model_of_our_own(mikke, files, tmp_path, monkeypatch):
    """The built-in model answers in its place, every command that meets it says so once, and a sync finds all
    again; when the files are whole again, the person is offered it.
    """
    monkeypatch.setattr("app.composition.DEFAULT_MODEL", OWN_MODEL)
    monkeypatch.setattr("core.models.models.open_own", open_own)
    record = tmp_path / "own_model" / OWN_RECORD
    whole = record.read_text()
    record.write_text("{")
    code, out, err = mikke("add", files)
    assert (code, len(err.splitlines())) == (0, 1)
    assert "cannot be opened" in err
    assert "record.json" in err
    assert "built-in" in mikke("status")[1]
    code, out, err = mikke("search", "灯台")
    assert (code, err, "«灯台»" in out) == (0, "", True)
    assert "damaged" in mikke("models", "list")[1]
    assert mikke("models", "use", "mikke")[0] == 3
    record.write_text(whole)
    assert "mikke models use mikke" in mikke("models", "list")[1]


def test_a_model_of_our_own_that_breaks_later(mikke, files, tmp_path, monkeypatch):
    """A search finds nothing by meaning then and says why; after the next sync it finds what words find."""
    monkeypatch.setattr("app.composition.DEFAULT_MODEL", OWN_MODEL)
    mikke("add", files)
    assert json.loads(mikke("status", "--json")[1])["model"] == "mikke"
    monkeypatch.setattr("core.models.models.open_own", open_own)
    (tmp_path / "own_model" / "model.safetensors").write_bytes(b"cut")
    code, _, err = mikke("search", "灯台の光")
    assert (code, "model.safetensors is not as it was made" in err) == (0, True)
    assert mikke("sync")[0] == 0
    code, out, err = mikke("search", "灯台の光")
    assert (code, err, "«灯台»" in out) == (0, "", True)


def test_the_tour_says_it_too(mikke, files, tmp_path, monkeypatch):
    """Also a library that no command has opened before, and also with --json."""
    monkeypatch.setattr("app.composition.DEFAULT_MODEL", OWN_MODEL)
    (tmp_path / "own_model" / OWN_RECORD).unlink()
    monkeypatch.setattr("core.models.models.open_own", open_own)
    code, out, err = mikke("tour", files, "--ask", "灯台", "--json")
    assert (code, json.loads(out)["library"]["model"]) == (0, "built-in")
    assert err.count("cannot be opened") == 1
