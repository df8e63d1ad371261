"""Mosaics: people seated so that together they show a picture.

- `wish`: what somebody asked for, and how many places that takes.
- `colours`: a perceptual colour space. `target`: the picture at the points of a grid.
- `candidates`: who may be seated. `assignment`: who sits where. `fit`: how well that shows the picture.
- `seating`: these in their order. `tint`: cells blended towards the picture.
"""
