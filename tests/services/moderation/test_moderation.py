"""Photos are approved and rejected where they come from: one call each, none lost when Cloudinary fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.adapters.store import Store
from app.core.config import load_campaigns, load_settings
from app.core.errors import NotFound
from app.core.sources import Standing
from app.services.moderation.decided import Decided
from app.services.moderation.moderation import Moderation, limit_notice
from app.services.sources import Sources
from scripts.sandbox.pictures import jpeg, scene
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.moderation import put_waiting
from tests.support.sources import LONG_AGO, write

PICTURE = jpeg(scene(300, 400))


def made(standin: Standin, store: Store, decided: Path, rules: str = "") -> Moderation:
    if rules:
        (store.path.parent / "campaigns.toml").write_text(rules)
    settings = load_settings(environment(standin, store.path), dotenv=Path("/nonexistent"))
    moderation = Moderation(Sources(settings), store, load_campaigns(settings.campaigns_file))
    moderation._decided = Decided(store.path, decided)
    return moderation


@pytest.fixture
def decided(tmp_path: Path) -> Path:
    path = tmp_path / "decided"
    path.mkdir()
    return path


@pytest.fixture
def moderation(standin: Standin, store: Store, decided: Path) -> Moderation:
    return made(standin, store, decided)


@pytest.fixture
def album(standin: Standin, store: Store, decided: Path) -> tuple[Moderation, Path]:
    """A campaign whose photos are in a folder."""
    top = store.path.parent / "pictures"
    for number, path in enumerate(("pending/a.jpg", "pending/b.jpg", "c.jpg", "rejected/d.jpg")):
        write(top / path, PICTURE, LONG_AGO + number)
    (top / "people.csv").write_text("file,email,name,consent\na.jpg,,Ann,yes\nb.jpg,,Ben,no\n")
    return made(standin, store, decided, '[album]\nsource = "folder:pictures"\n'), top


def statuses(standin: Standin) -> dict[str, str]:
    return {name: asset["status"] for name, asset in standin.state()["assets"].items()}


def test_each_photo_takes_one_call_and_the_counts_are_true_at_once(standin: Standin, moderation: Moderation) -> None:
    put_waiting(standin, 30)
    standin.upload_many(PICTURE, [{"public_id": "elsewhere", "asset_folder": "other", "status": "pending"}])
    assert moderation.board("sayno").counts == {"pending": 30, "approved": 0, "rejected": 0}
    before = len(standin.calls("api"))
    assert moderation.outcome("sayno", [f"p{number:03}" for number in range(20)], "approved").failed == {}
    assert moderation.outcome("sayno", ["p020"], "rejected").failed == {}
    assert moderation.board("sayno").counts == {"pending": 9, "approved": 20, "rejected": 1}
    assert len(standin.calls("api")) - before == 21
    assert sorted(statuses(standin).values()).count("approved") == 20


def test_none_is_lost_while_cloudinary_fails_one_call_in_ten(standin: Standin, moderation: Moderation) -> None:
    put_waiting(standin, 60)
    everyone = [row.asset.public_id for row in moderation.board("sayno").rows["pending"]]
    standin.faults("api", "status", status=500, probability=0.1, seed=3)
    outcome = moderation.outcome("sayno", everyone, "approved")
    assert sorted([*outcome.done, *outcome.failed]) == everyone
    standin.clear_faults()
    assert {name for name, status in statuses(standin).items() if status == "approved"} == set(outcome.done)


def test_what_fails_for_good_is_named_and_the_others_are_done(standin: Standin, moderation: Moderation) -> None:
    put_waiting(standin, 3)
    standin.faults("api", "status", status=500, times=None, match="p001")
    outcome = moderation.outcome("sayno", ["p000", "p001", "p002", "gone"], "approved")
    assert (outcome.done, sorted(outcome.failed)) == (["p000", "p002"], ["gone", "p001"])
    assert outcome.failed["p001"] == "Cloudinary cannot be reached at the moment."
    assert outcome.failed["gone"] == "There is no photo gone in sayno any more."


def test_another_process_knows_at_once_what_was_decided(
    standin: Standin, store: Store, moderation: Moderation, decided: Path
) -> None:
    put_waiting(standin, 3)
    other = made(standin, store, decided)
    assert other.board("sayno").count("pending") == moderation.board("sayno").count("pending") == 3
    moderation.outcome("sayno", ["p001"], "approved")
    assert other.board("sayno").counts == {"pending": 2, "approved": 1, "rejected": 0}
    assert not any("p001" in path.name for path in decided.rglob("*")), "what is on the disk names nobody"


def test_a_decision_that_is_sent_twice_is_one_call(standin: Standin, moderation: Moderation) -> None:
    put_waiting(standin, 1)
    moderation.board("sayno")
    for _ in range(2):
        assert moderation.outcome("sayno", ["p000"], "approved").done == ["p000"]
    assert [call["method"] for call in standin.calls("api")].count("POST") == 1


def test_a_photo_of_another_campaign_is_not_moderated(standin: Standin, moderation: Moderation) -> None:
    standin.upload_many(PICTURE, [{"public_id": "theirs", "asset_folder": "other", "status": "pending"}])
    assert list(moderation.outcome("sayno", ["theirs"], "approved").failed) == ["theirs"]
    with pytest.raises(NotFound):
        moderation.find("sayno", "theirs")
    assert statuses(standin) == {"theirs": "pending"}


def test_calls_are_kept_for_webhooks_near_the_hourly_limit(standin: Standin, moderation: Moderation) -> None:
    put_waiting(standin, 5)
    standin.limit(25)
    moderation.board("sayno")
    everyone = [f"p{number:03}" for number in range(5)]
    standin.limit(4)
    moderation._sources["cloudinary"].ping()
    outcome = moderation.outcome("sayno", everyone, "approved")
    assert len(outcome.done) <= 4
    assert set(outcome.failed.values()) == {"Cloudinary’s hourly limit of calls is reached."}
    assert moderation.notice("sayno").startswith("Cloudinary’s hourly limit of calls is nearly used up;")
    assert moderation.board("sayno").count("pending") == 5 - len(outcome.done)


def test_the_notice_says_how_many_calls_are_left() -> None:
    assert (
        limit_notice(Standing(80, 500, 50_400), 0)
        == "Cloudinary takes 80 more calls until 14:00 UTC; each decision is one."
    )
    assert limit_notice(Standing(25, 500, 50_400), 0).endswith("decisions can go on at 14:00 UTC.")
    assert limit_notice(Standing(300, 500, 50_400), 0) == limit_notice(Standing(25, 500, 50_400), 50_401) == ""


def test_a_folder_is_moderated_by_moving_files(album: tuple[Moderation, Path]) -> None:
    moderation, top = album
    found = moderation.board("album")
    assert found.counts == {"pending": 1, "approved": 1, "rejected": 2}
    assert [row.name for row in found.rows["pending"]] == ["Ann"]
    assert moderation.outcome("album", ["a"], "approved").failed == {}
    assert (top / "a.jpg").exists()
    assert moderation.outcome("album", ["c"], "rejected").failed == {}
    assert moderation.board("album").counts == {"pending": 0, "approved": 1, "rejected": 3}
    assert moderation.outcome("album", ["c"], "pending").failed == {}
    assert (top / "pending/c.jpg").exists()


def test_a_person_without_consent_stays_rejected(album: tuple[Moderation, Path]) -> None:
    moderation, _ = album
    outcome = moderation.outcome("album", ["b"], "approved")
    assert outcome.failed == {"b": "b stays rejected: people.csv says that there is no consent."}
