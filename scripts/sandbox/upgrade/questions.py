"""What is asked of the release that runs now, about what happened before it: a row of the table for each question."""

from __future__ import annotations

import re
from typing import Any

import requests

from scripts.sandbox.machine.installation import URL
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
    failed = [line for line in failed if "public address" not in line]
    warned = sorted(set(re.findall(r"^warn +([^:]+)", said, re.M)))
    table.row("doctor finds nothing that fails", not failed, failed or f"warns of: {', '.join(warned) or 'nothing'}")


def pages(site: Site, table: Table) -> None:
    paths = ["/admin/"]
    for campaign in CAMPAIGNS:
        home = f"/admin/campaigns/{campaign}"
        paths += [f"{home}/", f"{home}/plan", f"{home}/history"]
    collages = [(path.parents[2].name, path.parent.name) for path in site.store.glob("*/collages/*/manifest.json")]
    for campaign, number in collages:
        home = f"/admin/campaigns/{campaign}"
        paths += [f"{home}/history/{number}", f"{home}/history/{number}/notify", f"{home}/collages/{number}"]
    wrong = [(path, answer) for path in paths if (answer := site.get(path, admin=True).status_code) != 200]
    table.row("the administrator's pages", not wrong, wrong or len(paths))
    files = [
        f"/admin/campaigns/{campaign}/collages/{number}/{file}"
        for campaign, number in collages
        for file in ("collage-1920.jpg", "collage-1024.jpg", "manifest.json")
    ]
    wrong = [(path, answer) for path in files if (answer := site.get(path, admin=True).status_code) != 200]
    table.row("the collages' files", not wrong, wrong or len(files))
    newest = max(path.stem for path in site.store.glob("sayno/approved/*.jpg")).replace("+", "/")
    sizes = ("thumb", "medium", "full")
    variants = [f"/admin/campaigns/sayno/photos/{one}/{size}.jpg" for one in (public_id(0), newest) for size in sizes]
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


def mails(site: Site, before: Past, table: Table, changed: frozenset[str]) -> None:
    """`changed`: collages that do not look as they did, because somebody has withdrawn."""
    counted = {collage: site.opens(*collage.split("/"))["hits"] for collage in COLLAGES}
    answers = {
        (address, link): site.get(f"/track/{token}/{link}")
        for address, token in site.tokens.items()
        for link in past.LINKS
    }
    unaltered = {address for address in before.pictures if address in site.tokens}
    unaltered -= {address for address in unaltered if site.collages[address] in changed}
    known = {which for which in before.statuses if which[0] in unaltered}
    wrong = [
        (which, answers[which].status_code) for which in known if answers[which].status_code != before.statuses[which]
    ]
    wrong += [
        (which, answer.status_code) for which, answer in answers.items() if which[1] == "collage.jpg" and not answer.ok
    ]
    said = f"{len(site.tokens)} mails, {len(past.LINKS)} links each"
    table.row("links in mails answer as they did", not wrong, wrong[:4] or said)
    other = [address for address in unaltered if answers[address, "collage.jpg"].content != before.pictures[address]]
    said = f"{len(unaltered)}" + (f"; not of {', '.join(sorted(changed))}" if changed else "")
    table.row("their pictures are those of then, byte for byte", not other, other[:4] or said)
    page = site.get(f"/unsubscribe/{site.endings[email(0)]}")
    table.row("the page to unsubscribe", page.status_code == 200)
    hits = {collage: site.opens(*collage.split("/"))["hits"] - counted[collage] for collage in COLLAGES}
    table.row("opens are recorded", bool(hits["sayno/0001"] and hits["quiet/0001"]), hits)


def opens(site: Site, before: Past, table: Table) -> None:
    now = {collage: site.opens(*collage.split("/")) for collage in COLLAGES}
    table.row("opens of then are counted as they were", now == before.opens, _differences(before.opens, now))


def unsubscribed(site: Site, table: Table) -> None:
    """Nothing is recorded of those who unsubscribed, and no mail is sent to them."""
    counted = site.opens("sayno", "0001")["hits"]
    for number in past.UNSUBSCRIBED:
        site.get(f"/track/{site.tokens[email(number)]}/collage.jpg").raise_for_status()
    table.row("nothing is recorded of who unsubscribed", site.opens("sayno", "0001")["hits"] == counted)


def plans(site: Site, before: Past, table: Table, refused: frozenset[str]) -> None:
    """`refused`: collages that show somebody who has withdrawn."""
    now = {collage: site.would_be_told(*collage.split("/")) for collage in COLLAGES}
    wrong = {
        collage: plan
        for collage, plan in now.items()
        if ("withdrawn" not in plan.get("error", ""))
        if (collage in refused or plan.get("recipients") != before.plans[collage]["recipients"])
    }
    said = {collage: plan.get("recipients", "refused until it is rebuilt") for collage, plan in now.items()}
    table.row("nobody would be told twice", not wrong, wrong or said)


def withdrawn(site: Site, table: Table) -> None:
    """`check` names the collages that still show somebody, and nothing else; rebuilt as it says, it is content."""
    _, said = site.command("check")
    named = re.findall(r"rebuild it: python -m app collage (\S+) --rebuild (\d+)", said)
    wrong = int((re.findall(r"(\d+) wrong$", said) or ["0"])[0])
    collages = [f"{campaign}/{number}" for campaign, number in named]
    table.row("check names collages that show who has withdrawn, and nothing else", wrong == len(named), collages)
    built = [site.command("collage", campaign, "--rebuild", number) for campaign, number in named]
    table.row(
        "they are rebuilt without them",
        not any(code for code, _ in built),
        [said for code, said in built if code] or "",
    )


def repaired(site: Site, table: Table, unknown: tuple[str, ...]) -> None:
    """0.1.0 misses pictures of 1200×1600, which are no longer made, and does not know some kinds of collages."""
    found = _findings(site.command("check")[1], unknown)
    other = [line for line in found if not line.split(" ")[0].endswith(".medium.jpg:")]
    table.row("check misses pictures of 1200×1600 of new photos, and nothing else", not other, other or len(found))
    site.command("check", "--repair")
    left = _findings(site.command("check")[1], unknown)
    table.row("check --repair makes them", not left, left[:3] or "")


def whole(
    site: Site,
    before: Past,
    table: Table,
    changed: frozenset[str] = frozenset(),
    gone: tuple[int, ...] = (),
    unknown: tuple[str, ...] = (),
) -> None:
    """`gone`: people who were removed since; `changed`: collages that were rebuilt; `unknown`: as in `_findings`."""
    calls = len(site.standin.calls())
    code, said = site.command("check")
    found = _findings(said, unknown)
    known = f", only in {', '.join(unknown)}, which it does not know" if unknown else ""
    table.row("check", not found and bool(unknown) == bool(code), found[:3] or said.splitlines()[-1] + known)
    code, said = site.command("sync")
    made = site.standin.calls(since=calls)
    fetched = [call for call in made if call["call"] == "delivery"]
    repaired = re.findall(r"^ +(missed|stale|orphaned|repaired|unreachable) +([1-9]\d*)", said, re.M)
    right = (code, fetched, repaired) == (0, [], [])
    table.row(
        "sync finds everything right and fetches no picture", right, f"{len(made)} calls" if right else said[-400:]
    )
    now = site.digests()
    names = tuple(public_id(number).replace("/", "+").replace(" ", "%20") + "." for number in gone)
    rebuilt = tuple(f"{collage.replace('/', '/collages/')}/" for collage in changed)
    expected = {
        path: digest
        for path, digest in before.digests.items()
        if not path.startswith(rebuilt) and not path.rpartition("/")[2].startswith(names)
    }
    other = [path for path, digest in expected.items() if now.get(path) != digest]
    said = f"{len(expected)} files" + (f"; rebuilt: {', '.join(sorted(changed))}" if changed else "")
    table.row("archives, intermediates and collages are those of then", not other, other[:3] or said)


def goes_on(site: Site, number: int, table: Table) -> None:
    """A new photo arrives, a collage is built with it, and only who was not told before is told."""
    past.arrive(site, "sayno", range(number, number + 1), [])
    table.row("a new photo arrives", site.archive("sayno", public_id(number)).exists())
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


def tidied(site: Site, table: Table) -> None:
    """What no release needs any more goes; what 0.1.0 made of photos is as good as new."""
    reports = site.json("sync", "--thumbnails")["campaigns"]
    remade = [name for report in reports for name in report["remade"]]
    left = [path.name for path in site.store.glob("*/thumbnails/*.medium.jpg")]
    table.row(
        "sync --thumbnails removes pictures of 1200×1600 and remakes nothing",
        not left and not remade,
        left or remade or "",
    )


def new_kinds(site: Site, table: Table) -> tuple[str, ...]:
    """Builds collages of kinds that 0.1.0 does not know; returns where they are in the store."""
    asked: list[dict[str, Any]] = [
        {"print": "200x200mm", "dpi": 100, "format": "pdf"},
        {"width": 1200, "height": 1200, "format": "webp", "background": "#FF9416"},
    ]
    built = [site.build("sayno", **parameters) for parameters in asked]
    states = [one["state"] for one in built]
    table.row("a print as PDF, and a collage with WebP on a colour", states == ["done", "done"], states)
    return tuple(f"sayno/collages/{one['id']}/" for one in built)


def withdrawing(site: Site, number: int, table: Table) -> None:
    """Somebody is rejected after the collage was made: grey in it at once, and gone once it is rebuilt."""
    picture = f"/track/{site.tokens[email(0)]}/collage.jpg"
    was = site.get(picture).content
    site.standin.reject(public_id(number))
    site.standin.wait_idle()
    left = list(site.store.glob(f"*/*/*%20{number}.*"))
    table.row("a rejected photo goes", not left, left or "")
    table.row("and is grey in the collages of then at once", site.get(picture).content != was)
    withdrawn(site, table)


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


def _findings(said: str, unknown: tuple[str, ...]) -> list[str]:
    """The lines of `check` that name a file. `unknown`: where files are in the store that the release does not know."""
    lines = [line for line in said.splitlines() if line.startswith("/")]
    return [line for line in lines if not any(f"/{part}" in line for part in unknown)]


def _differences(one: dict[str, Any], other: dict[str, Any]) -> str:
    return "; ".join(f"{key}: {one.get(key)} → {other.get(key)}" for key in other if one.get(key) != other.get(key))
