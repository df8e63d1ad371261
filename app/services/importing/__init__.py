"""Brings the pictures of a folder into a campaign's Cloudinary folder, each once, however often it is interrupted.

- `importing`: the order of the steps. `carrying`: one file's way. `report`: what came of each; pure.
- `decision`: what to do with one file; pure. `names`: what its asset is called; pure.

There is no journal: what is in Cloudinary says what was imported. Each asset carries the digest of its file, and its
public ID follows from the file's path, so that a run that was killed at any moment, even after Cloudinary had stored a
picture and before it could answer, is continued by any later run, on any machine.
"""

from app.services.importing.importing import Importing
from app.services.importing.report import ImportReport

__all__ = ["ImportReport", "Importing"]
