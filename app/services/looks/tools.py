"""What steps work with: things that take long to start, and that all photos of a run share."""

from functools import cached_property
from pathlib import Path

from app.adapters.models import Models


class Tools:
    """`models`: the directory with the weights of models (COLLAGEN_MODELS)."""

    def __init__(self, models: Path) -> None:
        self._directory = models

    @cached_property
    def models(self) -> Models:
        """Runs models, in a process that starts when it is first needed."""
        return Models(self._directory)

    def close(self) -> None:
        """Ends the processes that were started."""
        if "models" in self.__dict__:
            self.models.close()
