"""A test picture whose notifications do not arrive: what is said, and that nothing of it stays."""

from __future__ import annotations

import pytest

from app.adapters.cloudinary import Cloudinary, Uploads
from app.adapters.store import Store
from app.core.config import Account, Campaign
from app.core.errors import CloudinaryUnavailable
from app.services.connect.plan import WRONG
from app.services.connect.round_trip import Way, travel
from scripts.sandbox.samples import person, prepared
from scripts.sandbox.standin.client import Standin

SAYNO = Campaign("sayno", "Say No", "sayno", catalogue="place")


def way(standin: Standin, store: Store) -> Way:
    account = Account(standin.cloud, standin.key, standin.secret, standin.url)
    return Way(Cloudinary(account, {standin.delivery_host}), Uploads(account), store, lambda _: None, patience=0)


def test_without_a_notification_it_ends_with_the_reasons_and_removes_the_picture(
    standin: Standin, store: Store
) -> None:
    found = travel(way(standin, store), SAYNO, preset=False)
    assert (found.state, found.message.partition(". ")[0]) == (
        WRONG,
        f"It has not reached the store {store.path} in 0 s",
    )
    assert "401 is a secret that COLLAGEN_WEBHOOK_SECRETS lacks" in found.message
    assert standin.state()["assets"] == {}
    uploaded = standin.notifications()[0]["payload"]
    assert (uploaded["asset_folder"], uploaded["moderation_status"]) == ("sayno", "pending")


def test_what_a_killed_trip_left_is_removed_by_the_next(standin: Standin, store: Store) -> None:
    left = "collagen-connect-0123456789ab"
    standin.upload(person(1), left, folder="sayno", moderation="approved")
    files = prepared(1)
    store.photos.put("sayno", left, files.archive, files.intermediate, 1_700_000_000)
    travel(way(standin, store), SAYNO, preset=False)
    assert (standin.state()["assets"], store.photos.holders(left)) == ({}, {})


def test_it_is_also_removed_where_cloudinary_fails_on_the_way(standin: Standin, store: Store) -> None:
    standin.faults("upload", "cut")
    with pytest.raises(CloudinaryUnavailable, match="The upload failed"):
        travel(way(standin, store), SAYNO, preset=False)
    assert standin.state()["assets"] == {}
