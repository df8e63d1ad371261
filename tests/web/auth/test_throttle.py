"""However many addresses guess a password, few guesses are checked; and the right password gets in."""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import logging
import multiprocessing
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.auth.buckets import ADDRESS, PHOTOS, REALM, SITE, Bucket, names
from app.web.auth.throttle import Throttle, shared

HOUR = 3600.0
HOME = "198.51.100.7"  # where nobody has guessed


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def looked_at(throttle: Throttle, clock: Clock, addresses: Iterable[str], number: int) -> int:
    """How many of so many guesses, evenly spread over an hour, are checked."""
    count = 0
    for address in itertools.islice(itertools.cycle(addresses), number):
        count += throttle.attempt("admin", address) == 0
        clock.now += HOUR / number
    return count


def several(network: str, number: int) -> list[str]:
    """So many addresses of a network, evenly spread in it."""
    found = ipaddress.ip_network(network)
    return [str(found[index * (found.num_addresses // number)]) for index in range(number)]


@pytest.mark.parametrize(
    ("addresses", "most"),
    [
        (["203.0.113.9"], ADDRESS.most + ADDRESS.an_hour),
        (["2001:db8:1:2::9"], ADDRESS.most + ADDRESS.an_hour),
        (several("2001:db8:1:2::/64", 1000), ADDRESS.most + ADDRESS.an_hour),
        (several("2001:db8:1::/48", 1000), SITE.most + SITE.an_hour),
        # once the realm is full, each /24 has one more
        (several("203.0.112.0/22", 1000), REALM.most + REALM.an_hour + 4),
        (several("10.0.0.0/8", 1000), REALM.most + REALM.an_hour + 1000),
        ([f"203.0.{a}.{b}" for a in range(10) for b in range(1, 101)], REALM.most + REALM.an_hour + 10),
    ],
)
def test_few_of_thousands_of_guesses_in_an_hour_are_checked_and_the_admin_gets_in(
    addresses: list[str], most: int
) -> None:
    clock = Clock()
    throttle = Throttle(clock=clock)
    assert looked_at(throttle, clock, addresses, 3_000) <= most
    assert throttle.attempt("admin", HOME) == 0
    throttle.succeeded("admin", HOME)
    for _ in range(50):  # every picture of a page is requested with the password
        assert throttle.attempt("admin", HOME) == 0
        throttle.succeeded("admin", HOME)


def test_a_recent_login_is_not_locked_out_by_others_even_after_a_typing_error() -> None:
    clock = Clock()
    throttle = Throttle(clock=clock)
    assert throttle.attempt("admin", HOME) == 0
    throttle.succeeded("admin", HOME)
    looked_at(throttle, clock, several("10.0.0.0/8", 1000), 3_000)
    for _ in range(ADDRESS.most):
        assert throttle.attempt("admin", HOME) == 0
    assert throttle.attempt("admin", HOME) > 0


def test_too_many_guesses_have_to_wait_as_long_as_announced() -> None:
    clock = Clock()
    throttle = Throttle(clock=clock)
    for _ in range(ADDRESS.most):
        assert throttle.attempt("admin", "a") == 0
    for _ in range(3):
        wait = throttle.attempt("admin", "a")
        assert 0 < wait <= HOUR / ADDRESS.an_hour
        clock.now += wait / 2
        assert throttle.attempt("admin", "a") == pytest.approx(wait / 2)
        clock.now += wait / 2 + 0.001
        assert throttle.attempt("admin", "a") == 0


def test_each_realm_has_buckets_of_its_own() -> None:
    throttle = Throttle()
    for _ in range(ADDRESS.most + 1):
        throttle.attempt("gallery sayno", "a")
    assert throttle.attempt("gallery sayno", "a") > 0
    assert throttle.attempt("admin", "a") == 0


def test_a_right_password_empties_the_bucket_of_its_address_and_no_other() -> None:
    throttle = Throttle()
    for _ in range(ADDRESS.most):
        throttle.attempt("admin", "2001:db8::1")
        throttle.attempt("admin", "b")
    throttle.succeeded("admin", "2001:db8::1")
    assert throttle.attempt("admin", "2001:db8::2") == 0
    assert throttle.attempt("admin", "b") > 0


@given(st.ip_addresses(v=6))
def test_addresses_of_one_household_share_a_bucket(address: ipaddress.IPv6Address) -> None:
    ours = names("admin", str(address))
    if address.ipv4_mapped:
        assert ours == names("admin", str(address.ipv4_mapped))
        return
    others = int(address) ^ 0xFFFF_FFFF_FFFF_FFFF
    assert names("admin", str(ipaddress.IPv6Address(others))) == ours
    assert names("admin", str(ipaddress.IPv6Address(int(address) ^ 1 << 64))).site == ours.site
    assert names("admin", str(ipaddress.IPv6Address(int(address) ^ 1 << 64))).address != ours.address


def _guess(place: Path, number: int) -> int:
    throttle = Throttle(place)
    return sum(throttle.attempt("admin", "203.0.113.9") == 0 for _ in range(number))


def test_all_processes_share_the_buckets(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        counts = pool.starmap(_guess, [(tmp_path / "guesses.sqlite3", 20)] * 3)
    assert ADDRESS.most <= sum(counts) <= ADDRESS.most + 1  # one may leak on a slow machine


def test_the_file_names_no_address(tmp_path: Path) -> None:
    throttle = Throttle(tmp_path / "guesses.sqlite3")
    throttle.attempt("gallery sayno", "203.0.113.9")
    throttle.succeeded("gallery sayno", "203.0.113.9")
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"203.0.113" not in raw
    assert b"sayno" not in raw


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "guesses.sqlite3").write_bytes(b"no database" * 1000)
    assert _guess(tmp_path / "guesses.sqlite3", 20) == ADDRESS.most
    assert _guess(tmp_path / "guesses.sqlite3", 20) <= 1


def test_a_file_that_another_process_keeps_busy_is_left_to_it(tmp_path: Path) -> None:
    place = tmp_path / "guesses.sqlite3"
    assert _guess(place, 20) == ADDRESS.most
    before = place.stat().st_ino
    with contextlib.closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert _guess(place, 1) == 1  # by its own count
        other.rollback()
    assert place.stat().st_ino == before
    assert _guess(place, 20) <= 1


def test_where_the_disk_fails_a_process_counts_for_itself_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert _guess(tmp_path / "no/such/directory.sqlite3", 20) == ADDRESS.most
    (line,) = caplog.messages
    assert line.startswith("Each process counts wrong passwords on its own")


def test_stores_do_not_share_what_is_counted_and_it_is_for_this_user_alone(tmp_path: Path) -> None:
    one, other = shared(tmp_path / "a"), shared(tmp_path / "b")
    assert one is not None
    assert other is not None
    assert one != other
    assert one.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("addresses", "bucket"),
    [
        (["203.0.113.9"], PHOTOS.address),
        (several("2001:db8:1:2::/64", 100), PHOTOS.address),
        (several("2001:db8:1::/48", 500), PHOTOS.site),
        (several("10.0.0.0/8", 3000), PHOTOS.realm),
    ],
    ids=["an address", "a household", "an office", "everywhere"],
)
def test_so_many_photos_are_taken_at_once_and_more_as_time_goes_by(addresses: list[str], bucket: Bucket) -> None:
    clock = Clock()
    throttle = Throttle(clock=clock)
    every = itertools.cycle(addresses)

    def taken(number: int) -> int:
        return sum(throttle.take("photos sayno", next(every), PHOTOS) == 0 for _ in range(number))

    assert taken(bucket.most + 50) == bucket.most
    assert throttle.take("photos other", next(every), PHOTOS) == 0, "another campaign's photos are its own"
    assert throttle.attempt("admin", next(every)) == 0, "photos are no guesses"
    clock.now += HOUR / 2
    assert taken(bucket.an_hour) in (bucket.an_hour // 2, bucket.an_hour // 2 + 1, bucket.most)
    throttle.close()
