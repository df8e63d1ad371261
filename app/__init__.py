"""Collagen keeps a mirror of a campaign's approved photos and makes collages of everyone in it.

Where to find things:

- Doors, where a request, an argument list or a queue record comes in: `app.web`, `app.queue`, `app.cli`.
- Subjects, the order of steps of one use case: `app.intake` (one notification), `app.processor` (one photo),
  `app.reconcile` (every photo), `app.collage` (one collage), `app.notify` (the people in it hear of it),
  `app.tracking` (who opened the mail), `app.wall` (the collage down to each face), `app.overview` (what the admin's
  desk counts and proposes), `app.check` (is all well in the store?), `app.doctor` (is everything there that we
  need?), `app.forget`, `app.inventory`.
- Foundations, one for each thing outside: `app.assets` (Cloudinary), `app.store` (the directory tree),
  `app.exif` (exiftool), `app.imaging` (ImageMagick), `app.smtp` (the mail server), `app.sqs` (the queue), `app.public`
  (our own address), `app.config` (settings), `app.errors`; `app.tags` (what an archive says of itself), `app.cropping`
  (where a picture is cut); `app.journal`, which ties the lines of the logs together,
  `app.metrics` (Prometheus), `app.stopping`.

Doors import subjects, subjects import foundations, never back. Importing a module never acts.
"""

__version__ = "0.1.0"
