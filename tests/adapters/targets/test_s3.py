"""A bucket as a target, and a CDN: the real boto3 against moto's server."""

from __future__ import annotations

import base64
import hashlib

import pytest

from app.adapters.targets.cloudfront import Distribution
from app.adapters.targets.s3 import Bucket
from app.adapters.targets.target import Held, Upload
from app.core.errors import SettingError, TargetUnavailable
from scripts.sandbox.awsserver.client import AwsServer


@pytest.fixture
def bucket(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in aws.environment.items():
        monkeypatch.setenv(name, value)
    return aws.bucket()


def upload(path: str, data: bytes = b"one") -> Upload:
    return Upload(path, data, "text/plain", "public, max-age=60", hashlib.sha256(data).hexdigest())


def test_an_object_has_the_type_the_caching_and_the_sum_it_was_put_with(aws: AwsServer, bucket: str) -> None:
    Bucket(bucket, "say/no/").put(upload("a/b.txt"))
    found = aws.of("s3").head_object(Bucket=bucket, Key="say/no/a/b.txt", ChecksumMode="ENABLED")
    assert (found["ContentType"], found["CacheControl"]) == ("text/plain", "public, max-age=60")
    assert found["Metadata"] == {"sha256": hashlib.sha256(b"one").hexdigest()}
    assert found["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"one").digest()).decode()


def test_a_listing_knows_only_what_is_below_the_prefix_and_asks_for_sums_that_are_needed(
    aws: AwsServer, bucket: str
) -> None:
    target = Bucket(bucket, "faces/")
    aws.of("s3").put_object(Bucket=bucket, Key="other/x.txt", Body=b"x")
    aws.of("s3").put_object(Bucket=bucket, Key="faces/theirs.txt", Body=b"x")
    target.put(upload("a.txt"))
    target.put(upload("b.txt"))
    assert target.files(["a.txt", "theirs.txt", "missing.txt"]) == {
        "a.txt": Held(3, hashlib.sha256(b"one").hexdigest()),
        "b.txt": Held(3, None),
        "theirs.txt": Held(1, ""),
    }


@pytest.mark.thorough
def test_more_objects_than_a_request_takes_are_listed_and_deleted(bucket: str) -> None:
    target = Bucket(bucket, "")
    paths = [f"{number}.txt" for number in range(1003)]
    for path in paths:
        target.put(upload(path, b""))
    assert target.files([]).keys() == set(paths)
    target.delete([*paths[1:], "never.txt"])
    assert target.files([]).keys() == {paths[0]}


def test_an_object_is_read_or_is_not_there(bucket: str) -> None:
    target = Bucket(bucket, "p/")
    target.put(upload("a.txt"))
    assert (target.read("a.txt"), target.read("b.txt")) == (b"one", None)


def test_a_check_leaves_nothing(bucket: str) -> None:
    Bucket(bucket, "p/").check()
    assert Bucket(bucket, "").files([]) == {}


def test_a_bucket_that_does_not_exist_is_a_matter_of_settings(bucket: str) -> None:
    target = Bucket(f"{bucket}-not", "")
    for act in (lambda: target.files([]), lambda: target.put(upload("a")), target.check):
        with pytest.raises(SettingError, match=r"There is no s3://collagen-\w+-not"):
            act()


def test_an_endpoint_in_the_address_wins_and_one_that_is_away_is_worth_another_try(bucket: str) -> None:
    target = Bucket(bucket, "", endpoint="http://127.0.0.1:9", region="auto")
    with pytest.raises(TargetUnavailable, match=rf"s3://{bucket} cannot be reached \(EndpointConnectionError\)"):
        target.read("a")


def test_without_credentials_it_says_what_to_set(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    with pytest.raises(SettingError, match="no credentials"):
        Bucket(bucket, "").read("a")


def test_a_distribution_forgets_what_it_is_told_to(aws: AwsServer, bucket: str) -> None:
    identity = aws.distribution()
    distribution = Distribution(identity)
    distribution.check()
    invalidation = distribution.invalidate(["/", "/index.html"])
    distribution.wait(invalidation)
    found = aws.of("cloudfront").get_invalidation(DistributionId=identity, Id=invalidation)["Invalidation"]
    assert sorted(found["InvalidationBatch"]["Paths"]["Items"]) == ["/", "/index.html"]


def test_a_distribution_that_does_not_exist_is_a_matter_of_settings(bucket: str) -> None:
    with pytest.raises(SettingError, match="There is no CloudFront distribution E1"):
        Distribution("E1").invalidate(["/"])
