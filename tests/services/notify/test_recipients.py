"""Who gets a mail: each person once, nobody who unsubscribed, and in a trial only test addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.addresses import is_address
from app.core.config import Campaign
from app.services.notify.history import History
from app.services.notify.recipients import (
    FAILED,
    MALFORMED,
    NO_ADDRESS,
    NO_TEST_ADDRESS,
    OVER,
    SAME,
    TOLD,
    UNCERTAIN,
    UNSUBSCRIBED,
    Options,
    Recipient,
    Selection,
    choose,
    is_test_address,
)

TRIAL = Campaign("test_prototype", "Trial", "t", "collagen-test+{token}@antb.me")
USUAL = Options()
STATES = st.sampled_from(["sent", "uncertain", "failed", "refused"])


def chosen(
    shown: list[tuple[str, str | None]],
    states: dict[str, dict[str, Any]] | None = None,
    options: Options = USUAL,
    unsubscribed: AbstractSet[str] = frozenset(),
    test_address: str | None = None,
    mailed: AbstractSet[str] = frozenset(),
) -> Selection:
    return choose(
        shown,
        History(states or {}),
        lambda recipient: recipient.address in unsubscribed,
        options,
        collage="0002",
        test_address=test_address,
        mailed=mailed.__contains__,
    )


def people(*addresses: str | None) -> list[tuple[str, str | None]]:
    return [(f"p{number}", address) for number, address in enumerate(addresses)]


def test_everyone_shown_is_mailed_in_the_order_of_the_grid() -> None:
    selection = chosen(people("b@x.org", "a@x.org"))
    assert selection == Selection([Recipient("b@x.org", "p0"), Recipient("a@x.org", "p1")])


def test_an_address_is_told_once_for_its_first_photo() -> None:
    selection = chosen(people("a@x.org", "A@X.org", "b@x.org", "a@x.org"))
    assert selection.recipients == [Recipient("a@x.org", "p0"), Recipient("b@x.org", "p2")]
    assert selection.skipped == {SAME: ["A@X.org", "a@x.org"]}


def test_whom_another_program_mailed_counts_as_told_about_an_earlier_collage() -> None:
    shown = people("a@x.org", "b@x.org", "c@x.org")
    selection = chosen(shown, {"c@x.org": {"0002": "sent"}}, mailed={"a@x.org", "c@x.org"})
    assert selection == Selection([Recipient("b@x.org", "p1")], {TOLD: ["a@x.org", "c@x.org"]})
    everyone = chosen(shown, {"c@x.org": {"0002": "sent"}}, Options(everyone=True), mailed={"a@x.org", "c@x.org"})
    assert everyone == Selection([Recipient("a@x.org", "p0"), Recipient("b@x.org", "p1")], {TOLD: ["c@x.org"]})
    unsubscribed = chosen(people("a@x.org"), unsubscribed={"a@x.org"}, mailed={"a@x.org"})
    assert unsubscribed.skipped == {UNSUBSCRIBED: ["a@x.org"]}


def test_who_has_no_address_or_none_that_works_is_named() -> None:
    selection = chosen(people(None, "", "nonsense", "a@x.org"))
    assert selection.recipients == [Recipient("a@x.org", "p3")]
    assert selection.skipped == {NO_ADDRESS: ["p0", "p1"], MALFORMED: ["nonsense"]}


def test_nobody_who_unsubscribed_is_told() -> None:
    selection = chosen(people("a@x.org", "b@x.org"), unsubscribed={"a@x.org"}, options=Options(everyone=True))
    assert selection == Selection([Recipient("b@x.org", "p1")], {UNSUBSCRIBED: ["a@x.org"]})


@pytest.mark.parametrize(
    ("states", "usually", "everyone", "retry_uncertain"),
    [
        ({}, "", "", ""),
        ({"0002": "sent"}, TOLD, TOLD, TOLD),
        ({"0001": "sent"}, TOLD, "", TOLD),
        ({"0002": "uncertain"}, UNCERTAIN, UNCERTAIN, ""),
        ({"0001": "uncertain"}, UNCERTAIN, "", ""),
        ({"0002": "failed"}, "", "", ""),
        ({"0001": "failed"}, "", "", ""),
        ({"0002": "refused"}, FAILED, "", FAILED),
        ({"0001": "refused"}, FAILED, "", FAILED),
        ({"0001": "sent", "0002": "failed"}, TOLD, "", TOLD),
        ({"0001": "failed", "0002": "uncertain"}, UNCERTAIN, UNCERTAIN, ""),
        ({"0001": "uncertain", "0002": "sent"}, TOLD, TOLD, TOLD),
    ],
)
def test_what_became_of_earlier_mails_decides(
    states: dict[str, str], usually: str, everyone: str, retry_uncertain: str
) -> None:
    cases = (
        (Options(), usually),
        (Options(everyone=True), everyone),
        (Options(retry_uncertain=True), retry_uncertain),
    )
    for options, reason in cases:
        selection = chosen(people("A@x.org"), {"a@x.org": states}, options)
        assert list(selection.skipped) == ([reason] if reason else []), options


def test_a_limit_counts_those_who_would_be_told() -> None:
    selection = chosen(people(None, "a@x.org", "b@x.org", "c@x.org"), {"a@x.org": {"0001": "sent"}}, Options(limit=1))
    assert [recipient.address for recipient in selection.recipients] == ["b@x.org"]
    assert selection.skipped == {NO_ADDRESS: ["p0"], TOLD: ["a@x.org"], OVER: ["c@x.org"]}


@pytest.mark.parametrize(
    "address", ["ann@example.org", "Anna.O'Hara+x@sub.example.co.uk", "a@x-1.org", "1@2.de", "a@xn--mnchen-3ya.de"]
)
def test_an_address_is_one(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "ann@localhost",
        "@example.org",
        "ann@",
        "a@b@example.org",
        ".ann@example.org",
        "ann@-x.org",
        "ann@x..org",
        "ann@x.org.",
        "ann@127.0.0.1",
        "ann@[127.0.0.1]",
        '"a b"@example.org',
        "Ann <ann@example.org>",
        "ann@example.org, bob@example.org",
        "ann@example.org\n",
        "ann@example.org\r\nBcc: eve@example.org",
        " ann@example.org",
        "ann@exam ple.org",
        "änn@example.org",
        "ann@exämple.org",
        f"{'a' * 65}@example.org",
        f"a@{'b' * 64}.org",
        f"a@{'b.' * 130}org",
    ],
)
def test_an_address_that_no_server_would_accept_is_invalid(address: str) -> None:
    assert not is_address(address)


def test_a_trial_writes_to_its_own_addresses_only() -> None:
    form = TRIAL.test_address
    assert form is not None
    assert is_test_address("collagen-test+user-example-com@antb.me", form)
    for other in (
        "user@example.com",
        "collagen-test+a.b@antb.me",
        "collagen-test+a@antb.me.org",
        "collagen-test+a@antbxme.me",
        "x+a@antb.me",
    ):
        assert not is_test_address(other, form)
        assert chosen(people(other), test_address=form).skipped == {NO_TEST_ADDRESS: [other]}
    selection = chosen(people("collagen-test+a@antb.me"), test_address=form)
    assert selection.recipients == [Recipient("collagen-test+a@antb.me", "p0")]


ADDRESSES = st.sampled_from(["a@x.org", "A@x.org", "b@x.org", "c@x.org", "d@x.org", "nonsense", "", None])


@given(
    st.lists(ADDRESSES, max_size=12),
    st.dictionaries(
        st.sampled_from(["a@x.org", "b@x.org", "c@x.org"]),
        st.dictionaries(st.sampled_from(["0001", "0002", "0003"]), STATES),
    ),
    st.sets(st.sampled_from(["a@x.org", "A@x.org", "d@x.org"])),
    st.builds(
        Options, everyone=st.booleans(), limit=st.none() | st.integers(1, 4), retry_uncertain=st.booleans()
    ),
)  # fmt: skip
def test_everyone_shown_gets_one_mail_or_is_named_with_a_reason(
    addresses: list[str | None], states: dict[str, dict[str, Any]], unsubscribed: set[str], options: Options
) -> None:
    shown = people(*addresses)
    selection = chosen(shown, states, options, unsubscribed)
    told = [recipient.address for recipient in selection.recipients]
    names = told + [name for names in selection.skipped.values() for name in names]
    assert Counter(names) == Counter(address or public_id for public_id, address in shown)
    assert len({address.casefold() for address in told}) == len(told)
    assert not set(told) & unsubscribed
    assert options.limit is None or len(told) <= options.limit
    for address in told:
        assert states.get(address.casefold(), {}).get("0002") != "sent"
        assert options.retry_uncertain or states.get(address.casefold(), {}).get("0002") != "uncertain"
        assert options.everyone or "sent" not in states.get(address.casefold(), {}).values()


EMAILS = st.one_of(
    st.none(),
    st.text(),
    st.emails(),
    st.builds(lambda text: f"collagen-test+{text}@antb.me", st.text()),
    st.builds(lambda text: f"{text}collagen-test+a@antb.me", st.text()),
    st.builds(lambda text: f"collagen-test+a@antb.me{text}", st.text()),
)


@given(st.lists(EMAILS, max_size=5), st.booleans())
def test_in_a_trial_nobody_is_chosen_whose_address_is_not_its_own(emails: list[str | None], written: bool) -> None:
    stored = [TRIAL.address(email) for email in emails] if written else emails
    for recipient in chosen(people(*stored), test_address=TRIAL.test_address).recipients:
        local, _, domain = recipient.address.rpartition("@")
        assert domain == "antb.me"
        assert local.startswith("collagen-test+")
        assert set(local.removeprefix("collagen-test+")) <= set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
        )
