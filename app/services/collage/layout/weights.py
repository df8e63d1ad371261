"""The weights of a layout's cost, and the bounds of the search. Pure.

    cost = LEAVE_OUT · (n − used) + Σ over both axes of (PAD · padding, or CLIP · excess; ×10 where too much of an edge
                                                         cell is lost)

The weights reproduce every choice that the campaign's owner made by eye.
"""

PAD = 1.0  # a pixel of padding
CLIP = 2.0  # a pixel of excess
STEEP = 10.0  # times CLIP if more than STEEP_FROM of an edge cell is lost
STEEP_FROM = 15  # per cent of an edge cell, on either side
MOST_CLIPPED = 33  # per cent of an edge cell, on either side
RATIO = 2  # cols/rows is within this factor of the canvas' own ratio

SHORTEST, LONGEST = 16, 16_384  # sides of a canvas in pixels
USUAL = 4_096  # the side for which the weights were chosen


def leave_out(photos: int) -> float:
    """The cost of leaving one of `photos` people out, in pixels of padding."""
    return max(6.5, 1500 / photos)
