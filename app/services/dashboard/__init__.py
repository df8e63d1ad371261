"""What the admin's desk shows: how a campaign is doing, the collage that could be made now, and what past ones show.

- `album`: the manifests of finished collages, each read once.
- `counts`: how many photos are approved, new, not shown yet, unreadable. `addresses`: how many have no address.
- `proposal`: who would be in the next collage, on which grid, and what other grids there are.
- `changes`: who came and who went between two collages.
"""
