"""`publish` as a command: into a directory, and into a bucket of moto's server by the real boto3."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.adapters.store import Store
from app.adapters.targets.directory import TEMPORARY
from app.services.publish import names
from scripts.sandbox import stored
from scripts.sandbox.awsserver.client import AwsServer
from scripts.sandbox.service import ROOT
from scripts.sandbox.site import reader, walk
from scripts.sandbox.waiting import wait_for
from tests.support.command import run
from tests.support.stores import linked

CAMPAIGNS = """
[sayno]
title = "Say No"
public = true
publish = "site"

[closed]
folder = "closed"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a collage of 6 people, and campaigns.toml."""
    top = tmp_path_factory.mktemp("cli")
    store = Store(top / "store")
    store.root.initialise()
    stored.put(store, range(6), archive=stored.archive)
    stored.built(store, width=450, height=400)
    (top / "campaigns.toml").write_text(CAMPAIGNS)
    return top


@pytest.fixture(scope="module")
def two(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with another collage."""
    store = linked(place / "store", tmp_path_factory.mktemp("two") / "store")
    stored.built(store, width=450, height=300)
    return store.path


@pytest.fixture
def environ(aws: AwsServer, place: Path) -> dict[str, str]:
    own = {"COLLAGEN_STORE": str(place / "store"), "COLLAGEN_CAMPAIGNS": str(place / "campaigns.toml")}
    return aws.environment | own


def test_without_to_it_goes_where_the_campaign_says(place: Path, environ: dict[str, str]) -> None:
    planned = run("publish", "sayno", "--dry-run", environ=environ)
    done = run("publish", "sayno", environ=environ)
    again = run("publish", "sayno", environ=environ)
    assert (planned.returncode, done.returncode, again.returncode) == (0, 0, 0), done.stderr
    assert done.stdout.startswith(f"Collage 0001 with 6 people → {place / 'site'}: ")
    assert planned.stdout.replace(" would be", "") == done.stdout
    assert ": 0 files (0.0 MB) sent; " in again.stdout


def test_every_object_of_a_bucket_has_its_type_caching_and_sum(aws: AwsServer, environ: dict[str, str]) -> None:
    bucket, distribution = aws.bucket(), aws.distribution()
    to = f"s3://{bucket}/faces?site=https://faces.example.org"
    done = run("publish", "sayno", "1", "--to", to, "--invalidate", distribution, "--wait", "--json", environ=environ)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    s3 = aws.of("s3")

    def read(path: str) -> bytes | None:
        try:
            found: Any = s3.get_object(Bucket=bucket, Key=f"faces/{path}", ChecksumMode="ENABLED")
        except s3.exceptions.NoSuchKey:
            return None
        data: bytes = found["Body"].read()
        assert found["ContentType"] == names.content_type(path)
        assert found["CacheControl"] == (names.FOREVER if names.is_fixed(path) else names.A_MINUTE)
        assert found["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(data).digest()).decode()
        return data

    walk(read)
    keys = [entry["Key"].removeprefix("faces/") for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert sorted(keys) == sorted([*report["sent"], names.MARKER])
    assert all(read(path) is not None for path in keys)
    assert report["invalidated"] == ["/", *sorted(f"/{path}" for path in names.PAGES)]
    again = json.loads(run("publish", "sayno", "--to", to, "--json", environ=environ).stdout)
    assert (again["sent"], again["removed"]) == ([], [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("closed",), "no key publish"),
        (("closed", "--to", "x"), "is not public"),
        (("other",), "There is no campaign 'other'"),
        (("sayno", "9"), "no collage 0009"),
        (("sayno", "--to", "s3://collagen-nowhere"), "There is no s3://collagen-nowhere"),
    ],
)
def test_what_cannot_be_published_is_said_in_one_line(
    environ: dict[str, str], arguments: tuple[str, ...], message: str
) -> None:
    done = run("publish", *arguments, environ=environ)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_who_is_forgotten_is_erased_where_the_campaign_is_published(
    environ: dict[str, str], place: Path, tmp_path: Path
) -> None:
    store = linked(place / "store", tmp_path / "store")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures/kept.jpg").write_bytes(stored.archive(0))
    rules = CAMPAIGNS.partition("[closed]")[0].replace("public = true", 'public = true\nsource = "folder:pictures"')
    (tmp_path / "campaigns.toml").write_text(rules)
    own = {"COLLAGEN_STORE": str(store.path), "COLLAGEN_CAMPAIGNS": str(tmp_path / "campaigns.toml")}
    assert run("publish", "sayno", environ=environ | own).returncode == 0
    before = {path.name for path in (tmp_path / "site/wall").rglob("*.jpg")}
    done = run("forget", stored.name(3), "--yes", environ=environ | own)
    assert "What is published of sayno is being brought up to date." in done.stderr, done.stdout + done.stderr

    wait_for(lambda: (store.published.noted("sayno") or {}).get("people", 6) < 6, "the publication")
    assert before - {path.name for path in (tmp_path / "site/wall").rglob("*.jpg")}
    assert json.loads((tmp_path / "site/album.json").read_text())["collages"][0]["people"] < 6
    walk(reader(tmp_path / "site"))


MOMENTS = [1, 30, *(pytest.param(number, marks=pytest.mark.thorough) for number in range(4, 40, 2))]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_reader_finds_whole_pages_whenever_the_process_is_killed(
    place: Path, two: Path, environ: dict[str, str], tmp_path: Path, moment: int
) -> None:
    site = tmp_path / "site"
    own = environ | {"COLLAGEN_STORE": str(linked(two, tmp_path / "store").path)}
    assert run("publish", "sayno", "1", "--to", str(site), environ=own).returncode == 0
    there = len(list(site.rglob("*.*")))
    command = [sys.executable, "-m", "app", "publish", "sayno", "2", "--to", str(site)]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and len(list(site.rglob("*.*"))) < there + moment:
            walk(reader(site))
        process.kill()
    walk(reader(site))
    done = run("publish", "sayno", "2", "--to", str(site), environ=own)
    assert done.returncode == 0, done.stderr
    walk(reader(site))
    assert json.loads((site / "album.json").read_text())["collages"][0]["number"] == "0002"
    assert not [path for path in site.rglob("*") if path.name.startswith(TEMPORARY)]
