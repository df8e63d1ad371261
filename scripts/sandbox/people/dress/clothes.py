"""Clothes: which garment is worn, and what is painted over what."""

import numpy as np

from scripts.sandbox.people.drawing.canvas import Canvas, Patch
from scripts.sandbox.people.drawing.geometry import Frame
from scripts.sandbox.people.drawing.light import Light
from scripts.sandbox.people.dress.tailoring import DETAILS, pattern
from scripts.sandbox.people.dress.wardrobe import DENIM, NECKLINES, Wardrobe
from scripts.sandbox.people.person import Person

CUT = {
    "stripes": "tee",
    "knit": "tee",
    "dots": "tee",
    "floral": "vneck",
    "plaid": "shirt",
    "denim": "shirt",
    "jacket": "blazer",
    "dungarees": "tee",
}


def paint_clothes(canvas: Canvas, who: Person, frame: Frame, light: Light, neck: Patch) -> Wardrobe:
    """Dress this person, and return the tools for what hands hold later."""
    w = Wardrobe(canvas, who, frame, light, neck)
    top = who.top
    cut = CUT.get(top, top)
    colour = DENIM if top == "denim" else who.cloth
    if cut == "blazer":
        # Only what the jacket leaves open: its collar would let wider cloth show at the neck.
        under = "turtleneck" if w.r.random() < 0.25 else "tee"
        shirt = w.torso(under)
        reach = NECKLINES[under][0] + 0.02
        inner = w.cloth(np.stack([np.clip(shirt[:, 0], -reach, reach), shirt[:, 1]], 1), who.cloth2)
        w.shade_neck(inner)
    ring = w.torso(cut)
    garment = canvas.shape(frame.upright(ring), soft=0.004 * w.unit)
    w.shade_neck(garment)
    w.recolour(garment, colour)
    if top in ("stripes", "plaid", "dots", "floral"):
        pattern(w, garment, top, who.cloth2)
    if top in ("tee", "stripes", "knit", "dots", "hoodie", "dungarees"):
        wide, high, deep = NECKLINES[cut]
        wide -= 0.06 if who.woman else 0
        edge = [(-wide, high + 0.02), (-wide * 0.72, high + (deep - high) * 0.74), (0, deep + 0.02)]
        edge += [(-x, y) for x, y in reversed(edge[:-1])]
        w.line([(x * 1.07, y + 0.075) for x, y in edge], 0.026, (110, 104, 110), 0.55)
    if top in DETAILS:
        DETAILS[top](w, garment)
    return w
