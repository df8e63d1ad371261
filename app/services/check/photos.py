"""Archives, intermediates and variants: whole, of the right size, of the photo that their name says, of one version.

A broken archive stays where it is, for it may be the only copy of the picture: what is mended is that the next sync
takes it for one that has to be fetched again.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.adapters import imaging
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.core.errors import ExifToolFailed, PhotoBusy, PictureError, StoreUnavailable
from app.services.check.findings import Finding

BATCH = 50  # archives whose tags are read in one run of exiftool
# Mean difference of a colour value (of 255) up to which two pictures are the same, made from one another
SAME = 6.0
COMPARED = (75, 100)  # pixels of a variant and of the intermediate that are compared


class PhotoCheck:
    """Checks photos of one campaign; with `repair` it mends what can be."""

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
            problem, remade = _archive_problem(archive, tags, public_id)
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
        """What a removal that was cut off has left."""
        photos = self._store.photos
        if intermediate is not None:
            return photos.intermediate_path(self._campaign, public_id)
        paths = (photos.variant_path(self._campaign, public_id, name) for name in imaging.variants.VARIANTS)
        return next((path for path in paths if self._store.root.files.read(path) is not None), None)

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
        if intermediate is None:
            return "is missing"
        problem = _picture_problem(intermediate, "png", imaging.INTERMEDIATE)
        if not problem and remade not in (None, intermediate) and _difference(intermediate, "png", remade) > SAME:
            return "shows another picture than its archive"
        if not problem and not imaging.copies.complete(intermediate):
            return "has no smaller copies inside"
        if not problem and imaging.copies.placeholder(intermediate) is None:
            return "has no placeholder inside"
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
        path, variant = (
            self._store.photos.variant_path(self._campaign, public_id, name),
            imaging.variants.VARIANTS[name],
        )
        data = self._store.root.files.read(path)
        if data is None:
            return "is missing"
        if not imaging.variants.intact(data):
            return "is broken: its checksum does not match."
        problem = _picture_problem(data, "jpeg", (variant.width, variant.height))
        try:
            if not problem and _difference(data, "jpeg", remade, COMPARED) > SAME:
                return "shows another picture than its archive"
        except PictureError as error:
            return f"is broken: {error}"
        if not problem and not self._store.photos.marked(path, mark):
            return "is not marked as made from this version of its archive"
        return problem


def _archive_problem(archive: bytes, tags: Tags | None, public_id: str) -> tuple[str, bytes | None]:
    """What is wrong with an archive, if anything; and the intermediate made from it, where it can be decoded."""
    problem = _picture_problem(archive, "jpeg", imaging.ARCHIVE)
    try:
        remade = None if problem else imaging.prepare(archive, ()).intermediate
    except PictureError as error:
        return f"is broken: {error}", None
    if problem:
        return problem, None
    if tags is None or tags.public_id is None:
        return "does not say which photo it is", remade
    if tags.public_id != public_id:
        return f"says that it is the photo {tags.public_id!r}", remade
    if tags.version is None:
        return "does not say which version of the photo it is", remade
    return "", remade


def _picture_problem(picture: bytes, kind: imaging.Format, size: tuple[int, int]) -> str:
    """What is wrong with the bytes of a picture. A JPEG's pixels are left for `imaging.prepare` to look at."""
    if not picture:
        return "is empty"
    try:
        found = imaging.size(picture, kind)
        if kind == "png":
            imaging.cell(picture, kind, *found)
    except PictureError as error:
        return f"is broken: {error}"
    return "" if found == size else f"has {found[0]}×{found[1]} pixels, not {size[0]}×{size[1]}"


def _difference(
    one: bytes, kind: imaging.Format, intermediate: bytes, size: tuple[int, int] = imaging.INTERMEDIATE
) -> float:
    """Mean difference of some of the colour values of a picture and an intermediate, both made `size`."""
    pixels = imaging.cell(one, kind, *size)[::97]
    others = imaging.cell(intermediate, "png", *size)[::97]
    return sum(abs(a - b) for a, b in zip(pixels, others, strict=True)) / len(pixels)
