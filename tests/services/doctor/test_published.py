"""Whether we may write where campaigns are published."""

from __future__ import annotations

from pathlib import Path

from app.core.config import Campaign
from app.services.doctor.published import places


def said(tmp_path: Path, publish: str | None, *, public: bool = True) -> list[str]:
    return [
        str(one) for one in places([Campaign("sayno", "Say No", "sayno", public=public, publish=publish)], tmp_path)
    ]


def test_a_place_that_can_be_used_is_left_as_it_was(tmp_path: Path) -> None:
    assert said(tmp_path, f"file://{tmp_path}/site?site=https://x.example") == [
        f"ok    publishing: [sayno] {tmp_path / 'site'} can be used"
    ]
    assert list((tmp_path / "site").iterdir()) == []


def test_without_an_address_of_its_own_previews_of_links_lack_a_picture(tmp_path: Path) -> None:
    (line,) = said(tmp_path, "site")
    assert line.startswith("warn")
    assert line.endswith("add site=https://… for previews of links")


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (line,) = said(tmp_path, "file/site")
    assert line.startswith(f"FAIL  publishing: [sayno] {tmp_path / 'file'}")
    (line,) = said(tmp_path, "ftp://x.example")
    assert "neither a directory nor an address" in line


def test_a_campaign_that_is_not_public_is_not_published(tmp_path: Path) -> None:
    (line,) = said(tmp_path, "site", public=False)
    assert line.startswith("warn")
    assert not (tmp_path / "site").exists()


def test_a_campaign_without_a_place_is_not_mentioned(tmp_path: Path) -> None:
    assert said(tmp_path, None) == []
