"""What kind of disk a folder is on, and whether that disk is there."""

from __future__ import annotations

from pathlib import Path

from core.watch.mounts import is_network_folder, missing_mount


def test_network_folders(tmp_path: Path) -> None:
    """The innermost mount point decides whether a folder is on a network drive."""
    (tmp_path / "my share" / "disk").mkdir(parents=True)
    table = tmp_path / "mounts"
    table.write_text(
        "/dev/sda1 / ext4 rw 0 0\n"
        f"server:/x {tmp_path}/my\\040share nfs4 rw 0 0\n"
        f"/dev/sdb1 {tmp_path}/my\\040share/disk ext4 rw 0 0\n"
    )
    assert not is_network_folder(tmp_path, mounted=table)
    assert is_network_folder(tmp_path / "my share" / "a", mounted=table)
    assert not is_network_folder(tmp_path / "my share" / "disk" / "a", mounted=table)
    assert not is_network_folder(tmp_path, mounted=tmp_path / "no such table")
    assert is_network_folder(Path("\\\\server\\share"), mounted=table)


def test_missing_mounts(tmp_path: Path) -> None:
    """A folder at or below a place that should have a disk and has none is known as such."""
    place = tmp_path / "backup"
    (place / "in").mkdir(parents=True)
    table = tmp_path / "fstab"
    table.write_text(
        f"# a comment\n\n/dev/sda1 / ext4 defaults 0 1\nUUID=1 {place} ext4 nofail 0 2\nswap none swap sw\n"
    )
    assert missing_mount(place, expected=table) == place
    assert missing_mount(place / "in", expected=table) == place
    assert missing_mount(tmp_path, expected=table) is None
    assert missing_mount(Path("/proc"), expected=table) is None
