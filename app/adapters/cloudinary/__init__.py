"""The only code that talks to Cloudinary.

- `api`: what is true of an asset now, lists, and what can be done to an asset, through the official SDK.
- `asset`: one asset as its answers describe it; `quota`: how many calls are left.
- `delivery`: the picture as JPEG, from a delivery host; `connection`: to which addresses, and for how long; `reach`:
  whether a host answers, and what time it is there.
- `notifications`: what a webhook says, as hints.
- `signature`: whether Cloudinary said it.
"""

from app.adapters.cloudinary.api import Cloudinary
from app.adapters.cloudinary.asset import Asset, Listed, Page, pages
from app.adapters.cloudinary.notifications import Hint, Notification, parse
from app.adapters.cloudinary.quota import Quota, Standing
from app.adapters.cloudinary.signature import verify

__all__ = [
    "Asset",
    "Cloudinary",
    "Hint",
    "Listed",
    "Notification",
    "Page",
    "Quota",
    "Standing",
    "pages",
    "parse",
    "verify",
]
