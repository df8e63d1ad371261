"""What steps work with: things that take long to start, and that all photos of a run share."""

from functools import cached_property
from pathlib import Path
from typing import Self

from app.adapters.diffusion import Diffusion
from app.adapters.models import Models
from app.core.config import DiffusionModel, Settings

LORAS = "loras"  # a directory among the weights


class Tools:
    """`models`: the directory with the weights of models (COLLAGEN_MODELS). `diffusion`: the one that paints."""

    def __init__(self, models: Path, diffusion: DiffusionModel | None = None) -> None:
        self._directory = models
        self._diffusion = diffusion or DiffusionModel()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.models, settings.diffusion)

    @cached_property
    def models(self) -> Models:
        """Runs models, in a process that starts when it is first needed."""
        return Models(self._directory)

    @cached_property
    def diffusion(self) -> Diffusion:
        """Paints, in a process that starts when it is first needed."""
        return Diffusion(self._diffusion, self._directory / LORAS)

    def close(self) -> None:
        """Ends the processes that were started."""
        if "models" in self.__dict__:
            self.models.close()
        if "diffusion" in self.__dict__:
            self.diffusion.close()
