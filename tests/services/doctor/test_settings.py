"""Features that the settings leave off, and secrets that are too weak."""

from __future__ import annotations

from pathlib import Path

from app.core.config import Campaign, survey
from app.services.doctor import settings
from scripts.sandbox.service import ROOT

ALL = {
    "CLOUDINARY_URL": "cloudinary://123:s3cret-of-the-account@cloud",
    "COLLAGEN_ADMIN_PASSWORD": "long enough to be one",
    "COLLAGEN_SECRET_KEY": "a key of the tests",
    "COLLAGEN_PUBLIC_URL": "https://collagen.example.com",
    "COLLAGEN_SMTP_URL": "smtp://127.0.0.1",
    "COLLAGEN_MAIL_FROM": "hello@sayno.example",
}
GALLERY = {"sayno": Campaign("sayno", "Say No", "sayno", gallery_password="one for the team")}


def states(**change: str) -> dict[str, str]:
    surveyed = survey(ALL | change, Path("/nonexistent/.env"), ROOT / ".env.example")
    return {result.check: result.state for result in settings.features(surveyed, GALLERY)}


def test_what_does_nothing_without_public_pages_is_a_warning() -> None:
    surveyed = survey(ALL, Path("/nonexistent/.env"), ROOT / ".env.example")
    rules = {"a": Campaign("a", "A", "a", join=True), "b": Campaign("b", "B", "b", join=True, public=True)}
    (found,) = [result for result in settings.features(surveyed, rules) if result.check == "public pages"]
    assert (found.state, "of a do nothing" in found.message) == ("warn", True)


def read(**change: str) -> list[tuple[str, str]]:
    surveyed = survey(ALL | change, Path("/nonexistent/.env"), ROOT / ".env.example")
    return [(result.state, result.message) for result in settings.read(surveyed)]


def test_features_that_are_off_are_listed_and_half_configured_ones_are_warnings() -> None:
    assert states() == {"admin": "ok", "mails": "ok", "galleries": "ok"}
    assert states(COLLAGEN_ADMIN_PASSWORD="")["admin"] == "warn"
    assert states(COLLAGEN_SMTP_URL="")["mails"] == "ok", "a campaign need not send mails"
    assert states(COLLAGEN_MAIL_FROM="")["mails"] == "warn"
    assert states(COLLAGEN_SECRET_KEY="") == {"admin": "ok", "mails": "warn", "galleries": "FAIL"}


def test_what_is_too_short_is_named_but_not_shown() -> None:
    assert read() == [("ok", "6 set, all readable")]
    (password,) = read(COLLAGEN_ADMIN_PASSWORD="sesame")
    (secret,) = read(COLLAGEN_WEBHOOK_SECRETS="s3cret-of-the-account,sesame")
    assert (password[0], secret[0]) == ("warn", "warn")
    assert "sesame" not in password[1] + secret[1]
