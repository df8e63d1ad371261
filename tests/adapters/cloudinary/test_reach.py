"""Whether a host answers, and its clock."""

from __future__ import annotations

import pytest
import requests

from app.adapters.cloudinary import Cloudinary, reach
from app.core.errors import CloudinaryUnavailable
from scripts.sandbox.standin.client import Standin


@pytest.mark.parametrize("ahead", [0, 90, -90, 100_000])
def test_cloudinarys_clock_is_told_to_two_seconds_and_costs_no_call(
    standin: Standin, cloudinary: Cloudinary, ahead: float
) -> None:
    standin.settings(ahead=ahead)
    assert cloudinary.clock() == pytest.approx(ahead, abs=2)
    assert standin.state()["limit"]["used"] == 0
    assert cloudinary.quota.calls == 0


def test_any_answer_shows_that_a_delivery_host_is_there(standin: Standin, cloudinary: Cloudinary) -> None:
    standin.faults("delivery", "status", status=503)
    cloudinary.reach(standin.delivery_host)
    (call,) = standin.calls("delivery")
    assert (call["method"], call["status"]) == ("HEAD", 503)
    with pytest.raises(CloudinaryUnavailable, match=r"^127\.0\.0\.1:9 cannot be reached: Connection refused\.$"):
        cloudinary.reach("127.0.0.1:9")


def test_an_address_in_our_own_network_is_not_asked(session: requests.Session) -> None:
    with pytest.raises(CloudinaryUnavailable):
        reach.clock(session, "http://0.0.0.0:9/")
