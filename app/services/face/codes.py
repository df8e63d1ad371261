"""QR codes of a campaign's page, black on white, to print or to show. Pure."""

import io
from collections.abc import Sequence
from typing import Literal, get_args

import segno

Kind = Literal["svg", "png"]
KINDS: Sequence[Kind] = get_args(Kind)
DOTS = 12  # pixels of a module as PNG: a page's code has about 400 × 400
QUIET = 4  # modules around it, as ISO 18004 wants


def picture(address: str, kind: Kind) -> bytes:
    """A code as a file of its own."""
    out = io.BytesIO()
    more = {"nl": False} if kind == "svg" else {}
    code(address).save(out, kind=kind, scale=DOTS, border=QUIET, light="white", **more)
    return out.getvalue()


def inline(address: str) -> str:
    """A code as an SVG element for a page, without a size of its own."""
    drawn: str = code(address).svg_inline(border=QUIET, omitsize=True, svgclass=None, lineclass=None)
    return drawn


def code(address: str) -> segno.QRCode:
    """A code that can be read with 15 % of it hidden."""
    return segno.make(address, error="m", micro=False)
