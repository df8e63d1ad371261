"""Checks the store, and repairs what it can without Cloudinary.

- `findings`: what is wrong, where, and what to do.
- `photos`: archives, intermediates, and whether they belong together.
- `collages`: finished collages against their manifests.
- `logs`: those that decide who is sent a mail.
- `media`: pictures in object storage.
- `pictures`: what is wrong with the bytes of a photo's files.
- `tree`: temporary, stray and empty files, unfinished collages.
- `run`: all of it.

The service may run meanwhile: what looks wrong is checked again under its lock.
"""

from app.services.check.collages import collage_findings
from app.services.check.findings import Finding
from app.services.check.run import Report, run

__all__ = ["Finding", "Report", "collage_findings", "run"]
