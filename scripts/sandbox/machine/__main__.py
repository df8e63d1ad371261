"""`scripts/install-test [SUITE [DIRECTORY]]`: installs Collagen into a clean Debian or Ubuntu and tries it."""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from scripts.sandbox.machine.container import Container, in_directory
from scripts.sandbox.machine.installation import HOST, INSTALL, PORT, URL, ended, know_the_host, setting, write
from scripts.sandbox.machine.root import chosen, unpacked
from scripts.sandbox.machine.stream import Stream
from scripts.sandbox.machine.table import Table
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.samples import person
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for

LOOK = '[[card.steps]]\nstep = "watermark"\ntext = "{title} {year}"\n'
PICTURE = Path("/srv/collagen/test_prototype/approved/p+0.jpg")
UNITS = ("collagen.service", "collagen-sync.service", "collagen-worker.service")
PEOPLE = 24


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/install-test", description=__doc__.partition(": ")[2])
    table = Table()
    with chosen(parser) as (root, _):
        unpacked(root)
        trial(root, table)
    print("Everything held." if not table.failed else f"{table.failed} did not hold.")
    sys.exit(1 if table.failed else 0)


def trial(root: Path, table: Table) -> None:
    print("Not booted:")
    install(root, table)
    with Container(root) as machine, tempfile.TemporaryDirectory() as directory:
        print("Booted, with systemd:")
        settings(root, machine, table)
        verify(machine, table)
        machine.join_network()
        know_the_host(root, Path(directory))
        password = setting(root, "COLLAGEN_ADMIN_PASSWORD")
        with (
            Standin.start(port=PORT, notify=f"{URL}/webhook/cloudinary", retry_delays=()) as standin,
            MailServer() as mails,
        ):
            collage = work(root, machine, table, standin, ("admin", password))
            token = told(root, machine, table, mails, collage, ("admin", password))
            changes(root, machine, table, standin, collage, ("admin", password))
            outlive(machine, table, ("admin", password))
        traces(root, machine, table, token)


def install(root: Path, table: Table) -> None:
    """Installs into a directory: no systemd runs, nothing is started."""
    new = not (root / "opt/collagen").exists()
    in_directory(root, "true")  # a container writes a few files into /etc when it first starts
    before = tree(root / "etc")
    ended = in_directory(root, *INSTALL, "--dry-run")
    table.row("--dry-run changes nothing", ended.returncode == 0 and tree(root / "etc") == before, steps(ended.stdout))
    started = time.monotonic()
    ended = in_directory(root, *INSTALL)
    took = f"{time.monotonic() - started:.0f} s"
    table.row(f"install.sh{'' if new else ', once more'}", ended.returncode == 0, f"{took}, {steps(ended.stdout)}")
    if ended.returncode:
        sys.exit(ended.stdout + ended.stderr)
    again = in_directory(root, *INSTALL)
    table.row(
        "a second time it finds everything done", not re.search(r"^  now ", again.stdout, re.M), steps(again.stdout)
    )
    table.row("it says that nothing is started", "nothing is started" in again.stdout)
    table.row("nginx -t", in_directory(root, "nginx", "-tq").returncode == 0)
    mode = (root / "etc/collagen/.env").stat().st_mode & 0o777
    table.row(".env is its user's alone", mode == 0o600, oct(mode))


def settings(root: Path, machine: Container, table: Table) -> None:
    """Fills in the settings that are left to people, and starts the service."""
    path = root / "etc/collagen/.env"
    if "<api key>" in path.read_text():
        said = machine.run(*INSTALL)
        table.row(
            "without CLOUDINARY_URL it says what to do next", "collagen doctor" in said.stdout, said.stderr.strip()
        )
    write(root, "CLOUDINARY_URL", f"cloudinary://key:secret@demo?upload_prefix=http://127.0.0.1:{PORT}")
    write(root, "COLLAGEN_DELIVERY_HOSTS", f"127.0.0.1:{PORT}")
    started = time.monotonic()
    said = machine.run(*INSTALL)
    table.row("then it starts", "Collagen is running" in said.stdout, f"{time.monotonic() - started:.1f} s")
    if "Collagen is running" not in said.stdout:
        sys.exit(said.stdout + said.stderr + machine.run("journalctl", "--no-pager", "-n", "60").stdout)
    again = machine.run(*INSTALL)
    table.row(
        "a second time it finds everything done", not re.search(r"^  now ", again.stdout, re.M), steps(again.stdout)
    )


def verify(machine: Container, table: Table) -> None:
    """What systemd and nginx say about our files."""
    said = machine.run("systemd-analyze", "verify", *(f"/etc/systemd/system/{unit}" for unit in UNITS))
    table.row("systemd-analyze verify", said.returncode == 0 and not said.stderr, said.stderr.strip()[:300])
    for unit in UNITS:
        said = machine.run("systemd-analyze", "security", "--no-pager", unit)
        found = re.search(r"exposure level for \S+: ([0-9.]+)", said.stdout)
        score = float(found[1]) if found else 10
        table.row(f"systemd-analyze security {unit}", score <= 3, score)
    said = machine.run("nginx", "-t")
    table.row("nginx -t", said.returncode == 0 and "warn" not in said.stderr)


def work(root: Path, machine: Container, table: Table, standin: Standin, admin: tuple[str, str]) -> str:
    """The main job over TLS; returns the collage's URL."""
    shutil.rmtree(root / "srv/collagen/test_prototype", ignore_errors=True)  # from a previous run of this script
    health = requests.get(f"{URL}/health", timeout=30)
    table.row("/health over TLS", health.json()["status"] == "ok", health.json()["checks"])
    plain = requests.get(f"http://{HOST}/admin/", allow_redirects=False, timeout=30)
    table.row("http leads to https", plain.headers.get("Location") == f"{URL}/admin/")
    for number in range(PEOPLE):
        standin.upload(person(number), f"p/{number}", folder="test_prototype", email=f"p{number}@example.org")
        standin.approve(f"p/{number}")
    standin.wait_idle()
    outcomes = {delivery["outcome"] for delivery in standin.deliveries()}
    archives = list((root / "srv/collagen/test_prototype/approved").glob("*.jpg"))
    table.row(f"{PEOPLE} photos approved through nginx", outcomes == {"delivered"}, f"{len(archives)} in the store")
    campaign = f"{URL}/admin/campaigns/test_prototype/collages"
    built = requests.post(
        campaign, json={"width": 1200, "height": 1200}, auth=admin, headers={"Prefer": "wait=60"}, timeout=90
    )
    table.row("a collage of them", built.status_code == 201, f"{built.json().get('layout', built.json())}"[:60])
    collage = f"{campaign}/{built.json()['id']}"
    fetched = requests.get(f"{collage}/collage.png", auth=admin, timeout=30)
    digest = next(file["sha256"] for file in built.json()["files"] if file["name"] == "collage.png")
    sent_by_nginx = "-" in fetched.headers["ETag"] and fetched.headers.get("Accept-Ranges") == "bytes"
    right = hashlib.sha256(fetched.content).hexdigest() == digest and sent_by_nginx
    table.row("fetched whole, sent by nginx", right, f"{len(fetched.content)} bytes")
    (root / "etc/collagen/looks.toml").write_text(LOOK)
    # what needs libraries of the system, on a machine that has nothing but what the installer brings
    rich = ["--width", "1200", "--height", "1200", "--look", "card", "--mosaic", str(PICTURE), "--format", "avif"]
    for command in (
        ["sync"],
        ["look", "test_prototype", "card"],
        ["collage", "test_prototype", *rich],
        ["check"],
    ):
        ended = machine.run("/usr/local/bin/collagen", *command)
        table.row(f"sudo collagen {' '.join(command)}", ended.returncode == 0, ended.stderr.strip()[-200:])
    ended = machine.run("systemctl", "start", "collagen-sync.service")
    table.row(
        "collagen-sync.service",
        ended.returncode == 0,
        machine.run("journalctl", "-u", "collagen-sync", "-n3", "-ocat", "--no-pager").stdout[-300:]
        if ended.returncode
        else "",
    )
    ended = machine.run("systemd-tmpfiles", "--clean", "/etc/tmpfiles.d/collagen.conf")
    table.row(
        "old notifications are removed by systemd-tmpfiles", (ended.returncode, ended.stderr) == (0, ""), ended.stderr
    )
    ended = machine.run("logrotate", "--force", "/etc/logrotate.d/nginx")
    requests.get(f"{URL}/health", timeout=30)
    new = root / "var/log/nginx/collagen-access.log"
    table.row("nginx's logs are rotated", ended.returncode == 0 and "/health" in new.read_text(), ended.stderr[-200:])
    return collage


def told(root: Path, machine: Container, table: Table, mails: MailServer, collage: str, admin: tuple[str, str]) -> str:
    """Sends mails and loads the picture in one; returns its token."""
    write(root, "COLLAGEN_SMTP_URL", mails.plain_url)
    write(root, "COLLAGEN_MAIL_FROM", "Test <hello@campaign.example>")
    machine.run("systemctl", "restart", "collagen.service")
    requests.post(f"{collage}/notify", json={"send": True}, auth=admin, timeout=60).raise_for_status()
    state = ended(f"{collage}/notify", admin, "sending")
    table.row("everyone in it is told", (state["state"], len(mails.told())) == ("done", PEOPLE), len(mails.told()))
    body = mails.messages()[0].get_body(("plain",))
    found = re.search(rf"{URL}/track/([^/]+)/collage.jpg", body.get_content() if body else "")
    token = found[1] if found else ""
    browser = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    picture = requests.get(f"{URL}/track/{token}/collage.jpg", headers=browser, timeout=30)
    opened = requests.get(f"{collage}/opens", auth=admin, timeout=30).json()["opened"]
    table.row("the picture in a mail; its opening is counted", (picture.status_code, opened) == (200, 1))
    return token


def changes(
    root: Path, machine: Container, table: Table, standin: Standin, collage: str, admin: tuple[str, str]
) -> None:
    """Reload, upgrade, rollback: no request is refused meanwhile."""
    addresses = [f"{URL}/health", f"{URL}/static/page.css", f"{collage}/collage-1024.jpg", f"{URL}/admin/"]
    install = INSTALL[0]
    version = root / "root/collagen/app/__init__.py"
    text = version.read_text()

    def during(what: str, action: Callable[[], Any], good: Callable[[Any], bool], well: bool = True) -> None:
        stream, told = Stream(), len(standin.deliveries())
        with stream.running(addresses if well else addresses[1:], admin):
            for number in range(3):
                standin.reject(f"p/{number}")
            said = action()
            for number in range(3):
                standin.approve(f"p/{number}")
        standin.wait_idle()
        deliveries = standin.deliveries()[told:]
        lost = [one for one in deliveries if one["outcome"] != "delivered"]
        failed = len(stream.failed) + len(lost)
        asked = f"{stream.answered} answers and {len(deliveries)} webhooks"
        figures = f"{asked}, {failed} failed; longest {stream.longest:.1f} s"
        table.row(f"{what}, under requests", good(said) and not stream.failed and not lost, figures)
        for one in [*stream.failed[:3], *lost[:3], *([] if good(said) else [said])]:
            print(f"      {one}")

    def reload() -> Any:
        ended = machine.run("systemctl", "reload", "collagen.service")
        time.sleep(6)
        return ended

    during("reload (HUP)", reload, lambda ended: ended.returncode == 0)
    try:
        version.write_text(f"{text}\n# {time.time()}\n")
        during("upgrade", lambda: machine.run(install, "--upgrade"), lambda ended: "is running; before" in ended.stdout)
        during(
            "rollback", lambda: machine.run(install, "--rollback"), lambda ended: "is running; before" in ended.stdout
        )
        version.write_text(f"{text}\nraise RuntimeError\n# {time.time()}\n")
        during(
            "upgrade to one that cannot start",
            lambda: machine.run(install, "--upgrade"),
            lambda ended: "cannot start" in ended.stderr,
        )
        version.write_text(f"{text}\n# {time.time()}\n")
        health = root / "root/collagen/app/web/api/health.py"
        was = health.read_text()
        health.write_text(was.replace("200 if healthy else 503", "503"))
        during(
            "upgrade to one that is not well",
            lambda: machine.run(install, "--upgrade"),
            lambda ended: "back to" in ended.stderr,
            well=False,
        )
        health.write_text(was)
        kept = len(list((root / "opt/collagen/releases").iterdir()))
        table.row("old releases are removed", kept <= 4, f"{kept} are there")
    finally:
        version.write_text(text)


def outlive(machine: Container, table: Table, admin: tuple[str, str]) -> None:
    """A build survives a restart of the service, and the service survives the killing of a build."""
    campaign = f"{URL}/admin/campaigns/test_prototype/collages"
    order = {"width": 6000, "height": 6000}
    began = requests.post(campaign, json=order, auth=admin, timeout=30)
    look = (
        "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline | grep -q '[m] app.services.collage.job' &&"
        " echo $(cut -d' ' -f19 $p/stat) $(cat $p/oom_score_adj); done"
    )

    collage = f"{campaign}/{began.json()['id']}"
    wait_for(
        lambda: requests.get(collage, auth=admin, timeout=60).json().get("progress") != 0, "the build made progress"
    )
    found = machine.run("sh", "-c", look).stdout.split()
    given = set(zip(found[::2], found[1::2], strict=True))  # by each of its processes
    table.row("a build gives way (niceness, oom_score_adj)", given == {("10", "1000")}, given)
    machine.run("systemctl", "restart", "collagen.service")
    last = ended(collage, admin, "building")
    table.row("a build outlives a restart", last["state"] == "done", last.get("error", ""))
    before = machine.run("systemctl", "show", "-P", "MainPID", "collagen.service").stdout
    machine.run("systemctl", "kill", "--kill-whom=main", "-s", "KILL", "collagen.service")
    answer = requests.get(f"{URL}/health", timeout=60)
    after = machine.run("systemctl", "show", "-P", "MainPID", "collagen.service").stdout
    table.row(
        "killed, it starts again, and requests made meanwhile are answered",
        answer.status_code == 200 and before != after,
    )


def traces(root: Path, machine: Container, table: Table, token: str) -> None:
    """Checks the logs."""
    journal = machine.run("journalctl", "--no-pager", "-o", "cat", "-u", "collagen*").stdout
    bad = re.findall(r".*(?:not permitted|Permission denied|Traceback|SIGSYS|core-dump).*", journal)
    table.row("it is denied nothing that it needs", not bad, bad[:3] or "")
    logs = (
        "".join(path.read_text() for path in (root / "var/log/nginx").glob("*.log*") if path.suffix != ".gz") + journal
    )
    named = [
        secret
        for secret in (
            *re.findall(r"p-?\d+[@-]example", logs),
            token,
            setting(root, "COLLAGEN_ADMIN_PASSWORD"),
            "/srv/collagen/test",
        )
        if secret in logs
    ]
    table.row("no address, secret or path of the store is in the logs", not named, named[:3] or "")


def steps(said: str) -> str:
    """How many steps were done, and how many were already done."""
    words = re.findall(r"^  (done|now|would) ", said, re.M)
    return ", ".join(f"{words.count(word)} {word}" for word in ("now", "would", "done") if word in words)


def tree(directory: Path) -> dict[str, float]:
    """When each file below it was changed."""
    return {str(path): path.lstat().st_mtime for path in directory.rglob("*") if path.name != "resolv.conf"}


if __name__ == "__main__":
    main()
