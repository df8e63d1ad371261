"""A folder renamed or moved in Cloudinary: the notification does not name its photos, so a sync finds them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.adapters.store import Store
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.web import approve, notify


def told(standin: Standin) -> dict[str, Any]:
    payload: dict[str, Any] = standin.notifications()[-1]["payload"]
    assert payload["notification_type"] == "move_or_rename_asset_folder"
    return payload


def wait_until_done(store: Store, campaign: str) -> None:
    """Waits until a sync has started and ended."""
    lock = store.root.path / ".sync" / f"{campaign}.lock"
    wait_for(lock.exists, f"a sync of {campaign} began")
    with store.syncs.turn(campaign, patience=300):
        pass


def test_photos_that_came_with_a_renamed_folder_are_stored(client: FlaskClient, standin: Standin, store: Store) -> None:
    approve(standin, "a", "holidays")
    standin.rename_folder("holidays", "sayno")
    answer = notify(client, told(standin))
    # nothing is changed yet
    assert (answer.status_code, answer.get_json()) == (200, {"status": "unchanged", "sync": ["sayno"]})
    wait_until_done(store, "sayno")
    assert store.photos.holders("a") == {"sayno": True}
    assert len(list((store.root.path / "sayno/logs/webhooks").rglob("*.json"))) == 1
    (line,) = store.logs.tail("sayno", 9)
    assert line.endswith(f" request={answer.headers['X-Request-ID']}"), "the sync goes on with the webhook's ID"
    end_of_children()


def test_photos_that_went_with_a_renamed_folder_are_removed(
    client: FlaskClient, standin: Standin, store: Store
) -> None:
    notify(client, approve(standin, "a", "sayno"))
    assert store.photos.holders("a") == {"sayno": True}
    standin.rename_folder("sayno", "archive/sayno")
    assert notify(client, told(standin)).get_json()["sync"] == ["sayno"]
    wait_until_done(store, "sayno")
    assert store.photos.holders("a") == {}
    end_of_children()


def test_many_notifications_about_one_folder_start_one_sync(
    client: FlaskClient, standin: Standin, store: Store
) -> None:
    approve(standin, "a", "holidays")
    standin.rename_folder("holidays", "sayno")
    body = told(standin)
    with store.syncs.turn("sayno"):  # so that whichever is started has to wait
        assert {notify(client, body).status_code for _ in range(8)} == {200}
        wait_for(lambda: len(syncs_running()) == 1, "one process waits for its turn")
        assert store.syncs.place("sayno") is None
    wait_for(lambda: store.photos.holders("a") == {"sayno": True}, "that process has its turn")
    end_of_children()


@pytest.mark.parametrize(("old", "new"), [("holidays", "journeys"), ("say", "no"), ("sayno2", "sayno3")])
def test_a_folder_of_no_campaign_starts_nothing(
    client: FlaskClient, standin: Standin, store: Store, old: str, new: str
) -> None:
    standin.rename_folder(old, new)
    answer = notify(client, told(standin))
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ignored"})
    assert not (store.root.path / ".sync").exists()
    assert len(list((store.root.path / ".unfiled").rglob("*.json"))) == 1


def end_of_children() -> None:
    """Waits until the threads have reaped their processes: none is left as a zombie."""
    wait_for(lambda: not syncs_running(), "no process of a sync was left")


def syncs_running() -> list[str]:
    children = Path(f"/proc/self/task/{threading.main_thread().native_id}/children").read_text().split()
    return [child for child in children if "app\0sync" in command_line(child) or is_zombie(child)]


def command_line(process: str) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""


def is_zombie(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
