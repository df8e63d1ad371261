"""Collagen mirrors a campaign's approved photos and makes collages of everyone in it.

There are four layers. Imports go down, never up, and never from one entry point to another:

- Entry points, where a request, a command line or a queue record arrives: `cli`, `web`, `queue`.
- `services`: use cases. Each orders its steps, with its decisions as pure functions beside it.
- `adapters`: one for each thing outside: Cloudinary, the store, ImageMagick, exiftool, mail, queues, child processes.
- `core`: settings, errors, limits, logging, metrics, and rules that everything may use.

Importing a module never acts. docs/architecture.md shows how a photo and a collage pass through the layers.
"""

__version__ = "1.0.0"
