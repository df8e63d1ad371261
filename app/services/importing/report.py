"""What an import found and did. Pure."""

from dataclasses import dataclass, field

from app.core.errors import CloudinaryUnavailable
from app.services.importing.decision import Decision


@dataclass
class ImportReport:
    """The files by what came of them.

    `uploaded`: now (in a dry run: to be uploaded); `there`: imported before; `same`: the same bytes as another file of
    this folder, which stands beside it; `refused`: whose person does not consent ("" or another file with the same
    bytes); `failed`: why; `left`: not reached; `notes`: what else people should know; `stopped`: why the run ended
    early.
    """

    campaign: str
    dry_run: bool = False
    uploaded: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    same: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    stopped: str = ""

    def add(self, file: str, result: Decision | CloudinaryUnavailable | None) -> None:
        """Adds what came of a file; None: nothing, as the run ended before."""
        if result is None:
            self.left.append(file)
        elif isinstance(result, CloudinaryUnavailable):
            self.failed[file] = str(result).rstrip(".")
        elif result.verdict in ("upload", "there"):
            (self.uploaded if result.verdict == "upload" else self.there).append(file)
        else:
            {"same": self.same, "refused": self.refused}.get(result.verdict, self.failed)[file] = result.why

    @property
    def is_clean(self) -> bool:
        """Whether every picture that should be in Cloudinary is there."""
        return not (self.failed or self.left or self.stopped)
