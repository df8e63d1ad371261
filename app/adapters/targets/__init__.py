"""Where a campaign's public face is published: a directory, or a bucket of S3, R2 or another store that speaks S3.

- `target`: what publishing asks of either. `address`: from an address to the target.
- `directory`, `s3`: the two. `cloudfront`: makes a CDN forget what it has kept.

With `sqs` the only code that imports boto3; both import it where it is used, because that takes a quarter of a second.
"""

from app.adapters.targets.address import Address, opened, read_address
from app.adapters.targets.target import Held, Target, Upload

__all__ = ["Address", "Held", "Target", "Upload", "opened", "read_address"]
