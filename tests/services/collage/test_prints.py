"""Collages with a print, a background or further formats, as other programs see them."""

from __future__ import annotations

import errno
import io
import multiprocessing
import os
import resource
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.adapters.store import Store
from app.adapters.store.disk import Disk
from app.core.errors import StoreUnavailable
from app.services.check.collages import collage_findings
from app.services.collage import job
from app.services.collage.build import build
from app.services.collage.finish import Finish, finish
from app.services.collage.plan import Parameters, plan
from scripts.sandbox.pictures import mean_difference
from scripts.sandbox.stored import CAMPAIGN, NOW, archive, built, contents, decoded, name, nothing, put
from tests.support.jobs import run_job

ORANGE = "#FF9416"
ROOT = Path(__file__).parents[3]
SIZE: dict[str, Any] = {"size": "60x100mm", "dpi": 150}  # 354×591 pixels


def pictures(store: Store, **wish: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    collage = built(store, finish=finish(**wish))
    return collage, contents(store, collage)


def pages(pdf: bytes, folder: Path) -> np.ndarray[Any, Any]:
    """The picture inside a PDF."""
    if not shutil.which("pdfimages"):
        pytest.skip("poppler-utils is not installed")
    (folder / "print.pdf").write_bytes(pdf)
    subprocess.run(["pdfimages", "-png", "print.pdf", "found"], cwd=folder, check=True)
    return decoded((folder / "found-000.png").read_bytes())


def findings(store: Store, **options: Any) -> list[str]:
    return [found.problem for found in collage_findings(store, CAMPAIGN, "0001", **options)]


@pytest.fixture
def people(store: Store) -> list[str]:
    return put(store, range(6), archive=archive)


@pytest.mark.parametrize("background", [None, ORANGE])
def test_every_format_shows_the_same_pixels(
    store: Store, people: list[str], tmp_path: Path, background: str | None
) -> None:
    found = {}
    for kind, file in (("png", "png"), ("tiff", "tif"), ("pdf", "pdf"), ("jpeg", "jpg")):
        collage, files = pictures(store, **SIZE, formats=[kind], background=background)
        assert next(iter(files)) == f"collage.{file}"
        assert collage["print"] == {"width_mm": 60, "height_mm": 100, "dpi": 150, "format": kind}
        assert collage["canvas"] == {"width": 354, "height": 591}
        data = files[f"collage.{file}"]
        found[kind] = pages(data, tmp_path) if kind == "pdf" else decoded(data)
        assert found[kind].shape[:2] == (591, 354)
    png = found["png"]
    assert png.shape[2] == (3 if background else 4)
    assert np.array_equal(png, found["tiff"])
    flat = png[..., :3].copy()
    if background is None:
        assert (png[..., 3] == 0).any()
        flat[png[..., 3] == 0] = 255
    else:
        assert (png[0, 0] == (255, 148, 22)).all()
    assert np.array_equal(flat, found["pdf"])
    assert mean_difference(flat, found["jpeg"]) < 3


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff"])
def test_a_print_has_its_size_in_millimetres(store: Store, people: list[str], tmp_path: Path, kind: str) -> None:
    _, files = pictures(store, **SIZE, formats=[kind])
    data = next(iter(files.values()))
    with Image.open(io.BytesIO(data)) as opened:
        size = [pixels / dpi * 25.4 for pixels, dpi in zip(opened.size, opened.info["dpi"], strict=True)]
    assert size == pytest.approx([60, 100], abs=25.4 / 150)


def test_the_page_of_a_print_has_exactly_its_size(store: Store, people: list[str], tmp_path: Path) -> None:
    _, files = pictures(store, **SIZE, formats=["pdf"])
    pages(files["collage.pdf"], tmp_path)
    said = subprocess.run(["pdfinfo", "print.pdf"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    (size,) = [line for line in said.splitlines() if line.startswith("Page size")]
    width, _, height, *_ = size.split(":")[1].split()
    assert [float(width) / 72 * 25.4, float(height) / 72 * 25.4] == pytest.approx([60, 100], abs=0.01)


def test_a_print_and_a_collage_for_screens_of_the_same_canvas_have_the_same_pixels(
    store: Store, people: list[str]
) -> None:
    _, files = pictures(store, **SIZE)
    collage = built(store, width=354, height=591)
    assert "print" not in collage
    assert "background" not in collage
    assert np.array_equal(decoded(files["collage.png"]), decoded(contents(store, collage)["collage.png"]))


def test_a_background_fills_what_is_padding_in_all_files(store: Store, people: list[str]) -> None:
    plain = contents(store, built(store, width=300, height=500))
    collage = built(store, width=300, height=500, finish=finish(background=ORANGE, formats=["webp", "avif"]))
    files = contents(store, collage)
    assert collage["background"] == ORANGE
    master, clear = decoded(files["collage.png"]), decoded(plain["collage.png"])
    padding = clear[..., 3] == 0
    assert padding.any()
    assert (master[padding] == (255, 148, 22)).all()
    assert np.array_equal(master[~padding], clear[~padding][:, :3])
    for file in collage["files"][1:]:
        assert (file["width"], file["height"]) == (300, 500)  # the whole canvas
        assert mean_difference(decoded(files[file["name"]]), master) < 5


@pytest.mark.thorough
def test_pictures_for_screens_come_in_further_formats_too(store: Store, people: list[str]) -> None:
    collage, files = pictures(store, formats=["avif", "webp"])
    names = ["collage.png", "collage-1920.jpg", "collage-1024.jpg"]
    names += ["collage-1920.webp", "collage-1024.webp", "collage-1920.avif", "collage-1024.avif"]
    assert list(files) == [file["name"] for file in collage["files"]] == names
    for longest in (1920, 1024):
        for kind in ("webp", "avif"):
            with Image.open(io.BytesIO(files[f"collage-{longest}.{kind}"])) as opened:
                assert opened.format == kind.upper()
                assert not {"exif", "icc_profile", "xmp"} & {key for key, value in opened.info.items() if value}
                assert mean_difference(np.asarray(opened), decoded(files[f"collage-{longest}.jpg"])) < 4
    again = contents(store, built(store, finish=finish(formats=["webp", "avif"])))
    assert {name: again[name] for name in names} == {name: files[name] for name in names}


def test_a_revision_is_the_same_print_without_who_has_withdrawn(store: Store, people: list[str]) -> None:
    before, files = pictures(store, **SIZE, formats=["tiff", "webp"], background=ORANGE)
    store.photos.remove(CAMPAIGN, people[0])
    build = job.revise(store, CAMPAIGN, "0001", (), 1)
    assert build.wait(300)
    after = store.collages.manifest(CAMPAIGN, "0001")
    assert people[0] not in after.shown
    assert after.revision == 2
    assert {key: after.document[key] for key in ("print", "background", "canvas")} == {
        key: before[key] for key in ("print", "background", "canvas")
    }
    assert [file.name for file in after.files] == list(files)
    assert findings(store) == []


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff", "pdf"])
def test_check_knows_prints_and_their_damage(store: Store, people: list[str], kind: str) -> None:
    _, files = pictures(store, **SIZE, formats=[kind, "webp"])
    assert findings(store) == []
    first, *_ = files
    path = store.collages.directory(CAMPAIGN, "0001") / "collage-1024.webp"
    path.unlink()
    assert findings(store) == ["is missing"]
    assert findings(store, repair=True) == ["is missing"]
    # a PNG can be decoded, so that the others can be made of it
    assert findings(store) == ([] if kind == "png" else ["is missing"])
    master = store.collages.directory(CAMPAIGN, "0001") / first
    whole = master.read_bytes()
    master.write_bytes(whole[:-1])
    assert findings(store)[0] == f"has {len(whole) - 1} bytes, not {len(whole)} as its manifest says"
    master.write_bytes(whole[:-1] + b"?")
    assert findings(store)[0] == "is not the file that its manifest describes"


def test_a_disk_that_is_full_leaves_nothing_behind(store: Store, people: list[str]) -> None:
    """The system refuses to let a file grow: what a full disk does, too."""
    draft, done = run_job(
        store,
        asdict(Parameters(finish=finish("300x200mm", formats=["tiff"]))) | {"exclude": []},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000)),
    )
    assert done.returncode == 1
    state = store.collages.draft_state(CAMPAIGN, draft.id)
    assert state["state"] == "failed"
    assert state["error"] == "The store cannot be used at the moment."
    assert b"File too large" in done.stderr
    assert list(draft.directory.iterdir()) == []
    assert store.collages.ids(CAMPAIGN) == []
    assert [path.name for path in (store.root.path / CAMPAIGN / "collages").iterdir() if path.name[0] != "."] == []


class Filling(Disk):
    """A disk with room for 200,000 bytes a file."""

    def write(self, descriptor: int, data: bytes) -> None:
        if os.fstat(descriptor).st_size + len(data) > 200_000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().write(descriptor, data)


def test_no_renderer_holds_a_file_for_which_there_was_no_room(store: Store, people: list[str]) -> None:
    full = Store(store.root.path, Filling())
    draft = full.collages.begin(CAMPAIGN)
    planned = plan(full, CAMPAIGN, Parameters(finish=finish("200x300mm", formats=["tiff"])))
    left: list[object] = []
    try:
        build(full, draft, planned, NOW, nothing, processes=2)
    except StoreUnavailable as error:  # while its traceback keeps alive what was at work
        left = [str(error), *multiprocessing.active_children()]
    os.close(draft.lock)
    (said,) = left
    assert "No space left on device" in str(said)


def test_the_finish_of_an_old_manifest_is_the_usual_one(store: Store, people: list[str]) -> None:
    built(store, width=240, height=240)
    manifest = store.collages.manifest(CAMPAIGN, "0001")
    assert (manifest.print, manifest.background) == (None, None)
    assert manifest.master.name == Finish().master
    assert name(0) in manifest.shown
