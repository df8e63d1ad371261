"""Whether Cloudinary sent a notification recently."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.cloudinary import verify
from app.core.errors import BadSignature
from scripts.sandbox.standin import signatures

# the example of Cloudinary's SDK
BODY = (
    b'{"notification_type":"eager","eager":[{"transformation":"sp_full_hd/mp4","bytes":1055,'
    b'"url":"http://res.cloudinary.com/demo/video/upload/sp_full_hd/v1533125278/dog.mp4",'
    b'"secure_url":"https://res.cloudinary.com/demo/video/upload/sp_full_hd/v1533125278/dog.mp4"}],'
    b'"public_id":"dog","batch_id":"9b11fa058c61fa577f4ec516bf6ee756ac2aefef095af99aef1302142cc1694a"}'
)
TIMESTAMP, SECRET, SIGNATURE = "1549533514", "X7qLTrsES31MzxxkxPPA-pAGGfU", "dfe82de1d9083fe0b7ea68070649f9a15b8874da"
NOW = 1549533514.0

SHA1_OF_EMPTY = "f9aa4471d2a88ff244424cca2444edf7d7ac3596"
SHA256_OF_EMPTY = "d5497e1a206ad0ba29ad09a7c0c5f22e939682d15009c15ab3199f62fefbd14b"


def refused(
    body: bytes = BODY,
    timestamp: str = TIMESTAMP,
    signature: str = SIGNATURE,
    secrets: Sequence[str] = (SECRET,),
    now: float = NOW,
) -> str:
    """The refusal's message, which must not help a forger."""
    with pytest.raises(BadSignature) as caught:
        verify(body, timestamp, signature, secrets, now)
    said = str(caught.value)
    for secret in secrets:
        assert not secret or secret not in said
        for algorithm in ("sha1", "sha256"):
            assert hashlib.new(algorithm, body + timestamp.encode() + secret.encode()).hexdigest() not in said
    assert "\n" not in said
    assert caught.value.__cause__ is None
    return said


def test_cloudinarys_own_example_is_accepted() -> None:
    verify(BODY, TIMESTAMP, SIGNATURE, [SECRET], NOW)


def test_both_hashes_are_accepted() -> None:
    verify(b"{}", "0", SHA1_OF_EMPTY, ["someApiSecret"], 0)
    verify(b"{}", "0", SHA256_OF_EMPTY, ["someApiSecret"], 0)


@given(st.binary(), st.integers(0, 10**12 - 1), st.text(min_size=1), st.sampled_from(["sha1", "sha256"]))
def test_whatever_is_signed_is_accepted(body: bytes, timestamp: int, secret: str, algorithm: str) -> None:
    signature = signatures.of_notification(body, str(timestamp), secret, algorithm)
    verify(body, str(timestamp), signature, [secret], timestamp)


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_a_body_with_one_other_byte_is_refused(at: int, change: int) -> None:
    refused(body=BODY[:at] + bytes([BODY[at] ^ change]) + BODY[at + 1 :])


@given(st.integers(0, len(SIGNATURE) - 1), st.sampled_from("0123456789abcdef"))
def test_a_signature_with_one_other_digit_is_refused(at: int, digit: str) -> None:
    if SIGNATURE[at] != digit:
        assert "any of the secrets" in refused(signature=SIGNATURE[:at] + digit + SIGNATURE[at + 1 :])


@given(st.integers(-300, 7200).filter(bool))
def test_another_timestamp_is_refused_although_it_is_near(change: int) -> None:
    refused(timestamp=str(int(TIMESTAMP) + change), now=NOW + change)


def test_bytes_cannot_wander_from_the_body_to_the_timestamp() -> None:
    # body + timestamp are hashed in one piece, so this has the same hash
    signature = signatures.of_notification(b"{}1", "549533514", SECRET)
    assert signature == signatures.of_notification(b"{}", "1549533514", SECRET)
    refused(body=b"{}1", timestamp="549533514", signature=signature)


@pytest.mark.parametrize("body", [b"", BODY + b"\n", BODY.replace(b",", b", "), BODY[1:]])
def test_the_bytes_as_they_came_are_what_was_signed(body: bytes) -> None:
    refused(body=body)


def test_any_of_several_secrets_may_have_signed() -> None:
    for secrets in ([SECRET, "other"], ["other", SECRET], ["x", "y", SECRET]):
        verify(BODY, TIMESTAMP, SIGNATURE, secrets, NOW)
    assert "COLLAGEN_WEBHOOK_SECRETS" in refused(secrets=["other", "another"])
    refused(secrets=[])
    refused(secrets=[""])
    refused(secrets=[SECRET.lower(), SECRET + " "])


@pytest.mark.parametrize("now", [NOW, NOW + 1, NOW + 7199.9, NOW + 7200, NOW - 1, NOW - 299.9, NOW - 300])
def test_two_hours_back_and_five_minutes_ahead_are_accepted(now: float) -> None:
    verify(BODY, TIMESTAMP, SIGNATURE, [SECRET], now)


@pytest.mark.parametrize("now", [NOW + 7200.1, NOW + 7201, NOW + 10**9])
def test_older_ones_are_refused(now: float) -> None:
    assert "hours ago" in refused(now=now)


@pytest.mark.parametrize("now", [NOW - 300.1, NOW - 301, 0])
def test_those_from_the_future_are_refused(now: float) -> None:
    assert "in the future" in refused(now=now)


NO_TIMESTAMPS = ["", " ", "x", "-1", "+1549533514", "1549533514.0", " 1549533514", "1549533514\n", "0x5c5c0000", "1e9"]
NO_TIMESTAMPS += ["١٥٤٩٥٣٣٥١٤", "1_549_533_514", "9" * 13, "9" * 10_000, "1549533514, 1549533514", "\0"]


@pytest.mark.parametrize("timestamp", NO_TIMESTAMPS)
def test_a_timestamp_that_is_no_number_is_refused(timestamp: str) -> None:
    assert "X-Cld-Timestamp" in refused(timestamp=timestamp)


NO_SIGNATURES = [
    "",
    " ",
    "x" * 40,
    SIGNATURE[:-1],
    SIGNATURE + "0",
    SIGNATURE.upper(),
    f" {SIGNATURE}",
    f"{SIGNATURE}\n",
]
NO_SIGNATURES += [
    "é" * 40,
    "٠" * 40,
    "0" * 63,
    "0" * 10_000,
    f"sha1={SIGNATURE}",
    f"{SIGNATURE},{SIGNATURE}",
    "\0" * 40,
]


@pytest.mark.parametrize("signature", NO_SIGNATURES)
def test_a_signature_that_is_no_hash_is_refused(signature: str) -> None:
    assert "X-Cld-Signature" in refused(signature=signature)


@given(st.text(), st.text())
def test_no_header_makes_another_error(timestamp: str, signature: str) -> None:
    refused(timestamp=timestamp)
    refused(signature=signature)
    refused(timestamp=timestamp, signature=signature)


def test_a_hash_that_the_settings_do_not_name_is_refused_and_named() -> None:
    for algorithm, other, signature in (("sha1", "sha256", SHA1_OF_EMPTY), ("sha256", "sha1", SHA256_OF_EMPTY)):
        verify(b"{}", "0", signature, ["someApiSecret"], 0, algorithms=[algorithm])
        with pytest.raises(BadSignature, match=f"is signed with {algorithm}, which COLLAGEN_SIGNATURES does not name"):
            verify(b"{}", "0", signature, ["someApiSecret"], 0, algorithms=[other])


def test_a_notification_with_a_signature_of_version_2_alone_is_refused_with_cause_and_cure() -> None:
    with pytest.raises(BadSignature, match=r"eddsa_v2 only.*auth_scheme to default or legacy_hmac"):
        verify(b"{}", "100", "", ["s"], 100, "c2lnbmF0dXJl")
    with pytest.raises(BadSignature, match="A trigger that signs with eddsa_v2 only sends none"):
        verify(b"{}", "100", "", ["s"], 100)  # nginx drops headers that contain an underscore


def test_the_key_that_signed_is_named_in_the_log_and_nowhere_else() -> None:
    body = b'{"notification_type": "upload", "signature_key": "123456789012345"}'
    with pytest.raises(BadSignature, match="names the API key 123456789012345") as refused:
        verify(body, "100", "0" * 40, ["s"], 100)
    assert "123456789012345" not in refused.value.public
    with pytest.raises(BadSignature) as refused:
        verify(b'{"signature_key": "<script>"}', "100", "0" * 40, ["s"], 100)
    assert "script" not in str(refused.value)
