"""What the dashboard shows: a campaign in numbers, the collage that could be made now, and past ones.

- `album`: the manifests of finished collages, each read once.
- `counts`: how many photos are approved, new, never shown, unreadable.
- `archives`: which photos have no usable address, and how each was cut, from the tags of their archives.
- `dashboard`: what of this is remembered between requests.
- `addresses`: finds photos by address.
- `proposal`: who would be in the next collage, on which grid, and other grids.
- `changes`: who came and who went between two collages.
"""
