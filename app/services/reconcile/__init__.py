"""Every photo of a campaign: make the store agree with what Cloudinary says now, and report what did not.

What a list says is only a suspicion: lists lag and leave assets out. Every photo about which list and store disagree is
brought to the truth by `Processor.process`, as after a webhook, which asks Cloudinary about that photo.

- `plan`, `report`: pure; which photos to ask about, and what the answers mean.
- `budget`: keeps within the hourly limit of calls.
- `lists`: what Cloudinary lists; `workers`: several photos at once.
- `sync`: campaigns, each from the lists to the report.
- `thumbnails`: intermediates and the pictures for the screen, made anew from archives.
- `process`: starts a sync in a process of its own.
"""

from app.services.reconcile.report import SyncReport
from app.services.reconcile.sync import Sync, Watch

__all__ = ["Sync", "SyncReport", "Watch"]
