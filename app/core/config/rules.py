"""The values of a campaign's keys in campaigns.toml; a wrong one raises SettingError, which names the key. Pure."""

import contextlib
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from app.core.addresses import normalise
from app.core.config.joining import read_form
from app.core.config.parsing import LOOPBACK
from app.core.errors import SettingError

SHORTEST_PASSWORD = 12  # characters of a gallery password
TRACKING = ("individual", "aggregate", "off")
CATALOGUES = ("place", "exact")
LANGUAGES = ("ar", "de", "en", "es", "fr")  # app/web/languages has a catalogue for each but English
LOGOS = (".png", ".jpg", ".webp", ".svg")


def value(where: str, key: str, given: object) -> Any:
    """The value of a campaign's key. `where`: how the message begins: file, table and key."""
    return CHECKS.get(key, _text)(where, given)


def brand(where: str, given: object) -> dict[str, str]:
    """The table `brand`; its logo is relative to campaigns.toml."""
    if not isinstance(given, Mapping):
        raise SettingError(f"{where} must be a table with colour, logo, text or link.")
    for key in given:
        if key not in BRAND:
            raise SettingError(f"{where} has an unknown key {key!r}; known keys are {', '.join(sorted(BRAND))}.")
    return {key: BRAND[key](f"{where}.{key}", one) for key, one in given.items()}


def trial_address(where: str, given: str) -> str:
    """`test_address` with its domain in normal form."""
    local, _, domain = given.rpartition("@")
    sample = normalise(f"{local.replace('{token}', 'token')}@{domain}")
    if sample is None or "{token}" not in local:
        raise SettingError(f"{where} must look like name+{{token}}@example.org.")
    return f"{local}@{sample.rpartition('@')[2]}"


def _text(where: str, given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise SettingError(f"{where} must be text, and not empty.")
    return given


def _flag(where: str, given: object) -> bool:
    if not isinstance(given, bool):
        raise SettingError(f"{where} must be true or false.")
    return given


def _day(where: str, given: object) -> date:
    if isinstance(given, str):
        with contextlib.suppress(ValueError):
            given = date.fromisoformat(given)
    if not isinstance(given, date) or isinstance(given, datetime):  # a datetime is a date too
        raise SettingError(f"{where} must be a date such as 2026-12-31.")
    return given


def _password(where: str, given: object) -> str:
    text = _text(where, given)
    if len(text.strip()) < SHORTEST_PASSWORD:
        raise SettingError(
            f"{where} must have at least {SHORTEST_PASSWORD} characters, because anyone with the link can guess; a few"
            " words are easy to pass on."
        )
    return text


def _one_of(choices: tuple[str, ...], otherwise: str = ".") -> Callable[[str, object], str]:
    def check(where: str, given: object) -> str:
        text = _text(where, given)
        if text not in choices:
            raise SettingError(f"{where} must be one of {', '.join(choices)}, not {text[:100]!r}{otherwise}")
        return text

    return check


def _origins(where: str, given: object) -> tuple[str, ...]:
    if not isinstance(given, list):
        raise SettingError(f'{where} must be a list of origins such as ["https://www.example.org"].')
    return tuple(dict.fromkeys(_origin(where, one) for one in given))


def _origin(where: str, given: object) -> str:
    """An origin in normal form, as browsers send it and Content-Security-Policy takes it; http only to this machine."""
    text = given.strip().removesuffix("/").lower() if isinstance(given, str) else ""
    match = re.fullmatch(r"(https?)://([a-z0-9.-]+)(:[0-9]{1,5})?", text)
    if not match or (match[1] == "http" and match[2] not in LOOPBACK):
        raise SettingError(
            f"{where} must be origins such as https://www.example.org, without a path (a name with other letters than"
            f" a to z as xn--…), not {str(given)[:100]!r}."
        )
    return text.removesuffix(":443") if match[1] == "https" else text


def _colour(where: str, given: object) -> str:
    if not isinstance(given, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", given.strip()):
        raise SettingError(f"{where} must look like #ff9416, not {str(given)[:100]!r}.")
    return given.strip().lower()


def _logo(where: str, given: object) -> str:
    """A relative path; whether the file is there is checked when the web service starts, which alone shows it."""
    path = _text(where, given).strip()
    if not path.endswith(LOGOS) or path.startswith("/") or ".." in path.split("/") or "\0" in path:
        raise SettingError(f"{where} must be a file beside campaigns.toml that ends in {', '.join(LOGOS)}.")
    return path


def _link(where: str, given: object) -> str:
    text = _text(where, given).strip()
    with contextlib.suppress(ValueError):
        url = urlsplit(text)
        if url.scheme == "https" and url.hostname and not url.username and not re.search(r"\s", text):
            return text
    raise SettingError(f"{where} must be an address that begins with https://, not {text[:100]!r}.")


CHECKS: Mapping[str, Callable[[str, object], Any]] = {
    "public": _flag,
    "join": _flag,
    "download": _flag,
    "embed": _origins,
    "language": _one_of(LANGUAGES),
    "gallery_until": _day,
    "gallery_password": _password,
    "tracking": _one_of(TRACKING),
    "brand": brand,
    "form": read_form,
    "catalogue": _one_of(CATALOGUES, "; without the key there is no catalogue."),
}
BRAND: Mapping[str, Callable[[str, object], str]] = {"colour": _colour, "logo": _logo, "text": _text, "link": _link}
