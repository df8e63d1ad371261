"""The HTML of a published campaign and what it loads: texts, colours and viewer of the pages that we serve."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.core.config import Campaign, read_logo
from app.core.languages import load, teach
from app.core.project import ROOT
from app.services.face import codes
from app.services.face.colours import properties
from app.services.publish import names
from app.services.publish.site.album import album
from app.services.publish.site.content import Content
from app.services.publish.site.script import classic

TEMPLATES = Path(__file__).parent / "templates"
SERVED = ROOT / "app/web"  # whose templates and static files are read here, as data
SHEETS = ("page.css", "campaign/public.css")
MODULES = ("viewer", "camera", "share", "wall")  # after what each imports
POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none';"
    " form-action 'none'"
)
ROBOTS = "User-agent: *\nDisallow: /wall/\n"  # faces do not go into image searches; previews of links load a picture
VIEWER = "vendor/openseadragon/openseadragon.min.js"


def assets(rules: Campaign, site: str) -> dict[str, tuple[str, bytes]]:
    """By purpose, the path and the bytes of each style sheet, script and symbol. Raises SettingError for the logo.

    `site`: the site's own address, "" if it is not known; then there is nothing to pass on.
    """
    style = "\n".join([*(_static(name).decode() for name in SHEETS), properties(rules.brand.colour)])
    modules = [(name, _static(f"wall/{name}.js").decode()) for name in MODULES]
    found = {
        "style": _asset("style", "css", style.encode()),
        "wall": _asset("wall", "css", _static("wall/wall.css")),
        "plain": _asset("plain", "css", _static("wall/plain.css")),
        "viewer": _asset("viewer", "js", _static(VIEWER)),
        "script": _asset("script", "js", classic(modules).encode()),
        "icon": _asset("icon", "svg", _static("icon.svg")),
    }
    if site:
        found["page"] = _asset("page", "js", classic([("page", _static("campaign/page.js").decode())]).encode())
        found |= {kind: _asset("code", kind, codes.picture(site, kind)) for kind in codes.KINDS}
    logo, path = read_logo(rules), rules.brand.logo
    if logo is not None and path is not None:
        found["logo"] = _asset("logo", path.suffix[1:], logo)
        found["icon"] = found["logo"]
    return found


def tile_names(levels: Mapping[int, tuple[int, Sequence[str]]]) -> tuple[str, bytes]:
    """The script that says what the tiles are called: by level, how many columns there are, and the digits of each
    name, row by row.
    """
    said = {
        level: {"columns": columns, "digits": names.DIGITS, "names": "".join(digits)}
        for level, (columns, digits) in sorted(levels.items())
    }
    return _asset("tiles", "js", f"globalThis.publishedTiles = {json.dumps(said)};\n".encode())


def pages(content: Content, files: Mapping[str, str]) -> dict[str, bytes]:
    """The pages by path. `files`: the path of each asset by its purpose."""
    rules, language = content.campaign, load(content.campaign.language)
    environment = _environment(rules.language)
    by_kind = {kind: [one for one in content.pictures if one.kind == kind] for kind in ("avif", "webp", "jpg")}
    largest = by_kind["jpg"][-1]
    usual = {kind: [one for one in found if one.width in content.widths] for kind, found in by_kind.items()}
    stage = content.stage
    shared: dict[str, Any] = {
        "campaign": rules,
        "language": language,
        "policy": POLICY,
        "files": {"logo": None} | dict(files),
        "people": content.people,
        "site": content.site,
        "up": "",
    }
    picture = {kind: ", ".join(f"{one.path} {one.width}w" for one in found) for kind, found in usual.items()}
    picture |= {"src": usual["jpg"][len(usual["jpg"]) // 2].path}
    preview = next((one for one in reversed(by_kind["jpg"]) if one.width <= 1200), largest)
    index = shared | {
        "picture": picture | {"width": largest.width, "height": largest.height},
        "preview": preview,
        "made": content.made,
        "join": content.join,
        "address": content.site,
        "qr": codes.inline,
        "codes": {kind: files.get(kind) for kind in codes.KINDS},
        "screen": None,
    }
    wall = shared | {
        "scripts": [files["viewer"], content.tiles, files["script"]],
        "wall": stage,
        "grid": stage,
        "cell": stage.cell,
        "tile_size": stage.tile,
        "tiles": "wall/",
        "whole": largest.path,
        "seat": None,
    }
    made = {
        names.INDEX: environment.get_template("index.html").render(index),
        names.WALL: environment.get_template("wall.html").render(wall),
        names.MISSING: environment.get_template("404.html").render(shared | {"up": content.site or "/"}),
        names.ROBOTS: ROBOTS,
        names.ALBUM: json.dumps(album(content), ensure_ascii=False, indent=1) + "\n",
    }
    return {path: text.encode("utf-8") for path, text in made.items()}


def _environment(code: str) -> Environment:
    language = load(code)
    made = Environment(
        loader=FileSystemLoader([TEMPLATES, SERVED / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    teach(made, language.gettext, language.ngettext)
    return made


def _asset(stem: str, ending: str, data: bytes) -> tuple[str, bytes]:
    return names.named(f"assets/{stem}", ending, sha256(data).hexdigest()), data


@cache
def _static(name: str) -> bytes:
    return (SERVED / "static" / name).read_bytes()
