"""What an installed program consists of."""

from __future__ import annotations

from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {"__pycache__"}


def test_the_wheel_holds_the_program_and_all_its_resources() -> None:
    """Every file of app, core and resources, the model that comes with Mikke among them, and nothing else."""
    builder = WheelBuilder(str(ROOT))
    held = {Path(file.distribution_path) for file in builder.recurse_included_files()}
    wanted = {
        path.relative_to(ROOT)
        for folder in ("app", "core", "resources")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not LEFT_OUT & set(path.parts)
    }
    assert held == wanted
