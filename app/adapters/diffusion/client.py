"""Our side of the process that paints: it is started at first use, and ends when it was idle for a while."""

import importlib.util
import logging
import os
import sys
import threading
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.adapters.diffusion import models
from app.adapters.diffusion.loras import Lora
from app.adapters.diffusion.protocol import Wish, receive, send
from app.adapters.jobs.helper import Helper, Idle, within
from app.core.config import DiffusionModel
from app.core.errors import LookFailed, ModelFailed, SettingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOG = logging.getLogger(__name__)
LOADING = 1800.0  # seconds until the first answer: FLUX has 34 GB, from a slow disk
STEP = 3600.0  # seconds for one step; with FLUX on two cores, about 800 by its size
IDLE = 900.0  # seconds until the process ends: loading takes minutes
PACKAGES = ("torch", "diffusers", "transformers", "peft", "accelerate")
PASSED = ("CUDA_", "NVIDIA_", "PYTORCH_", "OMP_", "MKL_")  # how variables begin that drivers and torch read
SET = {
    "HF_HUB_OFFLINE": "1",  # nothing is fetched
    "TRANSFORMERS_VERBOSITY": "error",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # or the same seed would give other bytes on a graphics card
    "TOKENIZERS_PARALLELISM": "false",
}


@dataclass(frozen=True)
class Painted:
    """A picture, height × width × 3, 8-bit RGB. `used`: model, LoRA's sum, device, precision, versions, by name."""

    pixels: "NDArray[np.uint8]"
    used: dict[str, str] = field(default_factory=dict)


class Diffusion:
    """Paints with one model, one picture at a time; threads take turns. `loras`: the directory with LoRAs.

    `idle`: seconds until the process ends.
    """

    def __init__(self, model: DiffusionModel, loras: Path, idle: float = IDLE) -> None:
        self._model = model
        self._loras = loras
        self._idle = Idle(idle, self.close)
        self._helper: Helper | None = None
        self._turn = threading.Lock()

    def why_not(self, lora: Lora) -> str | None:
        """Why this machine cannot paint with a LoRA; None if it can, as far as that shows without loading the model."""
        missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
        if missing:
            return f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed (scripts/setup --styles)"
        try:
            path = models.directory(self._model.name)
            family = models.family(path)
            models.numbers(path)
        except models.NoModel as error:
            return f"{error} (COLLAGEN_DIFFUSION)"
        return lora.why_not(self._loras, family)

    def painted(self, wish: Wish, lora: Lora, pixels: "NDArray[np.uint8]") -> Painted:
        """A photo in a style, at its own size. `pixels`: height × width × 3, 8-bit RGB. `wish.lora` is not read.

        Raises SettingError if LoRA, model and machine do not go together, LookFailed if the model makes nothing of this
        photo, ModelFailed if the process dies, hangs, or has not enough memory.
        """
        import numpy as np

        path = (self._loras / lora.file).absolute()
        try:
            digest = lora.sum(self._loras)
        except OSError as error:
            raise SettingError(f"{path} cannot be read: {error.strerror}.") from error
        request = {"wish": asdict(replace(wish, lora=str(path))), "size": pixels.shape[:2]}
        with self._turn:
            self._idle.over()
            try:
                answer, data = self._asked(request, np.ascontiguousarray(pixels).tobytes())
            finally:
                self._idle.begin()
        made = np.frombuffer(data, np.uint8).reshape((*pixels.shape[:2], 3))
        return Painted(made, {"diffusion": Path(self._model.name).name, "lora": digest, **answer["painted"]})

    def close(self) -> None:
        """Ends the process, if one runs."""
        with self._turn:
            self._idle.over()
            self._stop()

    def _asked(self, request: dict[str, Any], picture: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer with the picture. Raises as `painted`."""
        try:
            answer, data = self._heard(request, picture)
        except (OSError, EOFError, ValueError) as error:
            self._stop()
            raise ModelFailed(
                f"The process that runs the model {self._model.name} ended, most likely because the machine ran out of"
                " memory; the log says more."
            ) from error
        fault, reason = answer.get("fault"), str(answer.get("reason"))
        if fault == "setting":
            raise SettingError(reason)
        if fault == "photo":
            raise LookFailed(reason)
        if fault is not None:
            self._stop()
            raise ModelFailed(reason)
        return answer, data

    def _heard(self, request: dict[str, Any], picture: bytes) -> tuple[dict[str, Any], bytes]:
        process = self._started().running()
        if process.stdin is None or process.stdout is None:
            raise OSError("it was started without pipes")
        patience = LOADING
        send(process.stdin, request, picture)
        while True:
            with within(process, patience):
                found = receive(process.stdout)
            if found is None:
                raise EOFError
            if "step" not in found[0]:
                return found
            if "device" in found[0]:
                kept = {"whole": "", "parts": ", one part at a time", "layers": ", one layer at a time"}
                LOG.info(
                    "The model %s is loaded: %s, %s%s.",
                    *(self._model.name, found[0]["device"], found[0]["precision"], kept[found[0]["kept"]]),
                )
            patience = STEP

    def _started(self) -> Helper:
        if self._helper is None:
            try:
                path = models.directory(self._model.name)
            except models.NoModel as error:
                raise SettingError(f"COLLAGEN_DIFFUSION: {error}.") from error
            command = (sys.executable, "-W", "ignore", "-m", "app.adapters.diffusion", str(path.absolute()))
            passed = {name: value for name, value in os.environ.items() if name.startswith(PASSED)}
            self._helper = Helper("diffusion", (*command, self._model.device, self._model.precision), {**passed, **SET})
        return self._helper

    def _stop(self) -> None:
        if self._helper is not None:
            self._helper.stop()
            self._helper = None
