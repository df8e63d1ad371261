"""What is asked of the release that runs now, about what happened before it: a row of the table for each question."""

from __future__ import annotations

import re
from typing import Any

import requests

from scripts.sandbox.machine.installation import URL, ended
from scripts.sandbox.machine.table import Table
from scripts.sandbox.upgrade import past
from scripts.sandbox.upgrade.past import Past, email, public_id
from scripts.sandbox.upgrade.site import Site

CAMPAIGNS = tuple(past.PEOPLE)
COLLAGES = ("sayno/0001", "sayno/0002", "quiet/0001", "test_prototype/0001")


def settings(site: Site, before: Past, table: Table) -> None:
    now = {name: (site.root / "etc/collagen" / name).read_bytes() for name in before.settings}
    changed = [name for name, text in now.items() if text != before.settings[name]]
    table.row("settings and campaigns.toml are as they were", not changed, ", ".join(changed))
    health = site.get("/health").json()
    table.row("/health", health["status"] == "ok", health["checks"] if health["status"] != "ok" else "")
    _, said = site.command("doctor")
    failed = re.findall(r"^FAIL .*", said, re.M)
    # the host exists in this trial only, and has nobody's certificate
    failed = [line for line in failed if "our address" not in line and "public address" not in line]
    warned = re.findall(r"^warn +([^:]+)", said, re.M)
    table.row("doctor finds nothing that fails", not failed, failed or f"warns of: {', '.join(warned) or 'nothing'}")


def pages(site: Site, table: Table) -> None:
    paths = ["/admin/"]
    for campaign in CAMPAIGNS:
        home = f"/admin/campaigns/{campaign}"
        paths += [f"{home}/", f"{home}/plan", f"{home}/history"]
    for collage in COLLAGES:
        campaign, number = collage.split("/")
        home = f"/admin/campaigns/{campaign}"
        paths += [f"{home}/history/{number}", f"{home}/history/{number}/notify", f"{home}/collages/{number}"]
    wrong = [(path, answer) for path in paths if (answer := site.get(path, admin=True).status_code) != 200]
    table.row("the administrator's pages", not wrong, wrong or len(paths))
    files = [
        f"/admin/campaigns/{collage.replace('/', '/collages/')}/{file}"
        for collage in COLLAGES
        for file in ("collage-1920.jpg", "collage-1024.jpg", "manifest.json")
    ]
    wrong = [(path, answer) for path in files if (answer := site.get(path, admin=True).status_code) != 200]
    table.row("the collages' files", not wrong, wrong or len(files))
    variants = [f"/admin/campaigns/sayno/photos/{public_id(0)}/{size}.jpg" for size in ("thumb", "medium", "full")]
    wrong = [(path, answer) for path in variants if (answer := site.get(path, admin=True).status_code) != 200]
    table.row("pictures of a photo in each size", not wrong, wrong or len(variants))
    with requests.Session() as member:
        entered = member.post(f"{URL}/campaigns/sayno/login", data={"password": past.PASSWORD}, timeout=60)
        shown = len(re.findall(r"thumb\.jpg", entered.text))
        table.row(
            "the gallery, with the password of then", entered.status_code == 200 and shown > 0, f"{shown} pictures"
        )
    for collage in COLLAGES[:2]:
        wall = site.get(f"/wall/{collage}")
        tile = re.search(rf"(/wall/{collage}/\d+/).*data-highest=\"(\d+)\"", wall.text, re.S)
        first = site.get(f"{tile[1]}{tile[2]}/0_0.jpg").status_code if tile else 0
        table.row(f"the wall {collage} and a tile of it", (wall.status_code, first) == (200, 200), first)


def mails(site: Site, before: Past, table: Table, *, changed: frozenset[str] = frozenset()) -> None:
    """`changed`: collages that do not look as they did, because somebody has withdrawn."""
    links = ("collage.jpg", "wall", "wall.jpg", "place-square.jpg", "place-story.jpg")
    wrong, same, pictures = [], 0, 0
    counted = {collage: site.opens(*collage.split("/")) for collage in COLLAGES}
    for address, token in site.tokens.items():
        for link in links:
            answer = site.get(f"/track/{token}/{link}")
            if answer.status_code != 200:
                wrong.append((address, link, answer.status_code))
            if link == "collage.jpg":
                pictures += 1
                same += answer.content == before.pictures.get(address)
    table.row(
        "addresses in the mails of then", not wrong, wrong[:4] or f"{len(site.tokens)} mails, {len(links)} links each"
    )
    said = f"{same} of {pictures}" + (f"; changed: {', '.join(sorted(changed))}" if changed else "")
    table.row("their pictures are those of then", bool(changed) or same == pictures, said)
    page = site.get(f"/unsubscribe/{site.endings[email(0)]}")
    table.row("the page to unsubscribe", page.status_code == 200)
    opened = {collage: site.opens(*collage.split("/")) for collage in COLLAGES}
    silent = [site.tokens[email(number)] for number in past.UNSUBSCRIBED]
    hits = {collage: opened[collage]["hits"] - counted[collage]["hits"] for collage in COLLAGES}
    told = opened["sayno/0001"]["told"]
    # each person's picture and wall
    right = hits["sayno/0001"] > 0 and hits["quiet/0001"] > 0 and hits["sayno/0001"] % 2 == 0
    table.row("opens are recorded", right, f"{hits}, {told} told, {len(silent)} of them unsubscribed")


def opens(site: Site, before: Past, table: Table) -> None:
    now = {collage: site.opens(*collage.split("/")) for collage in COLLAGES}
    table.row("opens of then are counted as they were", now == before.opens, _differences(before.opens, now))


def unsubscribed(site: Site, table: Table) -> None:
    """Nothing is recorded of those who unsubscribed, and no mail is sent to them."""
    counted = site.opens("sayno", "0001")["hits"]
    for number in past.UNSUBSCRIBED:
        site.get(f"/track/{site.tokens[email(number)]}/collage.jpg").raise_for_status()
    table.row("nothing is recorded of who unsubscribed", site.opens("sayno", "0001")["hits"] == counted)


def plans(site: Site, before: Past, table: Table) -> None:
    now = {collage: site.would_be_told(*collage.split("/")) for collage in COLLAGES}
    told = {collage: plan.get("recipients") for collage, plan in now.items()}
    same = told == {collage: plan.get("recipients") for collage, plan in before.plans.items()}
    table.row("nobody would be told twice", same, _differences(before.plans, now) if not same else told)


def whole(site: Site, before: Past, table: Table, *, gone: tuple[int, ...] = ()) -> None:
    """`gone`: people who were removed since."""
    names = [public_id(number).replace("/", "+").replace(" ", "%20") for number in gone]
    calls = len(site.standin.calls())
    code, said = site.command("check")
    table.row("check", code == 0, said[-400:] if code else said.splitlines()[-1])
    code, said = site.command("sync")
    made = site.standin.calls(since=calls)
    fetched = [call for call in made if call["call"] == "delivery"]
    repaired = re.findall(r"^ +(missed|stale|orphaned|repaired|unreachable) +([1-9]\d*)", said, re.M)
    table.row(
        "sync finds everything right and fetches no picture",
        (code, fetched, repaired) == (0, [], []),
        f"{len(made)} calls",
    )
    now = site.digests()
    expected = {path: digest for path, digest in before.digests.items() if not any(name in path for name in names)}
    lost = [path for path in expected if path not in now]
    other = [path for path in expected if path in now and now[path] != expected[path]]
    revised = sorted({"/".join(path.split("/")[::2][:2]) for path in other if "/collages/" in path})
    photos = [path for path in other if "/collages/" not in path]
    table.row(
        "archives, intermediates and collages are those of then",
        not lost and not photos and (bool(gone) or not other),
        lost[:3]
        or photos[:3]
        or f"{len(expected) - len(other)} files" + (f"; rebuilt: {', '.join(revised)}" if other else ""),
    )


def goes_on(site: Site, number: int, table: Table) -> None:
    """A new photo arrives, a collage is built with it, and only who was not told before is told."""
    calls = len(site.standin.calls())
    past.arrive(site, "sayno", range(number, number + 1), [])
    fetched = [call for call in site.standin.calls(since=calls) if call["call"] == "delivery"]
    stored = list(site.store.glob(f"sayno/approved/*{number}.jpg"))
    table.row("a new photo arrives by a webhook", (len(stored), len(fetched)) == (1, 1))
    built = site.build("sayno", width=1600, height=1600)
    table.row("a new collage", built["state"] == "done", built.get("error", built["id"]))
    told = site.mails.told()
    planned = site.would_be_told("sayno", built["id"])
    state = site.tell("sayno", built["id"])
    new = site.mails.told() - told
    silent = {email(one) for one in past.UNSUBSCRIBED} | {email(past.FORGOTTEN)} | {email(past.REFUSED)}
    right = state["state"] == "done" and email(number) in new and not silent & set(new) and not set(told) & set(new)
    table.row("its mails go to those who had none", right, f"{len(new)} sent, {planned['skipped']}")
    letter = site.mails.messages()[-1]
    body = letter.get_body(("plain",))
    own = body is not None and "Our own words for Say No (individual)." in body.get_content()
    table.row(
        "the campaign's own mail of then", own and str(letter["Subject"]).startswith("Say No: "), letter["Subject"]
    )


def withdrawing(site: Site, number: int, collage: str, table: Table, *, grey: bool) -> None:
    """Somebody is rejected after the collage was made. `grey`: whether that shows at once, without a rebuild."""
    address = next(address for address in site.tokens if address == email(0))
    picture = f"/track/{site.tokens[address]}/collage.jpg"
    was = site.get(picture).content
    site.standin.reject(public_id(number))
    site.standin.wait_idle()
    left = list(site.store.glob(f"*/*/*{number}.*"))
    now = site.get(picture).content
    table.row("a rejected photo goes", not left, left or "")
    if grey:
        table.row("and is grey in the collages of then at once", now != was)
        answer = requests.post(
            f"{URL}/admin/campaigns/{collage.replace('/', '/collages/')}/rebuild", auth=site.admin, timeout=120
        )
        again = _done(site, collage)
        table.row(
            "a collage of then is rebuilt without them", answer.status_code in (201, 202) and again, answer.status_code
        )
    code, said = site.command("check")
    table.row("check after that", code == 0, said[-300:] if code else "")


def forgetting(site: Site, number: int, table: Table) -> None:
    token = site.tokens.pop(email(number))
    code, said = site.command("forget", email(number), "--yes")
    table.row("forget", code == 0, said.splitlines()[-1] if said else "")
    name = public_id(number)
    named = site.naming(email(number), name, name.replace("/", "+").replace(" ", "%20"))
    table.row("nothing in the store names them", not named, named[:5] or "")
    gone = site.get(f"/track/{token}/collage.jpg").status_code
    table.row("their picture in a mail", gone in (200, 404, 410), gone)


def still_forgotten(site: Site, numbers: tuple[int, ...], table: Table) -> None:
    named = [
        found
        for number in numbers
        for name in [public_id(number)]
        for found in site.naming(email(number), name, name.replace("/", "+").replace(" ", "%20"))
    ]
    table.row("who was erased stays so", not named, named[:5] or "")


def journal(site: Site, table: Table) -> None:
    said = site.machine.run("journalctl", "--no-pager", "-o", "cat", "-u", "collagen*").stdout
    bad = re.findall(r".*(?:Traceback|failed unexpectedly|not permitted|Permission denied|core-dump|No module).*", said)
    table.row("no error in the journal", not bad, bad[:3] or "")
    units = site.machine.run("systemctl", "--failed", "--plain", "--no-legend", "collagen*").stdout.strip()
    table.row("no unit has failed", not units, units)


def _done(site: Site, collage: str) -> bool:
    address = f"{URL}/admin/campaigns/{collage.replace('/', '/collages/')}"
    return bool(ended(address, site.admin, "building")["state"] == "done")


def _differences(one: dict[str, Any], other: dict[str, Any]) -> str:
    return "; ".join(f"{key}: {one.get(key)} → {other.get(key)}" for key in other if one.get(key) != other.get(key))
