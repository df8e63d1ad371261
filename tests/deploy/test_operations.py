"""Runs every command of docs/operations.md in order, and compares its output with the page.

The hosts are directories (see tests/deploy/operations); Collagen, gunicorn and the stand-in for Cloudinary are those of
all tests. Events elsewhere are simulated here: an event or a section of the page that this file does not know fails.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.services.tracking.tokens import Claims, Tokens
from scripts.sandbox import mirror
from scripts.sandbox.mailserver.client import running as running_mailserver
from scripts.sandbox.pictures import jpeg, scene
from scripts.sandbox.service import ROOT
from scripts.sandbox.standin.client import Standin
from tests.deploy.operations.host import BIN, Host
from tests.deploy.operations.page import Command, Event, read
from tests.support.collages import collage
from tests.support.web import sign

PAGE = read(ROOT / "docs/operations.md")
PHOTO = jpeg(scene(1500, 2000), quality=5)  # it stays as it is, which takes the least work
OLD_SECRET, NEW_SECRET = "s3cret-of-the-account", "an0ther-s3cret-of-it"
OLD_SIGNING_KEY, NEW_SIGNING_KEY = "a signing key of the tests", "a newer signing key of the tests"
CAMPAIGNS = """[sayno]
title = "Say No"
public = true

[other]
"""


class World:
    """Two hosts, the account, and the file systems in the network. `words`: values for the page's placeholders."""

    def __init__(self, directory: Path, standin: Standin, exiftool: ExifTool) -> None:
        self.standin, self._exiftool = standin, exiftool
        mails = running_mailserver()
        self.network = directory / "n"
        for name in ("fs-old", "fs-empty"):
            (self.network / f"{name}.efs.eu-central-1.amazonaws.com").mkdir(parents=True)
        self.old = Host(directory / "a", self.network, 18000, directory / "b")
        self.new = Host(directory / "b", self.network, 18001, directory / "a")
        self.here = self.old
        for host in (self.old, self.new):
            host.environ["SSL_CERT_FILE"] = str(mails.authority)
        self.words = {
            "NEW_KEY:NEW_SECRET@CLOUD": f"newer:{NEW_SECRET}@{standin.cloud}?upload_prefix={standin.url}",
            "NEW_SECRET": NEW_SECRET,
            "OLD_SECRET": OLD_SECRET,
            "NEW_SIGNING_KEY": NEW_SIGNING_KEY,
            "OLD_SIGNING_KEY": OLD_SIGNING_KEY,
            "NEW_ADMIN_PASSWORD": "another password",
            "NEW_SMTP_URL": mails.url,
            "RECOVERY_POINT": "arn:aws:backup:eu-central-1:123456789012:recovery-point:1EB3B5E7",
            "RESTORE_ROLE": "arn:aws:iam::123456789012:role/restore",
            "JOB": "job-1",
            "SUBNET": "subnet-1",
            "SECURITY_GROUP": "sg-1",
            "DATE": "2026-11-20",
            "BUCKET": "copies-of-ours",
        }
        settings = {
            "CLOUDINARY_URL": standin.cloudinary_url,
            "COLLAGEN_DELIVERY_HOSTS": standin.delivery_host,
            "COLLAGEN_STORE": self.old.root / "srv/collagen",
            "COLLAGEN_CAMPAIGNS": self.old.root / "etc/collagen/campaigns.toml",
            "COLLAGEN_ADMIN_PASSWORD": "the password until now",
            "COLLAGEN_SECRET_KEY": OLD_SIGNING_KEY,
            "COLLAGEN_PUBLIC_URL": self.old.url,
            "COLLAGEN_SMTP_URL": mails.plain_url,
            "COLLAGEN_MAIL_FROM": "Say No <hello@sayno.example>",
        }
        env = self.old.root / "etc/collagen/.env"
        env.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        env.chmod(0o600)
        (self.old.root / "etc/collagen/campaigns.toml").write_text(CAMPAIGNS)
        line = "fs-old.efs.eu-central-1.amazonaws.com:/ /srv/collagen nfs4 nfsvers=4.1,hard,_netdev 0 0\n"
        (self.old.root / "etc/fstab").write_text(line)

    def fill(self, directory: Path) -> None:
        """Two people in a collage with mails sent, a backup of that, and one more person since."""
        assert self.old.run("mount /srv/collagen") == (0, "")
        self.store.root.initialise()
        assert self.old.run(
            "systemctl start collagen.socket collagen.service collagen-sync.timer collagen-looks.timer"
        ) == (0, "")
        self.standin.notify(f"{self.old.url}/webhook/cloudinary")
        for number, name in enumerate(("ann", "ben")):
            self.approve(f"people/{number}", f"{name}@example.org")
        collage(self.store)
        shutil.copytree(self.store.root.path, self.network / "backup")
        self.approve("people/3", "dan@example.org")
        assert self.mirrored()

    @property
    def store(self) -> Store:
        """The store as the current host sees it."""
        return Store(self.here.root / "srv/collagen")

    def approve(self, public_id: str, email: str) -> int:
        """Approves a photo; returns the answer to its notification."""
        self.standin.upload(PHOTO, public_id, folder="sayno", email=email, notify=False)
        self.standin.approve(public_id)
        self.standin.wait_idle()
        return int(self.standin.deliveries()[-1]["status"])

    def mirrored(self) -> bool:
        """Whether the store holds exactly the approved photos."""
        return mirror.held(self.store, self._exiftool) == mirror.expected(self.standin)

    def answer(self, secret: str) -> int:
        """The answer to a notification signed with this secret."""
        body = json.dumps({"notification_type": "upload", "public_id": "people/1"}).encode()
        url = f"{self.here.url}/webhook/cloudinary"
        return requests.post(url, data=body, headers=sign(body, secret), timeout=300).status_code

    def picture(self, signing_key: str) -> int:
        """The answer to a request for the picture in a mail sent while this key signed."""
        token = Tokens([signing_key]).image(Claims("sayno", "0001", "people/1"))
        return requests.head(f"{self.here.url}/track/{token}/collage.jpg", timeout=300).status_code

    def admin(self, password: str) -> int:
        return requests.get(f"{self.here.url}/admin/", auth=("admin", password), timeout=300).status_code


def second_key(world: World) -> None:
    world.standin.settings(keys={"key": OLD_SECRET, "newer": NEW_SECRET})
    world.standin.send({"notification_type": "upload", "public_id": "people/1"})
    world.standin.wait_idle()
    assert world.standin.deliveries()[-1]["status"] == 200, "it still signs with the first"


def first_key_ends(world: World) -> None:
    assert (world.answer(OLD_SECRET), world.answer(NEW_SECRET)) == (200, 200)
    world.standin.settings(keys={"newer": NEW_SECRET})


def cloudinary_goes(world: World) -> None:
    world.standin.faults("api", "status", status=503, times=None)
    assert world.approve("people/4", "eva@example.org") == 503
    assert world.picture(OLD_SIGNING_KEY) == 200


def cloudinary_is_back(world: World) -> None:
    world.standin.clear_faults()
    assert not world.mirrored()


def file_system_goes(world: World) -> None:
    assert world.old.run("umount /srv/collagen") == (0, "")
    assert world.answer(NEW_SECRET) == 503
    assert list((world.old.root / "srv/collagen").iterdir()) == [], "what is not mounted is not written to"


def nobody_answers(world: World) -> None:
    with pytest.raises(requests.ConnectionError):
        world.answer(NEW_SECRET)


def new_store(world: World) -> None:
    assert world.store.root.campaigns() == []


def copy_is_back(world: World) -> None:
    """The store is as it was when the copy was made, while all was well."""
    assert world.mirrored()
    assert world.store.collages.ids("sayno") == ["0001"]


def backup_is_back(world: World) -> None:
    assert not world.mirrored(), "it is older"
    assert world.store.collages.ids("sayno") == ["0001"]


def folder_is_deleted(world: World) -> None:
    photos = [public_id for campaign, public_id in mirror.expected(world.standin) if campaign == "sayno"]
    world.standin.delete(*photos)
    world.standin.wait_idle()
    world.standin.upload(PHOTO, "o/1", folder="other", email="gus@example.org", notify=False)
    world.standin.approve("o/1")
    world.standin.wait_idle()


def to_the_new_host(world: World) -> None:
    world.here = world.new
    # the settings name this test's directories and ports, which on real hosts are the same
    env = world.new.root / "etc/collagen/.env"
    if env.exists():
        text = env.read_text().replace(str(world.old.root), str(world.new.root))
        env.write_text(text.replace(world.old.url, world.new.url))


def to_the_old_host(world: World) -> None:
    world.here = world.old


EVENTS: dict[str, Callable[[World], None]] = {
    "In Cloudinary's console (Settings → API Keys): generate a second key.": second_key,
    "In Cloudinary's console: deactivate the first key.": first_key_ends,
    "Cloudinary does not answer.": cloudinary_goes,
    "Cloudinary answers again.": cloudinary_is_back,
    "The file system is missing or not mounted.": file_system_goes,
    "Only Cloudinary is left.": nobody_answers,
    "You have a backup of your own.": new_store,
    "You have AWS Backup.": copy_is_back,
    "The store is back.": backup_is_back,
    "In Cloudinary's console: delete the folder's photos.": folder_is_deleted,
    "On the new host:": to_the_new_host,
    "On the old host:": to_the_old_host,
}


def new_secret_only(world: World) -> None:
    assert (world.answer(OLD_SECRET), world.answer(NEW_SECRET)) == (401, 200)


def both_signing_keys(world: World) -> None:
    assert (world.picture(OLD_SIGNING_KEY), world.picture(NEW_SIGNING_KEY)) == (200, 200)
    assert (world.admin("the password until now"), world.admin("another password")) == (401, 200)


def all_is_mirrored(world: World) -> None:
    assert world.mirrored()


def nothing_of_ann(world: World) -> None:
    assert world.mirrored()
    assert world.standin.asset("people/0")["status"] == "rejected"
    manifest = world.store.collages.manifest("sayno", "0001").as_json()
    assert "people/0" not in {tile["public_id"] for tile in manifest["tiles"]}


def copy_is_nobody_elses(world: World) -> None:
    """Nobody else can read it, on the machine or in the bucket where it ends."""
    all_is_mirrored(world)
    (copy,) = (world.here.root / "mnt/backup").iterdir()
    for path in (copy, world.here.root / "etc/collagen/backup.key"):
        assert path.stat().st_mode & 0o777 == 0o600
    (sent,) = world.network.glob("*.gpg")
    data = sent.read_bytes()
    assert len(data) > world.store.photos.archive_path("sayno", "people/1").stat().st_size
    assert not [word for word in (b"ben@example.org", b"approved/", b"JFIF", b"ustar") if word in data]
    (rule,) = json.loads((world.network / "lifecycle.json").read_text())["Rules"]
    assert (rule["Status"], rule["Filter"], rule["Expiration"]) == ("Enabled", {}, {"Days": 35})


def as_before(world: World) -> None:
    assert world.mirrored()
    assert world.store.collages.ids("sayno") == ["0001"]
    assert world.picture(OLD_SIGNING_KEY) == 200, "mails that were sent have their picture"


def nothing_of_the_campaign(world: World) -> None:
    assert world.store.root.campaigns() == ["other"]
    files = [path for path in world.store.root.path.rglob("*") if path.is_file()]
    assert [path for path in files if b"people/1" in path.read_bytes()] == []
    assert world.mirrored()
    assert world.picture(OLD_SIGNING_KEY) == 404


def new_host_alone(world: World) -> None:
    to_the_new_host(world)
    world.standin.notify(f"{world.new.url}/webhook/cloudinary")
    world.standin.upload(PHOTO, "o/2", folder="other", email="hal@example.org", notify=False)
    world.standin.approve("o/2")
    world.standin.wait_idle()
    assert world.mirrored()
    assert list((world.old.root / "srv/collagen").iterdir()) == []


AFTERWARDS: dict[str, Callable[[World], None]] = {
    "Look first": all_is_mirrored,
    "Rotate Cloudinary's API secret": new_secret_only,
    "Rotate our own secrets": both_signing_keys,
    "Cloudinary is down for a day": all_is_mirrored,
    "Remove a photo now": nothing_of_ann,
    "The disk is full": all_is_mirrored,
    "Back up the store": copy_is_nobody_elses,
    "The store or its file system (EFS) is lost": as_before,
    "End a campaign": nothing_of_the_campaign,
    "Move to another host": new_host_alone,
}


@pytest.fixture(scope="module")
def world(running_standin: Standin, exiftool: ExifTool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("o")
    running_standin.settings(notify=None, signature="sha1", retry_delays=[], at_once=8, deliver_rejected=False)
    running_standin.reset()
    made = World(directory, running_standin, exiftool)
    try:
        made.fill(directory)
        yield made
    finally:
        running_standin.settings(notify=None, keys={running_standin.key: running_standin.secret})
        running_standin.reset()
        for host in (made.old, made.new):
            host.stop()


def test_every_section_is_known() -> None:
    assert list(PAGE) == list(AFTERWARDS)
    text = (ROOT / "docs/operations.md").read_text()
    contents = re.findall(r"^- \[(.+)\]\(#(.+)\)$", text, re.MULTILINE)
    assert [title for title, _ in contents] == list(PAGE)
    assert [link for _, link in contents] == [
        re.sub(r"[^a-z -]", "", title.lower()).replace(" ", "-") for title in PAGE
    ]
    assert {step.what for steps in PAGE.values() for step in steps if isinstance(step, Event)} == set(EVENTS)


@pytest.mark.parametrize("heading", PAGE)
def test_what_the_page_says_can_be_done(world: World, heading: str) -> None:
    """In the page's order: each section starts from what the one before it has left."""
    for step in PAGE[heading]:
        if isinstance(step, Event):
            EVENTS[step.what](world)
        else:
            done(world, step)
    AFTERWARDS[heading](world)


def done(world: World, command: Command) -> None:
    """Runs a command of the page, with its placeholders filled in."""
    lines = [command.line, *command.content]
    for word, meaning in world.words.items():
        lines = [line.replace(word, meaning) for line in lines]
    code, printed = world.here.run(lines[0], lines[1:])
    assert (code, command.is_seen_in(printed)) == (1 if command.fails else 0, True), f"{command}\n{code}\n{printed}"


@pytest.mark.parametrize("stand_in", sorted(path.name for path in BIN.iterdir() if path.name != "common"))
@pytest.mark.parametrize("arguments", [(), ("--frobnicate",), ("restart", "nginx")])
def test_a_stand_in_refuses_what_it_does_not_know(tmp_path: Path, stand_in: str, arguments: tuple[str, ...]) -> None:
    if stand_in == "sudo" and arguments[:1] == ("restart",):
        return  # it runs anything
    environ = {"SANDBOX": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([BIN / stand_in, *arguments], env=environ, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (64, "")
    assert "does not know" in done.stderr


@pytest.mark.parametrize(
    ("block", "wrong"),
    [
        ("```sh\nls\n```", "one line below"),
        ("```sh\nls\npwd\n```", "begins with #"),
        ("```sh\nls\n# a\n```\n```ini\nA=b\n```", "nobody writes"),
        ("   ```sh\nls\n# a\n   ```", "not run"),
    ],
)
def test_what_could_not_be_tried_is_no_part_of_the_page(tmp_path: Path, block: str, wrong: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"## Title\n\n{block}\n")
    with pytest.raises(AssertionError, match=wrong):
        read(page)


@pytest.mark.parametrize(
    ("seen", "printed", "fits"),
    [
        ("(nothing)", "", True),
        ("(nothing)", "a warning\n", False),
        ("all … well", "first\nall is well\n", True),
        ("all … well", "all is well, nearly\n", False),
        ("exit 1: FAIL  a: …", "FAIL  a: it is gone\n", True),
    ],
)
def test_what_should_be_seen_is_looked_for_line_by_line(seen: str, printed: str, fits: bool) -> None:
    assert Command("x", seen).is_seen_in(printed) is fits


def test_the_page_has_every_required_section() -> None:
    """The required sections: one that is removed is missed."""
    text = (ROOT / "docs/operations.md").read_text()
    told = (
        "AWS Backup",
        "COLLAGEN_WEBHOOK_SECRETS",
        "COLLAGEN_SECRET_KEY",
        "oldest",
        "gpg",
        "collagen forget",
        "collagen init",
    )
    assert [word for word in told if word not in text] == []
