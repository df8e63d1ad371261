"""Lists, rejecting and deleting, and the number of calls left: the real SDK against a local Cloudinary."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.adapters.cloudinary import Cloudinary
from app.adapters.cloudinary.asset import TYPES
from app.adapters.cloudinary.quota import Quota, seconds_until_reset
from app.core.errors import BadPublicId, CloudinaryUnavailable
from app.core.sources import Listed, Page
from scripts.sandbox.standin.client import Standin
from tests.support.answers import PHOTO


def fill(standin: Standin, count: int, **fields: Any) -> list[str]:
    names = [f"a/{number:04}" for number in range(count)]
    fields = {"asset_folder": "sayno", "status": "approved"} | fields
    standin.upload_many(PHOTO, [{"public_id": name} | fields for name in names])
    return names


def every(ask: Callable[[str | None], Page]) -> list[Listed]:
    page = ask(None)
    rows = [*page.rows]
    while page.next_cursor is not None:
        page = ask(page.next_cursor)
        rows += page.rows
    return rows


def test_a_row_has_what_the_asset_itself_has_and_format_tags_and_status(
    standin: Standin, cloudinary: Cloudinary
) -> None:
    standin.upload(PHOTO, "a b/é", folder="x/y", email=" ann@example.org ", tags=["t1", "t2"], moderation="approved")
    for page in (cloudinary.folder("x/y"), cloudinary.moderated("approved"), cloudinary.everything()):
        (row,) = page.rows
        assert row.asset == cloudinary.state("a b/é")
        assert (row.status, row.format, row.tags) == ("approved", "jpg", ("t1", "t2"))
        assert row.changed_at == row.asset.approved_at
        assert page.next_cursor is None


def test_all_pages_have_all_rows_500_at_a_time(standin: Standin, cloudinary: Cloudinary) -> None:
    names = fill(standin, 1001)
    assert sorted(row.asset.public_id for row in every(lambda cursor: cloudinary.folder("sayno", cursor))) == names
    assert cloudinary.quota.calls == 3
    assert len(every(lambda cursor: cloudinary.moderated("approved", cursor))) == 1001
    assert len(every(cloudinary.everything)) == 1001
    assert cloudinary.quota.calls == 9
    assert len(standin.calls("api")) == 9


def test_each_list_has_its_statuses_and_a_folder_nothing_of_those_below(
    standin: Standin, cloudinary: Cloudinary
) -> None:
    for status in ("approved", "pending", "rejected", None):
        standin.upload(PHOTO, f"in/{status}", folder="sayno", moderation=status)
        standin.upload(PHOTO, f"below/{status}", folder="sayno/below", moderation=status)
    listed = {row.asset.public_id: row.status for row in cloudinary.folder("sayno").rows}
    # rejected assets are left out: absence is no proof
    assert listed == {"in/approved": "approved", "in/pending": "pending", "in/None": "unmoderated"}
    for status in ("approved", "pending", "rejected"):
        rows = cloudinary.moderated(status).rows
        assert {(row.asset.public_id, row.status) for row in rows} == {
            (f"in/{status}", status),
            (f"below/{status}", status),
        }
    assert len(cloudinary.everything().rows) == 6


def test_a_folder_that_does_not_exist_is_empty(standin: Standin, cloudinary: Cloudinary) -> None:
    assert cloudinary.folder("nowhere") == Page((), None)
    standin.faults("api", "status", status=404, message="Can't find folder with path nowhere")
    assert cloudinary.folder("nowhere") == Page((), None)


@pytest.mark.parametrize(
    "body",
    [{}, {"resources": {}}, {"resources": ["a"]}, {"resources": [{}]}, {"resources": [], "next_cursor": 3}],
)
def test_an_answer_that_is_no_list_is_an_error(standin: Standin, cloudinary: Cloudinary, body: object) -> None:
    standin.faults("api", "status", status=200, body=body)
    with pytest.raises(CloudinaryUnavailable):
        cloudinary.folder("sayno")


@pytest.mark.parametrize("other", [{"type": "facebook"}, {"type": "fetch"}, {"placeholder": True}])
def test_what_nobody_uploaded_is_left_out(standin: Standin, cloudinary: Cloudinary, other: dict[str, object]) -> None:
    standin.faults("api", "status", status=200, body={"resources": [{"public_id": "film"} | other]})
    assert cloudinary.folder("sayno") == Page((), None)


def test_images_of_every_type_are_listed_and_other_kinds_apart(standin: Standin, cloudinary: Cloudinary) -> None:
    for type in TYPES:
        standin.upload(b"photo", type, folder="sayno", type=type)
    for kind in ("video", "raw"):
        standin.upload(b"film", kind, folder="sayno", resource_type=kind)
    page = cloudinary.folder("sayno")
    assert {(row.asset.public_id, row.asset.type) for row in page.rows} == {(type, type) for type in TYPES}
    assert {(row.asset.public_id, row.asset.kind) for row in page.others} == {("video", "video"), ("raw", "raw")}


def test_in_an_account_with_fixed_folders_the_folder_of_the_public_id_stands_in(
    standin: Standin, cloudinary: Cloudinary
) -> None:
    standin.settings(fixed_folders=True)
    for public_id in ("sayno/a", "sayno/b", "sayno/below/c", "saynot/d", "e"):
        standin.upload(b"photo", public_id)
    assert {row.asset.public_id for row in cloudinary.folder("sayno").rows} == {"sayno/a", "sayno/b"}
    assert {row.asset.folder for row in cloudinary.everything().rows} == {"sayno", "sayno/below", "saynot", ""}
    state = cloudinary.state("sayno/below/c")
    assert state is not None
    assert state.folder == "sayno/below"
    asked = [call["path"] for call in standin.calls("api") if call["path"].endswith("/config")]
    assert len(asked) == 1, "the folder mode is asked for once"
    standin.settings(fixed_folders=False)  # the account is migrated
    standin.move("sayno/a", "other")
    moved = cloudinary.state("sayno/a")
    assert moved is not None
    assert moved.folder == "other"


def test_a_page_in_place_of_a_list_is_an_error_of_one_sentence(standin: Standin, cloudinary: Cloudinary) -> None:
    standin.faults("api", "html", times=None)
    with pytest.raises(CloudinaryUnavailable) as refused:
        cloudinary.folder("sayno")
    assert "<" not in str(refused.value)
    assert "it sent a page instead of JSON" in str(refused.value)


# Rejecting and deleting


def test_a_photo_is_rejected(standin: Standin, cloudinary: Cloudinary) -> None:
    fill(standin, 2)
    assert cloudinary.moderate("a/0000", "rejected") is True
    assert [standin.asset(f"a/000{number}")["status"] for number in (0, 1)] == ["rejected", "approved"]
    assert cloudinary.moderate("never/there", "rejected") is False


def test_a_photo_is_deleted_on_the_cdn_too(standin: Standin, cloudinary: Cloudinary) -> None:
    fill(standin, 2)
    assert cloudinary.delete("a/0000") is True
    assert list(standin.state()["assets"]) == ["a/0001"]
    assert cloudinary.delete("a/0000") is False
    assert standin.calls("api")[0]["method"] == "DELETE"


def test_a_deletion_in_several_steps_goes_on_to_the_end(standin: Standin, cloudinary: Cloudinary) -> None:
    fill(standin, 1)
    part = {"deleted": {"a/0000": "deleted"}, "partial": True, "next_cursor": "0" * 32}
    standin.faults("api", "status", status=200, body=part)
    assert cloudinary.delete("a/0000") is True
    assert standin.state()["assets"] == {}


@pytest.mark.parametrize("body", [{}, {"deleted": {}}, {"deleted": {"a/0000": "perhaps"}}, {"deleted": None}])
def test_a_deletion_that_is_not_confirmed_is_an_error(
    standin: Standin, cloudinary: Cloudinary, body: dict[str, object]
) -> None:
    standin.faults("api", "status", status=200, body=body)
    with pytest.raises(CloudinaryUnavailable, match="did not say whether"):
        cloudinary.delete("a/0000")


@pytest.mark.parametrize("public_id", ["a/../b", "%61", "a?b", ""])
def test_an_invalid_public_id_is_neither_rejected_nor_deleted(
    standin: Standin, cloudinary: Cloudinary, public_id: str
) -> None:
    for act in (lambda public_id: cloudinary.moderate(public_id, "rejected"), cloudinary.delete):
        with pytest.raises(BadPublicId):
            act(public_id)
    assert standin.calls() == []


# Calls


def test_the_calls_that_are_left_are_known_after_each_answer(standin: Standin, cloudinary: Cloudinary) -> None:
    assert [cloudinary.quota.standing.left] == [None]
    standin.limit(5, seconds=1000)
    ends = time.time() + 1000
    cloudinary.folder("sayno")
    standing = cloudinary.quota.standing
    assert (standing.left, standing.limit, standing.refused) == (4, 5, False)
    assert standing.reset is not None
    assert standing.reset == pytest.approx(ends, abs=300)
    cloudinary.state("never/there")  # the SDK shows no headers of a 404
    assert cloudinary.quota.standing.left == 3
    cloudinary.ping()
    assert (cloudinary.quota.standing.left, cloudinary.quota.calls) == (2, 3)
    for _ in "12":
        cloudinary.ping()
    with pytest.raises(CloudinaryUnavailable) as refused:
        cloudinary.ping()
    assert refused.value.limit_reached
    assert 700 < refused.value.retry_after <= 1000
    assert (cloudinary.quota.standing.left, cloudinary.quota.standing.refused) == (0, True)
    standin.limit(None)
    cloudinary.ping()
    assert (cloudinary.quota.standing.refused, cloudinary.quota.calls) == (False, 7)


class Answer(dict[str, object]):
    """What the SDK makes of an answer with headers."""

    rate_limit_allowed, rate_limit_reset_at = 500, (2026, 1, 1, 10, 0, 0, 0, 1, 0)

    def __init__(self, left: int) -> None:
        self.rate_limit_remaining = left


def test_an_answer_that_was_overtaken_gives_no_calls_back() -> None:
    quota = Quota()
    for left in (498, 496, 497):
        quota.answered(Answer(left), quota.called())
    assert quota.standing.left == 496
    quota.answered({}, quota.called())  # without headers
    assert quota.standing.left == 496


def test_an_answer_that_a_refusal_has_overtaken_does_not_lift_it() -> None:
    quota = Quota()
    early, late = quota.called(), quota.called()
    quota.answered(Answer(1), early)
    quota.refused("Try again later")
    quota.answered(Answer(2), late)
    assert (quota.standing.left, quota.standing.refused) == (0, True)
    quota.answered(Answer(400), quota.called())  # somebody has raised the limit
    assert (quota.standing.left, quota.standing.refused) == (400, False)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Rate Limit Exceeded. … Try again on 2026-01-01 10:00:30 UTC", 30),
        ("Try again on 2026-01-01 09:00:00 UTC", 1),
        ("Try again on 2026-01-02 10:00:00 UTC", 3600),
        ("Try again later", 60),
    ],
)
def test_a_refusal_says_when_to_try_again(text: str, seconds: int) -> None:
    assert seconds_until_reset(text, datetime(2026, 1, 1, 10, tzinfo=UTC)) == seconds
