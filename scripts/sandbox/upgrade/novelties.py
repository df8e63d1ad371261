"""What only one of the releases knows: a short password for a gallery; looks and a catalogue."""

from __future__ import annotations

import time

import requests

from scripts.sandbox.machine.installation import INSTALL, URL
from scripts.sandbox.machine.table import Table
from scripts.sandbox.upgrade import past
from scripts.sandbox.upgrade.past import Past, public_id
from scripts.sandbox.upgrade.site import Site

SHORT = "for us"  # 0.1.0 accepts it
LOOK = "card"
LOOKS = f"""
[{LOOK}]

[[{LOOK}.steps]]
step = "watermark"
text = "{{title}} {{year}}"
"""
KEYS = 'catalogue = "place"\n'
RELOADED = 5  # seconds until new workers answer
ADDED = ("sayno/looks", "sayno/catalogue.jsonl")  # where they are in the store


def short_password(site: Site, table: Table) -> None:
    """The upgrade refuses what the new release would refuse, and the old one goes on."""
    change(site, past.PASSWORD, SHORT)
    release = (site.root / "opt/collagen/current").readlink()
    said = site.machine.run(INSTALL[0], "--upgrade", timeout=1200)
    refused = said.returncode != 0 and "gallery_password" in said.stdout + said.stderr
    line = next(
        (one for one in (said.stdout + said.stderr).splitlines() if "gallery_password" in one), said.stdout[-300:]
    )
    table.row("an upgrade with a gallery password that is too short is refused", refused, line.strip())
    entered = requests.post(f"{URL}/campaigns/sayno/login", data={"password": SHORT}, timeout=60).status_code
    goes_on = (site.root / "opt/collagen/current").readlink() == release and entered == 200
    table.row("and the old release goes on", goes_on, f"the gallery: {entered}")
    change(site, SHORT, past.PASSWORD)


def change(site: Site, old: str, new: str) -> None:
    """Puts `new` in the place of `old` in campaigns.toml, and has the service read it."""
    rules = site.root / "etc/collagen/campaigns.toml"
    rules.write_text(rules.read_text().replace(old, new))
    site.machine.run("systemctl", "reload", "collagen")
    time.sleep(RELOADED)


def counts(site: Site) -> tuple[int, int]:
    """How many photos and how many looks of them there are."""
    rooms = ("approved", f"looks/{LOOK}")
    photos, looks = (len([*site.store.glob(f"sayno/{room}/*.jpg")]) for room in rooms)
    return photos, looks


def make(site: Site, before: Past, number: int, table: Table) -> None:
    """Switches looks on, and makes one of every photo; keeps a catalogue, until its key has to go for the roll-back.

    `number`: a person who comes meanwhile.
    """
    (site.root / "etc/collagen/looks.toml").write_text(LOOKS)
    settings = site.root / "etc/collagen/.env"
    with settings.open("a") as file:
        file.write("COLLAGEN_LOOKS=/etc/collagen/looks.toml\n")
    before.settings[".env"] = settings.read_bytes()
    change(site, "[quiet]", f"{KEYS}[quiet]")
    past.arrive(site, "sayno", range(number, number + 1), [])
    kept = site.store / "sayno/catalogue.jsonl"
    entries = len(kept.read_text().splitlines()) if kept.exists() else 0
    table.row("a new photo is in the catalogue", entries == 1, entries)
    code, said = site.command("look", "sayno", LOOK)
    photos, made = counts(site)
    table.row("a look of every photo", (code, made) == (0, photos), f"{made} of {photos}" if not code else said[-300:])
    change(site, KEYS, "")


def found_again(site: Site, gone: int, table: Table) -> None:
    """What became of them while the old release ran, under which somebody left."""
    name = public_id(gone).replace("/", "+").replace(" ", "%20")
    left = [*site.store.glob(f"sayno/looks/*/{name}.*")]
    _, said = site.command("check")
    named = [line for line in said.splitlines() if f"/looks/{LOOK}/{name}." in line]
    table.row("check names the look of who left under the old release", bool(left and named), named[:1] or len(left))
    site.command("check", "--repair")
    table.row("check --repair removes it", not [*site.store.glob(f"sayno/looks/*/{name}.*")])
    before = {path: path.stat().st_mtime_ns for path in site.store.glob(f"sayno/looks/{LOOK}/*.jpg")}
    code, said = site.command("look", "sayno", LOOK)
    kept = all(path.stat().st_mtime_ns == when for path, when in before.items())
    photos, made = counts(site)
    right = (code, made, kept) == (0, photos, True)
    table.row("looks of then are current, and those of new photos made", right, f"{len(before)} + {made - len(before)}")
