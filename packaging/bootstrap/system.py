"""System packages: install them where that is allowed, else say the one command that a person has to give.

Tried on Debian 12. The commands for Ubuntu are the same; those for Fedora, Arch and openSUSE are untested.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bootstrap.libraries import (
    FONT_PACKAGES,
    Library,
    has_japanese_font,
    missing_libraries,
)
from bootstrap.steps import CannotContinueError, say, step

APT_LISTS = Path("/var/lib/apt/lists")

MANAGERS = {
    "debian": "apt", "ubuntu": "apt",
    "fedora": "dnf", "rhel": "dnf", "centos": "dnf",
    "arch": "pacman", "suse": "zypper", "opensuse": "zypper",
}  # fmt: skip
"""By the `ID` and `ID_LIKE` of /etc/os-release; derived distributions name their parent in `ID_LIKE`."""

INSTALL = {
    "apt": ["apt-get", "install", "-y", "--no-install-recommends"],
    "dnf": ["dnf", "install", "-y"],
    "pacman": ["pacman", "-S", "--needed", "--noconfirm"],
    "zypper": ["zypper", "--non-interactive", "install"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What this machine lacks. `required`: the task cannot run without. `wished`: it only looks worse."""

    required: tuple[str, ...] = ()
    wished: tuple[str, ...] = ()

    @property
    def packages(self) -> list[str]:
        return list(dict.fromkeys((*self.required, *self.wished)))


def provide(groups: frozenset[str]) -> None:
    """Bring what Python's `venv` and these groups of Qt's libraries need; only Linux leaves that to us.

    Raises CannotContinueError, with the command to give, when a needed package is missing and this user may
    not install it.
    """
    if sys.platform != "linux":
        return
    manager = package_manager(os_release())
    missing = find_missing(manager, groups)
    if not missing.packages:
        return
    prefix = privilege()
    if manager != "apt" or prefix is None:
        ask_for(manager, missing)
        return
    with step(f"System packages: {' '.join(missing.packages)}"):
        apt_install(missing, prefix)
        still = find_missing(manager, groups)
        if still.required:
            raise CannotContinueError(
                f"apt-get could not install {' '.join(still.required)} (see above). "
                f"Give this command yourself and start again:\n  {command_line(manager, still.packages)}"
            )


def find_missing(manager: str | None, groups: frozenset[str]) -> Missing:
    required = [] if has_venv() else [venv_package(manager)]
    required += [package_of(library, manager) for library in missing_libraries(groups)]
    wished = (
        [] if not groups or has_japanese_font() else [FONT_PACKAGES.get(manager or "", "a Japanese font")]
    )
    return Missing(required=tuple(dict.fromkeys(required)), wished=tuple(wished))


def has_venv() -> bool:
    """Debian ships `venv` with Python and keeps `ensurepip`, which it calls, in another package."""
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(module) for module in ("venv", "ensurepip"))


def venv_package(manager: str | None) -> str:
    return (
        f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        if manager == "apt"
        else "python3-venv"
    )


def package_of(library: Library, manager: str | None) -> str:
    """RPM packages provide their libraries by file name, so no list of names of ours can grow old there."""
    match manager:
        case "apt":
            return library.debian
        case "pacman":
            return library.arch
        case "dnf" | "zypper":
            return f"{library.soname}()(64bit)" if platform.architecture()[0] == "64bit" else library.soname
        case _:
            return library.soname


def os_release() -> dict[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def package_manager(release: dict[str, str]) -> str | None:
    """`apt`, `dnf`, `pacman`, `zypper`, or None for a distribution that we do not know."""
    for name in [release.get("ID", ""), *release.get("ID_LIKE", "").split()]:
        # openSUSE's are opensuse-leap, opensuse-tumbleweed, …
        manager = MANAGERS.get(name) or MANAGERS.get(name.split("-")[0])
        if manager:
            return manager
    return None


def privilege() -> list[str] | None:
    """What makes a command run as root without asking anybody; None where nothing does."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def apt_install(missing: Missing, prefix: list[str]) -> None:
    """All in one; with old package lists again after an update, then without what is only wished for."""
    if not has_package_lists():
        apt_get(["update"], prefix)
    if apt_get(install_words(missing.packages), prefix):
        return
    apt_get(["update"], prefix)
    if not apt_get(install_words(missing.packages), prefix) and missing.required and missing.wished:
        apt_get(install_words(missing.required), prefix)


def install_words(packages: Iterable[str]) -> list[str]:
    return [*INSTALL["apt"][1:], *packages]


def apt_get(words: list[str], prefix: list[str]) -> bool:
    # The lock: a desktop updates its package lists by itself; wait for that instead of failing.
    quiet = ["-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0"]
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *quiet, *words]
    return subprocess.run(command, check=False).returncode == 0


def has_package_lists() -> bool:
    """False on a fresh image, whose first `apt-get install` would know no package at all."""
    return any(APT_LISTS.glob("*_Packages*"))


def ask_for(manager: str | None, missing: Missing) -> None:
    """Stop with the command where something needed is missing; only mention it where it is not."""
    if manager is None:
        how = f"Install with your system's package manager: {', '.join(missing.packages)}"
    else:
        how = f"Give this command and start again:\n  {command_line(manager, missing.packages)}"
        if manager != "apt":
            how += "\n(written from that distribution's package names; not tried there)"
    if missing.required:
        raise CannotContinueError(
            f"This machine lacks {len(missing.required)} system package(s) for this task. {how}"
        )
    say(f"Japanese text may look odd: no Japanese font found. {how}")


def command_line(manager: str, packages: Iterable[str], *, has_sudo: bool | None = None) -> str:
    """One line to copy: with sudo where that exists, through su where not, as it is for root."""
    commands = [[*INSTALL[manager], *packages]]
    if manager == "apt" and not has_package_lists():
        commands.insert(0, ["apt-get", "update"])
    if os.geteuid() == 0:
        return " && ".join(map(shlex.join, commands))
    if shutil.which("sudo") is not None if has_sudo is None else has_sudo:
        return " && ".join(shlex.join(["sudo", *command]) for command in commands)
    return f"su -c {shlex.quote(' && '.join(map(shlex.join, commands)))}"
