"""A photo's crop: logged on arrival, stored with the photo, moved by hand, and never undone."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from app.adapters.cloudinary import Cloudinary
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.core.config import Campaign, Campaigns, load_settings
from app.core.cropping import Cut
from app.core.errors import NotFound
from app.core.sources import Hint
from app.services.check.photos import PhotoCheck
from app.services.processor.processor import Processor
from app.services.reconcile.thumbnails import remake
from scripts.sandbox.people import portrait_image
from scripts.sandbox.pictures import jpeg, mean_difference, scene
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.remembering import Remembering

CAMPAIGNS = Campaigns([Campaign(name, name, name) for name in ("sayno", "other")])


@cache
def landscape(side: str) -> bytes:
    """A sample person at the left or right of a picture of 1200×600."""
    wall = Image.new("RGB", (1200, 600), (120, 140, 160))
    wall.paste(portrait_image(9, 450, 600), (0 if side == "left" else 750, 0))
    return jpeg(wall)


class Bench:
    """A processor between the stand-in and a store."""

    def __init__(self, standin: Standin, store: Store, exiftool: ExifTool) -> None:
        settings = load_settings(environment(standin, store.root.path), dotenv=Path("/nonexistent"))
        cloudinary = Cloudinary(settings.required_account(), settings.delivery_hosts)
        self.standin, self.store, self.exiftool = standin, store, exiftool
        self.processor = Processor(cloudinary, store, exiftool, CAMPAIGNS)

    def arrive(self, picture: bytes, public_id: str = "a/b") -> str:
        self.standin.upload(picture, public_id, folder="sayno", email="ann@example.org")
        self.standin.approve(public_id)
        return self.process(public_id)

    def process(self, public_id: str = "a/b") -> str:
        return self.processor.process(Hint(public_id)).status

    def tags(self, campaign: str = "sayno", public_id: str = "a/b") -> Tags:
        path = self.store.photos.archive_path(campaign, public_id)
        return self.exiftool.read([path])[path]

    def cut(self, campaign: str = "sayno") -> Cut:
        cut = self.tags(campaign).cut
        assert cut is not None
        return cut

    def move(self, place: float | None, version: int | None = None) -> None:
        self.processor.recut("sayno", "a/b", version or self.standin.asset("a/b")["version"], place)

    def last(self) -> str:
        line = (self.store.root.path / "sayno/logs/processor.log").read_text().splitlines()[-1]
        return line.split(" ", 1)[1]

    def problems(self, campaign: str = "sayno") -> list[str]:
        check = PhotoCheck(self.store, self.exiftool, campaign, repair=False)
        return [str(finding) for found in check.findings(["a/b"]) for finding in found]

    def shown(self) -> bytes:
        return self.store.photos.intermediate("sayno", "a/b") or b""


@pytest.fixture
def bench(standin: Standin, store: Store, exiftool: ExifTool, decoder: Remembering) -> Bench:
    made = Bench(standin, store, exiftool)
    made.processor._mirror.decoder = decoder
    return made


def test_a_face_at_the_side_is_kept_and_the_log_says_how_much_was_cut_off(bench: Bench) -> None:
    pytest.importorskip("dlib")
    assert bench.arrive(landscape("right")) == "stored"
    assert bench.last().endswith("; 62 % cut off, around the face")
    assert bench.cut().left == pytest.approx(0.625, abs=0.03)
    assert bench.problems() == []


def test_a_cut_of_a_third_or_less_is_remembered_without_a_word(bench: Bench) -> None:
    bench.arrive(jpeg(scene(600, 600)))
    assert "cut" not in bench.last()
    assert bench.cut() == Cut(0.125, 0, 0.875, 1, "middle")


def test_a_photo_that_was_not_cut_has_no_cut(bench: Bench) -> None:
    bench.arrive(jpeg(scene(600, 800)))
    assert bench.tags().cut is None
    assert bench.tags().mark == bench.standin.asset("a/b")["version"]


def test_the_archive_says_in_camera_raws_terms_what_was_kept(bench: Bench) -> None:
    bench.arrive(jpeg(scene(800, 600)))
    path = bench.store.photos.archive_path("sayno", "a/b")
    said = subprocess.run(["exiftool", "-j", "-G1", str(path)], capture_output=True, check=True).stdout
    told = json.loads(said)[0]
    assert {key: told[f"XMP-crs:Crop{key}"] for key in ("Left", "Top", "Right", "Bottom")} == {
        "Left": 0.21875,
        "Top": 0,
        "Right": 0.78125,
        "Bottom": 1,
    }
    assert (told["XMP-crs:HasCrop"], told["XMP-crs:AlreadyApplied"]) == (True, True)
    assert (told["XMP-xmpMM:HistoryAction"], told["XMP-xmpMM:HistoryParameters"]) == ("cropped", "middle")


def test_a_cut_by_hand_changes_every_file_and_the_addresses_of_the_pictures(bench: Bench) -> None:
    bench.arrive(jpeg(scene(1200, 600)))
    photos = bench.store.photos
    numbers, pictures = [], []
    for place in (None, 0.0, 0.9):
        if place is not None:
            bench.move(place)
            assert bench.last().endswith("; 62 % cut off, by hand")
            assert bench.cut().place == pytest.approx(place, abs=0.001)
        numbers.append(photos.version("sayno", "a/b"))
        variant = photos.variant("sayno", "a/b", "thumb")
        assert variant is not None
        assert variant[1] == numbers[-1] == photos.version("sayno", "a/b")
        pictures.append(bench.shown())
        assert bench.problems() == []
    assert len(set(numbers)) == len(set(pictures)) == 3
    left = scene(1200, 600).crop((0, 0, 450, 600)).resize((300, 400), Image.Resampling.LANCZOS)
    assert mean_difference(pictures[1], left) < 3
    bench.move(None)
    assert (photos.version("sayno", "a/b"), bench.shown()) == (numbers[0], pictures[0]), "as when it arrived"


def test_nothing_undoes_a_cut_by_hand(bench: Bench) -> None:
    bench.arrive(landscape("left"))
    bench.move(0.9)
    by_hand = bench.cut(), bench.shown()
    assert bench.process() == "unchanged"
    bench.standin.set_email("a/b", "ann.smith@example.org")
    assert bench.process() == "stored"
    assert bench.tags().email == "ann.smith@example.org"
    assert (bench.cut(), bench.shown()) == by_hand, "its address was corrected"
    bench.store.photos.distrust("sayno", "a/b")
    assert bench.process() == "stored"
    assert (bench.cut(), bench.shown()) == by_hand, "it was fetched again"
    bench.store.photos.intermediate_path("sayno", "a/b").unlink()
    assert bench.process() == "stored"
    assert (bench.cut(), bench.shown()) == by_hand, "a file of it was lost"
    bench.store.photos.intermediate_path("sayno", "a/b").unlink()
    assert list(remake(bench.store, bench.exiftool, "sayno", lambda done, all: None, dry_run=False)) == [("a/b", None)]
    assert bench.process() == "unchanged", "made anew from the archive"
    bench.standin.move("a/b", "other")
    bench.process()
    assert bench.cut("other") == by_hand[0], "it moved to another campaign"
    assert bench.problems("other") == []


def test_a_new_version_is_cut_anew(bench: Bench) -> None:
    bench.arrive(jpeg(scene(1200, 600)))
    bench.move(0.9)
    bench.standin.overwrite("a/b", jpeg(scene(900, 600)))
    bench.standin.approve("a/b")
    assert bench.process() == "stored"
    assert bench.cut().why == "middle"


def test_an_outdated_photo_is_not_cut_and_nothing_is_changed(bench: Bench) -> None:
    bench.arrive(jpeg(scene(1200, 600)))
    version, before = bench.standin.asset("a/b")["version"], bench.shown()
    for change in (
        lambda: bench.standin.reject("a/b"),
        lambda: bench.standin.move("a/b", "other") and bench.standin.approve("a/b"),
        lambda: bench.standin.overwrite("a/b", jpeg(scene(900, 600)), asset_folder="sayno", status="approved"),
        lambda: bench.standin.delete("a/b"),
    ):
        change()
        with pytest.raises(NotFound, match=f"Version {version} of the photo a/b is not approved in sayno any more"):
            bench.move(0.1, version)
    assert bench.shown() == before
    assert len(bench.standin.calls("delivery")) == 1


def test_a_crash_between_the_files_of_a_cut_is_mended_by_the_next_look(bench: Bench) -> None:
    bench.arrive(jpeg(scene(1200, 600)))
    archive, tags = bench.store.photos.archive("sayno", "a/b"), bench.tags()
    bench.move(0.9)
    # the intermediate is the new one, the archive still the old
    assert archive is not None
    approved_at = bench.store.photos.all("sayno")[0].approved_at / 1e9
    bench.store.root.files.write_whole(bench.store.photos.archive_path("sayno", "a/b"), archive, mtime=approved_at)
    assert not bench.store.photos.fits("sayno", "a/b", tags.mark)
    assert bench.process() == "stored"
    assert bench.problems() == []


def test_a_store_of_before_is_left_as_it_is(bench: Bench) -> None:
    bench.arrive(jpeg(scene(1200, 600)))
    tags, photos = bench.tags(), bench.store.photos
    # as stored before crops were remembered
    path = photos.archive_path("sayno", "a/b")
    approved_at = path.stat().st_mtime
    bench.exiftool.write(path, Tags(tags.email, tags.public_id, tags.asset_id, tags.version))
    archive, intermediate = path.read_bytes(), bench.shown()
    variants = {name: (photos.variant("sayno", "a/b", name) or (b"", 0))[0] for name in ("thumb",)}
    photos.put("sayno", "a/b", archive, intermediate, approved_at, tags.version, variants)
    assert bench.process() == "unchanged"
    assert bench.problems() == []
    assert len(bench.standin.calls("delivery")) == 1
