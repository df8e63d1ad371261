"""When the gateway received a notification: only a redrive can pass that on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.queue.received import OLDEST, received_at, stamp

SENT, NOTIFICATION, SECRETS = 1_700_000_000.0, ('{"a": "é"}', "1700000000", "ab" * 20), ("new secret", "old secret")
THEN = SENT - 3 * 3600


@given(st.floats(SENT - OLDEST + 1, SENT), st.text(), st.text(), st.text(), st.text(min_size=1))
def test_what_a_redrive_wrote_is_believed_to_the_millisecond(
    received: float, body: str, timestamp: str, signature: str, secret: str
) -> None:
    written = stamp(received, body, timestamp, signature, secret)
    read = received_at(written, SENT + 0.001, body, timestamp, signature, ["another", secret])
    assert abs(read - received) < 0.001


@given(st.integers(0, 3), st.text(min_size=1))
def test_it_is_believed_for_that_notification_only(which: int, other: str) -> None:
    of_another = list(NOTIFICATION)
    if which == 3:  # the end of one value is the start of the next
        of_another = [NOTIFICATION[0] + other, NOTIFICATION[1], NOTIFICATION[2].removeprefix(other)]
    else:
        of_another[which] += other
    body, timestamp, signature = of_another
    assert received_at(stamp(THEN, *NOTIFICATION, SECRETS[0]), SENT, body, timestamp, signature, SECRETS) == SENT


def test_any_of_the_secrets_may_have_signed_it_and_no_other() -> None:
    for secret in SECRETS:
        assert received_at(stamp(THEN, *NOTIFICATION, secret), SENT, *NOTIFICATION, SECRETS) == THEN
    for secrets in ((), ("", "another")):
        assert received_at(stamp(THEN, *NOTIFICATION, SECRETS[0]), SENT, *NOTIFICATION, secrets) == SENT


def test_another_time_under_the_same_mac_is_not_believed() -> None:
    mac = stamp(THEN, *NOTIFICATION, SECRETS[0]).partition(".")[2]
    assert received_at(f"{round(THEN * 1000) + 1}.{mac}", SENT, *NOTIFICATION, SECRETS) == SENT


def test_it_lies_within_the_days_that_sqs_keeps_a_message() -> None:
    for received, believed in ((SENT - OLDEST, True), (SENT - OLDEST - 1, False), (SENT, True), (SENT + 1, False)):
        read = received_at(stamp(received, *NOTIFICATION, SECRETS[0]), SENT, *NOTIFICATION, SECRETS)
        assert read == (received if believed else SENT)


@pytest.mark.parametrize("nonsense", ["", "-1", "soon", "1699990000000", "1699990000000.", "9" * 400, "1." + "é" * 64])
def test_anything_else_counts_as_nothing(nonsense: str) -> None:
    assert received_at(nonsense, SENT, *NOTIFICATION, SECRETS) == SENT
