"""From an address to its target."""

from app.adapters.targets.directory import Directory
from app.adapters.targets.s3 import Bucket
from app.adapters.targets.target import Target
from app.core.targets import Address


def opened(address: Address) -> Target:
    """The target at an address. Makes no call. Raises SettingError."""
    if address.directory is not None:
        return Directory(address.directory)
    return Bucket(address.bucket, address.prefix, address.endpoint, address.region)
