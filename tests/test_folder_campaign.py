"""A campaign whose photos come from a folder: everything works as with Cloudinary, and without its settings."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.config import load_campaigns, load_settings
from app.core.errors import BadParameters, FolderUnavailable, NotFound, SettingError
from app.services.forget.forget import Forgetting
from app.services.sources import Sources
from scripts.sandbox import mirror
from scripts.sandbox.people import as_format
from scripts.sandbox.pictures import scene
from scripts.sandbox.samples import person
from scripts.sandbox.service import PASSWORD, ROOT, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.command import run
from tests.support.sources import LONG_AGO, write
from tests.support.web import ADMIN, application, mail_settings, notify

RULES = """
[album]
title = "Album"
source = "folder:pictures"
public = true
"""
MIXED = f'{RULES}\n[sayno]\ntitle = "Say No"\n'


class Bench:
    """A service with one folder, `pictures`, beside its campaigns.toml."""

    def __init__(self, store: Store, exiftool: ExifTool) -> None:
        self.store, self.exiftool = store, exiftool
        self.place = store.root.path.parent
        self.top = self.place / "pictures"
        self._when = LONG_AGO
        (self.place / "campaigns.toml").write_text(RULES)
        self.environ = {
            "COLLAGEN_STORE": str(store.root.path),
            "COLLAGEN_CAMPAIGNS": str(self.place / "campaigns.toml"),
            "COLLAGEN_ADMIN_PASSWORD": PASSWORD,
        }

    def put(self, path: str, picture: bytes) -> Path:
        self._when += 1
        return write(self.top / path, picture, self._when)

    def table(self, *rows: str) -> None:
        (self.top / "people.csv").write_text("\n".join(["file,email,name,consent", *rows, ""]))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(*arguments, environ=self.environ)

    def sync(self, *arguments: str) -> dict[str, Any]:
        answer = self.run("sync", "album", "--json", *arguments)
        report: dict[str, Any] = json.loads(answer.stdout)["campaigns"][0]
        return report

    def held(self) -> set[str]:
        return set(self.store.photos.public_ids("album"))

    def addresses(self) -> dict[str, str]:
        return {name: mirror.user_comment(self.store.photos.archive_path("album", name)) for name in self.held()}


@pytest.fixture
def bench(store: Store, exiftool: ExifTool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    for name in [name for name in os.environ if name.startswith("CLOUDINARY_")]:
        monkeypatch.delenv(name)
    yield Bench(store, exiftool)
    assert mirror.leftovers(store) == []


@contextmanager
def client(environ: dict[str, str]) -> Iterator[FlaskClient]:
    app = application(environ)
    try:
        yield app.test_client()
    finally:
        app.extensions["collagen"].close()


def test_a_folder_goes_the_whole_way_without_any_setting_of_cloudinarys(bench: Bench) -> None:
    for number, ending in enumerate(("jpg", "png", "jpg", "heic", "jpg")):
        picture = person(number) if ending == "jpg" else as_format(scene(300, 400), ending)
        bench.put(f"Grüße an alle/{number}.{ending}", picture)
    bench.put("pending/6.jpg", person(5))
    bench.table("Grüße an alle/0.jpg,ann@example.org,Ann,yes", "6.jpg,ben@example.org,Ben,", "Grüße an alle/1.png,,,no")
    assert len(bench.sync()["repaired"]) == 4
    assert bench.held() == {f"Grüße an alle/{number}" for number in (0, 2, 3, 4)}
    assert bench.addresses()["Grüße an alle/0"] == "ann@example.org"

    again = bench.sync()
    assert (again["agreed"], again["asked"], again["notes"]) == (
        4,
        0,
        [{"file": "Grüße an alle/1.png", "note": "is not taken: no consent (people.csv, line 4)"}],
    )
    # approved, rejected, renamed, replaced, deleted
    (bench.top / "pending/6.jpg").rename(bench.top / "6.jpg")
    (bench.top / "rejected").mkdir()
    (bench.top / "Grüße an alle/2.jpg").rename(bench.top / "rejected/2.jpg")
    (bench.top / "Grüße an alle/3.heic").rename(bench.top / "Grüße an alle/drei.heic")
    bench.put("Grüße an alle/0.jpg", person(1))
    (bench.top / "Grüße an alle/4.jpg").unlink()
    before = bench.store.photos.archive("album", "Grüße an alle/0")
    report = bench.sync()
    assert len(report["repaired"]) == 6
    assert bench.held() == {"6", "Grüße an alle/0", "Grüße an alle/drei"}
    assert bench.store.photos.archive("album", "Grüße an alle/0") != before
    assert bench.addresses()["6"] == "ben@example.org"

    assert bench.run("check").returncode == 0
    assert bench.run("collage", "album", "--width", "900", "--height", "400").returncode == 0
    doctor = bench.run("doctor").stdout
    assert "not checked: no campaign has its photos in Cloudinary" in doctor
    assert "CLOUDINARY_URL is not set" not in doctor
    assert f"folders: album: {bench.top} can be read and written to" in doctor
    bench.environ |= mail_settings("smtp://127.0.0.1:9")
    dry = bench.run("notify", "album", "0001", "--dry-run")
    assert "ann@example.org" in dry.stdout
    assert "ben@example.org" in dry.stdout
    inventory = json.loads(bench.run("inventory", "--json").stdout)
    assert [folder["held"] for folder in inventory["folders"]] == [3]
    with client(bench.environ) as web:
        assert web.get("/health").status_code == 200
        assert "Album" in web.get("/admin/", auth=ADMIN).text
        assert web.get("/admin/campaigns/album", auth=ADMIN, follow_redirects=True).status_code == 200
        assert web.get("/admin/campaigns/album/photos/6/uncut.jpg", auth=ADMIN).status_code == 200
        assert web.get("/wall/album/0001").status_code == 200


def test_a_webhook_is_answered_with_a_sentence_where_no_campaign_is_in_cloudinary(bench: Bench) -> None:
    bench.put("a.jpg", person(1))
    with client(bench.environ) as web:
        answer = notify(web, {"notification_type": "upload", "public_id": "a"})
        assert (answer.status_code, answer.json) == (
            404,
            {"error": "No campaign here has its photos in Cloudinary, so no notifications are expected."},
        )
    bench.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
    worker = bench.run("worker", "--queue", "http://127.0.0.1:9/1/q")
    assert worker.returncode == 1
    assert "no campaign has its photos in Cloudinary" in worker.stderr


def test_a_corrected_table_changes_addresses_without_decoding_anything(bench: Bench) -> None:
    bench.put("a.jpg", person(1))
    bench.put("b.jpg", person(2))
    bench.table("a.jpg,ann@example.org,,")
    bench.sync()
    intermediates = {name: bench.store.photos.intermediate_path("album", name).stat().st_ino for name in bench.held()}
    bench.table("a.jpg,anna@example.org,,", "b.jpg,ben@example.org,,")
    assert len(bench.sync()["repaired"]) == 2
    assert bench.addresses() == {"a": "anna@example.org", "b": "ben@example.org"}
    now = {name: bench.store.photos.intermediate_path("album", name).stat().st_ino for name in bench.held()}
    assert now["a"] == intermediates["a"]


def test_the_pictures_own_address_counts_where_the_table_says_nothing(bench: Bench) -> None:
    path = bench.put("a.jpg", person(1))
    subprocess.run(["exiftool", "-q", "-P", "-overwrite_original", "-UserComment=cem@example.org", path], check=True)
    bench.sync()
    assert bench.addresses() == {"a": "cem@example.org"}
    assert bench.sync()["agreed"] == 1
    bench.table("a.jpg,ann@example.org,,")
    bench.sync()
    assert bench.addresses() == {"a": "ann@example.org"}
    bench.table()
    bench.sync()
    assert bench.addresses() == {"a": "cem@example.org"}


def test_every_odd_file_has_its_sentence_and_none_stops_the_sync(bench: Bench) -> None:
    bench.put("a.jpg", person(1))
    bench.put("cut short.jpg", person(2)[:20_000])
    bench.put("empty.heic", b"")
    bench.put("not a picture.jpg", b"<svg/>")
    bench.put(f"{'ü' * 40}.jpg", person(3))
    for name in ("._a.jpg", ".DS_Store", "Thumbs.db", "a.mov", "a.png", "b.jpg.part"):
        bench.put(name, b"x")
    report = bench.sync()
    assert bench.held() == {"a"}
    reasons = {row["public_id"]: row["reason"] for row in report["unreachable"]}
    assert "not a complete JPEG" in reasons["cut short"]
    assert reasons["empty"] == "The file is empty."
    assert "format that Collagen reads" in reasons["not a picture"]
    assert "too long for a file name (240 bytes, 200 at most)" in reasons["ü" * 40]
    notes = {row["file"] for row in report["notes"]}
    assert notes == {"._a.jpg", ".DS_Store", "Thumbs.db", "a.mov", "a.png", "b.jpg.part"}


def test_a_folder_that_is_gone_or_suddenly_empty_empties_no_mirror(bench: Bench) -> None:
    for number in range(8):
        bench.put(f"{number}.jpg", person(number % 2))
    bench.sync()
    away = bench.top.rename(bench.place / "unmounted")
    gone = bench.run("sync", "album")
    assert gone.returncode == 1
    assert f"There is no folder {bench.top}. Is it mounted?" in gone.stderr
    bench.top.mkdir()
    empty = bench.run("sync", "album", "--yes")
    assert empty.returncode == 1
    assert "is empty: is it mounted?" in empty.stderr
    write(bench.top / "readme.txt", b"an old copy of the folder")
    few = bench.run("sync", "album")
    assert few.returncode == 1
    assert "8 of the 8 photos of album would go at once" in few.stderr
    assert len(bench.held()) == 8
    shutil.rmtree(bench.top)
    away.rename(bench.top)
    assert bench.sync()["agreed"] == 8
    shutil.rmtree(bench.top)
    write(bench.top / "pending/9.jpg", person(1))
    bench.sync("--yes")
    assert bench.held() == set()


def test_another_folder_of_the_campaign_removes_nothing_unasked(bench: Bench) -> None:
    bench.put("a.jpg", person(1))
    bench.sync()
    write(bench.place / "others/b.jpg", person(2))
    (bench.place / "campaigns.toml").write_text(RULES.replace("pictures", "others"))
    refused = bench.run("sync", "album")
    assert refused.returncode == 1
    assert f"The last sync had the photos of folder:{bench.top}" in refused.stderr
    assert bench.held() == {"a"}


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ('source = "folder:"', "source must be cloudinary, or folder: and a path, not 'folder:'"),
        ('source = "ftp:x"', "source must be cloudinary, or folder: and a path, not 'ftp:x'"),
        ("source = 3", "source must be text"),
        ('source = "folder:a"\nfolder = "b"', "its source is a directory; remove one of the two keys"),
        ('source = "folder:a"\n[other]\nsource = "folder:./x/../a"', "have the same folder"),
    ],
)
def test_a_wrong_source_is_refused_by_name(tmp_path: Path, lines: str, sentence: str) -> None:
    path = write(tmp_path / "campaigns.toml", f"[album]\n{lines}\n".encode())
    with pytest.raises(SettingError, match=r"campaigns\.toml") as refused:
        load_campaigns(path)
    assert sentence in str(refused.value)


def test_sources_are_told_apart_and_paths_begin_at_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "campaigns.toml", (MIXED + '[other]\nsource = "cloudinary"\n').encode())
    campaigns = load_campaigns(path)
    assert campaigns["album"].directory == tmp_path / "pictures"
    assert campaigns["other"].directory is None
    parts = {source: (set(part), set(part.others)) for source, part in campaigns.by_source().items()}
    assert parts == {
        f"folder:{tmp_path}/pictures": ({"album"}, {"sayno", "other"}),
        "cloudinary": ({"sayno", "other"}, {"album"}),
    }


@pytest.fixture
def mixed(bench: Bench, standin: Standin) -> Bench:
    """The same public IDs, a and b, in a folder and in Cloudinary: other people."""
    (bench.place / "campaigns.toml").write_text(MIXED)
    bench.environ = environment(standin, bench.store.root.path)
    for number, name in enumerate(("a", "b")):
        bench.put(f"{name}.jpg", person(number))
        standin.upload(person(number + 2), name, folder="sayno", email=f"{name}@sayno.example", notify=False)
        standin.approve(name, notify=False)
    bench.table("a.jpg,ann@example.org,,", "b.jpg,ben@example.org,,")
    answer = bench.run("sync")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return bench


def both(bench: Bench) -> dict[str, set[str]]:
    return {name: set(bench.store.photos.public_ids(name)) for name in ("album", "sayno")}


def test_one_public_id_in_two_sources_is_two_photos(mixed: Bench, standin: Standin) -> None:
    assert both(mixed) == {"album": {"a", "b"}, "sayno": {"a", "b"}}
    standin.reject("a", notify=False)
    (mixed.top / "b.jpg").unlink()
    assert mixed.run("sync").returncode == 0
    assert both(mixed) == {"album": {"a"}, "sayno": {"b"}}
    with client(mixed.environ) as web:
        standin.delete("b")
        hint = {"notification_type": "delete", "resources": [{"public_id": "b"}]}
        answer = notify(web, hint, secret=standin.secret)
        assert answer.json == {"status": "removed", "public_id": "b"}
    assert both(mixed) == {"album": {"a"}, "sayno": set()}


def test_a_retired_folder_campaign_is_left_alone_by_cloudinarys_notifications(mixed: Bench, standin: Standin) -> None:
    (mixed.place / "campaigns.toml").write_text('[sayno]\ntitle = "Say No"\n')
    standin.reject("a", notify=False)
    assert mixed.run("sync").returncode == 0
    assert both(mixed) == {"album": {"a", "b"}, "sayno": {"b"}}


def forgetting(bench: Bench) -> Forgetting:
    settings = load_settings(bench.environ, dotenv=Path("/nonexistent"))
    campaigns = load_campaigns(settings.campaigns_file)
    return Forgetting(Sources(settings), bench.store, bench.exiftool, campaigns)


def test_forgetting_by_address_erases_one_person_and_not_their_namesake(mixed: Bench, standin: Standin) -> None:
    receipt = forgetting(mixed).forget("ANN@example.org")
    assert (receipt.photos_removed, receipt.rejected_in_folders, receipt.rejected_in_cloudinary) == (1, 1, 0)
    assert both(mixed) == {"album": {"b"}, "sayno": {"a", "b"}}
    assert standin.asset("a")["status"] == "approved"
    assert [path.name for path in (mixed.top / "rejected").iterdir()] == ["a.jpg"]
    assert receipt.left_to_delete == [
        f"1 photo in {mixed.top}/rejected, and what people.csv says of them: forget --delete deletes both"
    ]
    deleted = forgetting(mixed).forget("ann@example.org", delete=True)
    assert deleted.deleted_in_folders == 1
    assert not list((mixed.top / "rejected").iterdir())
    assert (mixed.top / "people.csv").read_text() == "file,email,name,consent\nb.jpg,ben@example.org,,\n"
    with pytest.raises(NotFound):
        forgetting(mixed).forget("ann@example.org")


def test_forgetting_an_id_that_two_sources_have_asks_which(mixed: Bench) -> None:
    with pytest.raises(BadParameters, match="say with --campaign which one is meant"):
        forgetting(mixed).forget("a")
    assert both(mixed) == {"album": {"a", "b"}, "sayno": {"a", "b"}}
    forgetting(mixed).forget("a", ["sayno"])
    assert both(mixed) == {"album": {"a", "b"}, "sayno": {"b"}}


def test_a_person_whose_picture_waits_with_the_address_in_it_is_found(bench: Bench) -> None:
    path = bench.put("pending/a.jpg", person(1))
    subprocess.run(["exiftool", "-q", "-P", "-overwrite_original", "-UserComment=cem@example.org", path], check=True)
    bench.put("b.jpg", person(2))
    bench.sync()
    receipt = forgetting(bench).forget("cem@example.org", delete=True)
    assert (receipt.photos_found, receipt.deleted_in_folders) == (1, 1)
    assert not path.exists()
    assert bench.held() == {"b"}


def test_forgetting_works_in_a_retired_campaign_whose_folder_is_gone(bench: Bench) -> None:
    bench.put("a.jpg", person(1))
    bench.table("a.jpg,ann@example.org,,")
    bench.sync()
    write(bench.place / "others/b.jpg", person(2))
    (bench.place / "campaigns.toml").write_text('[others]\nsource = "folder:others"\n')
    bench.top.rename(bench.place / "away")
    (bench.place / "others").rename(bench.place / "others away")
    with pytest.raises(FolderUnavailable):
        forgetting(bench).forget("ann@example.org")
    (bench.place / "others away").rename(bench.place / "others")
    assert forgetting(bench).forget("ann@example.org").photos_removed == 1
    assert bench.held() == set()


def test_watching_follows_every_change_and_ends_cleanly(bench: Bench, tmp_path: Path) -> None:
    for number in range(8):
        bench.put(f"{number}.jpg", person(number % 3))
    command = [sys.executable, "-m", "app", "watch", "album"]
    log = (tmp_path / "log").open("w+")
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | bench.environ | {"PYTHONUNBUFFERED": "1"}, stdout=log, stderr=log
    )
    try:

        def said(text: str) -> bool:
            return text in (tmp_path / "log").read_text()

        wait_for(lambda: said("Watching"), "it watches")
        assert len(bench.held()) == 8
        shutil.copy(bench.top / "0.jpg", bench.top / "new one.jpg")
        wait_for(lambda: "new one" in bench.held(), "a new picture is taken")
        (bench.top / "rejected").mkdir()
        (bench.top / "new one.jpg").rename(bench.top / "rejected/new one.jpg")
        wait_for(lambda: "new one" not in bench.held(), "a rejected one goes")
        (bench.top / "1.jpg").unlink()
        wait_for(lambda: "1" not in bench.held(), "a deleted one goes")
        for number in range(2, 8):
            (bench.top / f"{number}.jpg").unlink()
        wait_for(lambda: said("would go at once"), "many at once look like a mistake")
        assert len(bench.held()) == 7
        bench.top.rename(bench.place / "away")
        wait_for(lambda: said("is gone; nothing is removed here"), "the folder is gone")
        assert len(bench.held()) == 7
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        log.close()
    assert (tmp_path / "log").read_text().endswith("Stopped.\n")
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_what_is_not_a_folder_cannot_be_watched(bench: Bench, standin: Standin) -> None:
    (bench.place / "campaigns.toml").write_text(MIXED)
    bench.environ = environment(standin, bench.store.root.path)
    answer = bench.run("watch", "sayno")
    assert answer.returncode == 1
    assert "only a folder can be watched" in answer.stderr
