"""Mosaics: people seated so that together they show a picture.

- `picture`: the file that it is made of, once decoded. `wish`: what somebody asked for, and the places that takes.
- `kept`: the same from a finished collage.
- `colours`: a perceptual colour space. `target`: the picture at the points of a grid.
- `candidates`: who may be seated. `assignment`: who sits where. `scattered`: those who are repeated, apart.
- `fit`: how well that shows the picture.
- `seating`: these in their order. `tint`: cells blended towards the picture.
"""
