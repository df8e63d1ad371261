"""What the store reflects is not asked about, and it ends right in whatever order notifications arrive."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.adapters.cloudinary import parse
from app.adapters.exiftool import Tags
from app.core.sources import Statement
from app.services.processor.decision import reflects

HELD = Tags("a@b.c", "p", "asset", 5)


def states(approved: bool, at: float, asset_id: str = "asset", version: int = 5) -> bool:
    return reflects(Statement(asset_id, version, approved, at), HELD, 100)


@pytest.mark.parametrize("at", [0.0, 99.9, 100.0, 100.9])
def test_that_the_version_held_was_approved_by_then_is_known(at: float) -> None:
    assert states(True, at)


@pytest.mark.parametrize("at", [0.0, 99.9])
def test_that_the_version_held_was_undecided_before_it_was_approved_is_known(at: float) -> None:
    assert states(False, at)


@pytest.mark.parametrize(("approved", "at"), [(True, 101.0), (False, 100.0), (False, 101.0)])
def test_what_may_have_happened_after_the_approval_is_asked_about(approved: bool, at: float) -> None:
    assert not states(approved, at)


@pytest.mark.parametrize("which", [{"asset_id": "another"}, {"version": 4}, {"version": 6}])
def test_another_asset_or_version_than_the_one_held_is_asked_about(which: dict[str, Any]) -> None:
    assert not states(True, 0.0, **which)
    assert not states(False, 0.0, **which)


# One photo in a model of Cloudinary and of the store, which decides by the same rules


@dataclass(frozen=True)
class Photo:
    asset_id: str
    version: int
    status: str
    decided_at: int
    folder: str = "sayno"
    email: str = "0"


CAMPAIGNS = ("sayno", "other")


@dataclass
class Model:
    """`sent`: every notification so far. `held`: what the store holds; its time of approval is that of its last change.

    Times are seconds; several things may happen in one.
    """

    now: int = 1_700_000_000
    photo: Photo | None = None
    held: Photo | None = None
    version: int = 0
    sent: list[bytes] = field(default_factory=list)
    calls: int = 0

    def change(self, what: str) -> None:
        """What a supporter or a moderator does, with the notification that it causes."""
        if what == "upload":  # a new asset, or a new version
            self.version = max(self.now, self.version + 1)
            asset_id = self.photo.asset_id if self.photo else f"asset of {self.version}"
            self.photo = Photo(asset_id, self.version, "pending", self.now)
            self.tell_upload()
        elif self.photo is None:
            return
        elif what == "submit":  # the same version, to moderation once more
            self.photo = replace(self.photo, status="pending", decided_at=self.now)
            self.tell_upload()
        elif what in ("approved", "rejected", "pending"):
            self.photo = replace(self.photo, status=what, decided_at=self.now)
            self.tell("moderation", moderation_status=what, moderation_updated_at=self.time, **self.names())
        elif what == "address":
            self.photo = replace(self.photo, email=str(len(self.sent)))
            self.tell("resource_context_changed", resources={"p": {"updated": []}})
        elif what == "delete":
            self.photo = None
            self.tell("delete", resources=[{"public_id": "p"}])
        else:
            self.photo = replace(self.photo, folder=what)
            self.tell("move", resources={"p": {"to_asset_folder": what}})

    @property
    def time(self) -> str:
        return datetime.fromtimestamp(self.now, UTC).isoformat()

    def names(self) -> dict[str, Any]:
        assert self.photo is not None
        url = f"https://res.cloudinary.com/demo/image/upload/v{self.photo.version}/p.jpg"
        known = {"public_id": "p", "asset_id": self.photo.asset_id, "version": self.photo.version}
        return known | {"secure_url": url}

    def tell_upload(self) -> None:
        assert self.photo is not None
        moderation = {"moderation": [{"kind": "manual", "status": self.photo.status}]}
        context = {"asset_folder": self.photo.folder, "notification_context": {"triggered_at": self.time}}
        self.tell("upload", **self.names(), **moderation, **context)

    def tell(self, kind: str, **fields: Any) -> None:
        self.sent.append(json.dumps({"notification_type": kind} | fields).encode())

    def truth(self) -> Photo | None:
        return self.photo if self.photo and self.photo.status == "approved" and self.photo.folder in CAMPAIGNS else None

    def deliver(self, body: bytes) -> None:
        (hint,) = parse(body).hints
        if self.held is None:
            if not hint.brings or hint.folder not in (None, *CAMPAIGNS):
                return
        elif hint.statement is not None:
            tags = Tags(self.held.email, "p", self.held.asset_id, self.held.version)
            if reflects(hint.statement, tags, self.held.decided_at):
                return
        self.calls += 1
        truth = self.truth()
        if truth is None or self.held is None or replace(truth, decided_at=self.held.decided_at) != self.held:
            self.held = truth


CHANGES = ["upload", "approved", "approved", "rejected", "pending", "submit", "address", "delete", "sayno", "holidays"]
STEPS = st.lists(
    st.tuples(st.just("change"), st.sampled_from(CHANGES), st.integers(0, 1))
    | st.tuples(st.just("deliver"), st.integers(0, 20), st.integers(0, 1)),
    max_size=30,
)


def run(steps: list[tuple[str, Any, int]], late: list[int]) -> Model:
    """Changes and deliveries in any order; in the end, each notification has arrived once or more."""
    model = Model()
    model.change("upload")
    arrived = set()
    for kind, what, later in steps:
        model.now += later
        if kind == "change":
            model.change(what)
        elif model.sent:
            arrived.add(what % len(model.sent))
            model.deliver(model.sent[what % len(model.sent)])
    rest = [number for number in range(len(model.sent)) if number not in arrived]
    order = [number % len(model.sent) for number in late]
    for number in [*order, *[one for one in rest if one not in order]]:
        model.deliver(model.sent[number])
    return model


@given(STEPS, st.lists(st.integers(0, 40), max_size=40))
@settings(max_examples=500)
@example([("change", "approved", 0), ("deliver", 1, 0), ("change", "submit", 0)], [])
@example([("change", "approved", 1), ("change", "rejected", 0), ("change", "approved", 0), ("deliver", 3, 0)], [2, 1])
def test_in_whatever_order_notifications_arrive_the_store_ends_as_cloudinary_has_it(
    steps: list[tuple[str, Any, int]], late: list[int]
) -> None:
    model = run(steps, late)
    truth = model.truth()
    held = replace(model.held, decided_at=0) if model.held else None
    assert held == (replace(truth, decided_at=0) if truth else None)


@given(st.permutations([0, 1] * 3))
def test_upload_and_approval_cost_one_question_however_often_and_in_whatever_order_they_arrive(late: list[int]) -> None:
    model = run([("change", "approved", 1)], late)
    assert model.held is not None
    assert model.calls == 1
