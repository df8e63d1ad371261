"""exiftool: reads and writes the metadata of archives. `tags` says which, `exiftool` runs the program."""

from app.adapters.exiftool.exiftool import ExifTool, is_writable
from app.adapters.exiftool.tags import Tags

__all__ = ["ExifTool", "Tags", "is_writable"]
