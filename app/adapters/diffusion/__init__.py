"""Pictures painted by a diffusion model in a style, in a process of its own: the only code that imports torch.

- `models`: where the base model is, of which family, and how large. `loras`: the weights of a style.
- `client`: `Diffusion`, our side. `protocol`: what both sides say to each other.
- `server`: the process that holds the model, `python -m app.adapters.diffusion`. `pipeline`: the model itself.
- `machine`: its device and free memory. `memory`: how the model fits into it; pure.
- `frames`: which part of the model's picture is the photo; pure.
"""

from app.adapters.diffusion.client import Diffusion
from app.adapters.diffusion.loras import Lora
from app.adapters.diffusion.protocol import Wish

__all__ = ["Diffusion", "Lora", "Wish"]
