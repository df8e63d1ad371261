"""A collage as a stream: strips of rows are mounted, filtered, compressed and reduced; the canvas never exists whole.

- `strips`: ImageMagick's montage of a strip's cells, extended or cropped to the canvas.
- `png`: a PNG whose strips are compressed apart from each other, on any core.
- `reductions`: smaller copies of the whole, made from the strips as they come.
"""
