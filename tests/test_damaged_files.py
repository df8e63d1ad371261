"""One bad file stays one bad file: whatever happens to any JSON in the store, everything else keeps working."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.core.config import load_campaigns, load_settings
from app.core.errors import CollageUnsound, NotFound, StoreUnavailable
from app.core.sources import CLOUDINARY
from app.services import check
from app.services.check import collage_findings, tree
from app.services.check.collages import withdrawn_findings
from app.services.check.logs import log_findings
from app.services.collage import job
from app.services.collage.plan import Parameters, plan
from app.services.forget.forget import Forgetting
from app.services.notify import job as sending
from app.services.notify.history import history
from app.services.publish.made import read_made
from app.services.reconcile import Sync, Watch
from app.services.sources import Sources
from app.services.tracking import figures
from app.services.tracking.tokens import Claims, Tokens
from scripts.sandbox.samples import prepared
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.stored import built
from tests.support.remembering import Remembering
from tests.support.tiers import sampled
from tests.support.web import ADMIN, application, mail_settings

NOW = datetime(2026, 11, 20, 6, 4, 5, tzinfo=UTC)
BODY = b"a notification of many photos"
RULES = """
[sayno]
title = "Say No"
public = true
gallery_password = "open, for everyone"
[other]
public = true
"""
PEOPLE = {"a": ("sayno", "ann@example.org"), "b": ("sayno", "ben@example.org"), "c": ("other", "cem@example.org")}
LATE = "late"  # in no collage
SEEDS = [*PEOPLE, LATE]
PICTURES = (".jpg", ".png", ".ico", "/health")
DEEP = 100_000  # brackets; Python's parser gives up after a thousand


def put(store: Store, exiftool: ExifTool, public_id: str, campaign: str, email: str) -> None:
    files, path = prepared(SEEDS.index(public_id)), store.root.path.parent / "photo.jpg"
    path.write_bytes(files.archive)
    exiftool.write(path, Tags(email, public_id, "asset", 1))
    approved = 1_700_000_000 + ord(public_id[0])
    store.photos.put(campaign, public_id, path.read_bytes(), files.intermediate, approved, 1, files.variants)


def sent(store: Store, campaign: str, public_id: str, email: str) -> None:
    """A mail about the first collage."""
    person = {"time": "2026-11-20T06:04:05Z", "collage": "0001", "photo": public_id, "address": email}
    for state in ("intended", "sent"):
        store.sends.add(campaign, person | {"state": state, "message_id": f"<{public_id}@x>"})


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, exiftool: ExifTool) -> Path:
    """A store with a file of every kind: two campaigns, three collages, mails, opens, withdrawals, notes."""
    store = Store(tmp_path_factory.mktemp("damaged") / "store")
    store.root.initialise()
    for public_id, (campaign, email) in PEOPLE.items():
        put(store, exiftool, public_id, campaign, email)
    for campaign, width in (("sayno", 600), ("sayno", 600), ("other", 300)):
        built(store, campaign, width=width, height=400)
    put(store, exiftool, LATE, "sayno", "late@example.org")
    draft = store.collages.begin("sayno")
    store.collages.note(draft, {"state": "failed", "error": "It was to be so."})
    os.close(draft.lock)
    store.collages.clear("sayno")
    for public_id, (campaign, email) in PEOPLE.items():
        sent(store, campaign, public_id, email)
        store.opens.add(campaign, NOW, {"collage": "0001", "photo": public_id, "class": "human"})
        store.unsubscribes.add(campaign, NOW, f"un{email}", [public_id])
        store.mailed.add(campaign, NOW, [f"earlier{email}"])
        store.sends.note(campaign, {"collage": "0001", "state": "done", "progress": 1.0, "sent": 1, "total": 1})
        store.syncs.end(campaign, NOW)
        store.syncs.keep_cursor(campaign, "a")
        store.syncs.keep_rules(campaign, {"cloud": "standin", "folder": campaign})
        store.logs.event(campaign, NOW, "SYNCED", public_id)
        store.logs.look(campaign, NOW, {"look": "starry", "public_id": public_id})
        store.logs.notification(campaign, NOW, "approved", public_id, b'{"public_id": "%s"}' % public_id.encode())
    store.logs.notification(None, NOW, "approved", "x", b'{"public_id": "x"}')
    store.checkpoints.note(BODY, {"a": "sayno", "x": None})
    for campaign in ("sayno", "other"):
        store.published.note(campaign, PUBLISHED)
        store.published.keep_made(campaign, "site", MADE)
    return store.root.path


PUBLISHED = {
    "to": "site", "at": "2026-11-20T06:04:05Z", "collage": "0001", "state": "a", "error": "",
    "files": 1, "bytes": 1, "people": 1,
}  # fmt: skip
MADE = {
    "files": {"0" * 64: [10, "1" * 64]}, "named": ["index.html"], "former": [], "changed": 10, "there": [["0001", "a"]]
}  # fmt: skip


def kinds(store: Path) -> dict[str, Path]:
    """A file of every kind that holds JSON, lines of it or a note, by kind: of sayno, and of 0001."""
    found: dict[str, Path] = {}
    for path in sorted(path.relative_to(store) for path in store.rglob("*") if path.is_file()):
        if not path.name.endswith((".jpg", ".png", ".lock", ".kept")) and path.parts[0] not in (".locks", ".collagen"):
            kind = re.sub(
                r"[0-9a-f]{64}|[0-9a-f]{16}(?=\.made)|[0-9]{8}\..*(?=\.jsonl)|[0-9]+(\.approved\.\w+)?", "N", str(path)
            )
            kind = kind.replace("sayno", "C").replace("other", "C")
            if kind not in found or "other" in str(found[kind]):
                found[kind] = store / path
    return found


KINDS = {
    ".published/C.N.made.json", ".published/C.json",
    ".sync/C.ended", ".sync/C.json", ".sync/C.rules", ".unfiled/N/N.json", ".unfinished/N.json",
    "C/collages/.progress.json", "C/collages/N/manifest.json", "C/logs/.mailed.jsonl.length", "C/logs/.notify.json",
    "C/logs/.sends.jsonl.length", "C/logs/.unsubscribed.jsonl.length", "C/logs/mailed.jsonl", "C/logs/opens/N.jsonl",
    "C/logs/looks.jsonl", "C/logs/processor.log", "C/logs/sends.jsonl", "C/logs/unsubscribed.jsonl",
    "C/logs/webhooks/N/N.json",
}  # fmt: skip
MANIFEST = "C/collages/N/manifest.json"


def cuts(whole: bytes, number: int) -> Iterator[bytes]:
    """The file cut at so many places, a multiple of ten bytes apart."""
    every = range(0, len(whole), 10)
    for at in every[:: max(1, len(every) // number)]:
        yield whole[:at]


def replacements(whole: bytes) -> list[bytes]:
    """Possible replacements: nothing, other JSON, almost JSON."""
    middle = len(whole) // 2
    spoilt = whole[:middle] + b"\xff\xfe\x00" + whole[middle + 3 :]
    return [b"", b"null", b"[]", b"{}", b"null\n", b"[" * DEEP, b'{"tiles":' * DEEP, spoilt]


def other_types(whole: bytes) -> list[bytes]:
    """The same file with other values in it."""
    return [
        whole.replace(b"1", b"NaN").replace(b"0", b"-1e999"),
        re.sub(rb"(?<=: )[0-9]+", b"1e999", whole),
        re.sub(rb"(?<=: )[0-9]+", b"9" * 30, whole),
        re.sub(rb"(?<=: )[0-9]+", b"true", whole),
        re.sub(rb'(?<=: )"[^"]*"', b"[7]", whole),
        re.sub(rb'(?<=: )"[^"]*"', lambda found: b'"\\ud800"', whole),
        re.sub(rb'(?<=: )"[^"]*"', b'{"a": null}', whole),
    ]


@contextlib.contextmanager
def instead(path: Path, data: bytes) -> Iterator[None]:
    """Replaces the file's content for a while; afterwards it is the same file again, also for caches."""
    aside = path.with_name(f".aside-{path.name}.kept")
    path.rename(aside)
    try:
        path.write_bytes(data)
        yield
    finally:
        path.unlink(missing_ok=True)
        aside.rename(path)


@pytest.fixture(scope="module")
def app(model: Path, running_standin: Standin) -> Iterator[Flask]:
    (model.parent / "campaigns.toml").write_text(RULES)
    environ = environment(running_standin, model, **mail_settings("smtp://127.0.0.1:9"))
    made = application(environ)
    made.extensions["collagen"].intake.processor._mirror.decoder = decoder = Remembering()
    yield made
    made.extensions["collagen"].close()
    decoder.end()


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    """The admin, also logged in to the gallery."""
    client = app.test_client()
    form = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert (
        client.post("/campaigns/sayno/login", data={"password": "open, for everyone"}, headers=form).status_code == 303
    )
    return client


# Values for each variable of a route; a route with another one has to be added here.
VALUES = {
    "file": ("collage.png", "collage-1024.jpg", "manifest.json"),
    "look": ("dark",),
    "variant": ("thumb",),
    "revision": (1,),
    "level": (9,),
    "x": (0,),
    "y": (0,),
    "filename": ("favicon.ico",),
    "size": ("small",),
    "ending": ("jpg",),
    "kind": ("svg",),
}
LEFT_OUT = ("dashboard_crop.uncut", "moderation.", "api.moderation.", "api.live.")  # ask Cloudinary, or last seconds
HELD = (("sayno", "0001", "a"), ("sayno", "0002", "b"), ("sayno", "0003", "a"), ("other", "0001", "c"))


def addresses(app: Flask) -> dict[str, tuple[str, str]]:
    """Every URL that a GET can request, and the campaign and collage it is about."""
    tokens: Tokens = app.extensions["collagen"].tokens
    found: dict[str, tuple[str, str]] = {}
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint.startswith(LEFT_OUT):
                continue
            for campaign, collage, public_id in HELD:
                claims = Claims(campaign, collage, public_id)
                token = tokens.unsubscribe(claims) if rule.endpoint.startswith("unsubscribe") else tokens.image(claims)
                known = VALUES | {
                    "campaign": (campaign,), "collage": (collage,), "public_id": (public_id,), "token": (token,),
                }  # fmt: skip
                names = sorted(rule.arguments)
                about = (campaign, collage if {"collage", "token"} & rule.arguments else "")
                for values in itertools.product(*(known[name] for name in names)):
                    path = adapter.build(rule.endpoint, dict(zip(names, values, strict=True)))
                    found.setdefault(path, about if rule.arguments else ("", ""))
    return found


def ask(client: FlaskClient, path: str) -> int:
    return client.get(path, auth=ADMIN, buffered=True).status_code


def read_all(store: Store) -> list[object]:
    """The results of everything that reads the store's JSON, without pages. Raises what it must not."""
    said: list[object] = [store.checkpoints.done(BODY, ["a", "x", "y"])]
    for campaign in ("sayno", "other"):
        photos = {photo.public_id for photo in store.photos.all(campaign)}
        planned = plan(store, campaign, Parameters(width=300, height=400))
        assert {photo.public_id for photo in planned.line.queue} == photos
        said += [store.published.noted(campaign), read_made(store.published.made(campaign, "site"))]
        said += [store.syncs.cursor(campaign), store.syncs.ended(campaign), store.syncs.rules(campaign)]
        said += [store.logs.tail(campaign, 9), figures.read(store, campaign), sending.state(store, campaign, "0001")]
        said += [store.sends.state(campaign), store.collages.damaged(campaign)]
        for collage in ("0001", "0002", "0003"):
            with contextlib.suppress(NotFound):
                said.append(store.collages.draft_state(campaign, collage))
            with contextlib.suppress(NotFound, CollageUnsound):
                said.append(figures.read(store, campaign, collage))
        with contextlib.suppress(StoreUnavailable):
            said.append(store.unsubscribes.addresses(campaign))
        with contextlib.suppress(StoreUnavailable):
            said.append(store.mailed.before(campaign))
    return said


def findings(store: Store) -> list[check.Finding]:
    """The findings of `check`, except for photos, which take long to check."""
    found = [*tree.leftovers(store, repair=False), *tree.unfiled(store)]
    for campaign in ("sayno", "other"):
        found += [*tree.strays(store, campaign), *log_findings(store, campaign)]
        for collage in store.collages.ids(campaign):
            found += collage_findings(store, campaign, collage) + withdrawn_findings(store, campaign, collage)
    return found


def test_there_is_a_file_of_every_kind(model: Path) -> None:
    assert set(kinds(model)) == KINDS


@pytest.mark.parametrize("kind", sampled(sorted(KINDS), every=2))
def test_a_file_that_is_cut_anywhere_keeps_nothing_else_from_being_read(model: Path, kind: str) -> None:
    path, store = kinds(model)[kind], Store(model)
    whole = path.read_bytes()
    before = read_all(store)
    for data in (*cuts(whole, 300), *replacements(whole), *other_types(whole)):
        with instead(path, data):
            read_all(Store(model))
            findings(Store(model))
    assert read_all(store) == before
    assert findings(store) == []


@pytest.fixture(scope="module")
def usual(app: Flask, client: FlaskClient) -> dict[str, int]:
    """The answer to every URL in an intact store."""
    answers = {address: ask(client, address) for address in addresses(app)}
    assert set(answers.values()) == {200, 404}
    return answers


CONCERNED = {MANIFEST: ("sayno", "0001"), "C/collages/.progress.json": ("sayno", "0003")}


@pytest.mark.parametrize("kind", sampled(sorted(KINDS), every=5))
def test_every_page_but_those_about_a_damaged_file_is_answered_as_before(
    app: Flask, client: FlaskClient, usual: dict[str, int], model: Path, kind: str
) -> None:
    path, every = kinds(model)[kind], addresses(app)
    whole = path.read_bytes()
    asked, damages = list(every), [*cuts(whole, 4), *replacements(whole)[1:], *other_types(whole)]
    if kind != MANIFEST:  # what is not about people: fewer pages read it
        near = (("", ""), ("sayno", ""), ("sayno", "0001"), ("sayno", "0003"))
        asked = [address for address in asked if every[address] in near and not address.endswith(PICTURES)]
        damages = [b"", whole[: len(whole) // 2], b"null\n", b"[" * DEEP, other_types(whole)[0]]
    for data in damages:
        with instead(path, data):
            answers = {address: ask(client, address) for address in asked}
        for address, status in answers.items():
            if every[address] == CONCERNED.get(kind):
                assert status in (usual[address], 404, 409), (address, status, data[:200])
            else:
                assert status == usual[address], (address, status, data[:200])
    assert all(ask(client, address) == usual[address] for address in asked)


DECIDING: dict[str, Callable[[Store], object]] = {
    "sends.jsonl": lambda store: store.sends.read_whole("sayno"),
    "unsubscribed.jsonl": lambda store: store.unsubscribes.addresses("sayno"),
    "mailed.jsonl": lambda store: store.mailed.before("sayno"),
}


def test_nobody_is_mailed_again_and_nobody_who_withdrew_is_mailed_because_a_log_was_cut(model: Path) -> None:
    for name, deciding in DECIDING.items():
        path = model / "sayno/logs" / name
        whole = path.read_bytes()
        for data in (*(whole[:at] for at in range(len(whole))), *replacements(whole)):
            with instead(path, data), pytest.raises(StoreUnavailable, match=name):
                deciding(Store(model))
    assert history(Store(model).sends.read_whole("sayno")).states.keys() == {"ann@example.org", "ben@example.org"}


def copied(model: Path, place: Path) -> Store:
    """A private copy of the store; pictures are shared, because they are only replaced."""

    def copy(source: str, target: str) -> None:
        (os.link if source.endswith((".jpg", ".png")) else shutil.copy2)(source, target)

    shutil.copytree(model, place, copy_function=copy)
    return Store(place)


@pytest.fixture
def forgetting(model: Path, tmp_path: Path, standin: Standin, exiftool: ExifTool) -> tuple[Store, Forgetting]:
    store = copied(model, tmp_path / "store")
    (tmp_path / "campaigns.toml").write_text(RULES)
    settings = load_settings(environment(standin, store.root.path), dotenv=Path("/nonexistent"))
    return store, Forgetting(Sources(settings), store, exiftool, load_campaigns(settings.campaigns_file))


@pytest.mark.parametrize("kind", sampled(sorted(KINDS), every=3))
def test_forget_ends_whatever_is_damaged_and_leaves_nothing_that_may_show_the_person(
    forgetting: tuple[Store, Forgetting], kind: str
) -> None:
    store, forget = forgetting
    path = kinds(store.root.path)[kind]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    receipt = forget.forget(LATE)
    assert (receipt.photos_removed, receipt.still_found) == (1, 0)
    assert receipt.damaged_collages_withdrawn == (["sayno/0001"] if kind == MANIFEST else [])
    assert store.collages.ids("sayno") == (["0002"] if kind == MANIFEST else ["0001", "0002"])
    assert [path.name for path in store.root.path.glob("sayno/collages/*/*.png")].count("collage.png") == len(
        store.collages.ids("sayno")
    )
    assert store.collages.ids("other") == ["0001"]
    read_all(store)


def test_a_collage_is_built_beside_a_damaged_one(model: Path, tmp_path: Path) -> None:
    store = copied(model, tmp_path / "store")
    (store.collages.directory("sayno", "0001") / "manifest.json").write_bytes(b"null")
    build = job.start(store, "sayno", Parameters(photos=1, width=300, height=400))
    assert build.wait(300)
    assert store.collages.manifest("sayno", build.id).shown[0] == LATE, "who was in fewest"


@pytest.mark.parametrize("kind", [".sync/C.ended", ".sync/C.json", ".sync/C.rules"])
def test_a_sync_goes_on_whatever_its_notes_say(
    forgetting: tuple[Store, Forgetting], exiftool: ExifTool, kind: str
) -> None:
    store, forget = forgetting
    for data in (b"[" * DEEP, b"null", b"\xff"):
        kinds(store.root.path)[kind].write_bytes(data)
        report = Sync(forget._sources[CLOUDINARY], store, exiftool, forget._campaigns, Watch()).run(
            "sayno", dry_run=True
        )
        assert len(report.removed) == 3  # the stand-in has none of them
