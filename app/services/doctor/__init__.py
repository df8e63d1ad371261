"""Checks the installation: each result says what is wrong and what to do.

- `doctor`: the checks, in order. `run`: runs each with a time limit. `result`: what a check says.
- `settings`, `clock`, `mount`: what the answers mean; pure.
- `machine`: Python, packages, exiftool, ImageMagick, face detection. `looks`: looks.toml, and what looks lack here.
- `storage`: the store. `access`: who can read what, and the logos.
- `network`: Cloudinary, the mail server, our public address. `connected`: how Cloudinary is set up.
"""
