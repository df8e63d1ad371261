"""A directory tree of pictures as a source of photos: a picture in it is an approved photo.

- `folder`: answers what services ask of a source. `tree`: finds the files of photos, and says why others are skipped.
- `owners`: whose the pictures are.
- `naming`: what a path says: public ID, status, format; pure. `moving`: moderates by moving files, and deletes them.
- `watching`: tells of changes as they happen.
"""

from app.adapters.folder.folder import Folder
from app.adapters.folder.naming import is_about_a_picture, public_id_of

__all__ = ["Folder", "is_about_a_picture", "public_id_of"]
