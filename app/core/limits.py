"""All limits: sizes that are accepted, memory, timeouts. docs/security.md gives the reasons.

ImageMagick's own limits are in deploy/imagemagick/policy.xml.
"""

from pathlib import Path

# --- Incoming pictures
PICTURE_BYTES = 30_000_000
PICTURE_PIXELS = 50_000_000  # also of a canvas
PRINT_PIXELS = 2_000_000_000  # of a print, which is rendered in strips
PICTURE_SIDE = 20_000  # pixels; the widest panorama of a phone has 16,382
SEGMENTS = 1_000  # of a JPEG: tables, profiles, metadata; a camera writes about 20, a large profile 50
SCANS = 100  # of a JPEG; a progressive one has about 10
SCANNED_PIXELS = 1_000_000_000  # scans × pixels, the work of a progressive JPEG: 20 scans of the largest

REQUEST_BYTES = 1024 * 1024  # any request but a form with a photo

# --- Memory of a decode
DECODED_BYTES = 130_000_000  # of pixels: 16 megapixels; a larger JPEG is decoded at 1/2, 1/4 or 1/8 of its size
DECODING_BYTES = 200_000_000  # with a progressive JPEG's coefficients, all kept until the last scan
DECODER_BYTES = 360_000_000  # everything the decoding process allocates; the system refuses more
FACES_BYTES = 60_000_000  # in addition, if it looks for faces; 40 MB measured
EXIFTOOL_BYTES = 256 * 1024 * 1024  # exiftool's address space; 60 MB measured

# --- Memory of a build: data that each of its processes may allocate; the system refuses more. Measured: 116 MB for
# 4096×4096 pixels, 203 for three people on 3000×16384, 154 for a print of 39370×19685; with AVIF up to 252.
BUILD_BYTES = 320_000_000
ASSIGNMENT_BYTES = 1_000_000_000  # in addition, for a mosaic: 10,000 places × 10,000 people take 800 MB

# --- Time
DECODER_CPU_SECONDS = 15  # processor time of one picture; the slowest accepted one takes one to two
DECODER_SECONDS = 80  # one picture, even with a fifth of a processor
API_SECONDS = 10  # one call of Cloudinary's Admin API; the SDK has no timeout of its own
UPLOAD_SECONDS = 120  # one picture on its way into Cloudinary, over a slow line
CONNECT_SECONDS = 5  # to a delivery host
READ_SECONDS = 20  # between two pieces of a picture
DOWNLOAD_SECONDS = 60  # a whole picture, redirects included
EXIFTOOL_SECONDS = 20  # one command
HEALTH_SECONDS = 8  # for a helper process to answer /health
LOCK_SECONDS = 20  # while another process works on the same photo
BURST_SECONDS = 3  # delay of the third request in a row for a photo's state, so that one answer serves them all
POLL_SECONDS = 20  # long polling of SQS; its maximum
SQS_SECONDS = 10  # for an answer of SQS, in addition
TARGET_SECONDS = 60  # for an answer of a store that is published to
SENT_AT_ONCE = 16  # files on their way to such a store
HURRY_SECONDS = 2  # for an answer of SQS while a photo waits
SMTP_SECONDS = 60  # for one answer of the mail server, which scans a mail before accepting it
PUBLIC_SECONDS = 5  # for our own service to answer at its public address
CHECK_SECONDS = 20  # for one check of `python -m app doctor`
SMTP_RETRY_SECONDS = 60  # before mails that the server refused temporarily are tried again

# --- Webhooks, in each process of gunicorn. Its other threads (deploy/gunicorn.conf.py) are for all other requests.
WEBHOOKS = 24  # handled at once, which is mostly waiting for Cloudinary
WEBHOOKS_WAITING = 24  # queued
WEBHOOK_SECONDS = 20  # in that queue; Cloudinary itself has been seen to wait 30
PICTURES = 8  # being fetched or waiting to be decoded, each in memory

# --- Event streams of dashboard pages, in each process of gunicorn
STREAMS = 4  # at once, each with a thread
STREAM_SECONDS = 20  # then the browser opens the next; a worker that ends waits for it

# --- The form for photos (/c/<campaign>/join)
SIGNATURE_SECONDS = 15 * 60  # a signed upload is valid, which a slow line needs for a large photo
ARRIVALS = 3  # photos being received through us at once, in each process of gunicorn, each in memory
ARRIVALS_WAITING = 8  # forms being received or waiting for that, on the local disk
ARRIVAL_BYTES = PICTURE_BYTES + REQUEST_BYTES  # a whole form with its photo
FORM_FIELDS = 60_000  # in it: an admin may leave out thousands of people

# --- The rest
UPLOADS = 4  # pictures on their way into Cloudinary at once, each in memory
REDIRECTS = 3  # of a delivery host

# The environment of a process that decodes; it must be set before ImageMagick is loaded.
IMAGEMAGICK = {
    "MAGICK_CONFIGURE_PATH": str(Path(__file__).resolve().parents[2] / "deploy" / "imagemagick"),
    # the library Wand tries first: trying every possible name takes 0.2 s
    "WAND_MAGICK_LIBRARY_SUFFIX": "-6.Q16;-7.Q16",
}
