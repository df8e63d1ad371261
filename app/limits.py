"""The one table of what is taken in, and how long is waited for it."""

PICTURE_BYTES = 30_000_000
PICTURE_PIXELS = 50_000_000  # a canvas may not have more either
REQUEST_BYTES = 1024 * 1024

API_SECONDS = 10  # one call of Cloudinary's Admin API; the SDK has no limit of its own
CONNECT_SECONDS = 5  # to a delivery host
READ_SECONDS = 20  # between two pieces of a picture
EXIFTOOL_SECONDS = 20  # one command
LOCK_SECONDS = 20  # while another process is at work on the same photo
