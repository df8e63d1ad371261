"""Every defect in the store is named, with what to do; those that can be repaired without Cloudinary are."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.imaging import copies
from app.adapters.store import Store
from app.services import check
from app.services.check import Finding
from scripts.sandbox.samples import prepared
from tests.support.collages import NOW, collage
from tests.support.command import run as command
from tests.support.tiers import sampled

VERSION = 1_700_000_000


def put(store: Store, exiftool: ExifTool, tmp_path: Path, public_id: str, seed: int, version: int = VERSION) -> None:
    """Stores a photo as the processor does."""
    files = prepared(seed)
    path = tmp_path / "photo.jpg"
    path.write_bytes(files.archive)
    exiftool.write(path, Tags(f"ann{seed}@example.org", public_id, "asset", version))
    store.photos.put(
        "sayno", public_id, path.read_bytes(), files.intermediate, 1_600_000_000 + seed, version, files.variants
    )


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, exiftool: ExifTool) -> Path:
    """An intact store: three photos, a collage, logs."""
    directory = tmp_path_factory.mktemp("model")
    store = Store(directory / "store")
    store.root.initialise()
    for seed, public_id in enumerate(("a/b", "c", "d")):
        put(store, exiftool, directory, public_id, seed)
    collage(store)
    store.logs.event("sayno", NOW, "SYNCED", "a/b")
    store.logs.notification("sayno", NOW, "approved", "a/b", b"{}")
    store.logs.notification(None, NOW, "approved", "x", b"{}")
    return store.root.path


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, exiftool: ExifTool) -> Path:
    """A store with one photo and a collage of it: checking each takes long, so most damage is done to this one."""
    directory = tmp_path_factory.mktemp("alone")
    store = Store(directory / "store")
    store.root.initialise()
    put(store, exiftool, directory, "a/b", 0)
    collage(store)
    return store.root.path


@pytest.fixture
def damaged(alone: Path, tmp_path: Path) -> Store:
    """A copy of it, to be damaged."""
    shutil.copytree(alone, tmp_path / "store", copy_function=shutil.copy2)
    return Store(tmp_path / "store")


@pytest.fixture
def damaged_among_others(model: Path, tmp_path: Path) -> Store:
    shutil.copytree(model, tmp_path / "store", copy_function=shutil.copy2)
    return Store(tmp_path / "store")


def archive(store: Store, public_id: str = "a/b") -> Path:
    return store.photos.archive_path("sayno", public_id)


def intermediate(store: Store, public_id: str = "a/b") -> Path:
    return store.photos.intermediate_path("sayno", public_id)


def thumb(store: Store, public_id: str = "a/b") -> Path:
    return store.photos.variant_path("sayno", public_id, "thumb")


def former(store: Store, public_id: str = "a/b") -> Path:
    """A picture that only earlier versions made."""
    return store.photos.variant_path("sayno", public_id, "medium")


def in_collage(store: Store, name: str) -> Path:
    return store.collages.directory("sayno", "0001") / name


def leave_former(store: Store) -> None:
    make(former(store))
    remove(archive(store), intermediate(store), thumb(store))


def remove(*paths: Path) -> None:
    for path in paths:
        path.unlink()


def overwrite(path: Path, data: bytes) -> None:
    """Changes the content, but keeps the modification time."""
    times = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def rotten(data: bytes) -> bytes:
    """The same bytes with some of the middle lost."""
    middle = len(data) // 2
    return data[:middle] + bytes(3000) + data[middle + 3000 :]


def without_copies(data: bytes) -> bytes:
    """An intermediate from before there were copies: the third chunk is theirs."""
    start = 33 + int.from_bytes(data[33:37], "big") + 12
    assert data[start + 4 : start + 8] == b"coPY"
    return data[:start] + data[start + int.from_bytes(data[start : start + 4], "big") + 12 :]


def without_placeholder(data: bytes) -> bytes:
    """An intermediate from before there were placeholders: its copies name the file's length."""
    inside = {size: copies.find(data, len(data), *size) for size in copies.SIZES}
    plain = without_copies(data)
    plain = plain[:33] + plain[33 + int.from_bytes(plain[33:37], "big") + 12 :]
    return copies.insert(plain, {size: copy for size, copy in inside.items() if copy})


def rotten_copy(data: bytes) -> bytes:
    """The same bytes with some of the smaller copies lost."""
    return data[:1000] + bytes(500) + data[1500:]


def edit_manifest(store: Store, change: Callable[[dict], None]) -> None:  # type: ignore[type-arg]
    path = in_collage(store, "manifest.json")
    manifest = json.loads(path.read_bytes())
    change(manifest)
    path.write_text(json.dumps(manifest))


def cut_sends(store: Store) -> None:
    store.sends.add("sayno", {"state": "sent", "collage": "0001", "photo": "a/b", "message_id": "<1>"})
    os.truncate(store.root.path / "sayno/logs/sends.jsonl", 20)


def make(path: Path, data: bytes = b"x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def picture(kind: str, width: int, height: int) -> bytes:
    data = BytesIO()
    Image.new("RGB", (width, height), "red").save(data, kind)
    return data.getvalue()


def look(store: Store, exiftool: ExifTool, repair: bool = False) -> list[Finding]:
    return check.run(store, exiftool, repair=repair).findings


def test_an_intact_store_has_no_findings_and_does_not_change(model: Path, exiftool: ExifTool) -> None:
    before = {path: path.stat().st_mtime_ns for path in model.rglob("*") if ".locks" not in path.parts}
    told: list[tuple[int, int]] = []
    report = check.run(Store(model), exiftool, progress=lambda done, total: told.append((done, total)))
    assert (report.photos, report.collages, report.findings) == (3, 1, [])
    assert told[-1] == (4, 4)
    assert check.collage_findings(Store(model), "sayno", "0001") == []
    after = {path: path.stat().st_mtime_ns for path in model.rglob("*") if ".locks" not in path.parts}
    assert after == before


# what is damaged; which file is named; the message
Damage = Callable[[Store], None]
MENDED: dict[str, tuple[Damage, Callable[[Store], Path], str]] = {
    "no intermediate": (lambda store: intermediate(store).unlink(), intermediate, "is missing"),
    "empty intermediate": (lambda store: overwrite(intermediate(store), b""), intermediate, "is empty"),
    "torn intermediate": (
        lambda store: overwrite(intermediate(store), intermediate(store).read_bytes()[:9000]),
        intermediate,
        "is broken",
    ),
    "rotten intermediate": (
        lambda store: overwrite(intermediate(store), rotten(intermediate(store).read_bytes())),
        intermediate,
        "is broken",
    ),
    "intermediate that is a JPEG": (
        lambda store: overwrite(intermediate(store), picture("jpeg", 300, 400)),
        intermediate,
        "is broken",
    ),
    "small intermediate": (
        lambda store: overwrite(intermediate(store), picture("png", 150, 200)),
        intermediate,
        "has 150×200 pixels, not 300×400",
    ),
    "intermediate without copies": (
        lambda store: overwrite(intermediate(store), without_copies(intermediate(store).read_bytes())),
        intermediate,
        "has no smaller copies inside",
    ),
    "intermediate with a rotten copy": (
        lambda store: overwrite(intermediate(store), rotten_copy(intermediate(store).read_bytes())),
        intermediate,
        "is broken",
    ),
    "intermediate without a placeholder": (
        lambda store: overwrite(intermediate(store), without_placeholder(intermediate(store).read_bytes())),
        intermediate,
        "has no placeholder inside",
    ),
    "no thumb": (lambda store: thumb(store).unlink(), thumb, "is missing"),
    "empty thumb": (lambda store: overwrite(thumb(store), b""), thumb, "is empty"),
    "torn thumb": (
        lambda store: overwrite(thumb(store), thumb(store).read_bytes()[:5_000]),
        thumb,
        "is broken",
    ),
    "rotten thumb": (
        lambda store: overwrite(thumb(store), rotten(thumb(store).read_bytes())),
        thumb,
        "is broken",
    ),
    "thumb of another size": (
        lambda store: overwrite(thumb(store), picture("jpeg", 75, 100)),
        thumb,
        "has 75×100 pixels, not 150×200",
    ),
    "another person's thumb": (
        lambda store: overwrite(thumb(store), prepared(1).variants["thumb"]),
        thumb,
        "shows another picture",
    ),
    "an older version's thumb": (
        lambda store: os.utime(thumb(store), (VERSION - 1, VERSION - 1)),
        thumb,
        "is not marked as made from this version",
    ),
    "no archive and only a variant": (
        lambda store: remove(archive(store), intermediate(store)),
        thumb,
        "has no archive",
    ),
    "no archive and only what an earlier version made": (
        leave_former,
        former,
        "has no archive",
    ),
    "another person's intermediate": (
        lambda store: overwrite(intermediate(store), prepared(1).intermediate),
        intermediate,
        "shows another picture",
    ),
    "a newer version's intermediate": (
        lambda store: os.utime(intermediate(store), (VERSION + 1, VERSION + 1)),
        intermediate,
        "is not marked as made from this version",
    ),
    "no archive": (lambda store: archive(store).unlink(), intermediate, "has no archive"),
    "temporary file": (
        lambda store: make(archive(store).with_name(".tmp-0123456789abcdef")),
        lambda store: archive(store).with_name(".tmp-0123456789abcdef"),
        "is a temporary file that a process left when it was killed",
    ),
    "unfinished collage": (
        lambda store: make(store.collages.directory("sayno", ".tmp-0007") / "collage.png"),
        lambda store: store.collages.directory("sayno", ".tmp-0007"),
        "is an unfinished collage",
    ),
    "no derivative": (
        lambda store: in_collage(store, "collage-1024.jpg").unlink(),
        lambda store: in_collage(store, "collage-1024.jpg"),
        "is missing",
    ),
    "torn derivative": (
        lambda store: overwrite(in_collage(store, "collage-1920.jpg"), b"\xff\xd8\xff"),
        lambda store: in_collage(store, "collage-1920.jpg"),
        "has 3 bytes, not ",
    ),
    "rotten derivative": (
        lambda store: make(
            in_collage(store, "collage-1920.jpg"), rotten(in_collage(store, "collage-1920.jpg").read_bytes())
        ),
        lambda store: in_collage(store, "collage-1920.jpg"),
        "is not the file that its manifest describes",
    ),
    "derivative of another ImageMagick": (
        lambda store: edit_manifest(store, lambda manifest: manifest["files"][1].update(sha256="0" * 64)),
        lambda store: in_collage(store, "collage-1920.jpg"),
        "is not the file that its manifest describes",
    ),
}


# what the advice of each kind of finding is seen in; an intact photo takes a tenth of a second, so the others are
# repaired at once
ADVISED = ("torn intermediate", "no thumb", "no archive", "temporary file", "unfinished collage", "no derivative")


@pytest.mark.parametrize("damage", sampled([*MENDED], every=2))
def test_repairable_damage_is_named_and_repaired_by_repair(damaged: Store, exiftool: ExifTool, damage: str) -> None:
    harm, where, said = MENDED[damage]
    harm(damaged)
    gone = "no archive" in damage  # the collage then shows somebody whose photo is gone
    if damage in ADVISED:
        finding, *more = look(damaged, exiftool)
        assert [("withdrawn" in one.problem, "--rebuild" in one.advice) for one in more] == [(True, True)] * gone
        assert (finding.path, finding.mended) == (where(damaged), "")
        assert said in finding.problem
        assert "--repair" in finding.advice
    mended, *more = look(damaged, exiftool, repair=True)
    assert (mended.path, bool(mended.mended), len(more)) == (where(damaged), True, gone)
    assert said in mended.problem
    assert len(look(damaged, exiftool)) == gone
    if gone:
        assert damaged.photos.holders("a/b") == {}
    else:
        assert damaged.photos.intermediate("sayno", "a/b") == prepared(0).intermediate
        assert thumb(damaged).read_bytes() == prepared(0).variants["thumb"]


@pytest.mark.parametrize("content", [b"", b"stale"])
def test_what_an_earlier_version_made_is_no_finding_whatever_is_in_it(
    damaged: Store, exiftool: ExifTool, content: bytes
) -> None:
    make(former(damaged), content)
    assert look(damaged, exiftool) == []
    assert former(damaged).exists()


SYNC_MENDS: dict[str, tuple[Damage, Callable[[Store], Path], str]] = {
    "empty archive": (lambda store: overwrite(archive(store), b""), archive, "is empty"),
    "torn archive": (
        lambda store: overwrite(archive(store), archive(store).read_bytes()[:100_000]),
        archive,
        "is broken: This is not a complete JPEG",
    ),
    "rotten archive": (
        lambda store: overwrite(archive(store), rotten(archive(store).read_bytes())),
        archive,
        "is broken",
    ),
    "archive that is a PNG": (
        lambda store: overwrite(archive(store), picture("png", 1500, 2000)),
        archive,
        "is broken",
    ),
    "archive without tags": (
        lambda store: overwrite(archive(store), prepared(0).archive),
        archive,
        "does not say which photo it is",
    ),
}


@pytest.mark.parametrize("damage", sampled([*SYNC_MENDS], every=2))
def test_an_archive_that_is_wrong_is_kept_and_fetched_again_by_the_next_sync(
    damaged: Store, exiftool: ExifTool, damage: str
) -> None:
    harm, where, said = SYNC_MENDS[damage]
    harm(damaged)
    kept_and_fetched_again(damaged, exiftool, where, said)


def test_an_archive_of_another_photo_is_kept_and_fetched_again_by_the_next_sync(
    damaged_among_others: Store, exiftool: ExifTool
) -> None:
    store = damaged_among_others
    overwrite(archive(store), archive(store, "c").read_bytes())
    kept_and_fetched_again(store, exiftool, archive, "says that it is the photo 'c'")


def kept_and_fetched_again(damaged: Store, exiftool: ExifTool, where: Callable[[Store], Path], said: str) -> None:
    kept = archive(damaged).read_bytes()
    finding = next(found for found in look(damaged, exiftool) if found.path == where(damaged))
    assert said in finding.problem
    assert "python -m app sync sayno" in finding.advice
    report = check.run(damaged, exiftool, repair=True)
    assert where(damaged) in {found.path for found in report.wrong}
    assert archive(damaged).read_bytes() == kept
    # what a sync compares: it does not take the file for the photo that it has
    tags = exiftool.read([archive(damaged)]).get(archive(damaged))
    assert not (tags and tags.public_id == "a/b" and damaged.photos.fits("sayno", "a/b", tags.version))
    assert damaged.photos.intermediate("sayno", "a/b") is not None, "collages may still show the person"


def test_an_archive_of_another_size_is_named(damaged: Store, exiftool: ExifTool, tmp_path: Path) -> None:
    (tmp_path / "small.jpg").write_bytes(picture("jpeg", 750, 1000))
    exiftool.write(tmp_path / "small.jpg", Tags(None, "a/b", "asset", VERSION))
    overwrite(archive(damaged), (tmp_path / "small.jpg").read_bytes())
    problems = [finding.problem for finding in look(damaged, exiftool)]
    assert "has 750×1000 pixels, not 1500×2000" in problems


STAYS: dict[str, tuple[Damage, Callable[[Store], Path], str]] = {
    "stray among the archives": (
        lambda store: make(archive(store).with_name("notes.txt")),
        lambda store: archive(store).with_name("notes.txt"),
        "is a stray file",
    ),
    "name that no public ID has": (
        lambda store: make(archive(store).with_name("a b.jpg")),
        lambda store: archive(store).with_name("a b.jpg"),
        "is a stray file",
    ),
    "exiftool's leftover": (
        lambda store: make(archive(store).with_name("c.jpg_exiftool_tmp")),
        lambda store: archive(store).with_name("c.jpg_exiftool_tmp"),
        "is a stray file",
    ),
    "stray that looks like a variant": (
        lambda store: make(thumb(store).with_name("a+b.large.jpg")),
        lambda store: thumb(store).with_name("a+b.large.jpg"),
        "is a stray file",
    ),
    "variant among the archives": (
        lambda store: make(archive(store).with_name("a b.thumb.jpg")),
        lambda store: archive(store).with_name("a b.thumb.jpg"),
        "is a stray file",
    ),
    "stray in the campaign": (
        lambda store: make(store.root.path / "sayno/backup/x.jpg"),
        lambda store: store.root.path / "sayno/backup",
        "is a stray file",
    ),
    "stray in a collage": (
        lambda store: make(in_collage(store, "card.jpg")),
        lambda store: in_collage(store, "card.jpg"),
        "is not in the collage's manifest",
    ),
    "stray among the collages": (
        lambda store: make(store.collages.directory("sayno", "notes")),
        lambda store: store.collages.directory("sayno", "notes"),
        "is a stray file",
    ),
    "no manifest": (
        lambda store: in_collage(store, "manifest.json").unlink(),
        lambda store: store.collages.directory("sayno", "0001"),
        "has no manifest",
    ),
    "another campaign's manifest": (
        lambda store: edit_manifest(store, lambda manifest: manifest.update(campaign="other")),
        lambda store: in_collage(store, "manifest.json"),
        "is that of collage 0001 of other",
    ),
    "cut log of mails": (
        lambda store: cut_sends(store),
        lambda store: store.root.path / "sayno/logs/sends.jsonl",
        "bytes shorter than it was), so mails of sayno wait",
    ),
    "damaged log of the withdrawn": (
        lambda store: make(store.root.path / "sayno/logs/unsubscribed.jsonl", b"null\n"),
        lambda store: store.root.path / "sayno/logs/unsubscribed.jsonl",
        "line 1 is not a record",
    ),
    "damaged list of those mailed before": (
        lambda store: make(store.root.path / "sayno/logs/mailed.jsonl", b"null\n"),
        lambda store: store.root.path / "sayno/logs/mailed.jsonl",
        "line 1 is not a record",
    ),
    "no master": (
        lambda store: in_collage(store, "collage.png").unlink(),
        lambda store: in_collage(store, "collage.png"),
        "is missing",
    ),
    "rotten master": (
        lambda store: make(in_collage(store, "collage.png"), rotten(in_collage(store, "collage.png").read_bytes())),
        lambda store: in_collage(store, "collage.png"),
        "is not the file that its manifest describes",
    ),
    "empty notification": (
        lambda store: make(store.root.path / "sayno/logs/webhooks/20240506/1.json", b""),
        lambda store: store.root.path / "sayno/logs/webhooks/20240506/1.json",
        "is empty",
    ),
    "empty notification of no campaign": (
        lambda store: make(store.root.path / ".unfiled/20240506/1.json", b""),
        lambda store: store.root.path / ".unfiled/20240506/1.json",
        "is empty",
    ),
}


# of the same two files, so each alone; all others can be there together
ALONE = ("no manifest", "another campaign's manifest", "no master")


@pytest.mark.parametrize("damages", [[name for name in STAYS if name not in ALONE], *([name] for name in ALONE)])
def test_damage_that_needs_a_person_is_named_and_left_as_it_is(
    damaged: Store, exiftool: ExifTool, damages: list[str]
) -> None:
    expected = {}
    for damage in damages:
        harm, where, said = STAYS[damage]
        harm(damaged)
        expected[where(damaged)] = said
    for repair in (False, True):
        found = {finding.path: finding for finding in check.run(damaged, exiftool, repair=repair).wrong}
        assert found.keys() == expected.keys()
        for path, said in expected.items():
            assert said in found[path].problem
            assert found[path].advice


MANIFESTS: dict[str, tuple[Callable[[Store], None], str]] = {
    "torn": (lambda store: make(in_collage(store, "manifest.json"), b'{"id": "00'), "it is not JSON"),
    "empty": (lambda store: make(in_collage(store, "manifest.json"), b""), "it is not JSON"),
    "null": (lambda store: make(in_collage(store, "manifest.json"), b"null"), "it is not an object"),
    "of another collage": (
        lambda store: edit_manifest(store, lambda manifest: manifest.update(id="0002")),
        "it is that of another collage",
    ),
    "without tiles": (
        lambda store: edit_manifest(store, lambda manifest: manifest.pop("tiles")),
        "tiles is not a list",
    ),
    "with a tile too few": (
        lambda store: edit_manifest(store, lambda manifest: manifest["tiles"].pop()),
        "it names 0 people for 1 places",
    ),
}


@pytest.mark.parametrize("damage", MANIFESTS)
def test_a_collage_with_a_damaged_manifest_is_named_and_withdrawn_by_repair(damaged: Store, damage: str) -> None:
    harm, said = MANIFESTS[damage]
    harm(damaged)
    (finding,) = check.collage_findings(damaged, "sayno", "0001")
    assert finding.path == in_collage(damaged, "manifest.json")
    assert (said in finding.problem, "--repair withdraws" in finding.advice) == (True, True)
    assert in_collage(damaged, "collage.png").exists()
    (finding,) = check.collage_findings(damaged, "sayno", "0001", repair=True)
    assert finding.mended.startswith("withdrew the collage")
    assert list(damaged.collages.directory("sayno", "0001").iterdir()) == []


def test_a_collage_that_was_withdrawn_for_its_manifest_is_no_finding_any_more(
    damaged: Store, exiftool: ExifTool
) -> None:
    make(in_collage(damaged, "manifest.json"), b"null")
    (finding,) = look(damaged, exiftool, repair=True)
    assert finding.mended.startswith("withdrew the collage")
    assert look(damaged, exiftool) == []


def test_a_derivative_is_not_made_from_a_master_that_is_wrong(damaged: Store) -> None:
    for name in ("collage.png", "collage-1024.jpg"):
        in_collage(damaged, name).unlink()
    assert [one.mended for one in check.collage_findings(damaged, "sayno", "0001", repair=True)] == ["", ""]
    assert not in_collage(damaged, "collage-1024.jpg").exists()


def test_a_collage_that_is_being_built_and_photos_that_are_written_are_no_findings(
    damaged: Store, exiftool: ExifTool
) -> None:
    draft = damaged.collages.begin("sayno")
    damaged.root.files.write_whole(draft.directory / "collage.png", b"x")
    assert look(damaged, exiftool, repair=True) == []
    assert (draft.directory / "collage.png").exists()
    os.close(draft.lock)


def test_a_withdrawn_collage_is_no_finding(damaged: Store, exiftool: ExifTool) -> None:
    shutil.rmtree(in_collage(damaged, "."))
    in_collage(damaged, ".").mkdir()
    assert look(damaged, exiftool) == []


def test_photos_that_were_encoded_anew_fit_their_intermediates(
    damaged: Store, exiftool: ExifTool, tmp_path: Path
) -> None:
    from app.adapters import imaging

    with Image.open(BytesIO(prepared(3).archive)) as image:
        square = BytesIO()
        image.crop((0, 250, 1500, 1750)).rotate(90).save(square, "jpeg", quality=80)
    files = imaging.prepare(square.getvalue())
    (tmp_path / "square.jpg").write_bytes(files.archive)
    exiftool.write(tmp_path / "square.jpg", Tags(None, "square", "asset", 5))
    damaged.photos.put(
        "sayno", "square", (tmp_path / "square.jpg").read_bytes(), files.intermediate, 5, 5, files.variants
    )
    assert look(damaged, exiftool) == []


# The command


def test_the_command_says_a_line_for_each_finding_and_ends_with_1_until_all_is_mended(
    damaged_among_others: Store,
) -> None:
    damaged = damaged_among_others
    (damaged.root.path.parent / "campaigns.toml").write_text("[sayno]\n[other]\n")
    environ = {
        "COLLAGEN_STORE": str(damaged.root.path),
        "COLLAGEN_CAMPAIGNS": str(damaged.root.path.parent / "campaigns.toml"),
        "TMPDIR": str(damaged.root.path.parent),
    }
    intermediate(damaged).unlink()
    (damaged.root.path.parent / "collagen-dead").mkdir()
    told = json.loads(command("check", "sayno", "--json", environ=environ).stdout)
    assert (told["wrong"], told["findings"][1]["path"]) == (2, str(intermediate(damaged)))
    found = command("check", environ=environ)
    first, second, last = found.stdout.splitlines()
    assert first.endswith(
        "collagen-dead: is a temporary directory that a process left when it was killed; --repair removes it"
    )
    assert second == f"{intermediate(damaged)}: is missing; --repair makes it from its archive"
    assert (found.returncode, found.stderr, last) == (1, "", "3 photos and 1 collage checked: 2 wrong")
    mended = command("check", "--repair", environ=environ)
    assert mended.stdout.endswith("\n3 photos and 1 collage checked: nothing wrong, 2 mended\n")
    assert mended.returncode == 0
    unknown = command("check", "nope", environ=environ)
    assert unknown.returncode == 1
    assert "There is no campaign 'nope'" in unknown.stderr


def test_a_store_that_is_not_there_is_not_called_well(tmp_path: Path) -> None:
    answer = command("check", environ={"COLLAGEN_STORE": str(tmp_path)})
    assert answer.returncode == 1
    assert "is no store" in answer.stderr


def test_a_collage_that_shows_somebody_who_has_withdrawn_is_named_and_rebuilt_by_the_command_it_names(
    model: Path, exiftool: ExifTool, tmp_path: Path
) -> None:
    shutil.copytree(model, tmp_path / "store")
    store = Store(tmp_path / "store")
    store.photos.remove("sayno", "c")
    [found] = look(store, exiftool)
    assert found.problem == "shows 1 person who has withdrawn (c)"
    environ = {"COLLAGEN_STORE": str(tmp_path / "store"), "COLLAGEN_CAMPAIGNS": str(tmp_path / "campaigns.toml")}
    (tmp_path / "campaigns.toml").write_text("[sayno]")
    answer = command(*found.advice.partition("python -m app ")[2].split(), environ=environ)
    assert (answer.returncode, answer.stderr.partition("Error")[1]) == (0, "")
    assert answer.stdout.startswith("Collage 0001 of sayno: 2 people")
    assert look(store, exiftool) == []
