"""Processing one photo: whatever the hint, the store ends up as Cloudinary says now."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from app.adapters import imaging
from app.adapters.cloudinary import Cloudinary, parse
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.adapters.store.photos.paths import VARIANTS
from app.core.config import Campaign, Campaigns, load_campaigns, load_settings
from app.core.errors import CloudinaryUnavailable, DecoderFailed, ExifToolFailed, StoreUnavailable
from app.core.sources import Asset, Hint
from app.services.processor.decision import address, decide
from app.services.processor.processor import Processor
from scripts.sandbox import mirror
from scripts.sandbox.people import as_format
from scripts.sandbox.samples import person, prepared
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.failing import Full
from tests.support.remembering import Remembering

SAYNO = Campaign("sayno", "Say No", "sayno")
TRIAL = Campaign("trial", "Trial", "trial", test_address="t+{token}@x.org")


@dataclass
class Bench:
    """A processor between the stand-in and a store."""

    standin: Standin
    store: Store
    processor: Processor
    settings: Any
    campaigns: Campaigns

    def hint(self, public_id: str, approval: bool = True) -> Hint:
        asset = self.standin.state()["assets"].get(public_id)
        if asset is None or not approval:
            return Hint(public_id)
        return Hint(public_id, asset["secure_url"], asset["version"])

    def process(self, public_id: str, approval: bool = True) -> str:
        return self.processor.process(self.hint(public_id, approval)).status

    def log(self, campaign: str) -> list[str]:
        path = self.store.root.path / campaign / "logs" / "processor.log"
        return [line.split(" ", 1)[1] for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def bench(standin: Standin, store: Store, exiftool: ExifTool, decoder: Remembering) -> Iterator[Bench]:
    settings = load_settings(environment(standin, store.root.path), dotenv=Path("/nonexistent"))
    campaigns = load_campaigns(settings.campaigns_file)
    cloudinary = Cloudinary(settings.required_account(), settings.delivery_hosts)
    processor = Processor(cloudinary, store, exiftool, campaigns)
    processor._mirror.decoder = decoder
    yield Bench(standin, store, processor, settings, campaigns)
    assert mirror.leftovers(store) == []


def upload(bench: Bench, public_id: str = "a/b", folder: str = "sayno", **more: Any) -> None:
    bench.standin.upload(person(1), public_id, **({"folder": folder, "email": "ann@example.org"} | more))
    bench.standin.approve(public_id)


def test_an_approved_photo_is_stored_with_its_address_and_a_small_copy_of_the_same_picture(bench: Bench) -> None:
    upload(bench)
    assert bench.process("a/b") == "stored"
    archive = bench.store.root.path / "sayno/approved/a+b.jpg"
    assert mirror.user_comment(archive) == "ann@example.org"
    with Image.open(archive) as big, Image.open(bench.store.root.path / "sayno/thumbnails/a+b.png") as small:
        assert (big.size, small.size, small.format, small.mode) == ((1500, 2000), (300, 400), "PNG", "RGB")
        expected = big.convert("RGB").resize((300, 400), Image.Resampling.LANCZOS)
        assert max(ImageStat.Stat(ImageChops.difference(expected, small)).mean) < 3
    assert [line.split(" version")[0] for line in bench.log("sayno")] == ["SYNCED a/b"]


def test_an_archives_modification_time_is_the_time_of_approval(bench: Bench) -> None:
    upload(bench)
    bench.process("a/b")
    (photo,) = bench.store.photos.all("sayno")
    asset = bench.processor._source.state("a/b")
    assert asset is not None
    assert photo.approved_at == int(asset.approved_at * 1e9)


def test_a_campaign_for_trials_stores_a_rewritten_address(bench: Bench) -> None:
    upload(bench, "t/1", "test_prototype", email="user@example.com")
    bench.process("t/1")
    archive = bench.store.root.path / "test_prototype/approved/t+1.jpg"
    assert mirror.user_comment(archive) == "collagen-test+user-example-com@antb.me"


@pytest.mark.parametrize("kind", ["png", "webp", "heic"])
def test_a_photo_in_another_format_arrives_as_jpeg(bench: Bench, kind: str) -> None:
    with Image.open(BytesIO(person(1))) as image:
        upload(bench)
        bench.standin.overwrite("a/b", as_format(image.reduce(4), kind), filename=f"x.{kind}")
        assert bench.process("a/b") == "stored"
        with Image.open(bench.store.root.path / "sayno/approved/a+b.jpg") as archive:
            assert (archive.format, archive.size) == ("JPEG", (1500, 2000))
            difference = ImageChops.difference(archive.convert("RGB").reduce(10), image.convert("RGB").reduce(10))
            assert max(ImageStat.Stat(difference).mean) < 6


def test_the_same_again_changes_nothing(bench: Bench) -> None:
    upload(bench)
    bench.process("a/b")
    before = {path: path.stat() for path in bench.store.root.path.rglob("*") if path.is_file()}
    assert [bench.process("a/b"), bench.process("a/b", approval=False)] == ["unchanged", "unchanged"]
    assert {path: path.stat().st_mtime_ns for path in before} == {p: s.st_mtime_ns for p, s in before.items()}
    assert len(bench.standin.calls("delivery")) == 1


@pytest.mark.parametrize("change", ["reject", "delete", "pending", "unknown folder"])
def test_a_photo_that_is_no_longer_approved_here_is_removed(bench: Bench, change: str) -> None:
    upload(bench)
    bench.process("a/b")
    if change == "delete":
        bench.standin.delete("a/b")
    elif change == "unknown folder":
        bench.standin.move("a/b", "elsewhere")
    else:
        bench.standin.moderate("a/b", {"reject": "rejected"}.get(change, change))
    # even if the hint says that it was approved
    assert bench.process("a/b", approval=True) == "removed"
    assert bench.store.photos.holders("a/b") == {}
    assert bench.log("sayno")[-1] == "DELETED a/b"
    assert bench.process("a/b") in ("unchanged", "ignored")


def test_a_photo_that_was_moved_is_only_in_its_new_campaign(bench: Bench) -> None:
    upload(bench)
    bench.process("a/b")
    bench.standin.move("a/b", "test_prototype")
    assert bench.process("a/b", approval=False) == "stored"
    assert bench.store.photos.holders("a/b") == {"test_prototype": True}
    archive = bench.store.root.path / "test_prototype/approved/a+b.jpg"
    assert mirror.user_comment(archive) == "collagen-test+ann-example-org@antb.me"
    assert bench.log("sayno")[-1] == "DELETED a/b"


def test_a_renamed_photo_is_under_its_new_name_only(bench: Bench) -> None:
    upload(bench)
    bench.process("a/b")
    bench.standin.rename("a/b", "c")
    assert [bench.process("a/b"), bench.process("c", approval=False)] == ["removed", "stored"]
    assert [photo.public_id for photo in bench.store.photos.all("sayno")] == ["c"]


def test_a_new_address_replaces_the_old_one(bench: Bench) -> None:
    upload(bench)
    bench.process("a/b")
    bench.standin.set_email("a/b", "new@example.org")
    assert bench.process("a/b", approval=False) == "stored"
    assert mirror.user_comment(bench.store.root.path / "sayno/approved/a+b.jpg") == "new@example.org"


def test_consent_decides_whether_the_address_is_stored_and_opens_may_be_recorded(
    bench: Bench, exiftool: ExifTool
) -> None:
    def kept() -> tuple[str | None, bool]:
        path = bench.store.photos.archive_path("sayno", "a/b")
        tags = exiftool.read([path])[path]
        return tags.email, tags.tracking

    said = {"consent": "yes", "mail": "no", "tracking": "no"}
    upload(bench, context=said)
    assert (bench.process("a/b"), kept()) == ("stored", (None, False))
    assert bench.process("a/b") == "unchanged"
    bench.standin.set_context("a/b", said | {"email": "ann@example.org", "mail": "yes"})
    assert (bench.process("a/b"), kept()) == ("stored", ("ann@example.org", False))
    bench.standin.set_context("a/b", {"email": "ann@example.org"})  # nobody has asked
    assert (bench.process("a/b"), kept()) == ("stored", ("ann@example.org", True))


def another(bench: Bench) -> Processor:
    """A processor that has not decoded anything yet."""
    cloudinary = Cloudinary(bench.settings.required_account(), bench.settings.delivery_hosts)
    return Processor(cloudinary, bench.store, bench.processor._mirror._exiftool, bench.campaigns)


def files(store: Store) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.root.path.rglob("*") if path.suffix in (".jpg", ".png")}


@pytest.mark.parametrize("change", ["another address", "no address", "another campaign"])
def test_the_same_version_is_the_same_picture_so_nothing_is_fetched_or_decoded(bench: Bench, change: str) -> None:
    upload(bench)
    bench.process("a/b")
    before = files(bench.store)
    address = {"another address": "new@example.org", "no address": None}.get(change, "ann@example.org")
    if change == "another campaign":
        bench.standin.move("a/b", "other")
    else:
        bench.standin.set_email("a/b", address)
    processor = another(bench)
    fetched = len(bench.standin.calls("delivery"))
    assert processor.process(bench.hint("a/b")).status == "stored"
    assert processor._mirror.decoder._helper.process is None, "nothing was decoded"
    assert len(bench.standin.calls("delivery")) == fetched
    (campaign,) = bench.store.photos.holders("a/b")
    assert campaign == ("other" if change == "another campaign" else "sayno")
    archive = bench.store.photos.archive_path(campaign, "a/b")
    assert mirror.user_comment(archive) == (address or "")
    after = files(bench.store)
    assert imaging.bare(after.pop("a+b.jpg")) == imaging.bare(before.pop("a+b.jpg"))
    assert after == before, "intermediate and variants are what they were"
    asset = processor._source.state("a/b")
    assert asset is not None
    assert archive.stat().st_mtime == int(asset.approved_at)
    assert bench.process("a/b") == "unchanged"


def test_an_archive_in_which_nothing_can_be_written_is_fetched_again(bench: Bench) -> None:
    upload(bench)
    bench.process("a/b")
    archive = bench.store.photos.archive_path("sayno", "a/b")
    data = archive.read_bytes()
    archive.write_bytes(data.replace(b"\xff\xda", b"\xff\xdb", 1))  # exiftool reads it, and does not write it
    bench.standin.set_email("a/b", "new@example.org")
    assert bench.process("a/b", approval=False) == "stored"
    assert mirror.user_comment(archive) == "new@example.org"
    assert imaging.bare(archive.read_bytes()) == imaging.bare(data)


def test_what_is_held_of_this_version_stays_although_the_picture_cannot_be_fetched_again(bench: Bench) -> None:
    upload(bench)
    bench.process("a/b")
    bench.standin.overwrite("a/b", b"junk")
    bench.standin.approve("a/b")
    asset = bench.processor._source.state("a/b")
    assert asset is not None
    archive = bench.store.photos.archive_path("sayno", "a/b")
    bench.processor._mirror._exiftool.write(archive, Tags("ann@example.org", "a/b", asset.asset_id, asset.version))
    bench.store.photos.distrust("sayno", "a/b")
    outcome = bench.processor.process(bench.hint("a/b"))
    assert (outcome.status, outcome.error is not None) == ("unchanged", True)
    assert bench.store.photos.holders("a/b") == {"sayno": True}
    assert bench.log("sayno")[-1].startswith(
        "ERROR a/b what is held of this version stays: This is not a complete JPEG"
    )


@pytest.mark.parametrize("trouble", ["cannot start", "killed"])
@pytest.mark.parametrize("change", ["arrival", "new version", "address"])
def test_a_decoder_that_fails_removes_nothing_and_another_try_succeeds(bench: Bench, trouble: str, change: str) -> None:
    upload(bench)
    if change != "arrival":
        bench.process("a/b")
    if change == "new version":
        bench.standin.overwrite("a/b", person(2))
        bench.standin.approve("a/b")
    elif change == "address":
        bench.standin.set_email("a/b", "new@example.org")
        bench.store.photos.distrust("sayno", "a/b")
    held = bench.store.photos.holders("a/b")
    processor = another(bench)
    broken = {"cannot start": ["/nonexistent"], "killed": ["sh", "-c", "kill -9 $$"]}[trouble]
    processor._mirror.decoder._helper.command = broken
    with pytest.raises(DecoderFailed):
        processor.process(bench.hint("a/b"))
    assert bench.store.photos.holders("a/b") == held
    assert bench.log("sayno")[-1].startswith("ERROR a/b will be tried again: ")
    assert bench.process("a/b") == "stored"


def test_an_overwritten_photo_replaces_the_old_one(bench: Bench) -> None:
    upload(bench)
    bench.process("a/b")
    old = bench.store.photos.intermediate("sayno", "a/b")
    late = bench.hint("a/b")
    bench.standin.overwrite("a/b", person(2))
    # a late hint about the old version
    assert bench.processor.process(late).status == "stored"
    assert bench.store.photos.intermediate("sayno", "a/b") != old
    assert bench.process("a/b") == "unchanged"


@pytest.mark.parametrize("email", [None, "", "\u200b \u00a0"])
def test_a_photo_without_an_address_is_stored_and_the_log_says_so(bench: Bench, email: str | None) -> None:
    upload(bench, email=email)
    assert bench.process("a/b") == "stored"
    assert mirror.user_comment(bench.store.root.path / "sayno/approved/a+b.jpg") == ""
    assert "without an address" in bench.log("sayno")[0]


UNUSABLE = [
    ("no address", "no address"),
    ("two@at@signs", "two@at@signs"),
    ("a@b.cd\n-execute", "a@b.cd -execute"),
    ("grün@example.org", "grün@example.org"),
    ("x" * 300 + "@y.z", "x" * 253 + "…"),
]
FORMS = [
    ("Ann Smith <Ann@Example.org>", "Ann@example.org"),
    ("max@müller.example", "max@xn--mller-kva.example"),
    ("mailto:ann@example.org", "ann@example.org"),
    ("ann..smith.@docomo.ne.jp", "ann..smith.@docomo.ne.jp"),
    ("\ufeffann@example.org\u200b.", "ann@example.org"),
]


def stored_with(bench: Bench, emails: list[str]) -> Iterator[tuple[str, str]]:
    """A photo that arrives with the first address and then gets the others: what is stored and logged."""
    for number, email in enumerate(emails):
        if number == 0:
            upload(bench, email=email)
        else:
            bench.standin.set_email("a/b", email)
        before = len(bench.log("sayno"))
        assert bench.process("a/b") == "stored", email
        (said,) = bench.log("sayno")[before:]
        yield mirror.user_comment(bench.store.root.path / "sayno/approved/a+b.jpg"), said


def test_an_unusable_address_is_kept_as_typed_so_that_it_can_be_found(bench: Bench) -> None:
    found = stored_with(bench, [email for email, _ in UNUSABLE])
    for (email, kept), (stored, said) in zip(UNUSABLE, found, strict=True):
        assert stored == kept, email
        assert "with an unusable address" in said, email
        assert bench.process("a/b") == "unchanged", email


def test_an_address_is_stored_in_the_form_in_which_mails_go_out(bench: Bench) -> None:
    found = stored_with(bench, [typed for typed, _ in FORMS])
    for (typed, meant), (stored, said) in zip(FORMS, found, strict=True):
        assert stored == meant, typed
        assert said.endswith(str(bench.standin.asset("a/b")["version"])), typed


def test_another_spelling_of_the_stored_address_is_no_change() -> None:
    tags = Tags("mailto:Max@Müller.example", "p", "i", 1)  # as in archives from before there was one form
    assert not decide(asset(email="max@xn--mller-kva.example"), SAYNO, {"sayno": tags}).store
    assert decide(asset(email="moritz@xn--mller-kva.example"), SAYNO, {"sayno": tags}).store


def test_what_is_of_no_campaign_is_ignored(bench: Bench) -> None:
    upload(bench, folder="holidays")
    assert bench.process("a/b") == "ignored"
    assert bench.store.root.campaigns() == []


@pytest.mark.parametrize("junk", [b"<html></html>", b"GIF89a", b"\xff\xd8\xff\xe0 half a jpeg"])
def test_a_file_that_is_not_a_picture_is_logged_and_not_stored(bench: Bench, junk: bytes) -> None:
    upload(bench)
    bench.standin.overwrite("a/b", junk)
    outcome = bench.processor.process(bench.hint("a/b"))
    assert (outcome.status, outcome.error is not None) == ("ignored", True)
    assert bench.store.photos.all("sayno") == []
    assert bench.log("sayno")[0].startswith("ERROR a/b not stored: This is not a complete JPEG")


def test_an_approved_version_that_is_no_picture_takes_the_old_picture_away(bench: Bench) -> None:
    upload(bench)
    bench.process("a/b")
    bench.standin.overwrite("a/b", b"junk")
    assert bench.process("a/b") == "removed"
    assert [line.split()[0] for line in bench.log("sayno")] == ["SYNCED", "ERROR", "DELETED"]


TROUBLES: list[tuple[str, str, dict[str, Any]]] = [
    ("api", "status", {"status": 500}),
    ("api", "status", {"status": 503, "headers": {"Retry-After": "900"}}),
    ("api", "status", {"status": 200, "body": []}),
    ("api", "rate_limit", {}),
    ("api", "processing", {}),
    ("api", "cut", {"times": None}),
    ("api", "html", {}),
    ("api", "empty", {}),
    ("api", "missing_fields", {"fields": ["asset_folder"]}),
    ("api", "missing_fields", {"fields": ["version", "secure_url"]}),
    ("delivery", "status", {"status": 502}),
    ("delivery", "status", {"status": 404}),
    ("delivery", "processing", {}),
    ("delivery", "cut", {}),
    ("delivery", "html", {}),
]


@pytest.mark.parametrize("part", ["api", "delivery"])
def test_trouble_with_cloudinary_leaves_nothing_behind_and_the_next_try_succeeds(bench: Bench, part: str) -> None:
    upload(bench)
    for call, kind, rule in TROUBLES:
        if call == part:
            bench.standin.faults(call, kind, **rule)
            with pytest.raises(CloudinaryUnavailable):
                bench.process("a/b")
            assert bench.store.photos.holders("a/b") == {}, kind
            bench.standin.clear_faults()
    assert bench.process("a/b") == "stored"


def test_nothing_is_removed_because_cloudinary_is_in_trouble(bench: Bench) -> None:
    upload(bench)
    bench.process("a/b")
    for kind in ("html", "empty", "rate_limit", "status", "missing_fields"):
        bench.standin.faults("api", kind)
        with pytest.raises(CloudinaryUnavailable):
            bench.process("a/b")
    assert bench.store.photos.holders("a/b") == {"sayno": True}


def test_variants_are_stored_with_the_photo_replaced_with_it_and_removed_with_it(bench: Bench) -> None:
    upload(bench)
    bench.process("a/b")
    files = prepared(1)
    held = {name: bench.store.photos.variant("sayno", "a/b", name) for name in VARIANTS}
    version = bench.standin.state()["assets"]["a/b"]["version"]
    assert held == {name: (files.variants[name], version) for name in VARIANTS}
    bench.standin.overwrite("a/b", person(2))
    bench.standin.approve("a/b")
    assert bench.process("a/b") == "stored"
    for name, data in prepared(2).variants.items():
        assert (bench.store.photos.variant("sayno", "a/b", name) or (b"",))[0] == data
    bench.standin.reject("a/b")
    assert bench.process("a/b") == "removed"
    assert list((bench.store.root.path / "sayno/thumbnails").iterdir()) == []


def test_a_variant_that_cannot_be_stored_is_named_in_the_log_and_fails_nothing(bench: Bench) -> None:
    upload(bench)
    in_the_way = bench.store.photos.variant_path("sayno", "a/b", "thumb")
    in_the_way.mkdir(parents=True)
    assert bench.process("a/b") == "stored"
    assert bench.log("sayno")[0].endswith("; python -m app sync sayno --thumbnails makes what is missing: thumb")
    assert bench.process("a/b") == "unchanged"
    in_the_way.rmdir()


def test_an_exiftool_that_fails_stores_nothing(bench: Bench) -> None:
    upload(bench)
    broken = ExifTool(command=["/bin/false"])
    cloudinary = Cloudinary(bench.settings.required_account(), bench.settings.delivery_hosts)
    processor = Processor(cloudinary, bench.store, broken, bench.campaigns)
    with pytest.raises(ExifToolFailed):
        processor.process(bench.hint("a/b"))
    assert bench.store.photos.holders("a/b") == {}
    assert bench.log("sayno")[0].startswith("ERROR a/b will be tried again")


# Cloudinary's assets other than plain photos


def told(bench: Bench) -> list[Hint]:
    """The hints for all notifications that the stand-in would have sent."""
    payloads = [one["payload"] for one in bench.standin.notifications()]
    return [hint for payload in payloads for hint in parse(json.dumps(payload).encode()).hints]


def test_sixty_deletions_of_photos_that_nobody_holds_cost_no_call(bench: Bench) -> None:
    for number in range(60):
        bench.standin.upload(b"x", f"p{number}", folder="sayno", notify=False)
    bench.standin.delete(*(f"p{number}" for number in range(60)))
    hints = told(bench)
    assert len(hints) == 60
    assert {bench.processor.process(hint).status for hint in hints} == {"unchanged"}
    assert bench.standin.calls("api") == []


def test_only_notifications_that_can_bring_a_photo_cost_a_call(bench: Bench) -> None:
    bench.standin.upload(person(1), "p", folder="sayno", email="a@example.org")
    bench.standin.reject("p")
    bench.standin.set_email("p", "b@example.org")
    bench.standin.move("p", "holidays")
    assert [bench.processor.process(hint).status for hint in told(bench)] == ["unchanged"] * 3 + ["ignored"]
    assert bench.standin.calls("api") == []
    bench.standin.move("p", "sayno")
    assert bench.processor.process(told(bench)[-1]).status == "unchanged"
    assert len(bench.standin.calls("api")) == 1
    bench.standin.approve("p")
    assert bench.processor.process(told(bench)[-1]).status == "stored"
    bench.standin.delete("p")
    assert bench.processor.process(told(bench)[-1]).status == "removed", "what is held is asked about"


SIGNED = itertools.count(1_900_000_000, 60)


def deliver(bench: Bench, hint: Hint) -> tuple[str, int]:
    """Processes a notification signed after all earlier lookups; what became of it, and its Admin API calls."""
    before = len(bench.standin.calls("api"))
    outcome = bench.processor.process(replace(hint, signed=next(SIGNED)))
    return outcome.status, len(bench.standin.calls("api")) - before


def test_an_approval_that_the_store_already_reflects_costs_no_call(bench: Bench) -> None:
    upload(bench)
    approval = told(bench)[-1]
    assert deliver(bench, approval) == ("stored", 1)
    assert deliver(bench, approval) == ("unchanged", 0)
    assert deliver(bench, replace(approval, statement=None)) == ("unchanged", 1)


def test_a_newer_approval_than_the_one_the_store_reflects_is_asked_about(bench: Bench) -> None:
    upload(bench)
    approval = told(bench)[-1]
    deliver(bench, approval)
    assert approval.statement is not None
    later = replace(approval.statement, at=approval.statement.at + 1)
    assert deliver(bench, replace(approval, statement=later)) == ("unchanged", 1)


@pytest.mark.parametrize("trouble", ["damaged", "in a closed campaign", "in two campaigns"])
def test_an_approval_is_asked_about_unless_the_photo_is_held_whole_in_one_campaign(bench: Bench, trouble: str) -> None:
    upload(bench)
    approval = told(bench)[-1]
    deliver(bench, approval)
    if trouble == "damaged":
        bench.store.photos.distrust("sayno", "a/b")
    else:
        root = bench.store.root.path
        shutil.copytree(root / "sayno", root / ("other" if trouble == "in two campaigns" else "closed"))
    if trouble == "in a closed campaign":
        bench.store.photos.remove("sayno", "a/b")
    assert deliver(bench, approval)[1] == 1
    assert bench.store.photos.holders("a/b") == {"sayno": True}


def test_a_late_approval_of_an_older_version_is_asked_about(bench: Bench) -> None:
    upload(bench)
    late = told(bench)[-1]
    bench.standin.overwrite("a/b", person(2))
    bench.standin.approve("a/b")
    assert deliver(bench, told(bench)[-1]) == ("stored", 1)
    assert deliver(bench, late) == ("unchanged", 1)


def test_a_rejection_of_a_photo_that_is_held_is_asked_about_however_old_it_is(bench: Bench) -> None:
    upload(bench)
    bench.standin.reject("a/b")
    late = told(bench)[-1]
    bench.standin.approve("a/b")
    assert deliver(bench, told(bench)[-1]) == ("stored", 1)
    assert deliver(bench, late) == ("unchanged", 1)


def test_a_photo_is_stored_only_while_every_moderation_approves(bench: Bench) -> None:
    upload(bench)
    bench.standin.moderate("a/b", "pending", kind="aws_rek")
    assert bench.process("a/b") == "unchanged"
    bench.standin.moderate("a/b", "approved", kind="aws_rek")
    assert bench.process("a/b") == "stored"
    bench.standin.reject("a/b")
    bench.standin.moderate("a/b", "approved", kind="aws_rek")
    assert bench.process("a/b") == "removed"


@pytest.mark.parametrize("type", ["private", "authenticated"])
def test_a_photo_that_only_signed_addresses_deliver_is_stored_kept_and_removed(bench: Bench, type: str) -> None:
    upload(bench, type=type)
    approval = told(bench)[-1]
    assert approval.type == type
    assert bench.processor.process(approval).status == "stored"
    # a hint without the type, as sync has for a photo that no list names
    assert bench.processor.process(Hint("a/b")).status == "unchanged"
    bench.standin.reject("a/b")
    assert bench.processor.process(told(bench)[-1]).status == "removed"


def test_a_photo_that_the_account_does_not_deliver_is_one_line_that_says_what_to_do(bench: Bench) -> None:
    bench.standin.settings(deliver_signed=False)
    upload(bench, type="authenticated")
    outcome = bench.processor.process(told(bench)[-1])
    assert (outcome.status, outcome.campaign) == ("ignored", "sayno")
    (line,) = bench.log("sayno")
    assert line.startswith("ERROR a/b not stored: Cloudinary does not deliver it to a signed URL (401")
    assert "of type authenticated" in line


def test_an_approved_video_is_one_line_and_no_photo(bench: Bench) -> None:
    bench.standin.upload(b"film", "film", folder="sayno", resource_type="video")
    bench.standin.approve("film")
    outcomes = [bench.processor.process(hint) for hint in told(bench)]
    assert [(one.status, one.campaign) for one in outcomes] == [("ignored", None), ("ignored", "sayno")]
    assert bench.log("sayno") == [
        "ERROR film not stored: it is approved, but no image (Cloudinary's resource type video)"
    ]
    assert bench.store.photos.holders("film") == {}


def test_in_an_account_with_fixed_folders_the_public_id_says_the_campaign(bench: Bench) -> None:
    bench.standin.settings(fixed_folders=True)
    upload(bench, "sayno/p")
    assert bench.processor.process(told(bench)[-1]).status == "stored"
    assert bench.store.photos.holders("sayno/p") == {"sayno": True}


def asset(**fields: Any) -> Asset:
    known: dict[str, Any] = {"public_id": "p", "asset_id": "i", "folder": "sayno", "version": 1, "approved": True}
    return Asset(**(known | {"approved_at": 0.0, "email": "a@b.c", "url": "u"} | fields))


@given(
    st.none()
    | st.builds(asset, approved=st.booleans(), version=st.integers(1, 3), email=st.sampled_from([None, "a@b.c"])),
    st.sampled_from([None, SAYNO, TRIAL]),
    st.dictionaries(
        st.sampled_from(["sayno", "trial", "closed"]),
        st.none() | st.builds(Tags, version=st.integers(1, 3), email=st.sampled_from([None, "a@b.c", "t+a-b-c@x.org"])),
    ),
)
def test_a_decision_leaves_the_photo_where_it_belongs_and_nowhere_else(
    state: Asset | None, campaign: Campaign | None, held: dict[str, Tags | None]
) -> None:
    decision = decide(state, campaign, held)
    after = {name for name in held if name not in decision.remove_from}
    if decision.store and decision.keep:
        after |= {decision.keep.name}
    belongs = {campaign.name} if state is not None and state.approved and campaign is not None else set()
    assert after == belongs
    if belongs and not decision.store:
        assert state is not None
        assert campaign is not None
        tags = held[campaign.name]
        assert tags is not None
        assert (tags.version, tags.email) == (state.version, address(state, campaign))


@given(st.emails())
def test_in_a_campaign_for_trials_no_address_is_stored_but_its_own(email: str) -> None:
    stored = address(asset(email=email), TRIAL)
    assert stored is None or "@" not in stored or (stored.startswith("t+") and stored.endswith("@x.org"))


def test_a_full_local_disk_stores_nothing_and_is_worth_another_try(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    upload(bench)
    full = tmp_path / "full"
    full.write_bytes(b"")  # a missing directory: creating files in it fails, as on a full disk
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(full))
        with pytest.raises(StoreUnavailable, match=r"The local disk failed in .*full: .* or set TMPDIR"):
            bench.process("a/b")
    assert bench.store.photos.holders("a/b") == {}
    assert bench.process("a/b") == "stored"


def test_with_50_mb_left_no_photo_is_taken_in_and_one_that_goes_is_still_removed(bench: Bench) -> None:
    upload(bench)
    upload(bench, "c")
    assert bench.process("c") == "stored"
    nearly_full = Store(bench.store.root.path, Full())
    processor = Processor(bench.processor._source, nearly_full, bench.processor._mirror._exiftool, bench.campaigns)
    with pytest.raises(StoreUnavailable, match="less than 100 MB are left"):
        processor.process(bench.hint("a/b"))
    bench.standin.reject("c")
    assert processor.process(bench.hint("c")).status == "removed"
