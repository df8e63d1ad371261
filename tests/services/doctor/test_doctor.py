"""The doctor with a real store, exiftool, ImageMagick and mail server, and the stand-in for Cloudinary."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app.adapters.cloudinary import Cloudinary
from app.adapters.store import Store
from app.adapters.store.root import MARKER
from app.core.config import Account, Brand, Campaign, load_campaigns, load_settings
from app.core.errors import SettingError
from app.services.connect.connect import Connecting
from app.services.doctor import access, connected, looks, machine, network, storage
from app.services.doctor.doctor import Result, diagnose
from app.services.looks.tools import Tools
from scripts.sandbox.service import ROOT, environment
from scripts.sandbox.standin.client import Standin
from tests.support.command import run as command

ORDER = ("ok", "warn", "FAIL", "-")
PASSWORD = "long enough to be one"


@pytest.fixture
def environ(standin: Standin, store: Store) -> dict[str, str]:
    return environment(
        standin,
        store.root.path,
        COLLAGEN_ADMIN_PASSWORD=PASSWORD,
        COLLAGEN_SECRET_KEY="a key of the tests",
        COLLAGEN_PUBLIC_URL=standin.url,
        COLLAGEN_MAIL_FROM="Say No <hello@sayno.example>",
    )


def states(environ: dict[str, str], tmp_path: Path) -> dict[str, Result]:
    """The worst verdict of each check."""
    found: dict[str, Result] = {}
    for result in diagnose(environ=environ, dotenv=tmp_path / ".env"):
        known = found.get(result.check, result)
        found[result.check] = max(known, result, key=lambda one: ORDER.index(one.state))
    return found


def test_an_intact_installation_passes_every_check_with_five_calls(environ: dict[str, str], standin: Standin) -> None:
    set_up(standin)
    standin.limit(500)
    answer = command("doctor", environ=environ)
    assert (answer.returncode, answer.stderr) == (0, "")
    *lines, _ = answer.stdout.splitlines()
    said = {line[6:].partition(": ")[0]: line[:4].strip() for line in lines}
    assert {name for name, state in said.items() if state != "ok"} <= {"user", "mail server", "public address"}
    assert standin.state()["limit"]["used"] == 5
    for secret in (PASSWORD, "a key of the tests", standin.secret, "hello@sayno.example"):
        assert secret not in answer.stdout


def set_up(standin: Standin) -> Connecting:
    """Sets the account up for a service at the stand-in's own address."""
    account, named = (
        Account(standin.cloud, standin.key, standin.secret, standin.url),
        ("test_prototype", "sayno", "other"),
    )
    campaigns = [Campaign(name, name, name) for name in named]
    connecting = Connecting(Cloudinary(account, ()).setup, campaigns, f"{standin.url}/webhook/cloudinary")
    connecting.apply(connecting.look(), lambda _: None)
    return connecting


def test_what_is_missing_in_cloudinary_is_a_warning_with_the_command_that_makes_it(
    environ: dict[str, str], standin: Standin
) -> None:
    settings = load_settings(environ, Path("/nonexistent"))
    campaigns = load_campaigns(settings.campaigns_file)

    def found() -> list[Result]:
        return list(connected.account(Cloudinary(settings.required_account(), ()), campaigns, settings))

    assert {result.state for result in found() if not result.message.startswith("plan")} == {"warn"}
    set_up(standin)
    assert {result.state for result in found()} == {"ok"}
    removed = standin.state()["triggers"][0]
    Cloudinary(settings.required_account(), ()).setup.remove_trigger(removed["id"])
    (missing,) = (result for result in found() if result.state == "warn")
    assert missing.message.startswith(f"trigger {removed['event_type']}: nothing sends it to")
    assert missing.advice == "python -m app connect --apply"
    standin.limit(0)
    assert [result.state for result in found()] == ["-"]
    assert [
        result.state for result in connected.account(Cloudinary(settings.required_account(), ()), None, settings)
    ] == ["-"]


def test_everything_that_is_wrong_is_named_in_one_run(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "store" / MARKER).unlink()
    changed = environ | {
        "CLOUDINARY_URL": environ["CLOUDINARY_URL"].replace("s3cret", "wr0ng"),
        "COLLAGEN_SECRET_KEY": "short",
        "COLLAGEN_CAMPAIGNS": str(tmp_path / "nothing.toml"),
        "COLLAGEN_ADMIN_PASSWORD": "short",
        "COLLAGEN_SMTP_URL": "smtp://127.0.0.1:9",
    }
    answer = command("doctor", "--json", environ=changed)
    told = json.loads(answer.stdout)
    assert (answer.returncode, answer.stderr) == (1, "")
    found = {result["check"]: result for result in told["verdicts"] if result["state"] == "FAIL"}
    assert set(found) == {"settings", "campaigns", "store", "cloudinary", "mail server"}
    assert told["failed"] == 5
    assert "python -m app init" in found["store"]["said"]
    left = {result["check"] for result in told["verdicts"] if result["state"] == "-"}
    assert left >= {"store: space", "store: writing", "store: owner", "store: locks", "store: leftovers", "galleries"}
    assert "wr0ng" not in answer.stdout


def test_without_an_account_or_a_network_the_rest_is_checked_all_the_same(
    environ: dict[str, str], tmp_path: Path
) -> None:
    found = states(environ | {"CLOUDINARY_URL": "", "COLLAGEN_SMTP_URL": "", "COLLAGEN_PUBLIC_URL": ""}, tmp_path)
    assert {name: found[name].state for name in ("settings", "cloudinary", "mail server", "public address")} == {
        "settings": "FAIL",
        "cloudinary": "-",
        "mail server": "-",
        "public address": "-",
    }
    assert found["store: writing"].state == "ok"
    nobody = "cloudinary://k:s3cret-of-the-account@c?upload_prefix=http://127.0.0.1:9"
    found = states(environ | {"CLOUDINARY_URL": nobody, "COLLAGEN_DELIVERY_HOSTS": "127.0.0.1:9"}, tmp_path)
    for name in ("clock", "cloudinary", "delivery"):
        assert found[name].state == "FAIL"
    assert (found["public address"].state, "not as Collagen does" in found["public address"].message) == ("warn", True)
    assert found["clock"].message == "127.0.0.1:9 cannot be reached: Connection refused."


def test_an_hourly_limit_that_is_used_up_is_no_failure(standin: Standin) -> None:
    standin.limit(20)
    account = Account(standin.cloud, standin.key, standin.secret, standin.url)
    (few,) = network.account(Cloudinary(account, ()))
    assert (few.state, few.message) == ("warn", "accepts our key; 19 of 20 calls left this hour, after this one")
    standin.limit(0)
    (none,) = network.account(Cloudinary(account, ()))
    assert (none.state, "limit" in none.message) == ("warn", True)


def test_a_gallery_that_lacks_its_key_and_a_file_with_its_password_that_all_can_read(
    environ: dict[str, str], tmp_path: Path
) -> None:
    campaigns = tmp_path / "campaigns.toml"
    campaigns.write_text('[sayno]\ngallery_password = "one for the team"\n')
    campaigns.chmod(0o644)
    found = states(environ | {"COLLAGEN_SECRET_KEY": ""}, tmp_path)
    assert (found["galleries"].state, "sayno" in found["galleries"].message) == ("FAIL", True)
    assert found["permissions"].state == "FAIL"
    assert found["permissions"].advice == f"chmod o= {campaigns}"
    assert "one for the team" not in "".join(map(str, found.values()))


def test_what_others_can_read_is_named(tmp_path: Path) -> None:
    env, store = tmp_path / ".env", tmp_path / "store"
    env.write_text("")
    store.mkdir()
    for mode, kinds in ((0o600, ["ok"]), (0o640, ["ok"]), (0o644, ["FAIL", "warn"]), (0o601, ["FAIL", "warn"])):
        env.chmod(mode)
        store.chmod(mode | 0o700)
        assert [result.state for result in access.files([env, tmp_path / "missing"], store)] == kinds


def test_leftovers_of_killed_processes_are_counted(store: Store) -> None:
    (store.root.path / "sayno").mkdir()
    (store.root.path / "sayno/.tmp-0123456789abcdef").write_text("half")
    (found,) = storage.leftovers(store)
    assert (found.state, found.message) == ("warn", "killed processes left 1 temporary file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_campaign_of_another_users_is_named(store: Store) -> None:
    (store.root.path / "sayno").mkdir(0o550)
    (found,) = storage.owned(store)
    assert (found.state, "sayno" in found.message) == ("FAIL", True)


def test_packages_are_compared_with_what_is_pinned() -> None:
    pins = machine.pins((ROOT / "requirements.txt").read_text())
    assert {"flask", "wand", "cloudinary", "gunicorn"} <= set(pins)
    assert len(pins) == (ROOT / "requirements.txt").read_text().count("==")
    (result,) = machine.compare(pins, pins.get)
    assert result.state == "ok"
    found = list(machine.compare({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "2.1"}.get))
    assert [(one.state, one.message.split(":")[0]) for one in found] == [("FAIL", "c not installed"), ("warn", "b 2.1")]


def test_few_means_fewer_than_a_sync_leaves_for_webhooks() -> None:
    assert 500 * 0.05 <= network.FEW <= 2000 * 0.05


def test_a_catalogue_is_reported_with_what_it_needs() -> None:
    (off,) = machine.places([Campaign("a", "A", "a")])
    (on,) = machine.places([Campaign("a", "A", "a", catalogue="place"), Campaign("b", "B", "b")])
    assert (off.state, off.message) == ("ok", "off: no campaign keeps one")
    assert (on.state, on.message) == ("ok", "a")


def test_each_look_says_what_this_machine_lacks_for_it(environ: dict[str, str], tmp_path: Path) -> None:
    path, models = tmp_path / "looks.toml", tmp_path / "models"

    def found() -> list[tuple[str, str]]:
        return [(one.state, one.message) for one in looks.looks(path, Tools(models))]

    assert found() == [("ok", f"off: {path} does not exist")]
    path.write_text("")
    assert found() == [("ok", f"off: {path} has none")]
    card = '[card]\n[[card.steps]]\nstep = "watermark"\ntext = "a"\n'
    path.write_text(card)
    assert found() == [("ok", "card can be made here")]
    path.write_text(card + '[alone]\n[[alone.steps]]\nstep = "cutout"\n')
    lack = f"{models}/u2net.onnx is not there; scripts/setup --looks and scripts/models install what is needed."
    assert found() == [("warn", f"alone cannot be made here: {lack}")]
    path.write_text("[card]\n")
    with pytest.raises(SettingError, match=r"\[card\] needs at least one step"):
        found()
    answer = states(environ | {"COLLAGEN_LOOKS": str(path)}, tmp_path)["looks"]
    assert (answer.state, str(path) in answer.message) == ("FAIL", True)


def test_a_logo_that_stops_the_start_is_named(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.svg", tmp_path / "bad.png"
    good.write_text("<svg/>")
    bad.write_text("<svg/>")
    rules = [
        Campaign(name, name, name, public=True, brand=Brand(logo=path)) for name, path in (("a", good), ("b", bad))
    ]
    hidden = Campaign("c", "c", "c", brand=Brand(logo=bad))
    assert [(one.state, one.message) for one in access.logos([rules[0], hidden])] == [("ok", "a")]
    (wrong,) = access.logos(rules)
    assert (wrong.state, "[b] brand.logo" in wrong.message) == ("FAIL", True)
    assert [one.message for one in access.logos([hidden])] == ["none: no public campaign has one"]
