"""A bucket of Amazon S3, Cloudflare R2 or another store that speaks S3.

Credentials come from where boto3 looks for them
(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/configuration.html).
"""

import base64
import contextlib
import hashlib
import secrets
from collections.abc import Collection, Iterator, Mapping

from app.adapters.targets.aws import client, code_of, plainly
from app.adapters.targets.target import Held, Upload
from app.core.errors import TargetUnavailable

MOST = 1000  # keys in one request to delete; S3's maximum
SUM = "sha256"  # the name of the metadata


class Bucket:
    """A target: the objects of `bucket` whose keys begin with `prefix`. Creating one makes no call."""

    def __init__(
        self, bucket: str, prefix: str, endpoint: str | None = None, region: str | None = None, *, attempts: int = 5
    ) -> None:
        """`attempts`: of each call. Raises SettingError if boto3 cannot read its configuration."""
        self.name = f"s3://{bucket}/{prefix}".rstrip("/")
        self._bucket, self._prefix = bucket, prefix
        # presigned addresses: boto3 would sign by version 2 in us-east-1, which other stores refuse, and elsewhere for
        # S3's global host, whose redirect to the region's the signature does not survive
        style = "virtual" if endpoint is None else "path"
        options = {"signature_version": "s3v4", "s3": {"addressing_style": style}}
        self._client = client("s3", self.name, attempts, options, endpoint_url=endpoint, region_name=region)

    def files(self, exactly: Collection[str]) -> Mapping[str, Held]:
        """Every object. A listing has no SHA-256; for those in `exactly` it is asked for, one by one."""
        found: dict[str, Held] = {}
        with plainly(self.name):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
            for page in pages:
                for entry in page.get("Contents", []):
                    found[entry["Key"].removeprefix(self._prefix)] = Held(entry["Size"], None)
        for path in found.keys() & set(exactly):
            found[path] = Held(found[path].size, self._sum(path))
        return found

    def below(self, prefix: str) -> set[str]:
        """The paths that begin with `prefix`."""
        with plainly(self.name):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            return {entry["Key"].removeprefix(self._prefix) for page in pages for entry in page.get("Contents", [])}

    def address(self, path: str, seconds: int) -> str:
        """Where anybody can load an object for so long. Makes no call, and does not look whether it is there."""
        with plainly(self.name):
            made: str = self._client.generate_presigned_url(
                "get_object", Params={"Bucket": self._bucket, "Key": self._prefix + path}, ExpiresIn=seconds
            )
        return made

    def read(self, path: str) -> bytes | None:
        with plainly(self.name), self._missing() as missing:
            answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + path)
            data: bytes = answer["Body"].read()
        return None if missing else data

    def put(self, upload: Upload) -> None:
        """S3 refuses bytes that arrive damaged: the SHA-256 goes with them. It stays in the object's metadata."""
        with plainly(self.name):
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._prefix + upload.path,
                Body=upload.data,
                ContentType=upload.content_type,
                CacheControl=upload.cache,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=base64.b64encode(bytes.fromhex(upload.sha256)).decode("ascii"),
                Metadata={SUM: upload.sha256},
            )

    def delete(self, paths: Collection[str]) -> None:
        keys = [{"Key": self._prefix + path} for path in paths]
        for start in range(0, len(keys), MOST):
            with plainly(self.name):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": keys[start : start + MOST], "Quiet": True}
                )
            if failed := answer.get("Errors"):
                raise TargetUnavailable(f"{self.name} did not delete everything ({failed[0].get('Code', '')}).")

    def check(self) -> None:
        """Puts an object, lists it, reads it and deletes it."""
        data = b"a trial of python -m app doctor\n"
        path = f".collagen-trial-{secrets.token_hex(8)}"
        self.put(Upload(path, data, "text/plain", "no-store", hashlib.sha256(data).hexdigest()))
        self.files([path])
        self.delete([path])

    def _sum(self, path: str) -> str | None:
        with plainly(self.name), self._missing() as missing:
            answer = self._client.head_object(Bucket=self._bucket, Key=self._prefix + path)
        return None if missing else answer.get("Metadata", {}).get(SUM, "")

    @contextlib.contextmanager
    def _missing(self) -> Iterator[list[bool]]:
        """Yields a list that is filled where there is no such object."""
        from botocore.exceptions import ClientError

        missing: list[bool] = []
        try:
            yield missing
        except ClientError as error:
            if code_of(error.response) not in ("NoSuchKey", "404"):
                raise
            missing.append(True)
