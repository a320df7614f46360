#!/usr/bin/env python3
"""The tasks of this checkout: `python3 packaging/tasks.py run`, `test`, `check`, `bench`, `clean` and more.

Needs Python 3.11 or newer and nothing else: each task first makes ready what it needs (bootstrap/), at once
when nothing changed. `--help` tells the rest.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bootstrap import lock
from bootstrap.environment import Environment
from bootstrap.golden import GoldenEnvironment
from bootstrap.peers import PeersEnvironment
from bootstrap.stamp import Needs
from bootstrap.steps import CannotContinueError, duration, say

ROOT = Path(__file__).resolve().parent.parent
BENCHES = ROOT / "tests" / "bench"

CHECKS = {
    "lint": ["python", "-m", "ruff", "check", "."],
    "format": ["python", "-m", "ruff", "format", "--check", "."],
    "types": ["python", "-m", "mypy"],
    "contracts": ["lint-imports"],
}
"""Name of a stage -> its command, the first word from the environment."""

MODELS = frozenset({"models", "japanese"})
"""The extras of the published model families."""

ASSISTANTS = frozenset({"assistants"})
"""What `mikke serve --mcp` speaks."""

MAKING = frozenset({"making"})
"""What making the own model needs beside them, and fine-tuning others."""

CHECKED = MODELS | ASSISTANTS | {"test"}

EXTRAS = {"test": CHECKED, "check": CHECKED, "bench encode": MODELS, "own-model": MODELS | MAKING}
"""What tasks and benchmarks need beside the program. Types are checked against all libraries, too."""

WITHOUT_PEERS = {
    "search": frozenset({"--quick", "--no-peers", "-h", "--help"}),
    "encode": frozenset({"--no-peers", "-h", "--help"}),
}
"""Benchmarks that measure others beside us, and the words that say not to."""

CACHES = (
    ".venv-peers",
    ".venv-golden",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".import_linter_cache",
    "build",
    "dist",
)


class ExactParser(argparse.ArgumentParser):
    """Takes no shortened options: what `test` hands on to pytest must not be taken for one of ours."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)


def main(words: list[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        # A path or a mark that an old terminal cannot show must not stop a set-up.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    arguments = parse(words)
    try:
        return int(arguments.task(arguments, Environment(ROOT)))
    except CannotContinueError as error:
        print(f"\n{error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"\nSet-up could not go on: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("\nStopped. Start again when you like: what is unfinished is repaired first.", file=sys.stderr)
        return 130


def parse(words: list[str] | None) -> argparse.Namespace:
    """What a parser does not know is an error, but for `test`, where it is pytest's, and `own-model`."""
    top = parser()
    arguments, rest = top.parse_known_args(words)
    if arguments.task in (task_test, task_own_model):
        arguments.rest = rest
    elif rest:
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    return arguments


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="tasks.py", description=__doc__.splitlines()[0])
    tasks = top.add_subparsers(required=True, metavar="TASK", parser_class=ExactParser)

    run = tasks.add_parser(
        "run", help="set up, then open the window; without a display show a search in the terminal"
    )
    run.add_argument(
        "folders", nargs="*", metavar="FOLDER", help="search these (default: the bundled sample library)"
    )
    run.add_argument(
        "--headless", action="store_true", help="no window: index, ask two questions, print the answers"
    )
    run.add_argument(
        "--models",
        action="store_true",
        help="also set up what the published models need (3 GB to fetch on Linux); it stays",
    )
    run.add_argument(
        "--assistants",
        action="store_true",
        help="also set up what `mikke serve --mcp` needs (10 MB to fetch); it stays",
    )
    run.set_defaults(task=task_run)

    test = tasks.add_parser(
        "test",
        help="set up, then lint, format, types, import contracts and all tests",
        usage="%(prog)s [--gpu | --cpu] [anything that pytest understands]",
    )
    test.set_defaults(task=task_test)

    check = tasks.add_parser("check", help="lint, format, types and import contracts only")
    check.set_defaults(task=task_check)

    names = ", ".join(bench_names()) or "none yet"
    bench = tasks.add_parser("bench", help=f"run a benchmark: {names}")
    bench.add_argument("name", metavar="NAME", choices=bench_names(), help=names)
    bench.add_argument("rest", nargs=argparse.REMAINDER, metavar="…", help="goes to the benchmark as it is")
    bench.set_defaults(task=task_bench)

    golden = tasks.add_parser(
        "golden", help="remake tests/golden, the vectors that the reference implementations give"
    )
    golden.add_argument("--only", metavar="NAME", help="the files whose names begin like this")
    golden.add_argument("--out", metavar="FOLDER", type=Path, help="write them there (default: tests/golden)")
    golden.add_argument(
        "--jina-code",
        metavar="FOLDER",
        type=Path,
        help="the Python files of Jina's two implementations, which are run (default: stand-ins of ours)",
    )
    golden.set_defaults(task=task_golden)

    own = tasks.add_parser(
        "own-model",
        help="make Mikke's own model, or fine-tune another (packaging/own_model/README.md)",
        add_help=False,  # its own
    )
    own.set_defaults(task=task_own_model)

    tasks.add_parser("lock", help="remake packaging/constraints.txt").set_defaults(task=task_lock)
    clean = tasks.add_parser(
        "clean",
        help="remove .venv, .venv-peers, .venv-golden and the caches of the tools (never anybody's library)",
    )
    clean.set_defaults(task=task_clean)

    for each in (run, test, check, bench):
        add_accelerator(each)
    return top


def add_accelerator(task: argparse.ArgumentParser) -> None:
    either = task.add_mutually_exclusive_group()
    for name, what in (("gpu", "take the packages for an NVIDIA card"), ("cpu", "take those without")):
        either.add_argument(
            f"--{name}", action="store_const", const=name, dest="accelerator",
            help=f"{what} (default: what is installed, else by whether such a card works)",
        )  # fmt: skip


def task_run(arguments: argparse.Namespace, environment: Environment) -> int:
    folders = [Path(folder).expanduser().resolve() for folder in arguments.folders]
    for folder in folders:
        if not folder.is_dir():
            print(f"Not a folder: {folder}", file=sys.stderr)
            return 2
    screen = None if arguments.headless else display_libraries(dict(os.environ), sys.platform)
    extras = (MODELS if arguments.models else frozenset()) | (
        ASSISTANTS if arguments.assistants else frozenset()
    )
    environment.provide(Needs(extras=extras, libraries=screen or frozenset()), arguments.accelerator)
    # In the checkout: `-m app` would take a folder `app` of the current directory first.
    command = [
        str(environment.python),
        "-m",
        "app",
        "tour" if screen is None else "window",
        *map(str, folders),
    ]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def display_libraries(environ: dict[str, str], system: str) -> frozenset[str] | None:
    """The groups of libraries for the window on this screen; None without a screen."""
    if system != "linux":
        return frozenset()
    groups = {
        group for name, group in (("DISPLAY", "x11"), ("WAYLAND_DISPLAY", "wayland")) if environ.get(name)
    }
    return frozenset(groups | {"qt"}) if groups else None


def task_test(arguments: argparse.Namespace, environment: Environment) -> int:
    environment.provide(Needs(extras=EXTRAS["test"], libraries=frozenset({"qt"})), arguments.accelerator)
    stages = CHECKS | {"tests": ["python", "-m", "pytest", *arguments.rest]}
    return run_stages(stages, environment)


def task_check(arguments: argparse.Namespace, environment: Environment) -> int:
    environment.provide(Needs(extras=EXTRAS["check"]), arguments.accelerator)
    return run_stages(CHECKS, environment)


def run_stages(stages: dict[str, list[str]], environment: Environment) -> int:
    """All of them, whatever fails, so that one run tells everything; 1 when any failed."""
    environ = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    results = []
    for name, (program, *words) in stages.items():
        say(f"==> {name}: {program} {' '.join(words)}")
        start = time.monotonic()
        done = subprocess.run([environment.script(program), *words], cwd=ROOT, env=environ, check=False)
        results.append((name, done.returncode, time.monotonic() - start))
    say("==> summary")
    for name, code, seconds in results:
        say(f"    {name:<10} {'ok' if code == 0 else f'FAILED (exit {code})':<18} {duration(seconds)}")
    return int(any(code for _, code, _ in results))


def bench_names() -> list[str]:
    """The files that can be started: they look at `__main__`."""
    scripts = [path for path in BENCHES.glob("*.py") if '"__main__"' in path.read_text(encoding="utf-8")]
    return sorted(path.stem for path in scripts)


def task_bench(arguments: argparse.Namespace, environment: Environment) -> int:
    extras = EXTRAS.get(f"bench {arguments.name}", frozenset())
    environment.provide(Needs(extras=extras), arguments.accelerator)
    if arguments.name in WITHOUT_PEERS and WITHOUT_PEERS[arguments.name].isdisjoint(arguments.rest):
        provide_peers(arguments.name, environment.root)
    # Paths in the arguments are the caller's, so its directory stays.
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [environment.python, BENCHES / f"{arguments.name}.py", *arguments.rest]
    return subprocess.run(command, env=environ, check=False).returncode


def provide_peers(bench: str, root: Path) -> None:
    if bench == "encode":
        GoldenEnvironment(root).provide_golden()
    else:
        PeersEnvironment(root).provide_peers()


def task_golden(arguments: argparse.Namespace, environment: Environment) -> int:
    golden = GoldenEnvironment(environment.root)
    golden.provide_golden()
    given = {"only": arguments.only, "out": arguments.out, "jina-code": arguments.jina_code}
    words = [f"--{name}={value}" for name, value in given.items() if value]
    # Paths in the arguments are the caller's, so its directory stays.
    command = [golden.python, ROOT / "packaging" / "golden" / "make.py", *words]
    return subprocess.run(command, env=golden.environ(), check=False).returncode


def task_own_model(arguments: argparse.Namespace, environment: Environment) -> int:
    environment.provide(Needs(extras=EXTRAS["own-model"]))
    # Paths in the arguments are the caller's, so its directory stays.
    modules = os.pathsep.join([str(ROOT / "packaging"), str(ROOT)])
    command = [environment.python, "-m", "own_model", *arguments.rest]
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": modules}, check=False).returncode


def task_lock(_: argparse.Namespace, environment: Environment) -> int:
    environment.provide(Needs(extras=frozenset()))
    say(f"Wrote {lock.remake(environment)}")
    return 0


def task_clean(_: argparse.Namespace, environment: Environment) -> int:
    for folder in (environment.folder, *(ROOT / name for name in CACHES)):
        if folder.exists():
            say(f"Removing {folder}")
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
