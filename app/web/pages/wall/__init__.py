"""The wall: a collage down to each face, for everyone or for the holder of a link."""
