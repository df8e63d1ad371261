"""The adapter, with an account in the local Cloudinary and a session of its HTTP client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from app.adapters.cloudinary import Cloudinary
from app.adapters.cloudinary.connection import new_session
from app.core.config import Account
from scripts.sandbox.standin.client import Standin


@pytest.fixture
def cloudinary(standin: Standin) -> Iterator[Cloudinary]:
    made = Cloudinary(Account(standin.cloud, standin.key, standin.secret, standin.url), {standin.delivery_host})
    yield made
    made._session.close()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with new_session() as made:
        yield made
