"""The process that paints: it loads the model with the first request, and keeps it."""

import sys
import traceback
from collections.abc import Mapping
from typing import IO, Any

from app.adapters.diffusion.pipeline import NoPicture, Pipeline, Refused
from app.adapters.diffusion.protocol import Wish, receive, send


def serve(model: str, device: str, precision: str, requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answers requests until there are no more. `model`, `device`, `precision`: as settings have them."""
    pipeline: Pipeline | None = None
    while (request := receive(requests)) is not None:
        message, picture = request
        try:
            if pipeline is None:
                _quiet()
                pipeline = Pipeline(model, device, precision)
                send(answers, {"step": 0, "kept": pipeline.kept, **pipeline.used})
            _answer(pipeline, message, picture, answers)
        except Refused as error:
            send(answers, {"fault": "setting", "reason": str(error)})
        except NoPicture as error:
            send(answers, {"fault": "photo", "reason": str(error)})
        except MemoryError:
            send(answers, {"fault": "memory", "reason": "There was not enough memory to paint."})
            return  # what is left of it is in pieces
        except Exception as error:
            # a library's own; its place says more in the log than a traceback
            place = traceback.extract_tb(error.__traceback__)[-1]
            sys.exit(f"The model failed: {type(error).__name__} in {place.name}: {str(error)[:300]}")


def _answer(pipeline: Pipeline, message: Mapping[str, Any], picture: bytes, answers: IO[bytes]) -> None:
    import numpy as np

    height, width = message["size"]
    pixels = np.frombuffer(picture, np.uint8).reshape(height, width, 3)
    made = pipeline.painted(Wish(**message["wish"]), pixels, lambda step: send(answers, {"step": step}))
    send(answers, {"painted": pipeline.used}, made.tobytes())


def _quiet() -> None:
    """Libraries only say what failed."""
    import diffusers
    import transformers

    diffusers.utils.logging.set_verbosity(50)
    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
