"""The only code that talks to Cloudinary.

- `api`: the current state of an asset, lists, moderating and deleting. `sdk`: one call through the official SDK.
- `asset`: reads assets from its answers. `quota`: how many calls are left.
- `delivery`: the picture as JPEG, from a delivery host. `connection`: which addresses may be reached, and for how long.
  `reach`: whether a host answers, and its clock.
- `notifications`: reads webhooks as hints. `statements`: what they state about a photo. `signature`: verifies that
  Cloudinary sent them.
- `uploads`: brings pictures into the account. `signing`: lets browsers do so. `public_ids`: checks public IDs, and
  divides many into single questions.
- `setup`: triggers, upload presets, folders, the plan.
"""

from app.adapters.cloudinary.api import Cloudinary
from app.adapters.cloudinary.notifications import Notification, parse
from app.adapters.cloudinary.public_ids import batches
from app.adapters.cloudinary.quota import Quota
from app.adapters.cloudinary.setup import Setup
from app.adapters.cloudinary.signature import verify
from app.adapters.cloudinary.signing import SignedUpload, Signer
from app.adapters.cloudinary.uploads import NewPicture, Uploads

__all__ = [
    "Cloudinary",
    "NewPicture",
    "Notification",
    "Quota",
    "Setup",
    "SignedUpload",
    "Signer",
    "Uploads",
    "batches",
    "parse",
    "verify",
]
