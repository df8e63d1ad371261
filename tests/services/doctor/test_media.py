"""What doctor says of object storage."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.adapters.store import Store
from app.core.config import load_settings
from app.core.errors import SettingError
from app.services.doctor.network import media as looked_at
from tests.support.buckets import Bucket


def test_it_tries_what_the_service_does_and_names_a_bucket_that_is_not_there(
    store: Store,
    bucket: Bucket,
) -> None:
    def said(url: str) -> str:
        environ = {"COLLAGEN_STORE": str(store.path), "COLLAGEN_MEDIA": url}
        (result,) = looked_at(load_settings(environ, Path("/nonexistent")))
        return str(result)

    assert said(bucket.url).startswith(
        "ok    media: object storage takes pictures, and browsers find them at http://127"
    )
    assert bucket.listed() == set()
    with pytest.raises(SettingError, match="There is no s3://no-such-bucket"):
        said(bucket.url.replace(bucket.name, "no-such-bucket"))
