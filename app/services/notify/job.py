"""Sends mails in a background job, `python -m app.services.notify.job`; one run at a time for each campaign.

The job inherits the campaign's lock for sending and holds it until it ends, however it ends.
"""

import logging
import os
import sys
from dataclasses import asdict
from typing import Any

from app.adapters.exiftool import ExifTool
from app.adapters.jobs import background
from app.adapters.store import Store
from app.core.config import Settings, load_campaigns, load_settings
from app.core.errors import CollagenError, nameless, where
from app.core.shutdown import Shutdown
from app.services.notify.plan import require_sound
from app.services.notify.recipients import Options
from app.services.notify.run import Notifier

LOG = logging.getLogger("app.services.notify.job")  # also when it is the main module
KEYS = ("state", "progress", "sent", "failed", "uncertain", "total", "error")
IDLE = {"state": "idle", "progress": 0.0, "sent": 0, "failed": 0, "uncertain": 0, "total": 0}


def start(settings: Settings, campaign: str, collage: str, wish: Options, expected: int = 0) -> None:
    """Starts a run. `expected`: how many mails to expect, if known; the run itself counts again.

    Raises NotFound, SettingError, CollageUnsound, NotifyInProgress or StoreUnavailable; then no mail is sent.
    """
    load_campaigns(settings.campaigns_file).require(campaign)
    settings.required_mail()
    settings.required_public_url()
    settings.required_secret_keys()
    store = Store(settings.store)
    require_sound(store, campaign, collage)
    lock = store.sends.begin(campaign)
    try:
        store.sends.note(campaign, IDLE | {"collage": collage, "state": "sending", "total": expected})
        background.start(
            ["app.services.notify.job"],
            "to send mails",
            locks=[lock],
            environ=os.environ | settings.environment(),
            order={"campaign": campaign, "collage": collage, "wish": asdict(wish), "lock": lock},
        )
    finally:
        os.close(lock)


def state(store: Store, campaign: str, collage: str) -> dict[str, Any]:
    """The state of the newest run, if it is about this collage: state, progress (0 to 1), sent, failed, total.

    "idle": there was none; "sending"; "done"; "failed": it ended early, and `error` says why.
    """
    noted = store.sends.state(campaign)
    if noted and noted.get("state") == "sending" and not noted["running"]:
        noted = store.sends.state(campaign)  # it may have begun after its lock was looked at
    if noted is None or noted.get("collage") != collage:
        return dict(IDLE)
    noted = IDLE | noted
    if noted["state"] == "sending" and not noted["running"]:
        noted |= {"state": "failed", "error": "The run ended early; start it again to send the rest."}
    return {key: noted[key] for key in KEYS if key in noted}


def main() -> None:
    """The job: reads its order, sends, notes its state. Exit status 0 if it finished, else 1."""
    stopping = Shutdown()
    stopping.on_signals()
    with background.received_order() as order:
        _send(order, stopping)


def _send(order: dict[str, Any], stopping: Shutdown) -> None:
    try:
        stopped = _carry_out(order, stopping)
    except CollagenError as error:
        _failed(order, str(error), error.public)
        sys.exit(1)
    except BaseException as error:
        _failed(order, where(error), f"The run ended unexpectedly ({type(error).__name__}); see the service's log.")
        sys.exit(1)
    sys.exit(1 if stopped else 0)


def _carry_out(order: dict[str, Any], stopping: Shutdown) -> str | None:
    settings = load_settings()
    exiftool = ExifTool()
    try:
        campaigns, store = load_campaigns(settings.campaigns_file), Store(settings.store)
        stopping.also(lambda: store.sends.is_stopped(order["campaign"]))
        notifier = Notifier(settings, campaigns, store, exiftool, sleep=stopping.sleep, stopping=stopping)
        plan = notifier.plan(order["campaign"], order["collage"], Options(**order["wish"]))
        report = notifier.send(plan, lock=order["lock"])
    finally:
        exiftool.close()
    LOG.info(
        "Mails about the collage %s of %s: %d of %d sent, %d failed, %d uncertain%s",
        *(order["collage"], order["campaign"], len(report.sent), report.total),
        *(len(report.failed), len(report.all_uncertain)),
        f"; {nameless(report.stopped)}" if report.stopped else "",
    )
    return report.stopped


def _failed(order: dict[str, Any], logged: str, shown: str) -> None:
    settings = load_settings()
    reason = settings.without_paths(nameless(logged))
    LOG.error("No mails about the collage %s of %s: %s", order["collage"], order["campaign"], reason)
    store = Store(settings.store)
    noted = IDLE | (store.sends.state(order["campaign"]) or {})
    noted |= {"collage": order["collage"], "state": "failed", "error": nameless(shown)}
    noted.pop("running", None)
    store.sends.note(order["campaign"], noted)


if __name__ == "__main__":
    main()
