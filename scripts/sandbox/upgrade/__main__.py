"""`scripts/upgrade-test`: has release 0.1.0 make a store, upgrades it, rolls back, upgrades again; asks each time."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from scripts.sandbox.machine.container import Container, in_directory
from scripts.sandbox.machine.installation import INSTALL, PORT, URL, know_the_host
from scripts.sandbox.machine.root import chosen, unpacked
from scripts.sandbox.machine.stream import Stream
from scripts.sandbox.machine.table import Table
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.upgrade import novelties, past, questions
from scripts.sandbox.upgrade.gateway import Gateway
from scripts.sandbox.upgrade.past import Past
from scripts.sandbox.upgrade.site import Site

OLD = "32e375d"  # release 0.1.0
# of the first twelve, who are in the first collage however quickly people arrive; nothing else is asked about these
GONE = REJECTED_NOW, FORGOTTEN_NOW = 3, 5
LEFT = 7  # while the old release ran again
GREY = frozenset({"quiet/0001"})  # shows who was rejected under the old release, whom the new one hides
REBUILT = GREY | {"sayno/0001", "sayno/0002"}
# of an earlier trial in the same directory
TRACES = "{opt,srv,etc,var/cache}/collagen etc/systemd/system/collagen* etc/nginx/sites-*/collagen"
AFTERWARDS = 40  # the first number of people who come after the upgrade


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/upgrade-test", description=__doc__.partition(": ")[2])
    parser.add_argument("--photos", metavar="DIR", type=Path, help="real photos (JPEG) for the first people")
    table = Table()
    with chosen(parser) as (root, arguments):
        photos = [path.read_bytes() for path in sorted(arguments.photos.glob("*.jpg"))] if arguments.photos else []
        trial(root, photos, table)
    print("Everything held." if not table.failed else f"{table.failed} did not hold.")
    sys.exit(1 if table.failed else 0)


def trial(root: Path, photos: list[bytes], table: Table) -> None:
    print(f"Release 0.1.0 ({OLD}), in a new installation:")
    subprocess.run(["bash", "-c", f'cd "$1" && rm -rf {TRACES}', "bash", root], check=True)
    unpacked(root, OLD)
    said = in_directory(root, *INSTALL)
    table.row("install.sh", said.returncode == 0, "" if said.returncode == 0 else said.stderr.strip()[-300:])
    with Container(root) as machine, tempfile.TemporaryDirectory() as directory, Gateway(root, machine):
        machine.join_network()
        know_the_host(root, Path(directory))
        with (
            Standin.start(port=PORT, notify=f"{URL}/webhook/cloudinary", retry_delays=(1, 2)) as standin,
            MailServer() as mails,
        ):
            site = Site(root, machine, standin, mails)
            past.configure(root, mails.plain_url)
            started = machine.run(*INSTALL)
            table.row("it runs", "Collagen is running" in started.stdout, started.stderr.strip()[-300:])
            before = past.live(site, photos)
            figures = f"{len(before.digests)} files, {len(site.tokens)} mails"
            table.row("photos, collages, mails, opens; people who unsubscribed or were erased", True, figures)
            unpacked(root)
            novelties.short_password(site, table)
            unknown = upgrade(site, before, table)
            roll_back(site, before, unknown, table)
            again(site, before, table)


def upgrade(site: Site, before: Past, table: Table) -> tuple[str, ...]:
    """Returns where files are in the store that 0.1.0 does not know."""
    print("Upgraded:")
    files = site.files()
    under_requests(site, "deploy/install.sh --upgrade", lambda: change(site, "--upgrade", table), table)
    questions.settings(site, before, table)
    questions.opens(site, before, table)
    questions.plans(site, before, table, GREY)
    questions.mails(site, before, table, GREY)
    questions.withdrawn(site, table)
    questions.whole(site, before, table, GREY)
    questions.pages(site, table)
    questions.unsubscribed(site, table)
    questions.still_forgotten(site, (past.FORGOTTEN,), table)
    anew(site, files)
    questions.goes_on(site, AFTERWARDS, table)
    unknown = questions.new_kinds(site, table)
    questions.withdrawing(site, REJECTED_NOW, table)
    questions.forgetting(site, FORGOTTEN_NOW, table)
    novelties.make(site, before, AFTERWARDS + 3, table)
    questions.whole(site, before, table, REBUILT, GONE)
    questions.journal(site, table)
    return (*unknown, *novelties.ADDED)


def roll_back(site: Site, before: Past, unknown: tuple[str, ...], table: Table) -> None:
    print("Rolled back to 0.1.0:")
    under_requests(site, "deploy/install.sh --rollback", lambda: change(site, "--rollback", table), table)
    questions.settings(site, before, table)
    questions.repaired(site, table, unknown)
    questions.whole(site, before, table, REBUILT, GONE, unknown)
    questions.pages(site, table)
    questions.mails(site, before, table, REBUILT)
    questions.unsubscribed(site, table)
    questions.still_forgotten(site, (past.FORGOTTEN, FORGOTTEN_NOW), table)
    questions.goes_on(site, AFTERWARDS + 1, table)
    site.standin.reject(past.public_id(LEFT))
    site.standin.wait_idle()
    questions.journal(site, table)


def again(site: Site, before: Past, table: Table) -> None:
    print("Upgraded once more:")
    under_requests(site, "deploy/install.sh --upgrade", lambda: change(site, "--upgrade", table), table)
    questions.settings(site, before, table)
    novelties.found_again(site, LEFT, table)
    questions.withdrawn(site, table)
    questions.whole(site, before, table, REBUILT, (*GONE, LEFT))
    questions.pages(site, table)
    questions.unsubscribed(site, table)
    questions.tidied(site, table)
    questions.goes_on(site, AFTERWARDS + 2, table)
    questions.journal(site, table)


def change(site: Site, option: str, table: Table) -> None:
    started = time.monotonic()
    said = site.machine.run(INSTALL[0], option, timeout=1200)
    right = said.returncode == 0 and "is running; before" in said.stdout
    table.row(
        option, right, f"{time.monotonic() - started:.0f} s" if right else said.stdout[-400:] + said.stderr[-400:]
    )


def under_requests(site: Site, what: str, action: Callable[[], None], table: Table) -> None:
    """Pages and pictures in mails are requested meanwhile, and a photo comes and goes."""
    stream, told = Stream(), len(site.standin.deliveries())
    token = site.tokens[past.email(past.UNSUBSCRIBED[0])]  # of whom nothing is recorded
    wall = f"{URL}/wall/sayno/0001"
    with stream.running([f"{URL}/health", f"{URL}/track/{token}/collage.jpg", wall, f"{URL}/admin/"], site.admin):
        site.standin.approve(past.public_id(past.WAITING[0]))
        action()
        site.standin.reject(past.public_id(past.WAITING[0]))
    site.standin.wait_idle()
    lost = [one for one in site.standin.deliveries(since=told) if one["outcome"] != "delivered"]
    figures = f"{stream.answered} answers, {len(stream.failed) + len(lost)} failed; longest {stream.longest:.1f} s"
    table.row(f"nobody is refused during {what}", not stream.failed and not lost, figures)
    for one in [*stream.failed[:3], *lost[:3]]:
        print(f"      {one}")


def anew(site: Site, files: dict[str, int]) -> None:
    """Says which files in the store the new release has made or changed by itself."""
    now = site.files()
    changed = [path for path, when in now.items() if files.get(path) != when]
    kinds = Counter("/".join([path.split("/")[1], *path.split("/")[2:-1][:1]]) for path in changed)
    print(f"    made anew or added to so far: {dict(kinds) or 'nothing'}")


if __name__ == "__main__":
    main()
