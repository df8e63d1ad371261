"""The steps of an import: list the folder, ask Cloudinary what is there, then carry file by file."""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.adapters.albums import Albums, Picture, find
from app.adapters.cloudinary import Cloudinary, Uploads, batches
from app.adapters.cloudinary.uploads import REQUEST_BYTES, digest_of
from app.adapters.people import FILE, People, read
from app.core import limits
from app.core.addresses import normalise
from app.core.config import Campaign
from app.core.errors import BadParameters, CloudinaryUnavailable
from app.core.sources import Listed, Page, pages
from app.services.importing.carrying import Carrier, Order
from app.services.importing.decision import Decision, Known
from app.services.importing.names import public_id
from app.services.importing.report import ImportReport
from app.services.reconcile.budget import Budget

IN_A_ROW = 5  # failures before asking whether Cloudinary answers at all


@dataclass(frozen=True)
class Watch:
    """Reports how an import goes. `say`: one sentence; `progress`: files done, and their total."""

    say: Callable[[str], None] = lambda text: None
    progress: Callable[[int, int], None] = lambda done, total: None


class Importing:
    """Imports folders. `stopping`: whether to stop after the uploads that have begun; `sleep` may end early then."""

    def __init__(
        self,
        cloudinary: Cloudinary,
        uploads: Uploads,
        watch: Watch,
        stopping: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._cloudinary = cloudinary
        self._watch = watch
        self._stopping = stopping
        self._asking, self._sending = Budget(cloudinary.quota, watch.say), Budget(uploads.quota, watch.say)
        self._carrier = Carrier(cloudinary, uploads, self._asking, self._sending, sleep)

    def run(self, folder: Path, campaign: Campaign, *, dry_run: bool = False) -> ImportReport:
        """Brings the pictures of a folder into a campaign. The failure of single files goes into the report.

        Raises SettingError for a folder or a people.csv that cannot be read, BadParameters for a folder without
        pictures; CloudinaryUnavailable before anything is uploaded.
        """
        found, people = find(folder), read(folder)
        if not found.pictures and not found.unusable:
            raise BadParameters(f"{folder} has no pictures to import, also not in its subfolders.")
        report = ImportReport(campaign.name, dry_run, failed=dict(found.unusable), notes=_notes(folder, found, people))
        wanted, refused = _divided(found.pictures, people)
        report.refused = dict.fromkeys((picture.file for picture in refused), "")
        largest = self._largest()
        order = Order(
            folder=campaign.folder,
            fixed=self._asking.spend(self._cloudinary.fixed_folders),
            people=people,
            known=self._known(campaign.folder, wanted),
            most=({"this account": largest} if largest else {}) | {"one upload": REQUEST_BYTES},
            dry_run=dry_run,
        )
        order.known.refused |= {digest_of(picture.path): picture.file for picture in refused}
        order.known.taken |= _first_of_same(wanted)
        self._carry_all(wanted, order, report)
        return report

    def _largest(self) -> int | None:
        """The account's limit, if its key may ask for it; else Cloudinary refuses what is too large."""
        try:
            return self._asking.spend(self._cloudinary.largest_picture)
        except CloudinaryUnavailable:
            return None

    def _known(self, folder: str, pictures: list[Picture]) -> Known:
        """What Cloudinary has. Lists lag by seconds and leave assets out, so the rest is asked for by name."""
        known = Known()
        known.add(self._rows(folder), folder)
        names = dict.fromkeys(public_id(folder, picture.file) for picture in pictures)
        for batch in batches(name for name in names if name not in known.assets):
            known.add(self._asking.spend(partial(self._cloudinary.named, batch)).rows, folder)
        return known

    def _rows(self, folder: str) -> Iterator[Listed]:
        """The campaign's pictures; the folder's own list leaves out the rejected ones."""
        for ask in (partial(self._cloudinary.folder, folder), partial(self._cloudinary.moderated, "rejected")):
            for page in pages(partial(self._page, ask)):
                yield from (row for row in page.rows if row.asset.folder == folder)

    def _page(self, ask: Callable[[str | None], Page], cursor: str | None) -> Page:
        return self._asking.spend(partial(ask, cursor))

    def _carry_all(self, pictures: list[Picture], order: Order, report: ImportReport) -> None:
        in_a_row = 0
        with ThreadPoolExecutor(limits.UPLOADS, thread_name_prefix="upload") as pool:
            attempt = partial(self._attempt, order=order, report=report)
            for done, (picture, result) in enumerate(zip(pictures, pool.map(attempt, pictures), strict=True), 1):
                report.add(picture.file, result)
                in_a_row = in_a_row + 1 if isinstance(result, CloudinaryUnavailable) else 0
                if in_a_row == IN_A_ROW and not report.stopped:
                    report.stopped = self._trouble()
                self._watch.progress(done, len(pictures))
        if self._stopping() and report.left:
            report.stopped = report.stopped or "It was stopped."

    def _attempt(
        self, picture: Picture, *, order: Order, report: ImportReport
    ) -> Decision | CloudinaryUnavailable | None:
        """None: the run has ended before this file's turn."""
        if self._stopping() or report.stopped:
            return None
        try:
            return self._carrier.carry(picture, order)
        except CloudinaryUnavailable as error:
            return error

    def _trouble(self) -> str:
        """What is wrong with Cloudinary, not with single files; "" if it answers."""
        try:
            self._asking.spend(self._cloudinary.ping)
        except CloudinaryUnavailable as error:
            return str(error)
        return ""


def _divided(pictures: list[Picture], people: People) -> tuple[list[Picture], list[Picture]]:
    """The pictures to import, and those of people who do not consent."""
    refused = {one.file for one in pictures if one.file in people and people[one.file].consent is False}
    return [one for one in pictures if one.file not in refused], [one for one in pictures if one.file in refused]


def _first_of_same(pictures: list[Picture]) -> dict[str, str]:
    """By digest, the first of the files with the same bytes, whichever is read first. Only those of one length may be.

    A file that cannot be read is named when its turn comes.
    """
    lengths, first = Counter(picture.bytes for picture in pictures), dict[str, str]()
    for picture in pictures:
        if lengths[picture.bytes] > 1:
            with contextlib.suppress(OSError):
                first.setdefault(digest_of(picture.path), picture.file)
    return first


def _notes(folder: Path, found: Albums, people: People) -> list[str]:
    """What else people should know about the folder. Names no address."""
    table, files = folder / FILE, {picture.file for picture in found.pictures} | found.unusable.keys()
    notes = [
        f"{table}, line {one.line}: there is no picture {one.file}" for one in people.values() if one.file not in files
    ]
    for one in people.values():
        if one.email and not normalise(one.email):
            notes.append(f"{table}, line {one.line}: the address is unusable; it is kept as typed and never written to")
    if found.others:
        kinds = ", ".join(f"{number} {ending}" for ending, number in sorted(found.others.items()))
        notes.append(f"not pictures, and left where they are: {kinds}")
    return notes
