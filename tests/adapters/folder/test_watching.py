"""Changes in a folder are told as they happen, on whatever file system."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.adapters.folder.watching import Changes, is_local
from scripts.sandbox.waiting import wait_for


@pytest.mark.parametrize("polls", [False, True])
def test_every_kind_of_change_is_told(tmp_path: Path, polls: bool) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/old.jpg").write_bytes(b"x")
    changes = Changes(tmp_path, polls, every=0.2)
    seen: set[str] = set()

    def told(path: str) -> bool:
        while (found := changes.next(0.1)) is not None:
            seen.add(found)
        return path in seen

    try:
        assert changes.polls == polls
        (tmp_path / "sub/new ü.jpg").write_bytes(b"x")
        wait_for(lambda: told("sub/new ü.jpg"), "a new file is told")
        (tmp_path / "sub/old.jpg").rename(tmp_path / "moved.jpg")
        wait_for(lambda: told("moved.jpg") and told("sub/old.jpg"), "both names of a moved file are told")
        seen.clear()
        (tmp_path / "moved.jpg").unlink()
        wait_for(lambda: told("moved.jpg"), "a removed file is told")
        seen.clear()
        (tmp_path / "sub").rename(tmp_path / "other")
        wait_for(lambda: told(""), "a moved directory is told")
    finally:
        changes.close()


@pytest.mark.parametrize(
    ("kind", "local"), [("ext4", True), ("tmpfs", True), ("nfs4", False), ("cifs", False), ("fuse.sshfs", False)]
)
def test_other_machines_may_write_to_a_network_file_system(tmp_path: Path, kind: str, local: bool) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/root / ext4 rw 0 0\nserver {tmp_path} {kind} rw 0 0\n")
    assert is_local(tmp_path / "pictures", mounts) == local
    assert is_local(Path("/usr"), mounts)
    assert not is_local(tmp_path, tmp_path / "missing")
