"""Is everything in the store as it should be, and what can be mended without Cloudinary?

- `findings`: what is wrong, where, and what to do.
- `photos`: archives, intermediates, and whether they belong together.
- `collages`: finished collages against their manifests.
- `logs`: those that decide who is sent a mail.
- `tree`: temporary, stray and empty files, unfinished collages.
- `run`: all of it.

Nobody has to stop for a check: what looks wrong is looked at once more while nobody else may touch it.
"""

from app.services.check.collages import collage_findings
from app.services.check.findings import Finding
from app.services.check.run import Report, run

__all__ = ["Finding", "Report", "collage_findings", "run"]
