"""Which widths of a collage are made. Pure.

Any width can be requested, so strangers could have thousands of pictures made of one collage. A fixed ladder of widths
is always made; others are made while there are few of them, and after that answered with the next width of the ladder.
"""

from dataclasses import dataclass

from app.adapters.store.collages.manifests import Summary

STEP = 80  # pixels; 320, 480, 640, 800, 960, 1200, 1280, 1600 and 1920 are multiples
LADDER: tuple[int, ...] = (*range(STEP, 1920 + 1, STEP), 2240, 2560, 3072, 3584, 4096)
WIDEST = 16_383  # that can be requested
MASTER_PIXELS = 4096 * 4096  # of a master that is decoded for widths beyond the derivative's; 50 MB as RGB
BURST, A_SECOND = 30, 0.5  # widths beside the ladder that a process makes: at once, and on the whole


def rung(width: int) -> int:
    """The least width of the ladder that is at least so wide."""
    return next((step for step in LADDER if step >= width), LADDER[-1])


def covered(summary: Summary) -> tuple[int, int, int, int]:
    """The part of the canvas that people cover: left, top, right, bottom. With a background it is all of it."""
    canvas, layout = summary.canvas, summary.layout
    if summary.background is not None:
        return 0, 0, canvas.width, canvas.height
    across, down = layout.cols * layout.cell_width, layout.rows * layout.cell_height
    left, top = max(0, (canvas.width - across) // 2), max(0, (canvas.height - down) // 2)
    return left, top, left + min(canvas.width, across), top + min(canvas.height, down)


def widest(summary: Summary, picture_width: int) -> int:
    """The widest picture that is made. `picture_width`: of the derivative for screens."""
    master = summary.master
    if not master.name.endswith(".png") or master.width * master.height > MASTER_PIXELS:
        return picture_width
    left, _, right, _ = covered(summary)
    return max(picture_width, right - left)


@dataclass
class Budget:
    """How many widths beside the ladder may still be made. Not safe for threads."""

    left: float = BURST
    at: float = 0.0

    def take(self, now: float) -> bool:
        """Takes one, if there is one. `now`: seconds, monotonic."""
        self.left = min(BURST, self.left + max(0.0, now - self.at) * A_SECOND)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True
