"""Imports into the stand-in: what arrives, what does not and why, and what is asked for."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from app.adapters.cloudinary import Cloudinary, Uploads
from app.adapters.cloudinary.uploads import digest
from app.core.config import Campaign, load_settings
from app.core.errors import BadParameters, SettingError
from app.services.importing import Importing, ImportReport
from app.services.importing.importing import Watch
from app.services.importing.names import public_id
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.albums import picture, put

SAYNO = Campaign("sayno", "Say No", "sayno")
Run = Callable[..., ImportReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pictures"
    made.mkdir()
    return made


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def run(standin: Standin, tmp_path: Path, folder: Path, said: list[str]) -> Run:
    """One import as if freshly started, without pauses."""

    def imported(campaign: Campaign = SAYNO, *, dry_run: bool = False) -> ImportReport:
        settings = load_settings(environment(standin, tmp_path / "store"), dotenv=Path("/nonexistent"))
        account = settings.required_account()
        cloudinary = Cloudinary(account, settings.delivery_hosts)
        importing = Importing(cloudinary, Uploads(account), Watch(said.append), sleep=lambda seconds: None)
        return importing.run(folder, campaign, dry_run=dry_run)

    return imported


def uploads(standin: Standin) -> int:
    return len([call for call in standin.calls("upload") if call["path"].endswith("/upload")])


@pytest.mark.parametrize("fixed", [False, True])
def test_a_picture_arrives_with_all_that_is_known_of_it(fixed: bool, run: Run, standin: Standin, folder: Path) -> None:
    standin.settings(fixed_folders=fixed)
    put(folder, "Sommer 2025/Zürich/Ännchen.PNG", picture(1, "PNG"))
    (folder / "people.csv").write_text(
        "file;email;name;consent\nSommer 2025/Zürich/Ännchen.PNG;Ann@Example.ORG;Ann | A=B;yes\n"
    )
    report = run()
    name = public_id("sayno", "Sommer 2025/Zürich/Ännchen.PNG")
    assert (report.uploaded, report.is_clean) == (["Sommer 2025/Zürich/Ännchen.PNG"], True)
    asset = standin.asset(name)
    assert asset["status"] == "pending"
    assert asset["context"] == {"email": "Ann@example.org", "name": "Ann | A=B", "sha256": digest(picture(1, "PNG"))}
    assert asset["tags"] == ["Sommer 2025", "Zürich"]
    assert (asset["asset_folder"], asset["display_name"]) == (
        ("", name.partition("/")[2]) if fixed else ("sayno", "Ännchen")
    )
    assert folder_of(standin, name) == "sayno"


def folder_of(standin: Standin, name: str) -> str:
    """The folder as the program reads it."""
    settings = load_settings({"CLOUDINARY_URL": standin.cloudinary_url}, dotenv=Path("/nonexistent"))
    found = Cloudinary(settings.required_account(), ()).state(name)
    assert found is not None
    return found.folder


def test_a_second_run_uploads_nothing(run: Run, standin: Standin, folder: Path) -> None:
    for number in range(7):
        put(folder, f"{number % 2}/{number}.jpg", picture(number))
    assert len(run().uploaded) == 7
    before = uploads(standin), len(standin.calls("api"))
    again = run()
    assert (len(again.there), again.uploaded, again.is_clean) == (7, [], True)
    assert (uploads(standin), len(standin.calls("api"))) == (before[0], before[1] + 4)


@pytest.mark.parametrize("status", ["approved", "rejected"])
def test_a_moderated_picture_is_not_uploaded_again_even_under_another_name(
    status: str, run: Run, standin: Standin, folder: Path
) -> None:
    path = put(folder, "a.jpg", picture(1))
    run()
    standin.moderate(public_id("sayno", "a.jpg"), status)
    path.rename(folder / "renamed.jpg")
    before = uploads(standin)
    assert run().there == ["renamed.jpg"]
    assert uploads(standin) == before


def test_a_picture_that_was_moved_or_lost_its_context_is_still_known(run: Run, standin: Standin, folder: Path) -> None:
    for number, name in enumerate(("moved", "edited")):
        put(folder, f"{name}.jpg", picture(number))
    run()
    standin.move(public_id("sayno", "moved.jpg"), "elsewhere")
    standin.set_context(public_id("sayno", "edited.jpg"), {"email": "new@example.org"})
    before = uploads(standin)
    assert run().there == ["edited.jpg", "moved.jpg"]
    assert uploads(standin) == before


def test_the_spelling_of_a_name_in_unicode_makes_no_other_picture(run: Run, standin: Standin, folder: Path) -> None:
    path = put(folder, unicodedata.normalize("NFC", "Zürich.jpg"), picture(1))
    run()
    path.rename(folder / unicodedata.normalize("NFD", "Zürich.jpg"))
    assert run().there == ["Zürich.jpg"]
    assert len(standin.state()["assets"]) == 1


def test_the_same_bytes_twice_are_one_picture(run: Run, standin: Standin, folder: Path) -> None:
    for file in ("a.jpg", "b/a.jpg", "c.jpg", "d.jpg", "e.jpg"):
        put(folder, file, picture(1))
    report = run()
    assert (report.uploaded, report.is_clean) == (["a.jpg"], True)
    assert report.same == dict.fromkeys(("b/a.jpg", "c.jpg", "d.jpg", "e.jpg"), "a.jpg")
    assert len(standin.state()["assets"]) == 1


def test_a_changed_file_never_replaces_what_was_imported(run: Run, standin: Standin, folder: Path) -> None:
    put(folder, "a.jpg", picture(1))
    run()
    put(folder, "a.jpg", picture(2))
    report = run()
    assert "rename it to import it as a new picture" in report.failed["a.jpg"]
    assert standin.asset(public_id("sayno", "a.jpg"))["bytes"] == len(picture(1))
    assert not report.is_clean


def test_nobody_is_uploaded_without_consent_under_any_name(run: Run, standin: Standin, folder: Path) -> None:
    for file, number in (("no.jpg", 1), ("copy of no.jpg", 1), ("yes.jpg", 2), ("unsaid.jpg", 3)):
        put(folder, file, picture(number))
    (folder / "people.csv").write_text("file,consent\nno.jpg,no\nyes.jpg,yes\nunsaid.jpg,\n")
    report = run()
    assert report.refused == {"no.jpg": "", "copy of no.jpg": "no.jpg"}
    assert (report.uploaded, report.is_clean) == (["unsaid.jpg", "yes.jpg"], True)
    assert len(standin.state()["assets"]) == 2


def test_what_cannot_be_uploaded_is_named_with_its_reason(run: Run, standin: Standin, folder: Path) -> None:
    standin.settings(largest=5000)
    put(folder, "large.jpg", picture(1) + bytes(6000))
    put(folder, "empty.jpg", b"")
    put(folder, "broken.jpg", picture(2))
    put(folder, "good.jpg", picture(3))
    put(folder, "film.mov", b"x")
    put(folder, ".hidden/a.jpg", picture(4))
    (folder / "link.jpg").symlink_to(folder / "good.jpg")
    standin.faults("upload", "status", status=400, message="Invalid image file", match="broken", times=None)
    report = run()
    assert report.uploaded == ["good.jpg"]
    assert report.failed == {
        "large.jpg": "it has 0.0 MB, and this account takes 0.0 MB a picture; export it smaller, or as JPEG",
        "empty.jpg": "it is empty; export or copy it again",
        "broken.jpg": "Cloudinary refuses it: Invalid image file",
        "link.jpg": "it is a link; put the picture itself there",
    }
    assert report.notes == ["not pictures, and left where they are: 1 mov"]
    assert not report.is_clean


def test_without_leave_to_ask_for_the_limit_cloudinary_refuses_what_is_too_large(
    run: Run, standin: Standin, folder: Path
) -> None:
    standin.settings(largest=5000)
    standin.faults("api", "status", status=403, match="/usage", times=None)
    put(folder, "large.jpg", picture(1) + bytes(6000))
    put(folder, "good.jpg", picture(2))
    report = run()
    assert report.uploaded == ["good.jpg"]
    assert report.failed["large.jpg"].startswith("Cloudinary refuses it: File size too large. Got ")


def test_lines_of_the_table_that_fit_nothing_are_said_without_an_address(run: Run, folder: Path) -> None:
    put(folder, "a.jpg", picture(1))
    (folder / "people.csv").write_text("file,email\na.jpg,ann at example\nb.jpg,bob@example.org\n")
    notes = run().notes
    assert len(notes) == 2
    assert "line 3: there is no picture b.jpg" in notes[0]
    assert "line 2: the address is unusable" in notes[1]
    assert "example" not in " ".join(notes).replace(str(folder), "")


@pytest.mark.parametrize("status", [420, 429])
def test_it_waits_where_cloudinary_takes_no_more_for_now(
    status: int, run: Run, standin: Standin, folder: Path, said: list[str]
) -> None:
    put(folder, "a.jpg", picture(1))
    message = "Rate Limit Exceeded. Limit of 500 api operations reached. Try again on 2024-10-04 14:00:00 UTC"
    standin.faults("upload", "status", status=status, message=message)
    assert run().uploaded == ["a.jpg"]
    assert "limit" in said[0]


@pytest.mark.parametrize("kind", ["cut", "html", "status"])
def test_an_upload_that_was_stored_without_an_answer_is_not_made_twice(
    kind: str, run: Run, standin: Standin, folder: Path
) -> None:
    put(folder, "a.jpg", picture(1))
    standin.faults("upload", kind)
    report = run()
    assert (report.uploaded + report.there, report.is_clean) == (["a.jpg"], True)
    assert len(standin.state()["assets"]) == 1


def test_if_cloudinary_is_gone_the_run_ends_and_says_so(run: Run, standin: Standin, folder: Path) -> None:
    for number in range(200):
        put(folder, f"{number:03}.jpg", picture(number))
    standin.faults("upload", "status", times=None)
    standin.faults("api", "status", match="ping", times=None)
    report = run()
    assert report.stopped
    assert report.left
    assert not report.is_clean


def test_a_dry_run_uploads_nothing(run: Run, standin: Standin, folder: Path) -> None:
    put(folder, "a.jpg", picture(1))
    assert run(dry_run=True).uploaded == ["a.jpg"]
    assert standin.state()["assets"] == {}
    assert uploads(standin) == 0


def test_another_campaign_has_pictures_of_its_own(run: Run, standin: Standin, folder: Path) -> None:
    put(folder, "a.jpg", picture(1))
    run()
    assert run(Campaign("other", "Other", "other")).uploaded == ["a.jpg"]
    assert len(standin.state()["assets"]) == 2


def test_an_unusable_folder_or_table_is_one_sentence(run: Run, folder: Path) -> None:
    with pytest.raises(BadParameters, match="has no pictures"):
        run()
    put(folder, "a.jpg", picture(1))
    (folder / "people.csv").write_text("name\nAnn\n")
    with pytest.raises(SettingError, match="no column named file"):
        run()
