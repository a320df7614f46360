"""Runs peers, each in a process of its own under a time limit; one that fails is a result that says why."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]

MODULES = {
    "fast-plaid": "tests.bench.peers.fast_plaid_peer",
    "xtr-warp-rs": "tests.bench.peers.xtr_warp_peer",
    "lancedb": "tests.bench.peers.lancedb_peer",
    "tachiom": "tests.bench.peers.tachiom_peer",
}
"""The scripts, by the name of the engine's distribution."""

LIMIT_S = 40 * 60.0
"""For one peer, its build included: fast-plaid's `create` of 2 million tokens took 12 minutes and more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerResult:
    """One peer under one choice of settings, or `error`: why there is no measurement (the rest is empty).

    `settings` are those of the build and of the search, in words; `search_ms` and `rankings` (numbers of
    passages, best first) have one entry for each query; `peak_rss_bytes` is that of the process up to the end
    of the searches and so includes the embeddings that it was given; the seconds for one more passage and one
    less are None where the engine can't.
    """

    peer: str
    version: str = ""
    settings: str = ""
    build_s: float = 0.0
    search_ms: tuple[float, ...] = ()
    rankings: tuple[tuple[int, ...], ...] = ()
    bytes_on_disk: int = 0
    peak_rss_bytes: int = 0
    add_one_s: float | None = None
    delete_one_s: float | None = None
    error: str | None = None


def peers_python(root: Path = ROOT) -> Path:
    """The interpreter of the environment that packaging/bootstrap/peers.py makes."""
    folder = root / ".venv-peers"
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def run_peers(
    folder: Path,
    python: Path,
    names: Iterable[str] = tuple(MODULES),
    *,
    queries: int | None = None,
    limit_s: float = LIMIT_S,
) -> list[PeerResult]:
    """One after another, on a folder as folder.py describes it; one result for each choice of settings.

    `queries`: only the first so many. Raises KeyError for an unknown name.
    """
    modules = {name: MODULES[name] for name in names}
    reasons = _reasons(python)
    results: list[PeerResult] = []
    for name, module in modules.items():
        if name in reasons:
            results.append(PeerResult(peer=name, error=f"not installed: {reasons[name]}"))
            continue
        words = [] if queries is None else ["--queries", str(queries)]
        command = [str(python), "-m", module, str(folder.resolve()), *words]
        results += run_one(name, command, limit_s, folder)
    return results


def run_one(name: str, command: list[str], limit_s: float, place: Path | None = None) -> list[PeerResult]:
    """Start the script and wait for its report. What it says on the way goes nowhere but into an error.

    Its temporary files lie in a folder of `place` that is removed whatever becomes of it.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="peer-", dir=place) as temporary:
            code, out, err = _run(command, limit_s, Path(temporary))
    except subprocess.TimeoutExpired:
        return [PeerResult(peer=name, error=f"not done after {limit_s:.0f} s")]
    except OSError as error:
        return [PeerResult(peer=name, error=f"could not be started: {error}")]
    if code != 0:
        return [PeerResult(peer=name, error=_reason(code, err))]
    try:
        return _results(json.loads(out))
    except (ValueError, KeyError, TypeError) as error:
        return [PeerResult(peer=name, error=f"its report cannot be read: {error!r}")]


def _run(command: list[str], limit_s: float, temporary: Path) -> tuple[int, str, str]:
    """Exit code and both outputs. A script that is killed can't tidy up, so its files are where we can.

    Raises OSError when it can't be started, subprocess.TimeoutExpired when it was killed for its time.
    """
    # Python's tempfile looks at TMPDIR first, on every system.
    environ = os.environ | {"TMPDIR": str(temporary)}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=limit_s,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def _results(report: dict[str, Any]) -> list[PeerResult]:
    return [
        PeerResult(
            peer=report["peer"],
            version=report["version"],
            settings=f"{report['settings']}; search: {each['settings']}",
            build_s=report["build_s"],
            search_ms=tuple(each["search_ms"]),
            rankings=tuple(tuple(ranking) for ranking in each["rankings"]),
            bytes_on_disk=report["bytes_on_disk"],
            peak_rss_bytes=report["peak_rss_bytes"],
            add_one_s=report["add_one_s"],
            delete_one_s=report["delete_one_s"],
        )
        for each in report["searches"]
    ]


def _reason(code: int, err: str) -> str:
    """The last line that a traceback or native code leaves; a negative code is the signal that ended it."""
    lines = [line.strip() for line in err.splitlines() if line.strip()]
    how = f"ended by signal {-code}" if code < 0 else f"exit code {code}"
    return f"{lines[-1]} ({how})" if lines else how


def _reasons(python: Path) -> dict[str, str]:
    """Why a peer is not in this environment, as set-up left it there."""
    try:
        found = json.loads((python.parents[1] / "mikke-missing-peers.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
