"""docs/http.md lists every route and who may use it, as the code does."""

from __future__ import annotations

import re

from app.adapters.store import Store
from scripts.sandbox.service import ROOT
from tests.support.web import application

TEXT = (ROOT / "docs/http.md").read_text("utf-8")
ROW = re.compile(r"^\| `(GET|POST) (/[^`]*)` \| `([^`]+)` \|", re.MULTILINE)


def test_every_route_is_listed_with_who_may_use_it(store: Store) -> None:
    settings = {
        "CLOUDINARY_URL": "cloudinary://key:secret@cloud",
        "COLLAGEN_STORE": str(store.root.path),
        "COLLAGEN_CAMPAIGNS": str(ROOT / "campaigns.toml"),
    }
    app = application(settings)
    app.extensions["collagen"].close()
    routes = {
        (method, rule.rule, getattr(app.view_functions[rule.endpoint], "access", None))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    rows = ROW.findall(TEXT)
    assert len(rows) == len(set(rows))
    assert set(rows) == routes


def test_every_kind_of_access_is_explained() -> None:
    explained = re.findall(r"^\| `([a-z ]+)` \|", TEXT, re.MULTILINE)
    assert set(explained) == {who for _, _, who in ROW.findall(TEXT)}
