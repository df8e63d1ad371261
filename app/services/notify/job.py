"""Sends mails in a process of its own, for whoever cannot wait for it; one run at a time for each campaign.

The campaign's turn to send goes from whoever starts the run to the sending process, which holds it until it ends,
however it ends. `python -m app.services.notify.job` is that process; what to send comes on its standard input.
"""

import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from typing import Any

from app.adapters.exiftool.exiftool import ExifTool
from app.adapters.store import Store
from app.core.config import Settings, load_campaigns, load_settings
from app.core.errors import CollagenError, StoreUnavailable, nameless, where
from app.core.logging import continue_context, export_context
from app.core.project import ROOT
from app.core.shutdown import Shutdown
from app.services.notify.plan import require_sound
from app.services.notify.recipients import Options
from app.services.notify.run import Notifier

LOG = logging.getLogger("app.services.notify.job")  # also where it is the main module
NICENESS = 10  # webhooks and tracked images come first
KEYS = ("state", "progress", "sent", "failed", "uncertain", "total", "error")
IDLE = {"state": "idle", "progress": 0.0, "sent": 0, "failed": 0, "uncertain": 0, "total": 0}


def start(settings: Settings, campaign: str, collage: str, wish: Options, expected: int = 0) -> None:
    """Starts a run. `expected`: how many mails it is about, where that is known; the run itself counts again.

    Raises NotFound, SettingError, CollageUnsound, NotifyInProgress or StoreUnavailable before that.
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
        process = subprocess.Popen(
            [sys.executable, "-m", "app.services.notify.job"],
            stdin=subprocess.PIPE,
            pass_fds=(lock,),
            cwd=ROOT,
            env=os.environ | settings.environment(),
        )
    except OSError as error:
        raise StoreUnavailable(f"No process can be started to send mails: {error}.") from error
    finally:
        os.close(lock)
    order = {"campaign": campaign, "collage": collage, "wish": asdict(wish), "lock": lock}
    order["log"] = export_context()
    # hands over the order and waits, or the process would stay behind as a zombie
    threading.Thread(target=process.communicate, args=(json.dumps(order).encode("utf-8"),), daemon=True).start()


def state(store: Store, campaign: str, collage: str) -> dict[str, Any]:
    """How the newest run is doing, if it is about this collage: state, progress (0 to 1), sent, failed, total.

    "idle": there was none; "sending"; "done"; "failed": it ended before its end, and `error` says why.
    """
    noted = store.sends.state(campaign)
    if noted and noted.get("state") == "sending" and not noted["running"]:
        noted = store.sends.state(campaign)  # it may have begun between the look at its turn and that at its note
    if noted is None or noted.get("collage") != collage:
        return dict(IDLE)
    noted = IDLE | noted
    if noted["state"] == "sending" and not noted["running"]:
        noted |= {"state": "failed", "error": "It was ended before it was done; start it again, and it goes on."}
    return {key: noted[key] for key in KEYS if key in noted}


def main() -> None:
    """The sending process: reads its order, sends, notes how it goes. Exit status 0 where it came to its end."""
    stopping = Shutdown()
    stopping.on_signals()
    os.nice(NICENESS)
    received = sys.stdin.buffer.read()
    if not received:  # whoever started this was killed before it said what to send
        sys.exit(1)
    order = json.loads(received)
    with continue_context(order["log"]):
        _send(order, stopping)


def _send(order: dict[str, Any], stopping: Shutdown) -> None:
    try:
        stopped = _carry_out(order, stopping)
    except CollagenError as error:
        _failed(order, str(error), error.public)
        sys.exit(1)
    except BaseException as error:
        _failed(order, where(error), f"It ended unexpectedly ({type(error).__name__}); the service's log says more.")
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


def _failed(order: dict[str, Any], said: str, shown: str) -> None:
    settings = load_settings()
    said = settings.without_paths(nameless(said))
    LOG.error("No mails about the collage %s of %s: %s", order["collage"], order["campaign"], said)
    store = Store(settings.store)
    noted = IDLE | (store.sends.state(order["campaign"]) or {})
    noted |= {"collage": order["collage"], "state": "failed", "error": nameless(shown)}
    noted.pop("running", None)
    store.sends.note(order["campaign"], noted)


if __name__ == "__main__":
    main()
