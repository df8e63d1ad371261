"""The only code that talks to Cloudinary.

- `api`: what is true of an asset now, through the official SDK.
- `delivery`: the picture as JPEG, from a delivery host.
- `notifications`: what a webhook says, as hints.
- `signature`: whether Cloudinary said it.
"""

from app.assets.api import Asset, Cloudinary
from app.assets.notifications import Hint, Notification, parse
from app.assets.signature import verify

__all__ = ["Asset", "Cloudinary", "Hint", "Notification", "parse", "verify"]
