"""Any file sent as a photo leads to a correct upright picture or one clear line, soon, in bounded memory, and the
service keeps answering.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from PIL import Image, ImageOps

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.store.photos.paths import VARIANTS
from app.core import addresses, limits
from scripts.sandbox import mirror
from scripts.sandbox.pictures import decoded, jpeg, mean_difference, middle, oriented, png, scene
from scripts.sandbox.service import ROOT, Service, environment
from scripts.sandbox.standin.client import Standin
from tests.support import hostile
from tests.support.running import running, service, store
from tests.support.tiers import sampled

__all__ = ["running", "service", "store"]

WORKERS = 1

MEGABYTES = (limits.DECODER_BYTES + limits.FACES_BYTES) // 1_000_000

# The strange but stored pictures with the most memory, work, segments and metadata; tests/adapters/imaging has all.
COSTLY = (
    "a large profile that makes no sense",
    "50 progressive megapixels",
    "as much memory as is let in",
)


@pytest.fixture(autouse=True)
def one_at_a_time(standin: Standin) -> None:
    standin.settings(at_once=1)


class Pulse:
    """Requests /health until stopped; `statuses`: the answers."""

    def __init__(self, service: Service) -> None:
        self.statuses = set[int]()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask, args=(f"{service.url}/health",))

    def _ask(self, url: str) -> None:
        while not self._stop.wait(0.1):
            self.statuses.add(requests.get(url, timeout=300).status_code)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def family(pid: int) -> Iterator[int]:
    """The process and all its descendants."""
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            yield from family(int(child))


def peaks(service: Service) -> dict[str, int]:
    """The peak memory of each process of the service, in megabytes, by command line."""
    found = {}
    for pid in family(service.process.pid):
        status = Path(f"/proc/{pid}/status").read_text()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()[-60:]
        found[f"{pid} {command}"] = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    return found


def log_of(store: Store, campaign: str = "sayno") -> dict[str, list[str]]:
    """The lines of the campaign's log by public ID, without time and request."""
    lines: dict[str, list[str]] = {}
    path = store.root.path / campaign / "logs" / "processor.log"
    for line in path.read_text().splitlines() if path.exists() else []:
        _, word, public_id, *detail = re.sub(r" request=\S+$", "", line).split(" ")
        lines.setdefault(public_id, []).append(" ".join([word, *detail]))
    return lines


@pytest.mark.parametrize("every", sampled([5, 1], every=2))
def test_a_hostile_picture_is_stored_upright_or_refused_in_one_line(
    service: Service, standin: Standin, store: Store, every: int
) -> None:
    """`every`: so many of those that are refused are left out; tests/adapters/imaging has all."""
    right = {"plain": jpeg(scene(300, 400)), "turned": oriented(scene(330, 200), 6), "png": png(scene(200, 300))}
    makers = [*((name, hostile.TAKEN[name]) for name in COSTLY), *[*hostile.REFUSED.items()][::every]]
    no_pictures = [*hostile.NO_PICTURES.items()]
    (_, nothing), *others = no_pictures[:1] + no_pictures[1::every]
    pictures = {name: make() for name, make in makers} | dict(others) | right
    ids = {name: f"p{number}" for number, name in enumerate(pictures)}
    with Pulse(service) as pulse:
        for name, data in pictures.items():
            standin.upload(data, ids[name], folder="sayno", email="ann@example.org", notify=False)
            standin.approve(ids[name])
        standin.wait_idle(300)
        assert {delivery["status"] for delivery in standin.deliveries()} == {200}
        standin.upload(nothing, "nothing", folder="sayno", notify=False)
        standin.approve("nothing")
        standin.wait_idle()
    log = log_of(store)
    assert standin.deliveries()[-1]["status"] == 503, "nothing at all is not an answer; it is asked for again"
    assert [line.partition(":")[0] for line in log["nothing"]] == ["ERROR will be tried again"]
    for name in pictures:
        lines = log.get(ids[name], [])
        stored = store.photos.holders(ids[name]) == {"sayno": True}
        assert len(lines) == 1, f"{name}: {lines}"
        assert lines[0].startswith("SYNCED" if stored else "ERROR not stored: "), f"{name}: {lines}"
        assert stored or lines[0].endswith("."), f"{name}: {lines}"
        assert stored or name not in {*COSTLY, *right}, f"{name}: {lines}"
        assert not (stored and name in hostile.REFUSED), name
        if stored:
            small = store.photos.intermediate("sayno", ids[name])
            assert small is not None
            assert decoded(small).size == (300, 400), name
            variants = {one: store.photos.variant("sayno", ids[name], one) for one in VARIANTS}
            sizes = {one: decoded(found[0]).size for one, found in variants.items() if found}
            assert sizes == {"thumb": (150, 200)}, name
    for name, data in right.items():
        small = store.photos.intermediate("sayno", ids[name])
        assert small is not None
        expected = ImageOps.exif_transpose(decoded(data))
        assert mean_difference(small, middle(expected, 300, 400)) < 3, name
    assert not [line for lines in log.values() for line in lines if "processor time" in line]
    assert {name: most for name, most in peaks(service).items() if most >= MEGABYTES} == {}
    assert pulse.statuses == {200}
    assert mirror.leftovers(store) == []
    assert not [line for line in service.log if "Traceback" in line or "ann@" in line]


ADDRESSES = [
    "ann@example.org",
    "a@b.c\n-execute",
    "a@b.c\r-o",
    "-o",
    "-o@b.c",
    "-execute@b.c",
    "@/etc/passwd",
    "x@/etc/passwd",
    "<photo.jpg@b.c",
    "$FileName@b.c",
    "#[CSTR]\\n-all=@b.c",
    "a@b.c|id|",
    "x" * 10_000 + "@b.c",
    "שלום@דוגמה.קום",
    "\u202ea@b.c",
    "👩‍👩‍👧‍👦@😀.example",
    "a@b.c\0",
    "a@b.c\x1b[2J",
]


def test_whatever_is_typed_as_an_address_is_stored_as_one_text_and_runs_nothing(
    service: Service, standin: Standin, store: Store, exiftool: ExifTool
) -> None:
    ids = {address: f"p{number}" for number, address in enumerate(ADDRESSES)}
    picture = jpeg(scene(1500, 2000), quality=5)  # it stays as it is, which takes the least work
    for address, public_id in ids.items():
        standin.upload(picture, public_id, folder="sayno", email=address, notify=False)
        standin.approve(public_id)
    standin.wait_idle()
    paths = {address: store.photos.archive_path("sayno", public_id) for address, public_id in ids.items()}
    found = exiftool.read(paths.values())
    for address in ADDRESSES:
        tags = found[paths[address]]
        assert tags.email == addresses.stored(address), repr(address)
        assert tags.email is None or not re.search(r"[\x00-\x1f\x7f]", tags.email)
        assert (tags.public_id, tags.version is not None) == (ids[address], True)
        said = log_of(store)[ids[address]]
        assert len(said) == 1
        assert said[0].startswith("SYNCED version"), said
        assert said[0].endswith(" address") != addresses.is_address(tags.email or ""), said
    names = {path.name for path in (store.root.path / "sayno/approved").iterdir()}
    assert names == {path.name for path in paths.values()}
    assert not (ROOT / "-o").exists()
    assert mirror.leftovers(store) == []


def test_metadata_that_a_stranger_wrote_is_read_by_nobody(
    service: Service, standin: Standin, store: Store, exiftool: ExifTool
) -> None:
    """Not even where the picture itself stays as it is."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    data = jpeg(scene(1500, 2000), exif=exif.tobytes(), comment=b"SecretComment", xmp=b"<x>SecretXmp</x>")
    standin.upload(hostile.inserted(data, hostile.directories_in_a_circle()), "p", folder="sayno", email="a@b.c")
    standin.approve("p")
    standin.wait_idle()
    archive = store.photos.archive("sayno", "p")
    assert archive is not None
    assert b"Secret" not in archive
    assert len(archive) < len(data) + 5000
    assert mean_difference(archive, decoded(data)) == 0
    assert mirror.user_comment(store.photos.archive_path("sayno", "p")) == "a@b.c"


def test_mutated_pictures_are_pictures_or_refused() -> None:
    """In a separate process, so that a crash is noticed. scripts/fuzz does the same with more."""
    command = [sys.executable, "-m", "scripts.sandbox.fuzz", "--pictures", "50", "--seed", "7"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, (ended.returncode, ended.stdout, ended.stderr[-2000:])
    figures = json.loads(ended.stdout)
    assert figures["taken"] + figures["refused"] == 50
    assert min(figures["taken"], figures["refused"]) > 5, "both ways are taken"
    assert figures["megabytes"] < MEGABYTES


def test_the_service_does_not_start_without_our_policy(standin: Standin, store: Store, tmp_path: Path) -> None:
    environ = os.environ | environment(standin, store.root.path) | {"MAGICK_CONFIGURE_PATH": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-m", "app.web.preflight"], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("Collagen cannot start: ImageMagick's policy is not in force (")
    assert "deploy/gunicorn.conf.py" in line


def test_the_policy_is_in_force_in_every_process_of_the_service(
    service: Service, standin: Standin, store: Store
) -> None:
    standin.upload(jpeg(scene(30, 40)), "p", folder="sayno", notify=False)
    standin.approve("p")
    standin.wait_idle()
    seen = set()
    for pid in family(service.process.pid):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if b"exiftool" in b" ".join(command):
            continue
        environ = dict(
            part.split(b"=", 1) for part in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") if b"=" in part
        )
        seen.add(environ.get(b"MAGICK_CONFIGURE_PATH", b"").decode())
        if b"app.adapters.imaging" in command:
            said = Path(f"/proc/{pid}/limits").read_text()
            assert str(limits.DECODER_BYTES + limits.FACES_BYTES) in said
    assert limits.IMAGEMAGICK["MAGICK_CONFIGURE_PATH"] in seen
    assert requests.get(f"{service.url}/health").json()["checks"]["imagemagick"] == "ok"
