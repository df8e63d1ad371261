"""Helper processes: start when needed, restart after they end, and never outlive their owner."""

from __future__ import annotations

import resource

import pytest

from app.adapters.jobs.helper import Helper


def test_it_is_started_once_and_again_after_it_has_ended() -> None:
    helper = Helper("test", ["cat"])
    first = helper.running()
    assert helper.running() is first
    first.kill()
    first.wait()
    second = helper.running()
    assert second is not first
    assert second.poll() is None
    helper.stop()
    assert second.poll() is not None
    assert helper.process is None
    helper.stop()  # which is harmless


def test_it_ends_with_its_owner() -> None:
    helper = Helper("test", ["cat"])
    process = helper.running()
    del helper
    assert process.poll() is not None


def test_it_gets_a_limit_of_memory_and_one_that_cannot_be_started_is_an_error() -> None:
    helper = Helper("test", ["cat"], address_space=10**9)
    assert resource.prlimit(helper.running().pid, resource.RLIMIT_AS) == (10**9, 10**9)
    helper.stop()
    helper.command = ["/nonexistent"]
    with pytest.raises(OSError, match="nonexistent"):
        helper.running()
