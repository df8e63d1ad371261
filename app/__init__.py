"""Collagen keeps a mirror of a campaign's approved photos and makes collages of everyone in it.

Where to find things:

- Doors, where a request, an argument list or a queue record comes in: `app.web.app`, `app.queue`, `app.cli`.
- Subjects, the order of steps of one use case: `app.services.intake` (one notification), `app.services.processor.processor` (one photo),
  `app.services.reconcile` (every photo), `app.services.collage` (one collage), `app.services.notify` (the people in it hear of it),
  `app.services.tracking` (who opened the mail), `app.services.wall` (the collage down to each face), `app.services.dashboard` (what the admin's
  desk counts and proposes), `app.services.check` (is all well in the store?), `app.services.doctor.doctor` (is everything there that we
  need?), `app.services.forget.forget`, `app.services.inventory`.
- Foundations, one for each thing outside: `app.adapters.cloudinary` (Cloudinary), `app.adapters.store` (the directory tree),
  `app.adapters.exiftool.exiftool` (exiftool), `app.adapters.imaging` (ImageMagick), `app.adapters.smtp` (the mail server), `app.adapters.sqs` (the queue), `app.adapters.self_check`
  (our own address), `app.core.config` (settings), `app.core.errors`; `app.adapters.exiftool.tags` (what an archive says of itself), `app.core.cropping`
  (where a picture is cut); `app.core.logging`, which ties the lines of the logs together,
  `app.core.metrics` (Prometheus), `app.core.shutdown`.

Doors import subjects, subjects import foundations, never back. Importing a module never acts.
"""

__version__ = "0.1.0"
