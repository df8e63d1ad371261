"""Where a photo goes, in each kind of account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.config import Campaign, load_settings
from app.services.joining.entry import Entry
from app.services.joining.joining import Joining
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.albums import picture

SAYNO = Campaign("sayno", "Say No", "campaigns/no")
ENTRY = Entry("0123456789abcdef01234567", show=True)


@pytest.fixture(params=[False, True], ids=["dynamic folders", "fixed folders"])
def fixed(standin: Standin, request: pytest.FixtureRequest) -> Iterator[bool]:
    standin.settings(fixed_folders=request.param)
    yield request.param
    standin.settings(fixed_folders=False)


def test_a_photo_is_in_the_campaigns_folder_whether_we_upload_it_or_the_browser(
    standin: Standin, tmp_path: Path, fixed: bool
) -> None:
    settings = load_settings(environment(standin, tmp_path / "store"), Path("/nonexistent"))
    joining = Joining(settings, lambda campaign, data: data)
    public_id = f"campaigns/no/{ENTRY.key}" if fixed else ENTRY.key
    signed = joining.sign(SAYNO, ENTRY)
    assert signed is not None
    assert (signed.fields["public_id"], signed.fields.get("asset_folder")) == (
        public_id,
        None if fixed else "campaigns/no",
    )
    assert joining.take(SAYNO, ENTRY, picture(1)) == "taken"
    assert list(standin.state()["assets"]) == [public_id]
    assert len(standin.calls("api")) == 1, "it asks once which kind of account it is"
