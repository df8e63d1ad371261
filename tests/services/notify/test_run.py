"""A whole run: real archives, a real collage, a real mail server."""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.smtp import Connection
from app.adapters.store import Store
from app.core.config import Campaign, load_campaigns
from app.core.config import MailServer as Setting
from app.core.errors import (
    BadParameters,
    CollageUnsound,
    MailUnavailable,
    NotFound,
    NotifyInProgress,
    SettingError,
    StoreUnavailable,
)
from app.core.sources import Asset
from app.services.collage import job
from app.services.notify.letters import envelope
from app.services.notify.recipients import MALFORMED, NO_ADDRESS, NO_TEST_ADDRESS, SAME, TOLD, UNSUBSCRIBED, Options
from app.services.notify.report import Failure, MailReport
from app.services.notify.run import Notifier
from app.services.processor.decision import address as stored_address
from app.services.tracking.tokens import Claims, Tokens
from scripts.sandbox.kills import crowd
from scripts.sandbox.kills.crowd import KEY, PUBLIC_URL, address, gather, put
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.stored import CAMPAIGN, built, name
from tests.support import counted
from tests.support.clock import Clock
from tests.support.failing import FailingDisk, PowerCut, dies_after, dies_before, fails
from tests.support.mailed import Make


def tell(notifier: Notifier, collage: str = "0001", show: Any = lambda report: None, **wish: Any) -> MailReport:
    return notifier.send(notifier.plan(CAMPAIGN, collage, Options(**wish)), show)


def everyone(number: int) -> list[str]:
    return [address(index) for index in range(number)]


def once(addresses: Iterable[str]) -> dict[str, int]:
    return dict.fromkeys(addresses, 1)


def states(store: Store, whom: str) -> list[str]:
    return [record["state"] for record in store.sends.read(CAMPAIGN) if record["address"] == whom]


def claims(message: EmailMessage) -> Claims:
    """Whose picture a mail shows; checks that its other link is theirs as well."""
    tokens = Tokens([KEY])
    unsubscribe = message["List-Unsubscribe"].removeprefix(f"<{PUBLIC_URL}/unsubscribe/").removesuffix(">")
    html = message.get_body(("html",))
    assert html is not None
    image = html.get_content().partition(f"{PUBLIC_URL}/track/")[2].partition("/")[0]
    assert tokens.read_image(image) == tokens.read_unsubscribe(unsubscribe)
    return tokens.read_image(image)


# Who gets which mail


def test_everyone_gets_one_mail_with_their_own_links_over_one_connection(
    notifier: Make, server: MailServer, store: Store
) -> None:
    gather(store, 8)
    report = tell(notifier())
    assert report.sent == everyone(8)
    assert report.is_clean
    assert server.told() == once(everyone(8))
    for index, (mail, message) in enumerate(zip(server.taken(), server.messages(), strict=True)):
        assert (mail["tls"], mail["login"], mail["sender"]) == (True, True, "hello@sayno.example")
        assert mail["recipients"] == [message["To"]]
        assert claims(message) == Claims(CAMPAIGN, "0001", name(index))
        assert message["Message-ID"].endswith("@sayno.example>")
    assert len({mail["connection"] for mail in server.taken()}) == 1
    assert len({message["Message-ID"] for message in server.messages()}) == 8


def test_each_mail_is_written_down_before_it_leaves_and_when_it_was_taken(
    notifier: Make, server: MailServer, store: Store
) -> None:
    gather(store, 6)
    known: list[list[str]] = []

    class Looking(Connection):
        def send(self, data: bytes, sender: str, recipient: str) -> None:
            known.append(states(store, recipient))
            super().send(data, sender, recipient)
            known.append(states(store, recipient))

    tell(notifier(connect=Looking))
    assert known == [["intended"], ["intended"]] * 6
    records = store.sends.read(CAMPAIGN)
    assert [record["state"] for record in records] == ["intended", "sent"] * 6
    assert records[0] == {
        "time": "2026-11-20T06:04:05Z",
        "state": "intended",
        "collage": "0001",
        "photo": name(0),
        "address": address(0),
        "message_id": server.messages()[0]["Message-ID"],
    }


def test_nobody_gets_a_second_mail_and_new_people_get_one_about_the_next_collage(
    notifier: Make, server: MailServer, store: Store
) -> None:
    gather(store, 6)
    tell(notifier())
    again = tell(notifier())
    assert (again.sent, again.skipped, again.is_clean) == ([], {TOLD: everyone(6)}, True)
    for index in range(6, 12):
        put(store, index, address(index))
    built(store, width=600, height=600)
    assert tell(notifier(), "0002").sent == everyone(12)[6:]
    assert server.told() == once(everyone(12))
    assert sorted(tell(notifier(), "0002", everyone=True).sent) == everyone(6)
    assert tell(notifier(), "0002", everyone=True).sent == []
    assert max(server.told().values()) == 2


def test_a_limit_and_the_next_run_tell_everyone_once(notifier: Make, server: MailServer, store: Store) -> None:
    gather(store, 6)
    assert tell(notifier(), limit=4).sent == everyone(4)
    assert tell(notifier(), limit=4).sent == everyone(6)[4:]
    assert server.told() == once(everyone(6))


def test_who_cannot_be_told_is_named(notifier: Make, server: MailServer, store: Store) -> None:
    malformed = ["nonsense", "a@b@c", "grün@example.org", "x@localhost"]
    gather(store, [None, *malformed, "Ann@Example.org", "ann@example.org", "b@x.org"])
    report = tell(notifier())
    assert report.sent == ["Ann@example.org", "b@x.org"]
    assert report.skipped == {
        NO_ADDRESS: [name(0)],
        MALFORMED: malformed,
        SAME: ["ann@example.org"],
    }
    assert server.told() == once(report.sent)


def test_mails_go_out_to_every_usable_spelling(notifier: Make, server: MailServer, store: Store) -> None:
    """Also from archives stored before there was one form."""
    typed = ["max@müller.example", "Kim <kim@example.org>", "\ufeffbom@EXAMPLE.org.", "jo..smith.@docomo.ne.jp"]
    gather(store, [*typed, "MAILTO:kim@example.org", "plain@example.org"])
    report = tell(notifier())
    assert report.failed == {}
    assert report.skipped == {SAME: ["MAILTO:kim@example.org"]}
    sent = ["max@xn--mller-kva.example", "kim@example.org", "bom@example.org", '"jo..smith."@docomo.ne.jp']
    assert server.told() == once([*(address.replace('"', "") for address in sent), "plain@example.org"])
    headers = "".join(mail["content"] for mail in server.taken())
    assert all(f"To: {address}\r\n" in headers for address in sent)
    assert tell(notifier()).sent == []


def test_a_person_who_withdrew_another_spelling_is_not_told(
    notifier: Make, server: MailServer, store: Store, clock: Clock
) -> None:
    gather(store, ["mailto:kim@example.org", "max@müller.example", "ann@example.org", *everyone(3)])
    for spelling in ("kim@example.org", "max@xn--mller-kva.example", "Ann <ann@example.org>"):
        store.unsubscribes.add(CAMPAIGN, clock(), spelling, [])
    assert tell(notifier()).sent == everyone(3)


def test_nobody_who_unsubscribed_is_mailed_even_in_the_middle_of_a_run(
    notifier: Make, server: MailServer, store: Store, clock: Clock
) -> None:
    gather(store, 6)
    store.unsubscribes.add(CAMPAIGN, clock(), address(0).upper(), [])
    store.unsubscribes.add(CAMPAIGN, clock(), None, [name(1)])

    def show(report: MailReport) -> None:
        store.unsubscribes.add(CAMPAIGN, clock(), address(4), [])

    report = tell(notifier(), show=show)
    assert report.sent == [address(2), address(3), address(5)]
    assert report.skipped == {UNSUBSCRIBED: [address(0), address(1), address(4)]}
    assert server.told() == once(report.sent)


def test_nobody_is_mailed_about_a_collage_that_shows_somebody_who_has_withdrawn(
    notifier: Make, server: MailServer, store: Store
) -> None:
    gather(store, 6)
    store.photos.remove(CAMPAIGN, name(0))
    with pytest.raises(CollageUnsound, match="0001 of sayno shows 1 person who has withdrawn, so nobody is told of it"):
        notifier().plan(CAMPAIGN, "0001", Options())
    assert server.told() == {}


def test_a_run_ends_before_the_next_mail_when_somebody_withdraws(
    notifier: Make, server: MailServer, store: Store
) -> None:
    gather(store, 6)

    def show(report: MailReport) -> None:
        if len(report.sent) == 2:
            store.photos.remove(CAMPAIGN, name(4))

    report = tell(notifier(), show=show)
    assert report.sent == everyone(2)
    assert "shows 1 person who has withdrawn, so nobody else is told of it" in (report.stopped or "")
    assert server.told() == once(everyone(2))
    # rebuilt without them and started again, it continues where it stopped
    assert job.revise(store, CAMPAIGN, "0001", (), 1.0).wait(300)
    again = tell(notifier())
    assert server.told() == once(everyone(4))  # of five, the grid seats four
    assert again.skipped == {TOLD: everyone(2)}
    assert address(4) not in json.dumps(store.sends.read(CAMPAIGN))


def test_nothing_is_sent_while_another_run_sends(notifier: Make, server: MailServer, store: Store) -> None:
    gather(store, 6)
    refusals = []

    def show(report: MailReport) -> None:
        with pytest.raises(NotifyInProgress) as caught:
            tell(notifier())
        refusals.append(str(caught.value))

    tell(notifier(), show=show)
    assert len(refusals) == 6
    assert server.told() == once(everyone(6))


def test_a_plan_that_is_older_than_another_run_tells_nobody_twice(
    notifier: Make, server: MailServer, store: Store
) -> None:
    gather(store, 6)
    made = notifier()
    plan = made.plan(CAMPAIGN, "0001", Options())
    assert len(plan.selection.recipients) == 6
    tell(notifier())
    assert made.send(plan).skipped == {TOLD: everyone(6)}
    assert server.told() == once(everyone(6))


# What the server does


def test_more_people_than_are_read_at_once_some_refused_and_some_only_at_first(
    notifier: Make, server: MailServer, store: Store, clock: Clock
) -> None:
    gather(store, 208)  # exiftool gets 200 archives at once
    never, later = everyone(208)[100:110], everyone(208)[180:190]
    server.refuse(
        recipients={one: ["550 5.1.1 No such user"] for one in never} | {one: ["451 4.7.1 Greylisted"] for one in later}
    )
    outcomes = ("sent", "refused", "failed", "uncertain")
    before = counted.own("collagen_mails_total", outcomes)
    report = tell(notifier())
    after = counted.own("collagen_mails_total", outcomes)
    assert [now - then for now, then in zip(after, before, strict=True)] == [198, 10, 10, 0]
    assert report.failed == dict.fromkeys(never, Failure("550 5.1.1 No such user", True))
    assert report.sent[-10:] == later, "after all others"
    assert clock.slept == [60]
    assert server.told() == once(set(everyone(208)) - set(never))
    assert len({mail["connection"] for mail in server.taken()}) == 1
    assert states(store, later[0]) == ["intended", "failed", "intended", "sent"]
    again = tell(notifier())
    assert (again.sent, again.skipped["failed for good"]) == ([], never)


def test_who_is_refused_for_now_twice_is_reported_and_tried_again_by_the_next_run(
    notifier: Make, server: MailServer, store: Store
) -> None:
    gather(store, 6)
    server.refuse(recipients={address(0): ["451 4.7.1 Greylisted", "452 4.2.2 Full"]})
    report = tell(notifier())
    assert report.failed == {address(0): Failure("452 4.2.2 Full", False)}
    assert not report.is_clean
    assert tell(notifier()).sent == [address(0)]
    assert server.told() == once(everyone(6))


def test_a_mail_whose_connection_broke_is_uncertain_and_only_sent_again_on_demand(
    notifier: Make, server: MailServer, store: Store
) -> None:
    gather(store, 6)
    server.refuse(break_after=[address(2)])
    (before,) = counted.own("collagen_mails_total", ["uncertain"])
    report = tell(notifier())
    assert counted.own("collagen_mails_total", ["uncertain"]) == [before + 1]
    assert (report.uncertain, report.sent) == ([address(2)], [one for one in everyone(6) if one != address(2)])
    assert not report.is_clean
    server.refuse()
    again = tell(notifier())
    assert (again.all_uncertain, again.sent, again.is_clean) == ([address(2)], [], False)
    assert server.told()[address(2)] == 1
    assert tell(notifier(), retry_uncertain=True).sent == [address(2)]
    assert tell(notifier()).is_clean


def test_a_server_that_breaks_off_every_mail_does_not_leave_everyone_uncertain(
    notifier: Make, server: MailServer, store: Store
) -> None:
    gather(store, 6)
    server.refuse(break_after=["*"])
    report = tell(notifier())
    assert (report.uncertain, report.left) == (everyone(3), everyone(6)[3:])
    assert report.stopped == "The mail server broke off in the middle of 3 mails in a row."


def test_a_server_that_goes_away_is_waited_for_and_then_the_next_run_goes_on(
    notifier: Make, server: MailServer, store: Store, clock: Clock
) -> None:
    gather(store, 6)
    with MailServer() as other:
        report = tell(
            notifier({"COLLAGEN_SMTP_URL": other.plain_url}),
            show=lambda report: other.stop() if len(report.sent) == 3 else None,
        )
    assert clock.slept == [60]
    assert report.sent == everyone(3)
    assert report.left == everyone(6)[4:]
    assert list(report.failed) == [address(3)]
    assert not report.failed[address(3)].permanent
    assert report.stopped is not None
    assert "cannot be used" in report.stopped
    note = store.sends.state(CAMPAIGN)
    assert note is not None
    assert (note["state"], note["error"]) == ("failed", report.stopped)
    assert tell(notifier()).sent == everyone(6)[3:]


def test_a_server_that_is_back_after_a_pause_gets_all_mails(
    notifier: Make, server: MailServer, store: Store, clock: Clock
) -> None:
    gather(store, 6)
    server.refuse(per_connection=0)

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        server.refuse()

    report = tell(notifier(sleep=sleep))
    assert (report.sent, report.is_clean, clock.slept) == (everyone(6), True, [60])


def test_a_sender_that_is_refused_ends_the_run_and_nobody_has_failed_for_good(
    notifier: Make, server: MailServer, store: Store
) -> None:
    gather(store, 6)
    server.refuse(sender="550 5.7.1 <hello@sayno.example> is not you")
    report = tell(notifier())
    assert report.stopped is not None
    assert report.stopped.startswith("COLLAGEN_MAIL_FROM: the mail server refuses this sender")
    assert report.left == everyone(6)[1:]
    note = store.sends.state(CAMPAIGN)
    assert note is not None
    assert note["error"].endswith("refuses this sender: 550 5.7.1 <<address>> is not you.")
    server.refuse()
    assert tell(notifier()).sent == everyone(6)


# Pace and end


def test_a_rate_is_kept(notifier: Make, server: MailServer, store: Store, clock: Clock) -> None:
    gather(store, 6)
    tell(notifier(), rate=30)
    assert clock.slept == [2.0] * 5


def test_a_run_that_is_asked_to_end_leaves_nothing_uncertain(notifier: Make, server: MailServer, store: Store) -> None:
    gather(store, 6)
    report = MailReport(0)

    def show(so_far: MailReport) -> None:
        nonlocal report
        report = so_far

    ended = tell(notifier(stopping=lambda: len(report.sent) == 2), show=show)
    assert (ended.sent, ended.left, ended.all_uncertain) == (everyone(2), everyone(6)[2:], [])
    assert ended.stopped == "It was stopped."
    assert tell(notifier()).sent == everyone(6)[2:]


# Refused before anything is sent


@pytest.mark.parametrize(
    "key", ["COLLAGEN_SMTP_URL", "COLLAGEN_MAIL_FROM", "COLLAGEN_PUBLIC_URL", "COLLAGEN_SECRET_KEY"]
)
def test_a_setting_that_is_missing_is_named_before_anything_is_sent(
    notifier: Make, server: MailServer, store: Store, key: str
) -> None:
    gather(store, 6)
    with pytest.raises(SettingError, match=rf"^{key} is not set"):
        tell(notifier({key: ""}))
    assert (server.taken(), store.sends.read(CAMPAIGN)) == ([], [])


def test_a_login_that_is_refused_is_named_before_anything_is_written_down(
    notifier: Make, server: MailServer, store: Store
) -> None:
    gather(store, 6)
    with pytest.raises(SettingError, match=r"^COLLAGEN_SMTP_URL"):
        tell(notifier({"COLLAGEN_SMTP_URL": server.url.replace("mnop", "wrong")}))
    with pytest.raises(MailUnavailable):
        tell(notifier({"COLLAGEN_SMTP_URL": "smtp://127.0.0.1:1"}))
    assert store.sends.read(CAMPAIGN) == []


def test_nobody_is_mailed_about_an_unsound_collage(notifier: Make, server: MailServer, store: Store) -> None:
    gather(store, 6)
    (store.collages.directory(CAMPAIGN, "0001") / "collage-1024.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    with pytest.raises(CollageUnsound, match=r"The collage 0001 of sayno is not sound.*collage-1024\.jpg") as caught:
        tell(notifier())
    assert str(store.root.path) not in str(caught.value)
    for collage in ("0002", "x", "../0001"):
        with pytest.raises(NotFound):
            tell(notifier(), collage)
    with pytest.raises(NotFound):
        notifier().plan("nope", "0001", Options())
    assert server.taken() == []


# Killed at any moment


class Tagged(ExifTool):
    """The archives' tags, without reading them."""

    def __init__(self, emails: dict[str, str | None]) -> None:
        super().__init__()
        self.emails = emails

    def read(self, paths: Iterable[Path]) -> dict[Path, Tags]:
        return {path: Tags(self.emails[path.stem]) for path in paths}


class Box:
    """A mail server that only records envelopes."""

    def __init__(self) -> None:
        self.envelopes: list[tuple[str, str]] = []

    def send(self, data: bytes, sender: str, recipient: str) -> None:
        assert b"\r\nTo: " + recipient.encode("ascii") + b"\r\n" in data
        self.envelopes.append((sender, recipient))

    @contextlib.contextmanager
    def connect(self, server: Setting) -> Iterator[Box]:
        yield self

    @property
    def told(self) -> list[str]:
        return [recipient for _, recipient in self.envelopes]


# To die after an operation is to die before the next: each of the two strikes at every other one.
@pytest.mark.parametrize(
    ("first", "step", "strike"),
    [
        (20, 5, dies_after),
        pytest.param(20, 2, dies_after, marks=pytest.mark.thorough),
        pytest.param(20, 2, dies_before, marks=pytest.mark.thorough),
        pytest.param(21, 2, fails(errno.ENOSPC), marks=pytest.mark.thorough),
    ],
)
def test_wherever_a_run_dies_the_next_one_mails_nobody_twice_and_names_the_uncertain(
    notifier: Make, store: Store, first: int, step: int, strike: Callable[..., Any]
) -> None:
    gather(store, 6)
    exiftool = Tagged({name(index): address(index) for index in range(6)})
    logs = store.root.path / CAMPAIGN / "logs"
    uncertain = 0
    for number in itertools.count(first, step):  # the first operations only read
        box, disk = Box(), FailingDisk(number, strike)
        made: dict[str, Any] = {"exiftool": exiftool, "connect": box.connect}
        with contextlib.suppress(PowerCut, StoreUnavailable):
            tell(notifier(store=Store(store.root.path, disk), **made), limit=2)
        if len(disk.done) <= number:
            break
        report = tell(notifier(**made))
        assert len(set(box.told)) == len(box.told)
        assert set(box.told) | set(report.all_uncertain) == set(everyone(6))
        uncertain += len(report.all_uncertain)
        for path in logs.iterdir():
            if path.suffix in (".json", ".jsonl", ".length"):
                path.unlink()
    assert number > 40
    assert uncertain > 2


# Trials


def test_a_test_goes_to_one_address_and_nothing_is_recorded(notifier: Make, server: MailServer, store: Store) -> None:
    gather(store, 6)
    assert tell(notifier(), test="me@example.net").sent == ["me@example.net"]
    assert tell(notifier(), test=f"Me <{address(2).upper()}>").sent == ["PERSON00002@example.org"]
    stranger, own = server.messages()
    assert (stranger["To"], claims(stranger)) == ("me@example.net", Claims(CAMPAIGN, "0001", ""))
    assert claims(own) == Claims(CAMPAIGN, "0001", name(2))
    assert store.sends.read(CAMPAIGN) == []
    server.refuse(recipients={"me@example.net": ["550 No"]})
    refused = tell(notifier(), test="me@example.net")
    assert (refused.stopped, refused.is_clean) == ("The mail server does not take it: 550 No.", False)
    server.refuse(break_after=["me@example.net"])
    assert tell(notifier(), test="me@example.net").uncertain == ["me@example.net"]
    with pytest.raises(BadParameters, match="is not an address"):
        tell(notifier(), test="me")


def test_a_preview_is_the_mail_but_nobodys(notifier: Make, server: MailServer, store: Store) -> None:
    gather(store, 6)
    made = notifier()
    message = made.preview(made.plan(CAMPAIGN, "0001", Options()))
    assert (message["To"], claims(message)) == ("hello@sayno.example", Claims(CAMPAIGN, "0001", ""))
    own = made.preview(made.plan(CAMPAIGN, "0001", Options(test=address(1))))
    assert (own["To"], claims(own)) == (address(1), Claims(CAMPAIGN, "0001", ""))
    assert server.taken() == []


TRIAL = "test_prototype"


def is_trial(recipient: str) -> bool:
    """Whether an address is the trial campaign's own, implemented in another way."""
    local, _, domain = recipient.rpartition("@")
    token = local.removeprefix("collagen-test+")
    letters = token.replace("-", "")
    return domain == "antb.me" and local != token and letters.isascii() and (letters == "" or letters.isalnum())


def test_a_trial_never_sends_a_test_to_a_real_address(notifier: Make, server: MailServer, store: Store) -> None:
    gather(store, ["collagen-test+a@antb.me", "real@example.org", *[None] * 4], TRIAL)
    made = notifier()
    with pytest.raises(BadParameters, match=r"Mails of the campaign test_prototype go to addresses like"):
        made.plan(TRIAL, "0001", Options(test="me@example.org"))
    made.send(made.plan(TRIAL, "0001", Options(test="collagen-test+me@antb.me")))
    plan = made.plan(TRIAL, "0001", Options(everyone=True, retry_uncertain=True))
    assert plan.selection.skipped[NO_TEST_ADDRESS] == ["real@example.org"]
    made.send(plan)
    assert server.told() == {"collagen-test+me@antb.me": 1, "collagen-test+a@antb.me": 1}


EMAILS = st.one_of(
    st.none(),
    st.text(),
    st.emails(),
    st.text(st.characters(codec="ascii"), min_size=1).map(lambda text: f"{text}@example.org"),
    st.text(max_size=5).map(lambda text: f"collagen-test+{text}@antb.me"),
    st.text(max_size=5).map(lambda text: f"{text}collagen-test+a@antb.me"),
    st.text(max_size=5).map(lambda text: f"collagen-test+a@antb.me{text}"),
)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A collage of six in a campaign for trials."""
    store = Store(tmp_path_factory.mktemp("trial") / "store")
    store.root.initialise()
    gather(store, 6, TRIAL)
    return store


@given(st.lists(EMAILS, min_size=6, max_size=6), st.booleans())
def test_in_a_trial_no_envelope_ever_names_another_address_whatever_the_context_said(
    trial: Store, emails: list[str | None], written: bool
) -> None:
    """From the context to the envelope. `written`: by Collagen; otherwise the archives contain unnormalised text."""
    environ = {
        "COLLAGEN_STORE": str(trial.root.path),
        "COLLAGEN_CAMPAIGNS": str(Path(__file__).parents[3] / "campaigns.toml"),
        "COLLAGEN_SECRET_KEY": KEY,
        "COLLAGEN_PUBLIC_URL": PUBLIC_URL,
        "COLLAGEN_SMTP_URL": "smtp://127.0.0.1:1",
        "COLLAGEN_MAIL_FROM": crowd.SENDER,
    }
    made = crowd.settings(environ)
    campaigns = load_campaigns(made.campaigns_file)
    stored = {
        name(index): stored_address(Asset(name(index), "", "", 1, True, 1.0, email, ""), campaigns[TRIAL])
        if written
        else email
        for index, email in enumerate(emails)
    }
    box = Box()
    notifier = Notifier(made, campaigns, trial, Tagged(stored), connect=box.connect)
    for path in (trial.root.path / TRIAL / "logs").glob("*.jsonl*"):
        path.unlink()
    report = notifier.send(notifier.plan(TRIAL, "0001", Options(everyone=True)))
    assert sorted(report.sent) == sorted(box.told)
    assert len({one.casefold() for one in box.told}) == len(box.told)
    for recipient in box.told:
        assert is_trial(recipient), recipient
    if written:
        lengths = [email for email in stored.values() if email and "@" in email and len(email.rpartition("@")[0]) <= 64]
        assert len(box.told) == len({email.casefold() for email in lengths})


@given(EMAILS.filter(bool))
def test_the_guard_at_the_envelope_alone_lets_nobody_else_through(email: str) -> None:
    campaign = load_campaigns(Path(__file__).parents[3] / "campaigns.toml")[TRIAL]
    message = defaultdict(str, To=email)  # a message would refuse some of these before the guard has seen them
    try:
        assert envelope(campaign, message, email) == email  # type: ignore[arg-type]
    except BadParameters:
        assert not is_trial(email)
    else:
        assert is_trial(email)


def test_the_guard_at_the_envelope_knows_a_mail_to_somebody_else() -> None:
    campaign = Campaign("sayno", "Say No", "sayno")
    message = EmailMessage()
    message["To"] = "a@example.org"
    assert envelope(campaign, message, "a@example.org") == "a@example.org"
    with pytest.raises(BadParameters):
        envelope(campaign, message, "b@example.org")
    message["Bcc"] = "c@example.org"
    with pytest.raises(BadParameters):
        envelope(campaign, message, "a@example.org")
