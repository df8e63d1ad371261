"""Reports every error in the settings at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.config import Survey, survey
from app.core.errors import SettingError
from scripts.sandbox.service import ROOT

EXAMPLE = ROOT / ".env.example"
ACCOUNT = "cloudinary://123:s3cret-of-the-account@cloud"


def look(tmp_path: Path, written: str = "", **environ: str) -> Survey:
    (tmp_path / ".env").write_text(written)
    return survey(environ, tmp_path / ".env", EXAMPLE)


def test_every_problem_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    found = look(
        tmp_path,
        f"COLLAGEN_SECRET_KEY=short\nCOLLAGEN_PUBLIC_URL=collagen.example.com\nCLOUDINARY_URL={ACCOUNT}\n",
        COLLAGEN_SMTP_URL="host",
        COLLAGEN_STORE="/srv/collagen",
    )
    named = {problem.split()[0] for problem in found.problems}
    assert named == {"COLLAGEN_SECRET_KEY", "COLLAGEN_PUBLIC_URL", "COLLAGEN_SMTP_URL"}
    assert found.settings.store == Path("/srv/collagen")
    assert found.settings.account is not None
    assert found.settings.secret_keys == ()
    assert not any("short" in problem or "s3cret" in problem for problem in found.problems)


def test_the_example_as_it_is_has_placeholders_only(tmp_path: Path) -> None:
    lines = [line.removeprefix("#") for line in EXAMPLE.read_text().splitlines()]
    settings = [line for line in lines if line.startswith(("COLLAGEN_", "CLOUDINARY_URL"))]
    found = look(tmp_path, "".join(f"{line}\n" for line in settings))
    assert set(found.placeholders) == {
        "CLOUDINARY_URL",
        "COLLAGEN_PUBLIC_URL",
        "COLLAGEN_SMTP_URL",
        "COLLAGEN_MAIL_FROM",
    }
    assert found.unknown == {}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("COLLAGEN_ADMIN_PASWORD", "COLLAGEN_ADMIN_PASSWORD"),
        ("CLOUDINAY_URL", "CLOUDINARY_URL"),
        ("COLLAGEN_FROBNICATION_LEVEL", None),
    ],
)
def test_a_name_that_nothing_reads_is_shown_beside_the_one_that_was_meant(
    tmp_path: Path, name: str, meant: str | None
) -> None:
    assert look(tmp_path, f"{name}=x\n").unknown == {name: meant}


def test_what_else_is_set_is_other_programs(tmp_path: Path) -> None:
    assert look(tmp_path, "TZ=UTC\nWEB_CONCURRENCY=2\n", PATH="/bin", CLOUDINAY_URL="x").unknown == {}


def test_a_line_that_is_none_is_named_by_its_number(tmp_path: Path) -> None:
    (problem,) = look(tmp_path, f"CLOUDINARY_URL={ACCOUNT}\nopen sesame\n").problems
    assert "line 2" in problem
    assert "sesame" not in problem


def test_an_env_file_that_cannot_be_read_leaves_the_environment(tmp_path: Path) -> None:
    found = survey({"CLOUDINARY_URL": ACCOUNT}, tmp_path, EXAMPLE)
    assert found.settings.account is not None
    assert "cannot be read" in found.problems[0]


def test_without_the_example_nothing_can_be_said(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="names the settings"):
        survey({}, tmp_path / ".env", tmp_path / "missing")
