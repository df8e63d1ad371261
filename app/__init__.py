"""Collagen keeps a mirror of a campaign's approved photos and makes collages of everyone in it.

Four floors; imports go down, never up, and never from one entry point to another:

- Entry points, where a request, an argument list or a queue record arrives: `cli`, `web`, `queue`.
- `services`: use cases, each the order of its steps, with its decisions as pure functions beside it.
- `adapters`: one for each thing outside: Cloudinary, the store, ImageMagick, exiftool, mail, queues, child processes.
- `core`: settings, errors, limits, logging, metrics, and the rules that everything may use.

Importing a module never acts. docs/architecture.md shows how a photo and a collage pass through them.
"""

__version__ = "0.1.0"
