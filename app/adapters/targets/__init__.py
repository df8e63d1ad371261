"""Where a campaign's public face is published: a directory, or a bucket of S3, R2 or another store that speaks S3.

- `target`: what publishing asks of either. `directory`, `s3`: the two, which `opened` makes of an
  address. `cloudfront`: makes a CDN forget what it has kept.

With `sqs` the only code that imports boto3; both import it where it is used, because that takes a quarter of a second.
"""

from app.adapters.targets.opening import opened
from app.adapters.targets.target import Held, Target, Upload

__all__ = ["Held", "Target", "Upload", "opened"]
