"""Refusals and silence from AWS become one plain sentence."""

from __future__ import annotations

import re

import pytest

from app.adapters.sqs import Queue
from app.core.errors import QueueUnavailable, SettingError

URL = "http://127.0.0.1:9/123456789012/collagen"
ENVIRONMENT = {
    "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "s3cret",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
}


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({}, QueueUnavailable, r"The queue collagen cannot be reached \(EndpointConnectionError\)\."),
        ({"AWS_DEFAULT_REGION": ""}, SettingError, "No AWS region is set: set AWS_DEFAULT_REGION .*"),
        ({"AWS_ACCESS_KEY_ID": ""}, SettingError, "There are no AWS credentials: .*"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, SettingError, "There are no AWS credentials: .*"),
        ({"AWS_PROFILE": "nobody"}, SettingError, r"boto3 cannot use its configuration: ProfileNotFound\."),
        ({"AWS_ENDPOINT_URL_SQS": "nowhere"}, SettingError, r"boto3 cannot use its configuration: ValueError\."),
        ({"AWS_DEFAULT_REGION": "not a region"}, SettingError, r"boto3 cannot use its configuration: .*\."),
    ],
)
def test_what_is_wrong_is_one_sentence_without_secrets(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str], error: type[Exception], sentence: str
) -> None:
    for name, value in (ENVIRONMENT | change).items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    with pytest.raises(error) as raised:
        Queue(URL).receive(1, 1, 0)
    assert re.fullmatch(sentence, str(raised.value))
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("url", ["", "collagen", "arn:aws:sqs:eu-central-1:123456789012:collagen", "https://sqs"])
def test_an_invalid_queue_url_is_refused_before_any_call(url: str) -> None:
    with pytest.raises(SettingError, match="is not the URL of a queue"):
        Queue(url)
