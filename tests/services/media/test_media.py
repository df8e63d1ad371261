"""Pictures in object storage: put, replaced, deleted, with the storage there or away; and the way to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from app.adapters import imaging
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.targets.s3 import Bucket as S3Bucket
from app.core.config import Campaign, load_campaigns, load_settings
from app.core.errors import SettingError
from app.core.sources import Hint
from app.core.targets import read_address
from app.services.check.media import media_findings
from app.services.forget.forget import Forgetting
from app.services.intake import Intake
from app.services.media import keys
from app.services.media.agreement import agree, due
from app.services.media.media import KEPT, LIFE, Media
from app.services.sources import Sources
from scripts.sandbox import stored
from scripts.sandbox.awsserver.client import AwsServer, Gate
from scripts.sandbox.samples import person
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.buckets import Bucket, media_at
from tests.support.command import run
from tests.support.queue import approved


@pytest.fixture
def away(bucket: Bucket, store: Store) -> Media:
    """The same storage, where nothing answers."""
    return media_at(f"s3://{bucket.name}/faces?endpoint=http://127.0.0.1:9", store)


SAYNO = Campaign("sayno", "Say No", "sayno")


def put(store: Store, *indices: int) -> list[str]:
    return [one for index in indices for one in stored.put(store, range(index, index + 1), archive=stored.archive)]


@given(st.text(min_size=1, max_size=300), st.integers(0, 10**15), st.sampled_from(keys.VARIANTS))
def test_a_key_is_plain_and_says_nothing_of_the_public_id(public_id: str, number: int, variant: keys.Variant) -> None:
    made = keys.key("sayno", public_id, number, variant)
    assert made.isascii()
    assert len(made) < 120
    assert made.split("/")[0] == "sayno"
    assert keys.content_type(made) == ("image/png" if variant == "small" else "image/jpeg")


def test_what_is_there_are_the_pictures_of_the_photo_and_an_address_leads_to_each(
    media: Media, store: Store, bucket: Bucket
) -> None:
    (photo,) = put(store, 1)
    media.arrived(SAYNO, photo, 0)
    number = store.photos.version("sayno", photo)
    assert number is not None
    archive = store.photos.archive("sayno", photo)
    assert archive is not None
    expected = {"full": imaging.bare(archive)}
    small = store.photos.intermediate("sayno", photo)
    assert small is not None
    expected["small"] = imaging.copies.without(small)
    assert bucket.listed() == {f"faces/{keys.key('sayno', photo, number, one)}" for one in ("small", "full")}
    for variant, data in expected.items():
        address = media.address("sayno", photo, variant, number)  # type: ignore[arg-type]
        assert address is not None
        assert address.startswith(media.origin)
        assert f"X-Amz-Expires={LIFE}&" in address
        answer = requests.get(address, timeout=300)
        assert answer.content == data
        assert answer.headers["Content-Type"] == ("image/png" if variant == "small" else "image/jpeg")
        assert answer.headers["Cache-Control"] == f"private, max-age={LIFE}"
    assert media.address("sayno", photo, "thumb", number) is None, "it has none"
    assert media.address("sayno", photo, "full", number + 1) is None, "another picture"
    assert media.address("sayno", "nobody", "full", number) is None


@pytest.fixture(scope="module")
def gate(aws: AwsServer) -> Iterator[Gate]:
    with Gate(aws) as started:
        yield started


def test_an_address_is_valid_as_long_as_it_says_and_for_one_picture(
    gate: Gate, media: Media, store: Store, bucket: Bucket
) -> None:
    photos = put(store, 1, 2)
    for photo in photos:
        media.arrived(SAYNO, photo, 0)
    gated, addresses = media_at(f"s3://{bucket.name}/faces?endpoint={gate.url}", store), []
    for photo in photos:
        number = store.photos.version("sayno", photo)
        assert number is not None
        addresses.append(gated.address("sayno", photo, "full", number) or "")

    def answer(address: str, ahead: int = 0) -> tuple[int, bytes]:
        found = requests.get(address, headers={"X-Ahead": str(ahead)}, timeout=300)
        return found.status_code, found.content

    archive = store.photos.archive("sayno", photos[0])
    assert archive is not None
    assert answer(addresses[0]) == answer(addresses[0], KEPT) == (200, imaging.bare(archive))
    assert answer(addresses[0], LIFE) == (403, b"Request has expired")
    longer = addresses[0].replace(f"X-Amz-Expires={LIFE}", f"X-Amz-Expires={10 * LIFE}")
    another = f"{addresses[1].partition('?')[0]}?{addresses[0].partition('?')[2]}"
    assert answer(longer, LIFE) == answer(another) == (403, b"SignatureDoesNotMatch")
    assert answer(addresses[0].partition("?")[0]) == (403, b"AccessDenied")


@pytest.mark.parametrize(
    ("to", "host"),
    [
        ("s3://faces?region=us-east-1", "https://faces.s3.amazonaws.com/"),
        ("s3://faces?region=eu-central-1", "https://faces.s3.eu-central-1.amazonaws.com/"),
        ("s3://faces?region=auto&endpoint=https://a.r2.example", "https://a.r2.example/faces/"),
    ],
)
def test_an_address_is_signed_by_version_4_for_the_host_that_answers(
    monkeypatch: pytest.MonkeyPatch, to: str, host: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    at = read_address(to, Path())
    address = S3Bucket(at.bucket, at.prefix, at.endpoint, at.region).address("a.jpg", 600)
    assert address.startswith(f"{host}a.jpg?")
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256&" in address


def test_a_replaced_photo_has_other_objects_and_the_former_are_gone(media: Media, store: Store, bucket: Bucket) -> None:
    (photo,) = put(store, 1)
    media.arrived(SAYNO, photo, 0)
    before = bucket.listed()
    store.photos.put("sayno", photo, stored.archive(2), stored.intermediate(2), stored.APPROVED, 1_700_000_001.0)
    media.arrived(SAYNO, photo, 1_700_000_001)
    after = bucket.listed()
    assert len(after) == 2
    assert not after & before
    media.removed("sayno", photo)
    assert bucket.listed() == set()
    assert store.offloaded.public_ids("sayno") == []


def test_a_storage_that_is_away_costs_no_photo_and_a_sync_brings_both_into_agreement(
    media: Media, away: Media, store: Store, bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    one, two, three = put(store, 1, 2, 3)
    media.arrived(SAYNO, one, 0)
    media.arrived(SAYNO, two, 0)
    away.arrived(SAYNO, three, 0)
    assert "are not in object storage yet" in caplog.text
    number = store.photos.version("sayno", three)
    assert number is not None
    assert media.address("sayno", three, "full", number) is None
    away.removed("sayno", one)
    store.photos.remove("sayno", one)
    assert "still to be deleted" in caplog.text
    assert "127.0.0.1" not in caplog.text
    there = bucket.listed()
    assert len(there) == 4
    assert due(store, "sayno") == ([three], [one])
    problems = {finding.path.name: finding.problem for finding in media_findings(store, media, "sayno")}
    assert set(problems) == {one, three}
    assert "cannot be compared" in next(iter(media_findings(store, away, "sayno"))).problem
    left = agree(store, away, "sayno")
    assert set(left.left) == {one, three}
    done = agree(store, media, "sayno")
    assert (done.put, done.deleted, done.left) == ([three], [one], {})
    assert len(bucket.listed()) == 4
    assert not any(one in key for key in bucket.listed())
    assert list(media_findings(store, media, "sayno")) == []
    agree(store, media, "sayno")
    assert due(store, "sayno") == ([], [])


def test_check_names_what_is_missing_and_what_belongs_to_nobody(media: Media, store: Store, bucket: Bucket) -> None:
    (photo,) = put(store, 1)
    media.arrived(SAYNO, photo, 0)
    key = sorted(bucket.listed())[0]
    bucket.client.delete_object(Bucket=bucket.name, Key=key)
    bucket.client.put_object(Bucket=bucket.name, Key="faces/sayno/stray.jpg", Body=b"?")
    problems = [finding.problem for finding in media_findings(store, media, "sayno")]
    assert len(problems) == 2
    assert problems[0].endswith("is not in object storage")
    assert problems[1] == "is in object storage, but of no photo here"
    assert [one.problem for one in media_findings(store, None, "sayno")] == [
        "says that pictures are in object storage, but COLLAGEN_MEDIA is not set"
    ]


def test_a_damaged_note_hides_nothing(media: Media, store: Store, bucket: Bucket) -> None:
    (photo,) = put(store, 1)
    media.arrived(SAYNO, photo, 0)
    (store.path / "sayno" / "media" / f"{photo}.json").write_text("{")
    number = store.photos.version("sayno", photo)
    assert number is not None
    assert media.address("sayno", photo, "full", number) is None
    media.removed("sayno", photo)
    assert bucket.listed() == set()


def test_a_photo_goes_there_when_it_arrives_and_goes_with_it(
    bucket: Bucket, store: Store, standin: Standin, exiftool: ExifTool
) -> None:
    settings = load_settings(environment(standin, store.path) | {"COLLAGEN_MEDIA": bucket.url}, Path("/nonexistent"))
    intake = Intake.of(settings, load_campaigns(settings.campaigns_file), store, exiftool)
    approved(standin)
    assert intake.processor.process(Hint("a", brings=True)).status == "stored"
    assert len(bucket.listed()) == 3
    assert not any(b"ann@example.org" in bucket.data(key) for key in bucket.listed())
    standin.reject("a")
    assert intake.processor.process(Hint("a")).status == "removed"
    assert bucket.listed() == set()
    intake.close()


def test_sync_and_check_know_object_storage(bucket: Bucket, store: Store, tmp_path: Path, standin: Standin) -> None:
    environ = environment(standin, store.path) | {"COLLAGEN_MEDIA": bucket.url}
    approved(standin)
    environ["COLLAGEN_MEDIA"] = ""
    assert run("sync", "sayno", environ=environ).returncode == 0
    environ["COLLAGEN_MEDIA"] = bucket.url
    answer = run("sync", "sayno", environ=environ)
    assert answer.returncode == 0, answer.stderr
    assert "sayno: 1 put into object storage, 0 deleted there" in answer.stdout + answer.stderr
    assert len(bucket.listed()) == 3
    bucket.client.put_object(Bucket=bucket.name, Key="faces/sayno/stray.jpg", Body=b"?")
    answer = run("check", "sayno", environ=environ)
    assert "stray.jpg: is in object storage, but of no photo here" in answer.stdout
    assert run("sync", "sayno", environ=environ).returncode == 0
    assert len(bucket.listed()) == 3
    assert "faces/sayno/stray.jpg" not in bucket.listed()


def test_whoever_is_forgotten_is_gone_there_too_or_the_receipt_says_what_is_left(
    media: Media, away: Media, bucket: Bucket, store: Store, standin: Standin, exiftool: ExifTool
) -> None:
    settings = load_settings(environment(standin, store.path) | {"COLLAGEN_MEDIA": bucket.url}, Path("/nonexistent"))
    campaigns = load_campaigns(settings.campaigns_file)
    intake = Intake.of(settings, campaigns, store, exiftool)
    for name in ("a", "b"):
        standin.upload(person(1 if name == "a" else 2), name, folder="sayno", email=f"{name}@example.org")
        standin.approve(name)
        assert intake.processor.process(Hint(name, brings=True)).status == "stored"
    intake.close()
    assert len(bucket.listed()) == 6

    def forgotten(whom: str, where: Media) -> list[str]:
        return Forgetting(Sources(settings), store, exiftool, campaigns, media=where).forget(whom).left_to_delete

    assert forgotten("a@example.org", media) == []
    assert len(bucket.listed()) == 3
    (left,) = forgotten("b@example.org", away)
    assert left.startswith("pictures of 1 photo in object storage, which cannot be used at the moment")
    assert len(bucket.listed()) == 3
    agree(store, media, "sayno")
    assert bucket.listed() == set()


@pytest.mark.parametrize("address", ["/srv/media", "s3://UPPER/x", "s3://bucket/x?unknown=1", "https://example.org"])
def test_an_address_that_is_none_stops_the_start(store: Store, address: str) -> None:
    with pytest.raises(SettingError):
        media_at(address, store)
