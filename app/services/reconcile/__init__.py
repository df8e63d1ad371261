"""Syncs campaigns: makes the store agree with what Cloudinary says now about every photo, and reports what did not.

A list only raises a suspicion: lists lag and leave assets out. Every photo about which list and store disagree goes
through `Processor.process`, as after a webhook, which asks Cloudinary about that photo.

- `plan`, `report`: pure; which photos to look up, and what the answers mean.
- `held`: what the store holds. `lists`: what Cloudinary lists. `budget`: keeps within the hourly limit of calls.
- `safeguard`: keeps photos whose removal looks like a mistake. `workers`: several photos at once.
- `sync`: campaigns, each from the lists to the report.
- `thumbnails`: remakes intermediates and the pictures for the screen from archives.
- `job`: starts a sync in a process of its own.
"""

from app.services.reconcile.report import SyncReport
from app.services.reconcile.sync import Sync, Watch

__all__ = ["Sync", "SyncReport", "Watch"]
