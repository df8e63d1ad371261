"""One person's picture, from the place behind them to the grain of the camera."""

from PIL import Image

from scripts.sandbox.people.drawing.canvas import Canvas
from scripts.sandbox.people.drawing.finish import finished, rimmed
from scripts.sandbox.people.drawing.geometry import Frame
from scripts.sandbox.people.dress.body import paint_ears, paint_neck
from scripts.sandbox.people.dress.clothes import paint_clothes
from scripts.sandbox.people.dress.extras import paint_earrings, paint_freckles, paint_glasses
from scripts.sandbox.people.dress.hands import paint_hands
from scripts.sandbox.people.face.eyes import paint_eyes
from scripts.sandbox.people.face.face import paint_head
from scripts.sandbox.people.face.mouth import paint_mouth, paint_nostrils
from scripts.sandbox.people.hair.beard import paint_beard
from scripts.sandbox.people.hair.hairdo import Hairdo
from scripts.sandbox.people.hair.styles import STYLES
from scripts.sandbox.people.person import person
from scripts.sandbox.people.places.backdrop import behind


def draw(seed: int, width: int, height: int) -> Image.Image:
    """The portrait of person `seed` at `width` × `height` pixels, mode RGB."""
    who = person(seed)
    # Large pictures are painted smaller: lenses are no sharper, and the grain on top is at full size.
    scale = 0.7 if min(width / 3, height / 4) > 250 else 1.0
    w, h = round(width * scale), round(height * scale)
    image, light = behind(who, w, h)
    canvas = Canvas(image.copy())
    third = min(w / 3, h / 4)
    frame = Frame(w / 2 + who.x * third, h / 2 + who.y * third, who.size * third, who.yaw, who.pitch, who.roll)
    hair = Hairdo(canvas, who, frame, light)
    style = STYLES[who.style]
    style.behind(hair)
    neck = paint_neck(canvas, who, frame, light)
    wardrobe = paint_clothes(canvas, who, frame, light, neck)
    if style.ears:
        paint_ears(canvas, who, frame, light)
        paint_earrings(canvas, who, frame, light)
    hair.head = paint_head(canvas, who, frame, light)
    paint_freckles(canvas, who, frame)
    paint_nostrils(canvas, who, frame)
    paint_mouth(canvas, who, frame, light)
    paint_eyes(canvas, who, frame, light)
    paint_beard(hair)
    paint_glasses(canvas, who, frame, light, hair.head)
    style.front(hair)
    paint_hands(wardrobe)
    return finished(rimmed(canvas.image, image, canvas.body, light), who, width, height)
