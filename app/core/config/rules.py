"""The values of a campaign's keys in campaigns.toml; a wrong one raises SettingError, which names the key. Pure."""

import contextlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from app.core.addresses import normalise
from app.core.config.joining import read_form
from app.core.config.parsing import LOOPBACK
from app.core.config.values import Check, day, flag, one_of, table, text
from app.core.errors import SettingError
from app.core.targets import require_address

SHORTEST_PASSWORD = 12  # characters of a gallery password
TRACKING = ("individual", "aggregate", "off")
CATALOGUES = ("place", "exact")
LOOK = re.compile(r"[a-z0-9_-]{1,64}")
LANGUAGES = ("ar", "de", "en", "es", "fr")  # app/core/languages has a catalogue for each but English
LOGOS = (".png", ".jpg", ".webp", ".svg")


def value(where: str, key: str, given: object) -> Any:
    """The value of a campaign's key. `where`: how the message begins: file, table and key."""
    return CHECKS.get(key, text)(where, given)


def brand(where: str, given: object) -> dict[str, str]:
    """The table `brand`; its logo is relative to campaigns.toml."""
    return table(where, given, BRAND, " with colour, logo, text or link.")


def trial_address(where: str, given: str) -> str:
    """`test_address` with its domain in normal form."""
    local, _, domain = given.rpartition("@")
    sample = normalise(f"{local.replace('{token}', 'token')}@{domain}")
    if sample is None or "{token}" not in local:
        raise SettingError(f"{where} must look like name+{{token}}@example.org.")
    return f"{local}@{sample.rpartition('@')[2]}"


def _password(where: str, given: object) -> str:
    password = text(where, given)
    if len(password.strip()) < SHORTEST_PASSWORD:
        raise SettingError(
            f"{where} must have at least {SHORTEST_PASSWORD} characters, because anyone with the link can guess; a few"
            " words are easy to pass on."
        )
    return password


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
    path = text(where, given).strip()
    if not path.endswith(LOGOS) or path.startswith("/") or ".." in path.split("/") or "\0" in path:
        raise SettingError(f"{where} must be a file beside campaigns.toml that ends in {', '.join(LOGOS)}.")
    return path


def _link(where: str, given: object) -> str:
    address = text(where, given).strip()
    with contextlib.suppress(ValueError):
        url = urlsplit(address)
        if url.scheme == "https" and url.hostname and not url.username and not re.search(r"\s", address):
            return address
    raise SettingError(f"{where} must be an address that begins with https://, not {address[:100]!r}.")


def _looks(where: str, given: object) -> tuple[str, ...]:
    """Names of looks; whether looks.toml has them is checked where they are made or ordered."""
    if not isinstance(given, list) or not all(isinstance(one, str) and LOOK.fullmatch(one) for one in given):
        raise SettingError(f'{where} must be a list of looks in looks.toml, such as ["orange"].')
    return tuple(dict.fromkeys(given))


def _publish(where: str, given: object) -> str:
    """An address; whether we may write there is checked by `doctor`, and whenever it is published."""
    address = text(where, given).strip()
    try:
        require_address(address)
    except SettingError as error:
        raise SettingError(f"{where} cannot be used: {error}") from error
    return address


CHECKS: Mapping[str, Check] = {
    "public": flag,
    "join": flag,
    "download": flag,
    "embed": _origins,
    "language": one_of(LANGUAGES),
    "gallery_until": day,
    "gallery_password": _password,
    "tracking": one_of(TRACKING),
    "brand": brand,
    "form": read_form,
    "looks": _looks,
    "publish": _publish,
    "catalogue": one_of(CATALOGUES, "; without the key there is no catalogue."),
}
BRAND: Mapping[str, Check] = {"colour": _colour, "logo": _logo, "text": text, "link": _link}
