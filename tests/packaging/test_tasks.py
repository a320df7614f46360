from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from bootstrap.environment import FETCHED_MB, Environment
from bootstrap.stamp import Needs, read_pyproject

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tasks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tasks", ROOT / "packaging" / "tasks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def started(tasks: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs that a task starts, and beside them what it needed first, with nothing really done."""
    calls: list[list[str]] = []

    def provide(_: Environment, needs: Needs, accelerator: str | None = None) -> None:
        calls.append(["provide", accelerator or "any", *sorted(needs.extras), *sorted(needs.libraries)])

    def run(command: list[object], **_: object) -> subprocess.CompletedProcess[bytes]:
        calls.append([Path(str(command[0])).stem, *map(str, command[1:])])
        return subprocess.CompletedProcess(command, int("ruff" in map(str, command)))

    monkeypatch.setattr(Environment, "provide", provide)
    monkeypatch.setattr(tasks.subprocess, "run", run)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return calls


def test_without_a_screen_run_takes_the_tour(tasks: ModuleType, started: list[list[str]]) -> None:
    """A machine without a display shows the main job in the terminal and needs no library of Qt."""
    if sys.platform != "linux":
        pytest.skip("other systems always have a screen")
    assert tasks.main(["run"]) == 0
    assert started == [["provide", "any"], ["python", "-m", "app", "tour"]]


def test_with_a_screen_run_opens_the_window(
    tasks: ModuleType, started: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The window gets the folders as whole paths, since it starts in the checkout."""
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "書類").mkdir()
    assert tasks.main(["run", "書類"]) == 0
    assert started[-1] == ["python", "-m", "app", "window", str(tmp_path / "書類")]


def test_models_are_asked_for(tasks: ModuleType, started: list[list[str]]) -> None:
    """A plain run needs no model library; `--models` brings those of the published models."""
    assert tasks.main(["run", "--headless", "--models", "--cpu"]) == 0
    assert started[0] == ["provide", "cpu", "japanese", "models"]
    assert tasks.main(["run", "--headless"]) == 0
    assert started[2] == ["provide", "any"]


def test_the_part_for_assistants_is_asked_for(tasks: ModuleType, started: list[list[str]]) -> None:
    """A plain run needs no SDK; `--assistants` brings it, with or without the models."""
    assert tasks.main(["run", "--headless", "--assistants"]) == 0
    assert started[0] == ["provide", "any", "assistants"]
    assert tasks.main(["run", "--headless", "--assistants", "--models"]) == 0
    assert started[2] == ["provide", "any", "assistants", "japanese", "models"]


def test_benchmarks_get_the_models_where_they_measure_them(
    tasks: ModuleType, started: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody fetches gigabytes for a benchmark of the index."""
    for name in ("encode", "folder"):
        (tmp_path / f"{name}.py").write_text('if __name__ == "__main__":\n    pass\n', encoding="utf-8")
    monkeypatch.setattr(tasks, "BENCHES", tmp_path)
    assert tasks.main(["bench", "encode", "--no-peers"]) == 0
    assert tasks.main(["bench", "folder"]) == 0
    assert [call for call in started if call[0] == "provide"] == [
        ["provide", "any", "japanese", "models"],
        ["provide", "any"],
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["encode"], ["golden"]),
        (["encode", "--quick"], ["golden"]),
        (["encode", "--no-peers"], []),
        (["search"], ["peers"]),
        (["search", "--quick"], []),
        (["folder"], []),
    ],
)
@pytest.mark.usefixtures("started")
def test_benchmarks_get_those_that_they_measure_beside_us(
    tasks: ModuleType, monkeypatch: pytest.MonkeyPatch, words: list[str], expected: list[str]
) -> None:
    """And others are never fetched: gigabytes each."""
    provided: list[str] = []
    monkeypatch.setattr(tasks.GoldenEnvironment, "provide_golden", lambda _: provided.append("golden"))
    monkeypatch.setattr(tasks.PeersEnvironment, "provide_peers", lambda _: provided.append("peers"))
    assert tasks.main(["bench", *words]) == 0
    assert provided == expected


def test_what_tasks_ask_for_exists(tasks: ModuleType) -> None:
    """Every extra that a task needs is one of pyproject's, and its size is said before it is fetched."""
    extras = frozenset().union(tasks.MODELS, tasks.ASSISTANTS, *tasks.EXTRAS.values())
    assert extras <= set(read_pyproject(ROOT)["project"]["optional-dependencies"])
    assert extras <= set(FETCHED_MB)


def test_headless_wins_over_a_screen(
    tasks: ModuleType, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--headless` asks for no window and for none of its libraries."""
    monkeypatch.setenv("DISPLAY", ":0")
    assert tasks.main(["run", "--headless", "--gpu"]) == 0
    assert started == [["provide", "gpu"], ["python", "-m", "app", "tour"]]


def test_a_folder_that_is_not_there_is_wrong_usage(
    tasks: ModuleType, started: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said before minutes of set-up, with code 2."""
    assert tasks.main(["run", "/no/such/folder"]) == 2
    assert not started
    assert "Not a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environ", "groups"),
    [
        ({}, None),
        ({"DISPLAY": ""}, None),
        ({"DISPLAY": ":0"}, {"qt", "x11"}),
        ({"WAYLAND_DISPLAY": "wayland-0"}, {"qt", "wayland"}),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, {"qt", "x11", "wayland"}),
    ],
)
def test_a_screen_tells_which_libraries_the_window_needs(
    tasks: ModuleType, environ: dict[str, str], groups: set[str] | None
) -> None:
    """X11 and Wayland each bring their own; macOS and Windows always have a screen and need none."""
    assert tasks.display_libraries(environ, "linux") == groups
    assert tasks.display_libraries(environ, "darwin") == frozenset()


def test_all_stages_run_and_one_failure_fails(
    tasks: ModuleType, started: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Lint fails here, and the other stages are still looked at; pytest gets the extra words."""
    assert tasks.main(["test", "tests/core", "-k", "codec", "--maxfail=1"]) == 1
    assert started[0] == ["provide", "any", "assistants", "japanese", "models", "test", "qt"]
    assert [call[0] for call in started[1:]] == ["python", "python", "python", "lint-imports", "python"]
    assert started[-1] == ["python", "-m", "pytest", "tests/core", "-k", "codec", "--maxfail=1"]
    assert "lint       FAILED (exit 1)" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--data", "D", "--quick"], ["fine-tune", "--model", "M"], ["--help"]])
def test_the_own_model_gets_its_words(tasks: ModuleType, started: list[list[str]], words: list[str]) -> None:
    """As they are: what they mean is its own business."""
    assert tasks.main(["own-model", *words]) == 0
    assert started == [
        ["provide", "any", "japanese", "making", "models"],
        ["python", "-m", "own_model", *words],
    ]


def test_check_leaves_the_tests_out(tasks: ModuleType, started: list[list[str]]) -> None:
    """It needs no library of Qt either."""
    assert tasks.main(["check"]) == 1
    assert started[0] == ["provide", "any", "assistants", "japanese", "models", "test"]
    assert not any("pytest" in call for call in started)


def test_an_unknown_option_is_wrong_usage(tasks: ModuleType, started: list[list[str]]) -> None:
    """Only `test` hands on what it does not know."""
    with pytest.raises(SystemExit) as stopped:
        tasks.main(["run", "--headles"])
    assert stopped.value.code == 2
    assert not started


def test_bench_runs_the_script_with_its_arguments(
    tasks: ModuleType, started: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only files that can be started count as benchmarks, and options after the name are theirs."""
    (tmp_path / "speed.py").write_text('if __name__ == "__main__":\n    pass\n', encoding="utf-8")
    (tmp_path / "measures.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(tasks, "BENCHES", tmp_path)
    assert tasks.bench_names() == ["speed"]
    assert tasks.main(["bench", "speed", "--data", "x", "--json"]) == 0
    assert started[-1][1:] == [str(tmp_path / "speed.py"), "--data", "x", "--json"]
    with pytest.raises(SystemExit):
        tasks.main(["bench", "measures"])


def test_help_needs_no_installed_package() -> None:
    """The tasks start on a Python that has nothing but its standard library."""
    script = ROOT / "packaging" / "tasks.py"
    command = [sys.executable, "-S", str(script), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    assert "bench" in done.stdout
