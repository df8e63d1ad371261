"""One collage: who is in it, how the grid is laid out, the picture, its derivatives and its manifest.

- `choice`, `layout`, `offers`: pure decisions.
- `montage`, `derivatives`, `manifest`: the picture and what is said about it.
- `withdrawn`: who of the people in a finished collage is no longer approved.
- `build`: the order of the steps.
- `process`: builds in a process of its own, one a campaign.
"""
