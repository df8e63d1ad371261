"""The one table of what is taken in, and how long is waited for it; docs/security.md says why.

ImageMagick's own limits stand in deploy/imagemagick/policy.xml.
"""

from pathlib import Path

# --- A picture that comes in
PICTURE_BYTES = 30_000_000
PICTURE_PIXELS = 50_000_000  # a canvas may not have more either
PICTURE_SIDE = 20_000  # pixels; the widest panorama of a phone has 16,382
SEGMENTS = 1_000  # of a JPEG: tables, profiles, metadata; a camera writes about 20, a large profile 50
SCANS = 100  # of a JPEG; a progressive one has about 10
SCANNED_PIXELS = 1_000_000_000  # scans × pixels, the work of a progressive JPEG: 20 scans of the largest

# --- Memory of a decode
DECODED_BYTES = 130_000_000  # the pixels: 16 megapixels; a larger JPEG is decoded at a half, a quarter or an eighth
DECODING_BYTES = 200_000_000  # with a progressive JPEG's coefficients, which are all kept until the last scan
DECODER_BYTES = 360_000_000  # everything the decoding process allocates; the system refuses more
FACES_BYTES = 60_000_000  # and so much more where it looks for faces, which was seen to take 40 MB
EXIFTOOL_BYTES = 256 * 1024 * 1024  # exiftool's address space, of which it was seen to take 60 MB

# --- Memory of a build: data that the process may allocate; the system refuses more. 440 MB for 4096×4096 pixels, of
# which it was seen to take 350.
BUILD_BYTES = 200_000_000
BUILD_BYTES_PER_PIXEL = 14  # ImageMagick's 8, the cells' 3, and the files before they are written

# --- Time
DECODER_CPU_SECONDS = 15  # processor time of one picture, of which the slowest that is let in takes one to two
DECODER_SECONDS = 80  # one picture, also on a machine that has a fifth of a processor for it
API_SECONDS = 10  # one call of Cloudinary's Admin API; the SDK has no limit of its own
CONNECT_SECONDS = 5  # to a delivery host
READ_SECONDS = 20  # between two pieces of a picture
DOWNLOAD_SECONDS = 60  # a whole picture, redirects included
EXIFTOOL_SECONDS = 20  # one command
HEALTH_SECONDS = 8  # for an answer of a helper process to /health
LOCK_SECONDS = 20  # while another process is at work on the same photo
BURST_SECONDS = 3  # that the third question in a row about a photo is put off, so that its answer serves all who ask
POLL_SECONDS = 20  # that SQS waits for a message before it says that there is none; the most it allows
SQS_SECONDS = 10  # for an answer of SQS, beyond that
SMTP_SECONDS = 60  # for one answer of the mail server, which looks at a mail before it takes it
PUBLIC_SECONDS = 5  # for an answer of our own service at its public address
CHECK_SECONDS = 20  # for one check of `python -m app doctor`
SMTP_RETRY_SECONDS = 60  # before the second try of mails that the server refused for now

# --- Webhooks, in each process of gunicorn. Its other threads (deploy/gunicorn.conf.py) are for all other requests.
WEBHOOKS = 24  # that are worked on at once, which mostly is waiting for Cloudinary
WEBHOOKS_WAITING = 24  # that wait for it
WEBHOOK_SECONDS = 20  # that they wait: Cloudinary itself has been seen to wait for 30
PICTURES = 8  # that are fetched or wait to be decoded, each in memory

# --- The rest
REDIRECTS = 3  # of a delivery host
REQUEST_BYTES = 1024 * 1024

# What a process that decodes has in its environment before ImageMagick is loaded.
IMAGEMAGICK = {
    "MAGICK_CONFIGURE_PATH": str(Path(__file__).resolve().parents[2] / "deploy" / "imagemagick"),
    # which library Wand tries first: looking for each name that there could be takes it 0.2 s
    "WAND_MAGICK_LIBRARY_SUFFIX": "-6.Q16;-7.Q16",
}
