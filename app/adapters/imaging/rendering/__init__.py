"""A collage as a stream: strips of rows are mounted, coded and reduced; the canvas never exists whole.

- `strips`: ImageMagick's montage of a strip's cells, extended or cropped to the canvas.
- `coding`: what becomes of rows on the way to the file. `png`, `jpeg`, `tiff`, `pdf`: the formats, made of parts that
  are compressed apart from each other, on any core. `writers`: one of them, ready to use.
- `reductions`: smaller copies of the whole, made from the strips as they come.
"""
