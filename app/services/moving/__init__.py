"""Takes over the first prototype's store: archives, log, and who was mailed. The old tree is never changed.

- `moving`: the order of the steps. `report`: what was taken over, and what was left and why; pure.
- `matching`: which asset an archive is of, and whether it may be taken over; pure.
- `mailed`: reads the list of addresses that were mailed; pure.

What is taken over is what the processor would have stored: the archive's picture with our metadata, an intermediate
made from it, the version that Cloudinary has now. So `check` finds nothing, and `sync` fetches only what was left out.
"""

from app.services.moving.moving import Moving
from app.services.moving.report import MovingReport

__all__ = ["Moving", "MovingReport"]
