"""Commands about collages: `build` makes one, `grid` shows a layout, `derive` makes a picture from a master.

`canvas` holds what they share.
"""
