"""Text on pictures: any script, symbols and emoji, readable on any ground.

- `fonts`: which installed font draws which character. `order`: what stands where in text of both directions (pure).
- `contrast`: as WCAG defines it (pure). `writing`: draws a line of text into a corner.
"""

from app.adapters.imaging.lettering.writing import CORNERS, Corner, written

__all__ = ["CORNERS", "Corner", "written"]
