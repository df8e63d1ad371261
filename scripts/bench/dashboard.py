"""Measures what each dashboard page asks of the store, and how long it takes, in a campaign with many photos.

The photos are links to a few small files in the page cache; a network file system adds its own latency to each
operation. Each page is requested twice through Flask's test client. Work that background threads do (reading the tags
of all archives, finding people with several photos) is left out or done beforehand.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app.adapters.store import Store
from app.adapters.store.photos.paths import VARIANTS
from app.core.config import load_settings
from app.web.app import create_app
from scripts.bench.watched import ENTRY, Watched
from scripts.sandbox import stored

CAMPAIGN = stored.CAMPAIGN
PASSWORD = "a password for a benchmark"
COLLAGES = 3
LINKS = 20_000  # photos that share one file, with up to three names each: ext4 allows 65,000 links
PAGES = {
    "home": "/admin/",
    "photos": f"/admin/campaigns/{CAMPAIGN}/",
    "plan": f"/admin/campaigns/{CAMPAIGN}/plan",
    "history": f"/admin/campaigns/{CAMPAIGN}/history",
    "one collage": f"/admin/campaigns/{CAMPAIGN}/history/{COLLAGES:04}",
}


def fill(store: Store, photos: int) -> None:
    """Creates so many photos: a few real ones with collages made of them, and links to copies of the first one's
    files.
    """
    few = stored.put(store, range(12))
    for _ in range(COLLAGES):
        stored.built(store, width=300, height=300)
    sources = [store.photos.archive_path(CAMPAIGN, few[0]), store.photos.intermediate_path(CAMPAIGN, few[0])]
    for begin in range(len(few), photos, LINKS):
        for source in sources:
            copy = shutil.copy2(source, source.with_name(f".tmp-{begin}"))
            for number in range(begin, min(begin + LINKS, photos)):
                os.link(copy, source.with_name(f"photo{number:07}{source.suffix}"))
                if source.suffix == ".png":
                    for variant in VARIANTS:
                        os.link(copy, source.with_name(f"photo{number:07}.{variant}.jpg"))


def application(directory: Path) -> Flask:
    """The service with this store and without a Cloudinary account."""
    (directory / "campaigns.toml").write_text(f'[{CAMPAIGN}]\ntracking = "off"\n')
    environ = {
        "CLOUDINARY_URL": "cloudinary://key:secret@cloud?upload_prefix=http://127.0.0.1:9",
        "COLLAGEN_STORE": str(directory / "store"),
        "COLLAGEN_CAMPAIGNS": str(directory / "campaigns.toml"),
        "COLLAGEN_ADMIN_PASSWORD": PASSWORD,
    }
    return create_app(load_settings(environ, dotenv=Path("/nonexistent")))


def visit(client: FlaskClient, disk: Watched, path: str) -> str:
    """Sends one request: listings, entries read with their time, other operations, seconds, and CPU seconds."""
    disk.calls.clear()
    began, worked = time.monotonic(), time.process_time()
    answer = client.get(path, auth=("admin", PASSWORD))
    taken, worked = time.monotonic() - began, time.process_time() - worked
    if answer.status_code != 200:
        raise SystemExit(f"{path} was answered {answer.status_code}.")
    scans, entries = disk.calls["scan"], disk.calls[ENTRY]
    return f"{scans:>10}{entries:>12,}{disk.calls.total() - scans - entries:>8}{taken:>9.2f}{worked:>7.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/dashboard", description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000, metavar="N", help="(default: %(default)s)")
    arguments = parser.parse_args()
    directory = Path(tempfile.mkdtemp(dir=Path.home(), prefix=".dashboard-"))
    try:
        store = Store(directory / "store")
        store.root.initialise()
        fill(store, arguments.photos)
        app = application(directory)
        services = app.extensions["collagen"]
        services.dashboard.tags.close()
        services.dashboard.alike.groups(CAMPAIGN, store.photos.all(CAMPAIGN))
        disk = services.store.root.files.disk = Watched()
        client = app.test_client()
        columns = f"{'listings':>10}{'entries':>12}{'other':>8}{'seconds':>9}{'CPU':>7}"
        print(f"{'':<14}{columns}{columns}   (first, again)", flush=True)
        for name, path in PAGES.items():
            print(f"{name:<14}{visit(client, disk, path)}{visit(client, disk, path)}", flush=True)
        services.close()
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
