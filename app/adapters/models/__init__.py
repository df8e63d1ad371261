"""Models that find the subject of a picture, in a process of their own: the only code that imports onnxruntime.

- `weights`: which models there are, and whether their files are there and right. `client`: `Models`, our side.
- `server`: the process that holds a model, `python -m app.adapters.models`.
"""

from app.adapters.models.client import Models
from app.adapters.models.weights import KNOWN, Weights

__all__ = ["KNOWN", "Models", "Weights"]
