"""The whole check: stray files, photos, collages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.errors import NotFound
from app.services.check import tree
from app.services.check.catalogue import catalogue_findings
from app.services.check.collages import collage_findings, withdrawn_findings
from app.services.check.findings import Finding
from app.services.check.logs import log_findings
from app.services.check.looks import look_findings
from app.services.check.media import media_findings
from app.services.check.photos import PhotoCheck
from app.services.looks.recipes import Look
from app.services.media.media import Media


@dataclass
class Report:
    """How much was checked, and what is wrong or was repaired."""

    photos: int = 0
    collages: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def wrong(self) -> list[Finding]:
        """What is still wrong."""
        return [finding for finding in self.findings if not finding.mended]

    def as_json(self) -> dict[str, Any]:
        found = [finding.as_json() for finding in self.findings]
        return {"photos": self.photos, "collages": self.collages, "wrong": len(self.wrong), "findings": found}


def run(
    store: Store,
    exiftool: ExifTool,
    campaigns: Sequence[str] = (),
    *,
    repair: bool = False,
    looks: Mapping[str, Look] | None = None,
    media: Media | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Checks these campaigns, or all that the store has; with `repair` it repairs what needs no Cloudinary.

    `looks`: those of looks.toml; `media`: object storage, if pictures are there; `progress` receives how many photos
    and collages are done, and how many there are.
    Raises StoreUnavailable.
    """
    report = Report()
    names = list(campaigns) or store.root.campaigns()
    report.findings += [*tree.leftovers(store, repair=repair), *tree.unfiled(store)]
    photos = {name: sorted(store.photos.pairs(name)) for name in names}
    collages = [(name, collage) for name in names for collage in store.collages.ids(name)]
    total = sum(map(len, photos.values())) + len(collages)
    for name in names:
        report.findings += [*tree.strays(store, name), *log_findings(store, name)]
        report.findings += catalogue_findings(store, name, repair=repair)
        report.findings += look_findings(store, name, looks, repair=repair)
        report.findings += media_findings(store, media, name)
        for found in PhotoCheck(store, exiftool, name, repair=repair).findings(photos[name]):
            report.findings += found
            report.photos += 1
            progress(report.photos, total)
    for name, collage in collages:
        try:
            report.findings += collage_findings(store, name, collage, repair=repair)
            report.findings += withdrawn_findings(store, name, collage)
        except NotFound:  # withdrawn meanwhile
            continue
        report.collages += 1
        progress(report.photos + report.collages, total)
    return report
