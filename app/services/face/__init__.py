"""A campaign's public face: its newest collage at any width, and how other websites embed it.

- `newest`: the newest collage that can be shown, and who has withdrawn from it.
- `sizes`: which widths are made. `pictures`: makes each once, and keeps it on the local disk.
- `codes`: the QR code of a page. `colours`: the brand's colour as the accents of a page.
- `oembed`: what oEmbed says. `face`: all of it for one store.
"""
