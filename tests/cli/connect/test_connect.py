"""`python -m app connect` against the stand-in, with a running service that gets what the triggers send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cloudinary.api_client.call_api import call_json_api

from app.adapters.store import Store
from app.cli import main
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from tests.support.running import running, store

__all__ = ["running", "store"]

WORKERS = 1
MADE = 7 + 3 + 3  # triggers, presets and folders, of three campaigns
TRAVELLED = "a test picture was stored in test_prototype, and removed again"


class Bench:
    """An empty account, a service with an empty store, and the command."""

    def __init__(self, standin: Standin, service: Service, store: Store) -> None:
        self.standin, self.service, self.store = standin, service, store
        self.environ = environment(standin, store.root.path, COLLAGEN_PUBLIC_URL=service.url)

    def run(self, *arguments: str, **environ: str) -> Result:
        return CliRunner().invoke(main, ["connect", *arguments], env=self.environ | environ)

    def trigger(self, event: str) -> str:
        found: str = next(one["id"] for one in self.standin.state()["triggers"] if one["event_type"] == event)
        return found

    def admin(self, method: str, *path: str, **body: object) -> None:
        call_json_api(method, list(path), body, **self.standin.sdk)


@pytest.fixture
def bench(standin: Standin, running: tuple[Service, Store], store: Store) -> Iterator[Bench]:
    yield Bench(standin, running[0], store)
    standin.wait_idle()


def test_an_empty_account_is_set_up_by_one_command_and_a_test_picture_leaves_no_trace(bench: Bench) -> None:
    looked = bench.run()
    assert (looked.exit_code, looked.output.count("missing"), bench.standin.state()["folders"]) == (0, MADE, [])
    assert looked.output.endswith(f"{MADE} things to do: python -m app connect --apply\n")
    assert bench.run("--url", bench.service.url).output.endswith(f"connect --url {bench.service.url} --apply\n")
    made = bench.run("--apply")
    assert (made.exit_code, made.output.count("made ")) == (0, MADE), made.output
    assert made.output.splitlines()[-1] == f"ok       round trip: {TRAVELLED}"
    state = bench.standin.state()
    assert state["assets"] == {}
    assert {one["uri"] for one in state["triggers"]} == {bench.service.webhook}
    assert [one["outcome"] for one in bench.standin.deliveries()] == ["delivered"] * 3
    kept = [path for path in bench.store.root.path.rglob("*") if path.is_file() and ".locks" not in path.parts]
    assert not [path for path in kept if "collagen-connect" in path.name or b"collagen-connect" in path.read_bytes()]
    assert (bench.run("--check").output, bench.run("--check").exit_code) == ("", 0)
    assert "to do" not in bench.run().output


def test_every_piece_that_is_missing_or_wrong_is_named_and_put_right(bench: Bench) -> None:
    bench.run("--apply")
    other = "https://old.example/webhook/cloudinary"
    bench.admin("delete", "triggers", bench.trigger("delete"))
    bench.admin("put", "triggers", bench.trigger("move"), auth_scheme="eddsa_v2")
    bench.admin("put", "triggers", bench.trigger("upload"), payload_template={"a": "b"})
    bench.admin("put", "triggers", bench.trigger("rename"), new_uri=other)
    bench.admin("delete", "upload_presets", "collagen_sayno")
    bench.admin("put", "upload_presets", "collagen_other", unsigned=True)
    bench.admin("delete", "folders", "sayno")
    bench.standin.settings(credits=24)
    bench.standin.limit(500)
    checked = bench.run("--check")
    address = bench.service.webhook
    for line, begins in zip(
        sorted(checked.output.splitlines()),
        (
            "missing  folder sayno: it does not exist, and sayno has its photos there",
            "missing  preset collagen_sayno: uploads to sayno have none",
            f"missing  trigger delete: nothing sends it to {address}",
            f"missing  trigger rename: nothing sends it to {address}, only to {other}",
            "wrong    plan: Free, dynamic folders, 500 calls an hour, pictures up to 10.5 MB, 96 % of its credits used",
            "wrong    preset collagen_other: it is unsigned, so anyone can upload with it",
            "wrong    trigger move: its auth_scheme is eddsa_v2, whose signature cannot be verified",
            "wrong    trigger upload: its payload_template replaces the body",
        ),
        strict=True,
    ):
        assert line.startswith(begins)
    assert checked.exit_code == 1
    bench.standin.settings(credits=1)
    assert bench.run("--apply").exit_code == 0
    assert bench.run("--check").output == ""


def test_a_restricted_key_learns_which_right_it_lacks_and_what_to_do_by_hand(bench: Bench) -> None:
    bench.standin.settings(forbidden=["triggers", "upload_presets", "usage"])
    bench.standin.notify(bench.service.webhook)  # as somebody has done by hand
    made = bench.run("--apply")
    assert made.exit_code == 1
    assert "unknown  triggers: the API key may not see them. Give it that right (Settings → API Keys)" in made.output
    events = "moderation, upload, rename, delete, move, resource_context_changed, move_or_rename_asset_folder"
    assert f"under Settings → Webhook Notifications, send {events} to {bench.service.webhook}" in made.output
    assert "unknown  upload presets: the API key may not see them" in made.output
    assert "ok       plan: the API key may not see it" in made.output
    assert f"ok       round trip: {TRAVELLED}" in made.output
    bench.standin.settings(forbidden=[])
    assert bench.standin.state()["folders"] == ["other", "sayno", "test_prototype"]


def test_a_key_that_may_look_and_not_make_leaves_the_rest_undone_and_says_so(bench: Bench) -> None:
    bench.standin.settings(forbidden=["POST triggers"])
    made = bench.run("--apply")
    assert made.exit_code == 1
    assert made.output.count("not done  trigger ") == 7
    assert made.output.count("made ") == MADE - 7
    assert "missing  trigger moderation" in made.output
    assert "test picture" not in made.output


def test_nothing_to_set_up_or_a_wrong_address_is_one_sentence(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "campaigns.toml").write_text('[album]\nsource = "folder:pictures"\n')
    nothing = bench.run(COLLAGEN_CAMPAIGNS=str(tmp_path / "campaigns.toml"))
    assert (nothing.exit_code, "so there is nothing to set up" in nothing.output) == (1, True)
    assert bench.run("--apply", "--check").exit_code == 2
    wrong = bench.run("--url", "http://collagen.example.org")
    assert (wrong.exit_code, "--url must begin with https://" in wrong.output) == (1, True)
    unset = bench.run(COLLAGEN_PUBLIC_URL="")
    assert (unset.exit_code, "COLLAGEN_PUBLIC_URL is not set" in unset.output) == (1, True)


def test_with_fixed_folders_the_folder_of_the_public_id_stands_in(bench: Bench) -> None:
    bench.standin.settings(fixed_folders=True)
    made = bench.run("--apply")
    assert (made.exit_code, made.output.count("made ")) == (0, MADE - 2), made.output
    assert f"round trip: {TRAVELLED}" in made.output
    assert bench.standin.state()["presets"]["collagen_sayno"]["settings"]["folder"] == "sayno"
    uploaded, *_ = (one["payload"] for one in bench.standin.notifications())
    assert uploaded["public_id"].startswith("test_prototype/collagen-connect-")
    assert "asset_folder" not in uploaded
    assert bench.run("--check").output == ""
