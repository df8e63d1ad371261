"""The only code that talks to Cloudinary.

- `api`: what is true of an asset now, lists, and what can be done to an asset, through the official SDK.
- `asset`: one asset as its answers describe it; `quota`: how many calls are left.
- `delivery`: the picture as JPEG, from a delivery host; `connection`: to which addresses, and for how long; `reach`:
  whether a host answers, and what time it is there.
- `notifications`: what a webhook says, as hints.
- `signature`: whether Cloudinary said it.
"""

from app.assets.api import Cloudinary
from app.assets.asset import Asset, Listed, Page, pages
from app.assets.notifications import Hint, Notification, parse
from app.assets.quota import Quota, Standing
from app.assets.signature import verify

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
