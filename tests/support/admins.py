"""A browser in which the admin has logged in."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from scripts.sandbox.service import PASSWORD, Service
from tests.support.chromium import Watched


@pytest.fixture(scope="module")
def admins(one_browser: Watched, service: Service) -> Watched:
    """A browser that remembers the password, as it does once a person has entered it."""
    one_browser.driver.get(f"http://admin:{quote(PASSWORD)}@{service.url.removeprefix('http://')}/admin/")
    return one_browser


@pytest.fixture
def browser(admins: Watched, service: Service) -> Iterator[Watched]:
    """An admin's browser. Afterwards it must have no complaints, and have contacted no other host."""
    one_browser = admins
    one_browser.begin(service.url)
    yield one_browser
    one_browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert one_browser.complaints() == []
    assert {host.rpartition("@")[2] for host in one_browser.hosts()} <= {service.url.removeprefix("http://")}
