"""A campaign's public face as plain files, for a web server or a CDN that knows nothing of Collagen.

- `names`: what each file is called, its type, how long it may be kept. `plan`: what is sent and what is removed (pure).
- `pages`: the HTML and what it loads. `script`: modules as one script that also runs from a disk (pure).
- `pictures`: the collage for screens. `pyramid`: the wall's tiles.
- `made`: what was made before, so that it is not made again. `current`: whether what is published is up to date.
- `publish`: publishes again while photos change. `run`: one go, the order of steps. `sending`: what it does to target
  and CDN. `invalidate`: what a CDN has to forget (pure). `ordering`: from rules to an order.
- `keeping`: publishes again whenever something has changed.
"""
