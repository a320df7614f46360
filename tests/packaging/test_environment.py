from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from bootstrap import environment as module
from bootstrap import gpu
from bootstrap.environment import BUILD_TOOLS, Environment, requirement_name
from bootstrap.installer import explain
from bootstrap.stamp import Needs, Stamp, digest, read_pyproject
from bootstrap.steps import CannotContinueError

ROOT = Path(__file__).resolve().parents[2]
RUN, TEST = Needs(extras=frozenset()), Needs(extras=frozenset({"test"}))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment, really made once."""
    folder = tmp_path_factory.mktemp("template")
    Environment(folder).make()
    return folder / ".venv"


@pytest.fixture
def environment(checkout: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """A checkout where environments are copies of the template, which is quicker than to make them."""

    def copy(environment: Environment) -> None:
        shutil.copytree(template, environment.folder, symlinks=True, dirs_exist_ok=True)

    monkeypatch.setattr(Environment, "create", copy)
    monkeypatch.setattr(module.system, "provide", lambda _: None)
    monkeypatch.setattr(gpu, "works", lambda: False)
    return Environment(checkout)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What pip was asked to install, in order."""
    targets: list[str] = []
    monkeypatch.setattr(Environment, "install", lambda _, what: targets.append(what[-1]))
    return targets


def finish(environment: Environment, extras: str) -> None:
    """As a finished set-up leaves it, without its minute."""
    environment.python.parent.mkdir(parents=True, exist_ok=True)
    environment.python.touch()
    Stamp(
        root=str(environment.root),
        digest=digest(environment.root),
        extras=tuple(extras.split()),
        libraries=(),
    ).write(environment.stamp_file)


def test_a_finished_environment_is_left_alone(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second start runs no program at all."""
    finish(environment, "cpu test")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a program was started"))
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a program was started"))
    environment.provide(RUN)
    environment.provide(TEST)


def test_what_was_set_up_for_other_tasks_stays(environment: Environment, asked: list[str]) -> None:
    """`test` after `run` adds, and `run` after that has nothing to do."""
    environment.provide(RUN)
    assert asked == ["editables", ".[cpu]"]
    environment.provide(TEST)
    assert asked[2:] == ["editables", ".[cpu,test]"]
    environment.provide(RUN)
    assert len(asked) == 4


def test_models_stay_for_later_runs(environment: Environment, asked: list[str]) -> None:
    """Once `run --models` was given, no later task takes them away, and a plain run is ready at once."""
    environment.provide(Needs(extras=frozenset({"models", "japanese"})))
    environment.provide(RUN)
    assert asked == ["editables", ".[cpu,japanese,models]"]
    environment.provide(TEST)
    assert asked[-1] == ".[cpu,japanese,models,test]"


def test_what_comes_as_source_finds_its_builder(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """unidic-lite has no wheel and builds without isolation: setuptools comes first, pinned too."""
    steps: list[list[str]] = []
    monkeypatch.setattr(Environment, "install", lambda _, what: steps.append(what))
    environment.provide(Needs(extras=frozenset({"japanese"})))
    assert "setuptools" in steps[0]
    pins = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8")
    assert all(f"\n{tool}==" in pins for tools in BUILD_TOOLS.values() for tool in tools)


def test_an_interrupted_set_up_is_made_anew(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever Ctrl-C left behind, the next start makes a whole environment of it."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Environment, "install", stop)
    with pytest.raises(KeyboardInterrupt):
        environment.provide(RUN)
    assert environment.last_stamp() is None
    (environment.folder / "half").touch()
    monkeypatch.setattr(Environment, "install", lambda *_: None)
    environment.provide(RUN)
    assert environment.last_stamp() is not None
    assert not (environment.folder / "half").exists()


def test_a_refusal_of_pip_leaves_the_working_environment(
    environment: Environment, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a network `test` cannot add its tools, and `run` still starts."""
    environment.provide(RUN)
    before = environment.last_stamp()

    def refuse(*_: object) -> None:
        raise CannotContinueError("no network")

    monkeypatch.setattr(Environment, "install", refuse)
    with pytest.raises(CannotContinueError):
        environment.provide(TEST)
    assert environment.last_stamp() == before
    assert asked


def test_an_environment_whose_python_has_gone_is_made_anew(
    environment: Environment, asked: list[str]
) -> None:
    """A distribution upgrade takes the Python away that `.venv` points to."""
    finish(environment, "cpu")
    environment.python.unlink()
    environment.python.symlink_to(environment.root / "gone")
    environment.provide(RUN)
    assert asked
    assert environment.is_usable()


def test_a_moved_checkout_makes_its_environment_anew(environment: Environment, asked: list[str]) -> None:
    """The scripts of an environment name the place where they were made."""
    environment.provide(RUN)
    moved = Environment(environment.root.rename(environment.root.parent / "moved"))
    (moved.folder / "old").touch()
    assert moved.last_stamp() is None
    moved.provide(RUN)
    assert len(asked) == 4
    assert not (moved.folder / "old").exists()


def test_an_accelerator_is_chosen_once_and_kept(environment: Environment) -> None:
    """Asked for first, then what is installed, then what the machine has."""
    gpu_there = Stamp(root="", digest="", extras=("gpu", "test"), libraries=())
    assert environment.choose_accelerator(gpu_there, None) == {"gpu"}
    assert environment.choose_accelerator(gpu_there, "cpu") == {"cpu"}
    assert environment.choose_accelerator(None, None) == {"cpu"}


def test_the_other_accelerator_goes_before_the_new_one_comes(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both own the folder `faiss`, so the order decides whether there is one afterwards."""
    done: list[str] = []
    monkeypatch.setattr(Environment, "run_pip", lambda _, *words: done.append(" ".join(words)) or 0)
    (environment.folder / "lib" / "faiss_cpu-1.12.0.dist-info").mkdir(parents=True)
    environment.fill({"gpu"})
    assert done[0] == "uninstall -y faiss-cpu"
    assert done[-1].endswith("-e .[gpu]")
    done.clear()
    environment.fill({"cpu"})
    assert not any(words.startswith("uninstall") for words in done)


@pytest.mark.parametrize(
    ("errors", "advice"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        (
            "WARNING: Retrying … NewConnectionError …\nERROR: No matching distribution found for numpy",
            "network",
        ),
        ("ERROR: No matching distribution found for numpy==99", "constraints.txt"),
    ],
)
def test_known_errors_of_pip_are_explained(errors: str, advice: str) -> None:
    """One sentence says what to do; a lost connection is not taken for a wrong version."""
    with pytest.raises(CannotContinueError, match=advice):
        explain(errors)


def test_unknown_errors_of_pip_are_left_to_speak_for_themselves() -> None:
    """No advice is better than a wrong one."""
    explain("ERROR: something nobody has seen")


def test_every_dependency_is_pinned() -> None:
    """What pyproject.toml names, constraints.txt pins; each once, exactly."""
    lines = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", pin) for pin in pins)
    names = [plain(pin.split("==")[0]) for pin in pins]
    assert len(names) == len(set(names))
    pyproject = read_pyproject(ROOT)
    project = pyproject["project"]
    wanted = [*pyproject["build-system"]["requires"], *project["dependencies"]]
    wanted += [line for lines in project["optional-dependencies"].values() for line in lines]
    assert {plain(requirement_name(line)) for line in wanted} <= set(names)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
