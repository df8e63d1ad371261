"""AWS's errors as ours, in one sentence, for S3, stores that speak S3, and CloudFront."""

import contextlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from app.core.errors import SettingError, TargetUnavailable

MISSING = {"NoSuchBucket", "NoSuchDistribution", "InvalidBucketName", "PermanentRedirect", "404"}
REFUSED = {
    *("AccessDenied", "AccessDeniedException", "AllAccessDisabled", "InvalidAccessKeyId", "InvalidClientTokenId"),
    *("SignatureDoesNotMatch", "UnrecognizedClientException", "Unauthorized", "401", "403"),
}


@contextlib.contextmanager
def plainly(name: str) -> Iterator[None]:
    """`name`: of what is used, for messages."""
    from botocore import exceptions as aws

    try:
        yield
    except aws.ClientError as error:
        code = code_of(error.response)
        if code in MISSING:
            raise SettingError(f"There is no {name}, or not in this region.") from error
        if code in REFUSED:
            raise SettingError(f"These credentials may not use {name} ({code}); see docs/publishing.md.") from error
        raise TargetUnavailable(f"{name} cannot be used at the moment ({code}).") from error
    except aws.NoRegionError as error:
        raise SettingError("No AWS region is set: set AWS_DEFAULT_REGION, or add region=… to the address.") from error
    except (aws.NoCredentialsError, aws.PartialCredentialsError) as error:
        raise SettingError(
            f"There are no credentials for {name}: give the machine a role that may use it, or set AWS_ACCESS_KEY_ID"
            " and AWS_SECRET_ACCESS_KEY."
        ) from error
    except (aws.ProfileNotFound, aws.ConfigParseError, aws.InvalidRegionError, ValueError) as error:
        raise SettingError(f"boto3 cannot use its configuration: {type(error).__name__}.") from error
    except aws.BotoCoreError as error:
        raise TargetUnavailable(f"{name} cannot be reached ({type(error).__name__}).") from error


def client(
    service: str, name: str, attempts: int = 5, options: Mapping[str, Any] = MappingProxyType({}), **more: Any
) -> Any:
    """A boto3 client, which makes no call. `attempts`: of each call; `options`: of its Config. Raises SettingError."""
    import boto3
    from botocore.config import Config

    from app.core import limits

    config = Config(
        connect_timeout=limits.CONNECT_SECONDS,
        read_timeout=limits.TARGET_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=limits.SENT_AT_ONCE,
        # stores that speak S3 do not all know the sums that boto3 adds of its own accord
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        **options,
    )
    with plainly(name):
        return boto3.Session().client(service, config=config, **more)


def code_of(response: Any) -> str:
    """The error code, such as NoSuchBucket."""
    error = response.get("Error") if isinstance(response, dict) else None
    return str(error.get("Code", "")) if isinstance(error, dict) else ""
