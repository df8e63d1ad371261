"""What steps work with: things that take long to start, and that all photos of a run share."""

from pathlib import Path


class Tools:
    """`models`: the directory with the weights of models (COLLAGEN_MODELS)."""

    def __init__(self, models: Path) -> None:
        self.models_directory = models

    def close(self) -> None:
        """Ends the processes that were started."""
