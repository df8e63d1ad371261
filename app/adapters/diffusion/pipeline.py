"""The model itself: a pipeline of diffusers from image to image, and the LoRA that is in it now."""

import importlib.metadata
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.adapters.diffusion import machine, models
from app.adapters.diffusion.frames import frame
from app.adapters.diffusion.memory import plan
from app.adapters.diffusion.protocol import Wish

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ADAPTER = "style"
# MPS and the processor: bf16 is slow there, or gives other pictures from one release to the next
PRECISIONS = {"cuda": "bf16", "mps": "fp32", "cpu": "fp32"}
VERSIONS = ("torch", "diffusers", "transformers", "peft")
LONGEST_PROMPT = 256  # tokens of FLUX's second text encoder; the first reads 77


class Refused(Exception):
    """What cannot be done with this machine, model or LoRA, whatever the photo."""


class NoPicture(Exception):
    """What cannot be done with this photo."""


class Pipeline:
    """A loaded model. `used`: what a result is to say of it. `kept`: how it fits into the memory."""

    def __init__(self, model: str, device: str, precision: str) -> None:
        """Loads it. `model`: its directory. `device`, `precision`: auto, or as settings have them. Raises Refused."""
        import torch

        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False
        path = Path(model)
        try:
            self.family = models.family(path)
            numbers = models.numbers(path)
        except models.NoModel as error:
            raise Refused(f"{error}.") from error
        try:
            self._device = machine.device(device)
        except machine.NoDevice as error:
            raise Refused(str(error)) from error
        precision = PRECISIONS[self._device] if precision == "auto" else precision
        chosen = plan(numbers, precision, machine.room(self._device))
        if chosen.lack is not None:
            raise Refused(f"{path.name} in {precision} cannot be loaded: {chosen.lack}.")
        self._pipe = _loaded(path, self.family, getattr(torch, TYPES[precision]))
        if chosen.keeping == "parts":
            self._pipe.enable_model_cpu_offload(device=self._device)
        elif chosen.keeping == "layers":
            self._pipe.enable_sequential_cpu_offload(device=self._device)
        else:
            self._pipe.to(self._device)
        if chosen.tiles:
            self._pipe.vae.enable_tiling()
        self._pipe.set_progress_bar_config(disable=True)
        # FLUX packs 2 × 2 of what its decoder makes of 8 × 8 pixels
        self._multiple = self._pipe.vae_scale_factor * (2 if self.family == "FLUX" else 1)
        self._lora: tuple[str, int, int] | None = None
        versions = " ".join(f"{name}-{importlib.metadata.version(name)}" for name in VERSIONS)
        self.kept = chosen.keeping
        self.used = {"device": self._device, "precision": precision, "versions": versions}

    def painted(
        self, wish: Wish, pixels: "NDArray[np.uint8]", report: Callable[[int], None] = lambda step: None
    ) -> "NDArray[np.uint8]":
        """A photo (height × width × 3, 8-bit RGB) in a style, at the same size. `report` gets how many steps are done.

        Raises Refused, NoPicture, MemoryError.
        """
        import torch
        from PIL import Image

        self._switch(wish)
        fitting = frame((pixels.shape[1], pixels.shape[0]), self._multiple)
        special: dict[str, Any] = {"negative_prompt": wish.negative_prompt}
        if self.family == "FLUX":  # it is distilled: a negative prompt would take twice the time
            special = {"max_sequence_length": LONGEST_PROMPT}

        def done(pipe: Any, step: int, time: Any, values: dict[str, Any]) -> dict[str, Any]:
            report(step + 1)
            return {}

        try:
            made = self._pipe(
                prompt=wish.prompt,
                image=Image.fromarray(fitting.filled(pixels)),
                width=fitting.outer[0],
                height=fitting.outer[1],
                strength=wish.strength,
                num_inference_steps=wish.steps,
                guidance_scale=wish.guidance,
                # made on the processor, noise is the same on all devices
                generator=torch.Generator("cpu").manual_seed(wish.seed),
                callback_on_step_end=done,
                output_type="np",
                **special,
            ).images[0]
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise MemoryError from error
        return fitting.back(_whole(made))

    def _switch(self, wish: Wish) -> None:
        """Puts the LoRA in, if it is not in already, with these strengths. Raises Refused."""
        path = Path(wish.lora)
        try:
            found = path.stat()
        except OSError as error:
            raise Refused(f"{path} cannot be read: {error.strerror}.") from error
        wanted = (wish.lora, found.st_mtime_ns, found.st_size)  # a file may be replaced
        if self._lora != wanted:
            self._lora = None
            self._pipe.unload_lora_weights()
            try:
                self._put_in(path)
            except Refused:
                self._pipe.unload_lora_weights()  # or a part of it might stay
                raise
            self._lora = wanted
        parts = sorted(self._pipe.get_list_adapters())
        scales = {part: wish.text_encoder_scale if "text" in part else wish.lora_scale for part in parts}
        self._pipe.set_adapters(ADAPTER, scales)

    def _put_in(self, path: Path) -> None:
        from safetensors import SafetensorError

        try:
            weights = self._pipe.lora_state_dict(str(path), use_safetensors=True, local_files_only=True)
            names = weights[0] if isinstance(weights, tuple) else weights
            strange = _strange(names, self._pipe.components)
            if strange is None:
                self._pipe.load_lora_weights(str(path), adapter_name=ADAPTER, use_safetensors=True)
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            # a wrong shape is a RuntimeError, a format that cannot be converted a ValueError or KeyError
            raise Refused(f"{path} does not fit {self.family}: {_line(error)}.") from error
        if strange is not None:
            raise Refused(f"{path} does not fit {self.family}: the model has no {strange}.")
        if not any(ADAPTER in names for names in self._pipe.get_list_adapters().values()):
            # the library only logs it
            raise Refused(f"{path} does not fit {self.family}: nothing in it belongs to the model.")


TYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


def _loaded(path: Path, family: models.Family, dtype: Any) -> Any:
    """Raises Refused."""
    import diffusers

    kind = diffusers.FluxImg2ImgPipeline if family == "FLUX" else diffusers.StableDiffusionXLImg2ImgPipeline
    try:
        return kind.from_pretrained(
            path,
            torch_dtype=dtype,
            variant=models.variant(path),
            use_safetensors=True,  # other files of weights may hold code
            local_files_only=True,
        )
    except (OSError, ValueError, KeyError, RuntimeError, json.JSONDecodeError) as error:
        raise Refused(f"{path} cannot be loaded: {_line(error)}.") from error


def _strange(weights: Mapping[str, Any], parts: Mapping[str, Any]) -> str | None:
    """A module that weights are for and that the model lacks; None if it has all."""
    known: dict[str, set[str]] = {}
    for name in weights:
        part, _, rest = name.partition(".")
        module, found, _ = rest.partition(".lora")
        if not found:
            continue  # alphas and the like
        if not hasattr(parts.get(part), "named_modules"):
            return part
        if part not in known:
            known[part] = {one for one, _ in parts[part].named_modules()}
        # transformers has flattened its text encoders; the library knows
        if module not in known[part] and module.removeprefix("text_model.") not in known[part]:
            return f"{part}.{module}"
    return None


def _whole(made: "NDArray[np.floating[Any]]") -> "NDArray[np.uint8]":
    """Pixels of 0 to 1 as bytes. Raises NoPicture if the model lost its way: fp16 may overflow, and gives black."""
    import numpy as np

    if not np.isfinite(made).all() or made.max() - made.min() < 1 / 255:
        raise NoPicture("The model painted a picture of one colour.")
    pixels: NDArray[np.uint8] = np.rint(np.clip(made, 0, 1) * 255).astype(np.uint8)
    return pixels


def _line(error: Exception) -> str:
    """What a library says, as one short line without a full stop."""
    return (" ".join(str(error).split()) or type(error).__name__)[:300].rstrip(". ")
