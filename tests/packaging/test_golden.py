"""The environment of the reference implementations, with pip made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from bootstrap.environment import Environment
from bootstrap.golden import GOLDEN_FILE, GoldenEnvironment
from bootstrap.steps import CannotContinueError


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What pip was asked for."""
    found: list[tuple[str, ...]] = []

    def create(environment: Environment) -> None:
        environment.python.parent.mkdir(parents=True, exist_ok=True)
        environment.python.touch()

    def run_pip(_: Environment, *words: str, quiet: bool = False) -> int:
        assert not quiet
        found.append(words)
        return 0

    monkeypatch.setattr(Environment, "create", create)
    monkeypatch.setattr(Environment, "is_usable", lambda self: self.python.exists())
    monkeypatch.setattr(Environment, "run_pip", run_pip)
    return found


@pytest.fixture
def environment(checkout: Path, asked: list[tuple[str, ...]]) -> GoldenEnvironment:
    assert not asked
    (checkout / GOLDEN_FILE).write_text("one==1\n", encoding="utf-8")
    return GoldenEnvironment(checkout)


def test_installs_the_pins_once(environment: GoldenEnvironment, asked: list[tuple[str, ...]]):
    """The second time nothing is left to do, until the pins change."""
    environment.provide_golden()
    environment.provide_golden()
    assert asked == [("install", "-r", str(GOLDEN_FILE))]
    (environment.root / GOLDEN_FILE).write_text("one==2\n", encoding="utf-8")
    environment.provide_golden()
    assert len(asked) == 2


def test_keeps_an_environment_made_by_hand(environment: GoldenEnvironment, asked: list[tuple[str, ...]]):
    """One that works is not made anew; pip looks it over once."""
    environment.create()
    kept = environment.folder / "kept"
    kept.touch()
    environment.provide_golden()
    assert kept.exists()
    assert len(asked) == 1


def test_a_failed_set_up_is_not_ready(environment: GoldenEnvironment, monkeypatch: pytest.MonkeyPatch):
    """Half of the peers are none."""
    monkeypatch.setattr(Environment, "run_pip", lambda *_, **__: 1)
    with pytest.raises(CannotContinueError):
        environment.provide_golden()
    assert not environment.is_ready()


def test_the_peers_run_offline(environment: GoldenEnvironment):
    """Nothing is fetched while golden files are made, and no accelerator rounds otherwise."""
    environ = environment.environ()
    assert environ["HF_HUB_OFFLINE"] == "1"
    assert environ["CUDA_VISIBLE_DEVICES"] == ""
    assert environ["PATH"].startswith(str(environment.python.parent))
