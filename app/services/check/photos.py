"""Archives, intermediates and variants: whole, of the right size, of the photo that their name says, of one version.

A broken archive stays where it is, for it may be the only copy of the picture; a repair makes the next sync fetch it
again.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.adapters import imaging
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.adapters.store.photos.paths import SUFFIXES
from app.core.errors import ExifToolFailed, PhotoBusy, StoreUnavailable
from app.services.check.findings import Finding
from app.services.check.pictures import archive_problem, intermediate_problem, variant_problem

BATCH = 50  # archives whose tags are read in one run of exiftool


class PhotoCheck:
    """Checks photos of one campaign; with `repair` it repairs what it can."""

    def __init__(self, store: Store, exiftool: ExifTool, campaign: str, *, repair: bool) -> None:
        self._store = store
        self._exiftool = exiftool
        self._campaign = campaign
        self._repair = repair
        self._again = f"python -m app sync {campaign} fetches the photo again"

    def findings(self, public_ids: Sequence[str]) -> Iterator[list[Finding]]:
        """What is wrong with each photo. Both cores decode: ImageMagick works outside of Python's lock."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for start in range(0, len(public_ids), BATCH):
                batch = public_ids[start : start + BATCH]
                tags = self._tags(batch)
                yield from pool.map(self._check, batch, (tags.get(public_id) for public_id in batch))

    def _tags(self, public_ids: Sequence[str]) -> dict[str, Tags]:
        photos = self._store.photos
        paths = {photos.archive_path(self._campaign, public_id): public_id for public_id in public_ids}
        try:
            return {paths[path]: tags for path, tags in self._exiftool.read(paths).items()}
        except ExifToolFailed:
            if len(public_ids) == 1:
                return {}
            return {key: tags for public_id in public_ids for key, tags in self._tags([public_id]).items()}

    def _check(self, public_id: str, tags: Tags | None) -> list[Finding]:
        found = self._look(public_id, tags, repair=False)
        if not found:
            return found
        try:
            # it may have been replaced meanwhile
            with self._store.photos.lock(public_id):
                return self._look(public_id, self._tags([public_id]).get(public_id), repair=self._repair)
        except PhotoBusy:
            return found

    def _look(self, public_id: str, tags: Tags | None, *, repair: bool) -> list[Finding]:
        photos = self._store.photos
        path, small_path = (
            photos.archive_path(self._campaign, public_id),
            photos.intermediate_path(self._campaign, public_id),
        )
        try:
            archive, intermediate = (
                photos.archive(self._campaign, public_id),
                photos.intermediate(self._campaign, public_id),
            )
            if archive is None:
                left = self._left(public_id, intermediate)
                return [] if left is None else [self._lonely(public_id, left, repair)]
            problem, remade = archive_problem(archive, tags, public_id)
            findings = []
            if problem:
                findings.append(self._broken(public_id, path, problem, tags, repair))
            mark = tags.mark if tags else None
            small_problem = self._intermediate_problem(public_id, intermediate, mark, remade)
            if small_problem:
                findings.append(
                    self._unfit(public_id, small_path, small_problem, mark, None if problem else remade, repair)
                )
            if not problem and remade is not None:
                findings += self._variants(public_id, archive, remade, mark, repair)
        except StoreUnavailable as error:
            self._store.root.require()  # a store that is gone has no findings
            return [Finding(path, f"or its intermediate cannot be used: {error}", "see to the disk, then check again")]
        return findings

    def _left(self, public_id: str, intermediate: bytes | None) -> Path | None:
        """The file that an interrupted removal left."""
        photos = self._store.photos
        if intermediate is not None:
            return photos.intermediate_path(self._campaign, public_id)
        left = (name for name in SUFFIXES if photos.variant_file(self._campaign, public_id, name) is not None)
        return next((photos.variant_path(self._campaign, public_id, name) for name in left), None)

    def _lonely(self, public_id: str, path: Path, repair: bool) -> Finding:
        problem = "has no archive"
        if repair:
            self._store.photos.remove(self._campaign, public_id)
            return Finding(path, problem, mended="removed")
        return Finding(path, problem, f"{self._again} where it is approved, --repair removes this file")

    def _broken(self, public_id: str, path: Path, problem: str, tags: Tags | None, repair: bool) -> Finding:
        if tags and tags.public_id == public_id and self._store.photos.fits(self._campaign, public_id, tags.mark):
            if not repair:
                return Finding(path, problem, f"run this with --repair, then {self._again}")
            self._store.photos.distrust(self._campaign, public_id)
        return Finding(path, problem, self._again)

    def _intermediate_problem(
        self, public_id: str, intermediate: bytes | None, mark: float | None, remade: bytes | None
    ) -> str:
        problem = intermediate_problem(intermediate, remade)
        if not problem and not self._store.photos.fits(self._campaign, public_id, mark):
            return "is not marked as made from this version of its archive"
        return problem

    def _unfit(
        self, public_id: str, path: Path, problem: str, mark: float | None, remade: bytes | None, repair: bool
    ) -> Finding:
        if remade is None:
            return Finding(path, problem, self._again)
        if not repair:
            return Finding(path, problem, "--repair makes it from its archive")
        self._store.photos.put_intermediate(self._campaign, public_id, remade, mark)
        return Finding(path, problem, mended="made anew from its archive")

    def _variants(
        self, public_id: str, archive: bytes, remade: bytes, mark: float | None, repair: bool
    ) -> list[Finding]:
        """What is wrong with the variants of a photo whose archive is right. Looked at after the intermediate's repair,
        whose version they have to show."""
        photos = self._store.photos
        wrong = {}
        for name in imaging.variants.VARIANTS:
            problem = self._variant_problem(public_id, name, remade, mark)
            if problem:
                wrong[photos.variant_path(self._campaign, public_id, name)] = problem
        if not wrong or not repair:
            return [Finding(path, problem, "--repair makes it from its archive") for path, problem in wrong.items()]
        lacking = photos.put_variants(self._campaign, public_id, imaging.prepare(archive).variants, mark)
        cannot = {photos.variant_path(self._campaign, public_id, name) for name in lacking}
        return [
            Finding(path, problem, "it cannot be made; the next larger picture is shown instead")
            if path in cannot
            else Finding(path, problem, mended="made anew from its archive")
            for path, problem in wrong.items()
        ]

    def _variant_problem(self, public_id: str, name: str, remade: bytes, mark: float | None) -> str:
        problem = variant_problem(self._store.photos.variant_file(self._campaign, public_id, name), name, remade)
        if not problem and not self._store.photos.variant_has_mark(self._campaign, public_id, name, mark):
            return "is not marked as made from this version of its archive"
        return problem
