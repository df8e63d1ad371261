"""What happened under the old release: photos, collages, mails, opens, people who unsubscribed or were erased."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import requests
from PIL import Image

from scripts.sandbox.machine.installation import PORT, URL, write
from scripts.sandbox.people import as_format
from scripts.sandbox.samples import person
from scripts.sandbox.upgrade.site import Site

PASSWORD = "one for the team"
# Every key that campaigns.toml had in release 0.1.0
CAMPAIGNS = f"""
[test_prototype]
title = "Test prototype"
test_address = "collagen-test+{{token}}@antb.me"   # no mail reaches a real person

[sayno]
title = "Say No"
folder = "selfies/sayno"
tracking = "individual"
mail = "mail/sayno"
public = true
gallery_password = "{PASSWORD}"
gallery_until = 2099-12-31

[quiet]
tracking = "aggregate"
"""
SUBJECT = "{{ campaign.title }}: {{ people }} people"
LETTER = """{% if people == 1 %}You are alone.{% else %}You and {{ "{:,}".format(people - 1) }} others.{% endif %}
Our own words for {{ campaign.title }} ({{ campaign.tracking }}).
{{ links.wall }}
{{ links.image }}
{{ links.unsubscribe }}
"""
PEOPLE = {"sayno": range(20), "quiet": range(20, 24), "test_prototype": range(24, 28)}
FOLDERS = {"sayno": "selfies/sayno"}
TRIES = 10
LATER = range(28, 32)  # of sayno; they come after the first collage
WAITING = (32, 33)  # for the moderator
FORMATS = {3: "png", 5: "webp", 7: "heic"}
REFUSED, UNCERTAIN = 4, 6  # by their mail server; nobody knows
OPENED = (0, 1, 2, 8, 9)
UNSUBSCRIBED = (10, 11, 12)  # on the page, by the mail program, by a command
REJECTED, FORGOTTEN = 23, 14  # the first of them is in the collage of quiet
LINKS = ("collage.jpg", "wall", "wall.jpg", "place-square.jpg", "place-story.jpg")  # in a mail, and on its wall


@dataclass(frozen=True)
class Past:
    """`pictures` at the mails' addresses, `statuses` of their links; `plans`: who would be told of each collage."""

    pictures: dict[str, bytes]
    statuses: dict[tuple[str, str], int]
    opens: dict[str, dict[str, object]]
    plans: dict[str, dict[str, object]]
    digests: dict[str, str]
    settings: dict[str, bytes]


def public_id(number: int) -> str:
    return f"supporters/selfie {number}"


def email(number: int) -> str:
    return f"p{number}@example.org"


def configure(root: Path, smtp: str) -> None:
    """Writes the settings that are left to people, and a campaign's own mail."""
    write(root, "CLOUDINARY_URL", f"cloudinary://key:secret@demo?upload_prefix=http://127.0.0.1:{PORT}")
    write(root, "COLLAGEN_DELIVERY_HOSTS", f"127.0.0.1:{PORT}")
    write(root, "COLLAGEN_SMTP_URL", smtp)
    write(root, "COLLAGEN_MAIL_FROM", "Test <hello@campaign.example>")
    (root / "etc/collagen/campaigns.toml").write_text(CAMPAIGNS)
    own = root / "etc/collagen/mail/sayno"
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True)
    (own / "subject.txt").write_text(SUBJECT)
    (own / "mail.txt").write_text(LETTER)


def live(site: Site, photos: list[bytes]) -> Past:
    """Everything, in its order. `photos`: those of the first people; the others are drawn."""
    for campaign, numbers in PEOPLE.items():
        arrive(site, campaign, numbers, photos)
    for number in WAITING:
        site.standin.upload(person(number), public_id(number), folder=FOLDERS["sayno"], email=email(number))
    site.standin.wait_idle()
    site.build("sayno")
    site.build("quiet", width=1600, height=1600)
    site.build("test_prototype", width=1600, height=1600)
    mails(site)
    withdrawals(site)
    arrive(site, "sayno", LATER, photos)
    site.build("sayno", width=2000, height=2000)
    for words in (["sync"], ["check"]):
        code, said = site.command(*words)
        assert code == 0, said
    collages = [path.parent for path in sorted(site.store.glob("*/collages/*/manifest.json"))]
    answers = {
        (address, link): site.get(f"/track/{token}/{link}") for address, token in site.tokens.items() for link in LINKS
    }
    names = {path.name: path.read_bytes() for path in (site.root / "etc/collagen").glob("*.toml")}
    return Past(
        {address: answers[address, "collage.jpg"].content for address in site.tokens},
        {which: answer.status_code for which, answer in answers.items()},
        {f"{path.parents[1].name}/{path.name}": site.opens(path.parents[1].name, path.name) for path in collages},
        {
            f"{path.parents[1].name}/{path.name}": site.would_be_told(path.parents[1].name, path.name)
            for path in collages
        },
        site.digests(),
        names | {".env": (site.root / "etc/collagen/.env").read_bytes()},
    )


def arrive(site: Site, campaign: str, numbers: range, photos: list[bytes]) -> None:
    """People send photos, which the moderator approves; Collagen hears of it by webhooks."""
    for number in numbers:
        data = photos[number] if number < len(photos) else person(number)
        if number in FORMATS:
            data = as_format(Image.open(BytesIO(data)).convert("RGB"), FORMATS[number])
        folder = FOLDERS.get(campaign, campaign)
        site.standin.upload(data, public_id(number), folder=folder, email=email(number))
        site.standin.approve(public_id(number))
    site.standin.wait_idle()
    for _ in range(TRIES):  # on a busy machine 0.1.0 takes some photos for too large, and its next sync has another try
        if all(site.archive(campaign, public_id(number)).exists() for number in numbers):
            return
        site.command("sync", campaign)
    raise AssertionError(f"not all photos of {campaign} are in the store after {TRIES} syncs")


def mails(site: Site) -> None:
    """Mails about the first collages; some are opened."""
    site.mails.refuse(recipients={email(REFUSED): [550]}, break_after=[email(UNCERTAIN)])
    for campaign in PEOPLE:
        site.tell(campaign, "0001")
    site.mails.refuse()
    for number in OPENED:
        site.get(f"/track/{site.tokens[email(number)]}/collage.jpg").raise_for_status()
    site.get(f"/track/{site.tokens[email(OPENED[0])]}/wall").raise_for_status()
    site.get(f"/track/{site.tokens[email(PEOPLE['quiet'][0])]}/collage.jpg").raise_for_status()


def withdrawals(site: Site) -> None:
    """Some unsubscribe, one is rejected afterwards, one is erased."""
    page, program, command = (email(number) for number in UNSUBSCRIBED)
    requests.post(f"{URL}/unsubscribe/{site.endings[page]}", timeout=60).raise_for_status()
    one_click = {"List-Unsubscribe": "One-Click"}
    requests.post(f"{URL}/unsubscribe/{site.endings[program]}", data=one_click, timeout=60).raise_for_status()
    for words in (["unsubscribe", command], ["forget", email(FORGOTTEN), "--yes"]):
        code, said = site.command(*words)
        assert code == 0, said
    del site.tokens[email(FORGOTTEN)]
    site.standin.reject(public_id(REJECTED))
    site.standin.wait_idle()
