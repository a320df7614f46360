from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bootstrap import libraries, system
from bootstrap.libraries import LIBRARIES, missing_libraries
from bootstrap.steps import CannotContinueError
from bootstrap.system import Missing, package_manager


@pytest.mark.parametrize(
    ("release", "manager"),
    [
        ({"ID": "debian"}, "apt"),
        ({"ID": "ubuntu", "ID_LIKE": "debian"}, "apt"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "apt"),
        ({"ID": "fedora"}, "dnf"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "dnf"),
        ({"ID": "manjaro", "ID_LIKE": "arch"}, "pacman"),
        ({"ID": "opensuse-tumbleweed", "ID_LIKE": "opensuse suse"}, "zypper"),
        ({"ID": "alpine"}, None),
        ({}, None),
    ],
)
def test_a_distribution_or_its_parent_names_the_package_manager(
    release: dict[str, str], manager: str | None
) -> None:
    """ID first, then ID_LIKE in its order; an unknown one is not guessed."""
    assert package_manager(release) == manager


def test_every_library_stands_once() -> None:
    """A library in two groups would be asked for twice."""
    names = [library.soname for library in LIBRARIES]
    assert len(names) == len(set(names))


def test_only_missing_libraries_of_the_asked_groups_are_named() -> None:
    """A headless run asks for none, a screen of X11 not for Wayland's."""
    assert missing_libraries([], lambda _: False) == []
    assert missing_libraries(["qt", "x11", "wayland"], lambda _: True) == []
    groups = {library.group for library in missing_libraries(["qt", "x11"], lambda _: False)}
    assert groups == {"qt", "x11"}


def test_the_loader_is_asked_for_the_libraries() -> None:
    """A library that is there opens, one that is not does not."""
    assert not libraries.opens("libthereisnosuchthing.so.7")
    if sys.platform == "linux":
        assert libraries.opens("libc.so.6")


@pytest.mark.skipif(sys.platform != "linux", reason="ELF libraries")
def test_the_table_names_all_that_qt_links_to() -> None:
    """Whatever Qt's platform plugins link to and do not bring stands in the table."""
    pyside = pytest.importorskip("PySide6")
    plugins = Path(pyside.__file__).parent / "Qt" / "plugins" / "platforms"
    for plugin in ("libqoffscreen.so", "libqxcb.so"):
        linked = subprocess.run(["ldd", plugins / plugin], capture_output=True, text=True, check=True).stdout
        absent = {line.split()[0] for line in linked.splitlines() if "not found" in line}
        # glib's own second library comes in the same package as the one in the table.
        assert absent <= {library.soname for library in LIBRARIES} | {"libglib-2.0.so.0"}


@pytest.mark.parametrize(
    ("manager", "package"),
    [("apt", "libegl1"), ("pacman", "libglvnd"), ("dnf", "libEGL.so.1()(64bit)"), (None, "libEGL.so.1")],
)
def test_each_package_manager_gets_its_own_name(manager: str | None, package: str) -> None:
    """Debian and Arch by a table, RPM by the file name that its packages provide."""
    assert system.package_of(LIBRARIES[0], manager) == package


@pytest.fixture
def as_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(system, "has_package_lists", lambda: True)


@pytest.mark.usefixtures("as_user")
def test_the_command_is_one_line_that_a_shell_understands() -> None:
    """With sudo where there is one, through su where not; names with brackets are quoted."""
    line = system.command_line("apt", ["libegl1", "fonts-noto-cjk"], has_sudo=True)
    assert line == "sudo apt-get install -y --no-install-recommends libegl1 fonts-noto-cjk"
    line = system.command_line("apt", ["libegl1"], has_sudo=False)
    assert line == "su -c 'apt-get install -y --no-install-recommends libegl1'"
    assert system.command_line("dnf", ["a()(64bit)"], has_sudo=True) == "sudo dnf install -y 'a()(64bit)'"


@pytest.mark.usefixtures("as_user")
def test_a_fresh_image_reads_the_package_lists_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without lists apt-get knows no package, so the one command fetches them too."""
    monkeypatch.setattr(system, "has_package_lists", lambda: False)
    line = system.command_line("apt", ["libegl1"], has_sudo=True)
    assert line.startswith("sudo apt-get update && sudo apt-get install ")


@pytest.mark.usefixtures("as_user")
def test_what_is_needed_stops_and_what_is_wished_for_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    """A missing library ends with the command and code 3; a missing font is only mentioned."""
    with pytest.raises(CannotContinueError, match=r"apt-get install .*libegl1 fonts-noto-cjk") as stopped:
        system.ask_for("apt", Missing(required=("libegl1",), wished=("fonts-noto-cjk",)))
    assert stopped.value.exit_code == 3
    system.ask_for("apt", Missing(wished=("fonts-noto-cjk",)))
    assert "fonts-noto-cjk" in capsys.readouterr().out


def test_an_unknown_distribution_gets_names_and_no_command() -> None:
    """No guess is made where the package manager is not known."""
    with pytest.raises(CannotContinueError, match=r"package manager: libEGL\.so\.1"):
        system.ask_for(None, Missing(required=("libEGL.so.1",)))


def test_a_font_file_is_found_below_its_folder(tmp_path: Path) -> None:
    """Fonts lie some folders deep; other scripts' fonts do not count."""
    folder = tmp_path / "opentype" / "noto"
    folder.mkdir(parents=True)
    (folder / "DejaVuSans.ttf").touch()
    assert not libraries.has_japanese_font_file(tmp_path)
    (folder / "NotoSansCJK-Regular.ttc").touch()
    assert libraries.has_japanese_font_file(tmp_path)
    assert not libraries.has_japanese_font_file(tmp_path / "absent")
