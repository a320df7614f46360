"""The environment of the engines to compare with, with pip made up."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from bootstrap import peers as module
from bootstrap.environment import Environment
from bootstrap.peers import PEERS_FILE, PeersEnvironment, why
from bootstrap.steps import CannotContinueError

ROOT = Path(__file__).resolve().parents[2]

NO_COMPILER = "  error: subprocess-exited-with-error\n      Caused by:\n        no compiler\n"
OFFLINE = "WARNING: NewConnectionError(...)\nERROR: No matching distribution found for one==1\n"


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """With one benchmark, `search`, and nothing really started."""
    spec = importlib.util.spec_from_file_location("tasks", ROOT / "packaging" / "tasks.py")
    assert spec is not None
    assert spec.loader is not None
    tasks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tasks)
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "search.py").write_text('if __name__ == "__main__":\n    pass\n', encoding="utf-8")
    monkeypatch.setattr(tasks, "BENCHES", tmp_path / "bench")
    monkeypatch.setattr(tasks.subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=0))
    monkeypatch.setattr(Environment, "provide", lambda *_: None)
    return tasks


@pytest.fixture
def environment(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> PeersEnvironment:
    (checkout / PEERS_FILE).write_text("# why\none==1\n\ntwo==2\n", encoding="utf-8")

    def create(environment: Environment) -> None:
        environment.python.parent.mkdir(parents=True, exist_ok=True)
        environment.python.touch()

    monkeypatch.setattr(Environment, "create", create)
    monkeypatch.setattr(Environment, "is_usable", lambda self: self.python.exists())
    monkeypatch.setattr(Environment, "run_pip", lambda *_, **__: 0)
    return PeersEnvironment(checkout)


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """`pip(two="errors")`: two can't be installed. Returns the list of what pip was asked for since."""

    def prepare(**errors: str) -> list[str]:
        asked: list[str] = []

        def run(command: list[str], **_: object) -> SimpleNamespace:
            asked.append(command[-1])
            error = errors.get(command[-1].split("==")[0], "")
            return SimpleNamespace(returncode=int(bool(error)), stderr=error)

        monkeypatch.setattr(module.subprocess, "run", run)
        return asked

    return prepare


def missing(environment: PeersEnvironment) -> dict[str, str]:
    found = json.loads(environment.missing_file.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_one_that_cannot_be_installed_stops_no_other(
    environment: PeersEnvironment, pip: Callable[..., list[str]]
) -> None:
    """Its reason is written down, and it is not tried again at every run."""
    asked = pip(one=NO_COMPILER)
    environment.provide_peers()
    assert asked == ["one==1", "two==2"]
    assert missing(environment) == {"one": "no compiler"}
    environment.provide_peers()
    assert len(asked) == 2


def test_new_versions_are_installed(environment: PeersEnvironment, pip: Callable[..., list[str]]) -> None:
    """A changed list of engines starts pip again, an unchanged one starts nothing."""
    pip()
    environment.provide_peers()
    (environment.root / PEERS_FILE).write_text("one==2\n", encoding="utf-8")
    asked = pip()
    environment.provide_peers()
    environment.provide_peers()
    assert asked == ["one==2"]


def test_without_a_network_it_is_tried_again(
    environment: PeersEnvironment, pip: Callable[..., list[str]]
) -> None:
    """What is only out of reach today may come tomorrow; what is there can be used meanwhile."""
    pip(two=OFFLINE)
    environment.provide_peers()
    assert missing(environment) == {"two": module.NO_INDEX}
    asked = pip()
    environment.provide_peers()
    assert asked == ["one==1", "two==2"]
    assert missing(environment) == {}


def test_none_at_all_is_an_error(environment: PeersEnvironment, pip: Callable[..., list[str]]) -> None:
    """A comparison with nobody is said and not shown."""
    pip(one=OFFLINE, two=OFFLINE)
    with pytest.raises(CannotContinueError):
        environment.provide_peers()


def test_a_full_disk_is_an_error(environment: PeersEnvironment, pip: Callable[..., list[str]]) -> None:
    """It is no property of one engine, and goes on with none."""
    asked = pip(one="OSError: [Errno 28] No space left on device")
    with pytest.raises(CannotContinueError, match="disk is full"):
        environment.provide_peers()
    assert asked == ["one==1"]


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        (NO_COMPILER, "no compiler"),
        (OFFLINE, module.NO_INDEX),
        ("ERROR: Could not find a version\nERROR: No matching distribution", "Could not find a version"),
        ("", "pip failed without a reason"),
    ],
)
def test_the_reason_is_one_line(errors: str, reason: str) -> None:
    """Of pages of errors, the first cause that they name."""
    assert why(errors) == reason


def test_every_engine_is_pinned() -> None:
    """The figures of a run are those of known versions."""
    pins = PeersEnvironment(ROOT).peers()
    assert {pin.split("==")[0] for pin in pins} == {"fast-plaid", "xtr-warp-rs", "lancedb", "tachiom"}
    assert all(pin.split("==")[1] for pin in pins)


@pytest.mark.parametrize(
    ("words", "needed"),
    [([], 1), (["--data", "x"], 1), (["--quick", "--json"], 0), (["--no-peers"], 0), (["--help"], 0)],
)
def test_only_a_whole_comparison_needs_them(
    tasks: ModuleType, monkeypatch: pytest.MonkeyPatch, words: list[str], needed: int
) -> None:
    """`bench search --quick` fetches no gigabytes."""
    calls: list[str] = []
    monkeypatch.setattr(PeersEnvironment, "provide_peers", lambda _: calls.append("peers"))
    assert tasks.main(["bench", "search", *words]) == 0
    assert len(calls) == needed


def test_clean_removes_them(tasks: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They are several gigabytes that nobody else would find."""
    (tmp_path / ".venv-peers" / "lib").mkdir(parents=True)
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    removed: list[Path] = []
    monkeypatch.setattr(shutil, "rmtree", removed.append)
    tasks.task_clean(SimpleNamespace(), Environment(tmp_path))
    assert removed == [tmp_path / ".venv-peers"]
