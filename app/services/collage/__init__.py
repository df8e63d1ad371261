"""One collage: who is in it, how the grid is laid out, the picture, its derivatives and its manifest.

- `choice`, `layout`, `offers`: pure decisions.
- `alike`: which photos show the same person.
- `montage`, `derivatives`, `manifest`: the picture and its description.
- `withdrawn`: who in a finished collage is no longer approved.
- `build`: the order of the steps.
- `job`: builds in a background job, one a campaign.
"""
