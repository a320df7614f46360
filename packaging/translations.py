"""Translations: find the strings in app/, compile what is translated.

    python packaging/translations.py update     look for new strings, write resources/translations/*.ts
    python packaging/translations.py compile    turn them into *.qm

Both need the tools that come with PySide6. Japanese has every string; English only the plurals.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"
LANGUAGES = {"ja": [], "en": ["-pluralonly"]}


def sources() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "app").rglob("*.py"))


def update(folder: Path = TRANSLATIONS) -> None:
    """Merge the strings of the code into the .ts files; drops those that are gone."""
    for language, options in LANGUAGES.items():
        common = ["-locations", "none", "-no-obsolete", "-silent", *options]
        target = [
            "-source-language",
            "en",
            "-target-language",
            language,
            "-ts",
            folder / f"mikke_{language}.ts",
        ]
        subprocess.run([tool("lupdate"), *common, *sources(), *target], cwd=ROOT, check=True)


def compile_all(folder: Path = TRANSLATIONS, target: Path = TRANSLATIONS) -> None:
    for language in LANGUAGES:
        files = [folder / f"mikke_{language}.ts", "-qm", target / f"mikke_{language}.qm"]
        subprocess.run([tool("lrelease"), "-silent", "-nounfinished", *files], check=True)


def tool(name: str) -> Path:
    """The tool beside this Python, else by the search path."""
    beside = Path(sys.executable).parent / f"pyside6-{name}"
    return beside if beside.exists() else Path(f"pyside6-{name}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["update"]:
            update()
        case ["compile"]:
            compile_all()
        case _:
            sys.exit(__doc__)
