"""Settings and campaign rules: where they are read from, and errors that name the key."""

from __future__ import annotations

import contextlib
import re
from dataclasses import FrozenInstanceError, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.config import Account, Campaign, MailServer, Settings, load_campaigns, load_settings
from app.core.errors import SettingError
from app.services.notify.recipients import is_test_address

NOWHERE = Path("/nonexistent/.env")
URL = "cloudinary://123:s3cr3t-Of_Ours@myCloud"
ADDRESSABLE = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


def load(**environ: str) -> Settings:
    return load_settings(environ, NOWHERE)


# Settings


def test_without_any_setting_the_defaults_stand() -> None:
    made = load_settings({}, NOWHERE)
    assert made.store == Path("data")
    assert made.campaigns_file == Path("campaigns.toml")
    assert made.delivery_hosts == {"res.cloudinary.com"}
    assert made.account is None
    assert made.admin_password is None
    assert made.webhook_secrets == ()
    assert made.signatures == ("sha1", "sha256")


def test_every_setting_is_read() -> None:
    made = load_settings(
        {
            "CLOUDINARY_URL": URL,
            "COLLAGEN_STORE": "/srv/store",
            "COLLAGEN_CAMPAIGNS": "/etc/campaigns.toml",
            "COLLAGEN_ADMIN_PASSWORD": "open sesame",
            "COLLAGEN_WEBHOOK_SECRETS": " one, two ,,",
            "COLLAGEN_DELIVERY_HOSTS": "res.cloudinary.com, 127.0.0.1:9400 ,[::1]:9400,Pictures.Example.ORG",
            "COLLAGEN_SIGNATURES": "sha256",
            "COLLAGEN_LOG": "json",
        },
        NOWHERE,
    )
    assert made.account == Account("myCloud", "123", "s3cr3t-Of_Ours")
    assert (made.store, made.campaigns_file) == (Path("/srv/store"), Path("/etc/campaigns.toml"))
    assert made.admin_password == "open sesame"
    assert made.webhook_secrets == ("one", "two")
    assert made.signatures == ("sha256",)
    assert made.log == "json"
    assert made.delivery_hosts == {"res.cloudinary.com", "127.0.0.1:9400", "[::1]:9400", "pictures.example.org"}


def test_notifications_may_be_signed_with_the_api_secret_unless_others_are_named() -> None:
    assert load_settings({"CLOUDINARY_URL": URL}, NOWHERE).webhook_secrets == ("s3cr3t-Of_Ours",)
    both = {"CLOUDINARY_URL": URL, "COLLAGEN_WEBHOOK_SECRETS": "other"}
    assert load_settings(both, NOWHERE).webhook_secrets == ("other",)


def test_the_url_points_the_sdk_at_another_api() -> None:
    made = load_settings({"CLOUDINARY_URL": f"{URL}?upload_prefix=http://127.0.0.1:9400"}, NOWHERE)
    assert made.account == Account("myCloud", "123", "s3cr3t-Of_Ours", "http://127.0.0.1:9400")


def test_an_encoded_secret_is_decoded() -> None:
    made = load_settings({"CLOUDINARY_URL": "cloudinary://a%3Ab:c%2Fd%40@cloud"}, NOWHERE)
    assert made.account == Account("cloud", "a:b", "c/d@")


def test_three_settings_stand_for_the_url_and_win_over_it_as_in_the_sdk() -> None:
    three = {
        "CLOUDINARY_CLOUD_NAME": "other",
        "CLOUDINARY_API_KEY": "9",
        "CLOUDINARY_API_SECRET": "hush",
        "CLOUDINARY_UPLOAD_PREFIX": "http://127.0.0.1:1",
    }
    made = load_settings({"CLOUDINARY_URL": URL} | three, NOWHERE)
    assert made.account == Account("other", "9", "hush", "http://127.0.0.1:1")


@pytest.mark.parametrize("missing", ["CLOUDINARY_API_KEY", "CLOUDINARY_API_SECRET"])
def test_a_cloud_name_without_key_or_secret_is_named(missing: str) -> None:
    three = {"CLOUDINARY_CLOUD_NAME": "other", "CLOUDINARY_API_KEY": "9", "CLOUDINARY_API_SECRET": "hush"}
    del three[missing]
    with pytest.raises(SettingError, match=rf"^{missing} is not set") as caught:
        load(**three)
    assert "hush" not in str(caught.value)


def test_a_missing_account_is_named_when_it_is_needed() -> None:
    with pytest.raises(SettingError, match=r"^CLOUDINARY_URL is not set"):
        load_settings({}, NOWHERE).required_account()
    assert load_settings({"CLOUDINARY_URL": URL}, NOWHERE).required_account().cloud_name == "myCloud"


@pytest.mark.parametrize(
    "url",
    [
        "s3cr3t",
        "https://123:s3cr3t@cloud",
        "cloudinary://123:s3cr3t@",
        "cloudinary://123@cloud?s3cr3t",
        "cloudinary://:s3cr3t@cloud",
        "cloudinary://s3cr3t:@cloud",
        "cloudinary://<api key>:<s3cr3t>@<cloud name>",  # .env.example as it is
        "cloudinary://123:s3cr3t@cloud name",
        "cloudinary://123:[s3cr3t@cloud",
        "cloudinary://123:s3cr3t]@cloud",
        "cloudinary://123:s3cr3t℀@cloud",
        "cloudinary://123:s3cr3t@cloud:80",
        "cloudinary://123:s3cr3t@clo\nud ",
    ],
)
def test_a_wrong_url_is_named_in_one_line_and_not_shown(url: str) -> None:
    with pytest.raises(SettingError, match=r"^CLOUDINARY_URL [^\n]*$") as caught:
        load(CLOUDINARY_URL=url)
    assert "s3cr3t" not in str(caught.value)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
@settings(deadline=None)
def test_any_url_is_an_account_or_a_setting_error(text: str) -> None:
    for url in (text, f"cloudinary://{text}", f"cloudinary://k:{text}@cloud", f"cloudinary://k:s@{text}"):
        with contextlib.suppress(SettingError):
            assert load_settings({"CLOUDINARY_URL": url}, NOWHERE).required_account().api_secret


@pytest.mark.parametrize("named", ["SHA256", "sha256 sha1", "sha-256", "md5,sha256", ","])
def test_a_hash_of_signatures_that_there_is_not_is_named(named: str) -> None:
    with pytest.raises(SettingError, match=r"^COLLAGEN_SIGNATURES must be sha1 and sha256, or one of them"):
        load(COLLAGEN_SIGNATURES=named)


@pytest.mark.parametrize("style", ["JSON", "plain text", "1"])
def test_a_style_of_logs_that_there_is_not_is_named(style: str) -> None:
    with pytest.raises(SettingError, match=r"^COLLAGEN_LOG must be plain or json, not"):
        load(COLLAGEN_LOG=style)


@pytest.mark.parametrize(
    "hosts", ["https://res.cloudinary.com", "res.cloudinary.com/demo", "user@host", "a b", "host:port", "[::1", ","]
)
def test_a_delivery_host_that_is_none_is_named(hosts: str) -> None:
    with pytest.raises(SettingError, match=r"^COLLAGEN_DELIVERY_HOSTS "):
        load(COLLAGEN_DELIVERY_HOSTS=hosts)


def test_proxies_are_addresses_and_networks() -> None:
    proxies = load(COLLAGEN_TRUSTED_PROXIES="172.16.0.0/12, 2001:db8::5").trusted_proxies
    assert [str(network) for network in proxies] == ["172.16.0.0/12", "2001:db8::5/128"]
    assert load().trusted_proxies == ()


@pytest.mark.parametrize("proxies", ["nginx", "172.16.0.1/12", "172.16.0.0/33", "*", "10.0.0.1;10.0.0.2"])
def test_proxies_that_are_none_are_refused(proxies: str) -> None:
    with pytest.raises(SettingError, match=r"^COLLAGEN_TRUSTED_PROXIES must be addresses and networks"):
        load(COLLAGEN_TRUSTED_PROXIES=proxies)


def test_an_empty_setting_counts_as_missing() -> None:
    made = load_settings({"COLLAGEN_STORE": "", "COLLAGEN_ADMIN_PASSWORD": "", "CLOUDINARY_URL": ""}, NOWHERE)
    assert made == load_settings({}, NOWHERE)


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(
        f'# a comment\nCLOUDINARY_URL="{URL}"\nCOLLAGEN_STORE=/from/file\nCOLLAGEN_CAMPAIGNS=/from/file\n'
    )
    made = load_settings({"COLLAGEN_STORE": "/from/environment"}, dotenv)
    assert made.required_account().cloud_name == "myCloud"
    assert made.store == Path("/from/environment")
    assert made.campaigns_file == Path("/from/file")


def test_the_example_file_is_taken_once_it_is_filled_in(tmp_path: Path) -> None:
    example = (Path(__file__).parents[3] / ".env.example").read_text()
    dotenv = tmp_path / ".env"
    dotenv.write_text(example.replace("<api key>:<api secret>@<cloud name>", "key:secret@cloud"))
    assert load_settings({}, dotenv).account == Account("cloud", "key", "secret")
    dotenv.write_text(example.replace("#COLLAGEN", "COLLAGEN").replace("<api key>:<api secret>@<cloud name>", "k:s@c"))
    defaults = load_settings({"CLOUDINARY_URL": "cloudinary://k:s@c"}, NOWHERE)
    made = load_settings({}, dotenv)
    assert (made.mail_server, made.public_url) == (
        MailServer("smtp.example.org", 587, "starttls", "user", "password"),
        "https://collagen.example.org",
    )
    without_mails = replace(made, mail_server=None, mail_from=None, public_url=None, media=None)
    without_queues = replace(without_mails, looks_queue=None, styles_queue=None)
    assert without_queues == defaults, "what the example shows of all else are the defaults"


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"COLLAGEN_STORE=\xff\xfe\n")
    with pytest.raises(SettingError, match=r"\.env cannot be read"):
        load_settings({}, tmp_path / ".env")


def test_secrets_are_not_shown_and_settings_cannot_be_changed() -> None:
    secret = {"COLLAGEN_ADMIN_PASSWORD": "open sesame", "COLLAGEN_WEBHOOK_SECRETS": "hush"}
    made = load_settings({"CLOUDINARY_URL": URL} | secret, NOWHERE)
    for shown in (repr(made), str(made), repr(made.account)):
        assert "s3cr3t" not in shown
        assert "open sesame" not in shown
        assert "hush" not in shown
    with pytest.raises(FrozenInstanceError):
        made.store = Path("/elsewhere")  # type: ignore[misc]


# Mails

KEYS = "k" * 16 + ", " + "l" * 16
MAIL = {
    "COLLAGEN_SECRET_KEY": KEYS,
    "COLLAGEN_PUBLIC_URL": "https://collagen.example.org/",
    "COLLAGEN_SMTP_URL": "smtp://me%40example.org:p%2Fw%3A%40%20x@mail.example.org",
    "COLLAGEN_MAIL_FROM": "Say No <hello@example.org>",
}


def test_the_settings_of_mails_are_read() -> None:
    made = load_settings(MAIL, NOWHERE)
    assert made.required_secret_keys() == ("k" * 16, "l" * 16)
    assert made.required_public_url() == "https://collagen.example.org"
    server, sender = made.required_mail()
    assert server == MailServer("mail.example.org", 587, "starttls", "me@example.org", "p/w:@ x")
    assert sender == "Say No <hello@example.org>"
    for shown in (repr(made), repr(server)):
        assert "p/w" not in shown
        assert "kkkk" not in shown


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://mail.example.org", MailServer("mail.example.org", 465, "tls")),
        ("smtp://mail.example.org:25", MailServer("mail.example.org", 25, "starttls")),
        ("smtp://127.0.0.1:1025", MailServer("127.0.0.1", 1025, "none")),
        ("smtp://localhost:1025/", MailServer("localhost", 1025, "none")),
        ("smtp://a:b@localhost:1025", MailServer("localhost", 1025, "starttls", "a", "b")),
        ("smtp://a:b@[::1]:1025", MailServer("::1", 1025, "starttls", "a", "b")),
    ],
)
def test_only_what_stays_on_this_machine_goes_without_encryption(url: str, expected: MailServer) -> None:
    assert load_settings({"COLLAGEN_SMTP_URL": url}, NOWHERE).mail_server == expected


@pytest.mark.parametrize("key", MAIL)
def test_a_setting_of_mails_that_is_missing_is_named_when_it_is_needed(key: str) -> None:
    made = load_settings({name: value for name, value in MAIL.items() if name != key}, NOWHERE)
    with pytest.raises(SettingError, match=rf"^{key} is not set"):
        made.required_mail(), made.required_public_url(), made.required_secret_keys()


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("COLLAGEN_SECRET_KEY", ["s3cr3t", f"{'k' * 16},s3cr3t"]),
        (
            "COLLAGEN_PUBLIC_URL",
            ["http://example.org", "example.org", "https://", "https://x/?a", "https://u@x", "//["],
        ),
        (
            "COLLAGEN_SMTP_URL",
            ["http://s3cr3t@h", "smtp://", "smtp://a:s3cr3t@h:99999", "smtp://s3cr3t@h", "smtp://h/s3cr3t", "smtp://["],
        ),
        ("COLLAGEN_MAIL_FROM", ["Say No", "<a@b@c>", "hello@example.org\nBcc: eve@example.org"]),
    ],
)
def test_a_setting_of_mails_that_is_wrong_is_named_in_one_line(key: str, values: list[str]) -> None:
    for value in values:
        with pytest.raises(SettingError, match=rf"^{key} ") as caught:
            load_settings({key: value}, NOWHERE)
        assert "s3cr3t" not in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("account", [{}, {"CLOUDINARY_URL": URL}])
def test_another_process_reads_the_same_settings(account: dict[str, str]) -> None:
    paths = {
        "COLLAGEN_STORE": "/s",
        "COLLAGEN_CAMPAIGNS": "/c.toml",
        "COLLAGEN_LOOKS": "/l.toml",
        "COLLAGEN_MODELS": "/m",
    }
    made = load_settings(MAIL | account | paths, NOWHERE)
    assert load_settings(made.environment(), NOWHERE) == made


@given(st.text(ADDRESSABLE, min_size=1), st.text(ADDRESSABLE, min_size=1), st.sampled_from(["none", "tls", "starttls"]))
def test_whatever_the_password_another_process_reads_the_same_mail_server(user: str, password: str, kind: str) -> None:
    server = MailServer("localhost", 1025, "none") if kind == "none" else MailServer("h", 1025, kind, user, password)
    assert load_settings({"COLLAGEN_SMTP_URL": server.url}, NOWHERE).mail_server == server


# Campaigns


def campaigns_of(tmp_path: Path, text: str) -> object:
    path = tmp_path / "campaigns.toml"
    path.write_text(text)
    return load_campaigns(path)


def test_campaigns_have_defaults_and_are_found_by_folder(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.toml"
    path.write_text(
        '[a]\n[b-2_]\ntitle = "B"\nfolder = "some/Folder"\ntracking = "off"\ntest_address = "t+{token}@x.y"\n'
    )
    campaigns = load_campaigns(path)
    assert dict(campaigns) == {
        "a": Campaign("a", "a", "a", None, "individual"),
        "b-2_": Campaign("b-2_", "B", "some/Folder", "t+{token}@x.y", "off"),
    }
    assert len(campaigns) == 2
    assert campaigns.of_folder("some/Folder") == campaigns["b-2_"]
    assert campaigns.of_folder("a") == campaigns["a"]
    for unknown in ("b-2_", "some", "", "A", "a/"):
        assert campaigns.of_folder(unknown) is None
    with pytest.raises(KeyError):
        campaigns["c"]


def test_a_gallery_is_open_through_its_last_day(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.toml"
    path.write_text(
        '[a]\ngallery_password = "hush hush hush"\ngallery_until = 2026-12-31\n[b]\ngallery_until = "2026-12-31"\n[c]\n'
    )
    campaigns = load_campaigns(path)
    assert campaigns["a"].gallery_until == campaigns["b"].gallery_until == date(2026, 12, 31)
    assert not campaigns["a"].gallery_is_over(date(2026, 12, 31))
    assert campaigns["a"].gallery_is_over(date(2027, 1, 1))
    assert not campaigns["c"].gallery_is_over(date(9999, 12, 31))
    assert "hush" not in repr(campaigns["a"])
    assert campaigns["c"].gallery_password is None


def test_only_a_campaign_that_says_so_is_public(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.toml"
    path.write_text("[a]\npublic = true\n[b]\npublic = false\n[c]\n")
    assert [campaign.public for campaign in load_campaigns(path).values()] == [True, False, False]


def test_trials_alone_are_switched_on_in_the_campaigns_that_come_with_the_program(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[3] / "campaigns.toml"
    campaigns = load_campaigns(shipped)
    assert set(campaigns) == {"test_prototype"}
    switched_on = re.sub(r"(?m)^#(?=\[|[a-z_]+ = )", "", shipped.read_text("utf-8"))
    (tmp_path / "campaigns.toml").write_text(switched_on, "utf-8")
    examples = load_campaigns(tmp_path / "campaigns.toml")
    assert set(examples) == {"test_prototype", "sayno", "album"}
    assert examples["album"].directory == tmp_path / "pictures"
    written = campaigns["test_prototype"].address("user@example.com")
    assert written is not None
    assert written.startswith("collagen-test+user-example-com@")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no campaign"),
        ("[a", "cannot be read"),
        ("[a]\n[a]", "cannot be read"),
        ('title = "x"', r"title must be a table: \[title\]"),
        ("[A]", r"\[A\] is not a campaign name"),
        ('["a b"]', r"\[a b\] is not a campaign name"),
        ('["../a"]', "is not a campaign name"),
        ('[".locks"]', "is not a campaign name"),
        (f"[{'a' * 65}]", "is not a campaign name"),
        ('[""]', "is not a campaign name"),
        (
            '[a]\ncolour = "red"',
            r"\[a\] has an unknown key 'colour'; known keys are brand, catalogue, download, ",
        ),
        ('[a]\npublic = "yes"', r"\[a\] public must be true or false"),
        ("[a]\npublic = 1", r"\[a\] public must be true or false"),
        ("[a]\ngallery_password = 12345678", r"\[a\] gallery_password must be text, and not empty"),
        ('[a]\ngallery_password = " "', r"\[a\] gallery_password must be text, and not empty"),
        ('[a]\ngallery_password = "  eleven char  "', r"\[a\] gallery_password must have at least 12 characters"),
        ('[a]\ngallery_until = "soon"', r"\[a\] gallery_until must be a date such as 2026-12-31"),
        ("[a]\ngallery_until = 2026-12-31T12:00:00Z", r"\[a\] gallery_until must be a date such as 2026-12-31"),
        ("[a]\ngallery_until = true", r"\[a\] gallery_until must be a date such as 2026-12-31"),
        ('[a]\nname = "b"', "unknown key 'name'"),
        ("[a.b]", "unknown key 'b'"),
        ("[a]\ntitle = 5", r"\[a\] title must be text"),
        ('[a]\nfolder = ""', r"\[a\] folder must be text, and not empty"),
        ('[a]\ncatalogue = "all"', r"\[a\] catalogue must be one of place, exact, not 'all'; without the key there is"),
        ("[a]\ncatalogue = true", r"\[a\] catalogue must be text"),
        ('[a]\ntracking = "sometimes"', r"\[a\] tracking must be one of individual, aggregate, off, not 'sometimes'"),
        ('[a]\ntest_address = "me@example.org"', r"\[a\] test_address must look like"),
        ('[a]\ntest_address = "{token}"', r"\[a\] test_address must look like"),
        ('[a]\ntest_address = "a b{token}@x.y"', r"\[a\] test_address must look like"),
        ('[a]\ntest_address = "x@{token}.y"', r"\[a\] test_address must look like"),
        ('[a]\n[b]\nfolder = "a"', r"\[b\] and \[a\] have the same folder 'a'"),
    ],
)
def test_a_mistake_in_campaigns_is_named_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingError, match=words) as caught:
        campaigns_of(tmp_path, text)
    assert "campaigns.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_or_unreadable_file_of_campaigns_is_named_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"COLLAGEN_CAMPAIGNS: the file .*nowhere.* does not exist"):
        load_campaigns(tmp_path / "nowhere.toml")
    with pytest.raises(SettingError, match=r"COLLAGEN_CAMPAIGNS: .* cannot be read"):
        load_campaigns(tmp_path)
    (tmp_path / "latin.toml").write_bytes('[a]\ntitle = "é"'.encode("latin-1"))
    with pytest.raises(SettingError, match=r"COLLAGEN_CAMPAIGNS: .*latin.toml cannot be read"):
        load_campaigns(tmp_path / "latin.toml")


def test_a_test_address_takes_the_place_of_the_real_one() -> None:
    real, trial = Campaign("a", "a", "a"), Campaign("a", "a", "a", "collagen-test+{token}@antb.me")
    assert real.address("user@example.com") == "user@example.com"
    assert trial.address("user@example.com") == "collagen-test+user-example-com@antb.me"
    assert trial.address("Anna.O'Hara+x@ex.org") == "collagen-test+Anna-O-Hara-x-ex-org@antb.me"
    assert real.address(None) is None
    assert trial.address(None) is None


@given(st.text() | st.emails())
def test_a_trial_never_writes_to_a_real_address(email: str) -> None:
    written = Campaign("a", "a", "a", "collagen-test+{token}@antb.me").address(email) or ""
    assert is_test_address(written, "collagen-test+{token}@antb.me") or not re.search("[^A-Za-z0-9-]", written)


def test_a_trials_own_domain_has_the_form_of_every_address(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.toml"
    path.write_text('[a]\ntest_address = "Me+{token}@MÜLLER.example"\n')
    assert load_campaigns(path)["a"].address("Ann <ann@example.org>") == "Me+ann-example-org@xn--mller-kva.example"


@pytest.mark.parametrize("kind", ["directory", "link to nothing", "no text"])
def test_an_env_file_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path, kind: str) -> None:
    env = tmp_path / ".env"
    if kind == "directory":
        env.mkdir()
    elif kind == "link to nothing":
        env.symlink_to(tmp_path / "elsewhere")
    else:
        env.write_bytes(b"CLOUDINARY_URL=\xff\n")
    with pytest.raises(SettingError, match=r"\.env (cannot be read|links to)"):
        load_settings({}, env)
