"""Measures how long after a rejection no URL of the service shows the person's face any more.

gunicorn receives the signed notification of a rejection; from then on every URL that shows the person is requested
again and again until none does: the person's place in the picture has one colour (collages), or the bytes have changed
(wall). "Answered" is when Cloudinary gets its answer, and "next" how long the first and the following pictures take
then. The last line is a rebuild.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import urllib3
from PIL import Image

from app.adapters.store import Store
from app.adapters.store.collages.manifests import Manifest
from app.services.tracking.tokens import Claims, Tokens
from app.services.wall.finished import places
from app.services.wall.geometry import Grid
from scripts.bench import pictures
from scripts.bench.client import WORKERS, built_collage
from scripts.bench.measure import percentile
from scripts.bench.neighbours import link
from scripts.sandbox.service import PASSWORD, Service, environment
from scripts.sandbox.standin.client import Standin

CAMPAIGN = "sayno"
SECRET = "signs nothing but measurements"
KEY = "a key that is only good for a benchmark"
FLAT = 12.0  # the largest standard deviation of a place that was painted over; a face has more


class Watcher:
    """Requests every URL that shows the collage."""

    def __init__(self, service: Service, store: Store, manifest: Manifest) -> None:
        self._http = urllib3.connection_from_url(service.url)
        self._admin = urllib3.make_headers(basic_auth=f"admin:{PASSWORD}")
        self._manifest = manifest
        viewer = manifest.shown[0]
        track = f"/track/{Tokens([KEY]).image(Claims(CAMPAIGN, manifest.id, viewer))}"
        files = f"/admin/campaigns/{CAMPAIGN}/collages/{manifest.id}"
        self.places = {
            "mail picture": f"{track}/collage.jpg",
            "download, 1024": f"{files}/collage-1024.jpg",
            "download, 1920": f"{files}/collage-1920.jpg",
            "download, PNG": f"{files}/collage.png",
            "wall, in one piece": f"{track}/wall.jpg",
            "wall, smallest tile": f"{track}/tiles/{Grid(manifest.layout.cols, manifest.layout.rows).lowest}/0_0.jpg",
        }
        self.before = {what: self.get(what)[1] for what in self.places}

    def get(self, what: str) -> tuple[int, bytes]:
        answer = self._http.request("GET", self.places[what], headers=self._admin, retries=False)
        return answer.status, answer.data

    def shows(self, what: str, public_id: str) -> bool:
        status, data = self.get(what)
        if status == 409:
            return False
        if status != 200:
            raise SystemExit(f"{what} was answered {status}")
        if what.startswith("wall") or what.endswith("PNG"):
            shown, self.before[what] = data == self.before[what], data
            return shown
        with Image.open(io.BytesIO(data)) as picture:
            [(left, top, width, height)] = places(self._manifest, picture.size, [public_id])
            return float(np.asarray(picture)[top + 2 : top + height - 2, left + 2 : left + width - 2].std()) > FLAT

    def reject(self, public_id: str) -> float:
        """Sends the notification; seconds until it is answered."""
        body = json.dumps({"notification_type": "moderation", "public_id": public_id, "moderation_status": "rejected"})
        stamp = str(round(time.time()))
        signature = hashlib.sha1((body + stamp + SECRET).encode()).hexdigest()
        headers = {"X-Cld-Timestamp": stamp, "X-Cld-Signature": signature, "Content-Type": "application/json"}
        began = time.monotonic()
        answer = self._http.request("POST", "/webhook/cloudinary", body=body, headers=headers)
        if b"removed" not in answer.data:
            raise SystemExit(f"A rejection was answered {answer.status}: {answer.data[:200]!r}")
        return time.monotonic() - began

    def rebuild(self) -> float:
        path, began = f"/admin/campaigns/{CAMPAIGN}/collages/{self._manifest.id}", time.monotonic()
        self._http.request("POST", f"{path}/rebuild", headers=self._admin)
        while json.loads(self._http.request("GET", path, headers=self._admin).data).get("revision", 1) == 1:
            if time.monotonic() - began > 300:
                raise SystemExit("The collage was not rebuilt within five minutes.")
            time.sleep(0.05)
        return time.monotonic() - began


def row(what: str, seconds: list[float]) -> None:
    print(f"{what:<34}{1000 * percentile(seconds, 50):>9.1f}{1000 * max(seconds):>9.1f}", flush=True)


def run(source: Store, campaign: str, asked: argparse.Namespace) -> None:
    with (
        tempfile.TemporaryDirectory(dir=source.root.path.parent, prefix="withdrawal-") as directory,
        Standin.start(retry_delays=[]) as standin,
    ):
        store = Store(Path(directory) / "store")
        store.root.initialise()
        link(source.root.path / campaign, store.root.path / CAMPAIGN)
        environ = environment(standin, store.root.path, COLLAGEN_SECRET_KEY=KEY, COLLAGEN_WEBHOOK_SECRETS=SECRET)
        with Service(environ, workers=WORKERS) as service:
            answer = built_collage(service, CAMPAIGN)
            manifest = store.collages.manifest(CAMPAIGN, answer.json()["id"])
            watcher = Watcher(service, store, manifest)
            shown = manifest.shown[1:]
            gone = shown[:: max(1, len(shown) // asked.rejections)][: asked.rejections]
            measure(watcher, gone)


def measure(watcher: Watcher, gone: Sequence[str]) -> None:
    answered: list[float] = []
    out: dict[str, list[float]] = {what: [] for what in watcher.places}
    later: list[float] = []
    for public_id in gone:
        began = time.monotonic()
        answered.append(watcher.reject(public_id))
        for what, seconds in out.items():
            while watcher.shows(what, public_id):
                pass
            seconds.append(time.monotonic() - began)
        again = time.monotonic()
        watcher.get("mail picture")
        later.append(time.monotonic() - again)
    print(f"{'milliseconds since the rejection':<34}{'median':>9}{'longest':>9}")
    row("answered", answered)
    for what, seconds in out.items():
        row(f"gone: {what}", seconds)
    row("mail picture, the next ones take", later)
    print(f"\nrebuilt without them in {watcher.rebuild():.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/withdrawal", description=__doc__)
    parser.add_argument(
        "--photos", type=int, default=999, metavar="N", help="photos in the collage (default: %(default)s)"
    )
    parser.add_argument("--rejections", type=int, default=20, metavar="N", help="(default: %(default)s)")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/collagen-bench", help="(%(default)s)")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, {WORKERS} workers, a collage of {asked.photos} photos\n")
    run(*pictures.campaign(asked.cache, asked.photos), asked)


if __name__ == "__main__":
    main()
