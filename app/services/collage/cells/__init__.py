"""From the files of a photo, or of its look, to a cell of a collage.

- `sources`: which files a cell may be made from, best first. `cells`: the cells of a band.
"""
