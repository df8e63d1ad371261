"""Kills publications to a bucket while a reader walks the site all the time. `./scripts/publish-test` runs it.

A first publication, one of a collage in which two people have changed places, and one after somebody was forgotten:
each is killed over and over, at moments spread over all that it does to the bucket and the CDN. What must hold: a
reader never misses a file (but pictures of the person who was forgotten, until the next index), every file is what its
name says, and every page is one that a publication wrote. In the end no tile shows the person: each is compared with a
wall that other code has drawn.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import re
import shutil
import signal
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from app.adapters.store import Store
from app.core import limits
from app.services.publish import names
from app.services.publish.plan import GRACE
from scripts.sandbox import patches
from scripts.sandbox.awsserver.client import AwsServer
from scripts.sandbox.commands import said
from scripts.sandbox.kills.publish_victim import work
from scripts.sandbox.kills.readers import PAGES, Reader
from scripts.sandbox.kills.workplace import workplace
from scripts.sandbox.site import walk
from scripts.sandbox.stored import CAMPAIGN, index_of

TOP = "faces"
SHARES = (0.4, 0.3, 0.3)  # of the kills: in the first publication, in that of another collage, in the last
TILE = re.compile(r"wall/([0-9]+)/([0-9]+)_([0-9]+)\.[0-9a-f]{12}\.jpg")
FIXED = re.compile(r".*\.[0-9a-f]{12}\.[a-z0-9]+")
TYPES = {  # written down here once more, because a mistake in the program's own list must show
    **{"html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8", "json": "application/json"},
    **{"jpg": "image/jpeg", "webp": "image/webp", "avif": "image/avif", "svg": "image/svg+xml"},
    **{"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"},
}
# The mean difference of 255 that JPEG and scaling may make to a part of a tile whose shortest side has at least so many
# pixels. Two people differ by about 58, a person and an empty place by 150.
ALIKE = {192: 10.0, 32: 30.0, 0: 60.0}
MEGABYTE = 1_000_000

Place = tuple[int, int, int]


class Show:
    """One run."""

    def __init__(self, aws: AwsServer, directory: Path, people: int) -> None:
        self._s3, self._cloudfront = aws.of("s3"), aws.of("cloudfront")
        self._bucket, self._distribution = aws.bucket(), aws.distribution()
        anybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
        self._s3.put_bucket_policy(Bucket=self._bucket, Policy=policy)
        self.store = Store(directory / "store")
        self.store.root.initialise()
        patches.put(self.store, people)
        (directory / "photos").mkdir()
        self._to = f"s3://{self._bucket}/{TOP}?endpoint={aws.url}&distribution={self._distribution}"
        rules = f'[{CAMPAIGN}]\ntitle = "Say No"\npublic = true\nsource = "folder:photos"\n'
        (directory / "campaigns.toml").write_text(rules)
        self._environ = aws.environment | {
            "COLLAGEN_STORE": str(self.store.path),
            "COLLAGEN_CAMPAIGNS": str(directory / "campaigns.toml"),
        }
        self._directory = directory
        os.environ.update(limits.IMAGEMAGICK)  # before the process starts that victims are forked from
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["scripts.sandbox.kills.publish_victim"])
        self.reader = Reader(int(aws.url.rpartition(":")[2]), f"{self._bucket}/{TOP}")
        note("people", people)
        self.kills = 0
        self.published: list[dict[str, str]] = []  # the SHA-256 of the pages of each publication

    def say(self, *arguments: str) -> str:
        """What a command answers."""
        return said(self._environ, *arguments)

    def publish(self) -> dict[str, Any]:
        """Publishes without being killed; returns the report, and remembers the pages."""
        report: dict[str, Any] = json.loads(self.say("publish", CAMPAIGN, "--to", self._to, "--json"))
        pages = {page: hashlib.sha256(self.data(page)).hexdigest() for page in PAGES}
        if pages not in self.published:
            self.published.append(pages)
        return report

    def kill(self, moment: int) -> None:
        """Publishes, and ends that at its `moment`-th step."""
        victim = self._context.Process(target=work, args=(self._environ, self._to, moment))
        victim.start()
        victim.join()
        assert victim.exitcode == -signal.SIGKILL, f"it ended by itself, before its {moment}th step"
        victim.close()
        self.kills += 1

    def kill_until(self, goal: int, kills: int) -> None:
        """Kills publications that go on where the last one stopped, the last of them at its last steps.

        `goal`: how many files there are to send in all.
        """
        before = self.objects()
        for number in range(kills):
            left = goal - len(self.objects() - before)
            self.kill(max(1, left // (kills - number)))

    def planned(self) -> list[str]:
        """What another publication would send."""
        return list(json.loads(self.say("publish", CAMPAIGN, "--to", self._to, "--json", "--dry-run"))["sent"])

    def later(self) -> None:
        """Publishes when nobody can have former pages open any more."""
        victim = self._context.Process(target=work, args=(self._environ, self._to, 0, GRACE + 1))
        victim.start()
        victim.join()
        assert victim.exitcode == 0

    def objects(self) -> set[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=f"{TOP}/")
        return {entry["Key"].removeprefix(f"{TOP}/") for page in pages for entry in page.get("Contents", [])}

    def data(self, path: str) -> bytes:
        found: bytes = self._s3.get_object(Bucket=self._bucket, Key=f"{TOP}/{path}")["Body"].read()
        return found

    def check_objects(self) -> dict[str, bytes]:
        """Every object has the right type and caching and is what its sum says; nothing is there for nothing."""
        found = {}
        for path in self.objects():
            answer = self._s3.get_object(Bucket=self._bucket, Key=f"{TOP}/{path}")
            data, digest = answer["Body"].read(), answer["Metadata"]["sha256"]
            assert answer["ContentType"] == TYPES[path.rpartition(".")[2]], path
            fixed = FIXED.fullmatch(path)
            assert answer["CacheControl"] == (
                "public, max-age=31536000, immutable" if fixed else "public, max-age=60"
            ), path
            assert hashlib.sha256(data).hexdigest() == digest, path
            assert not fixed or digest.startswith(path.split(".")[-2]), path
            found[path] = data
        assert walk(found.get) == found.keys() - {names.MISSING, names.ROBOTS, names.MARKER}
        return found

    def seats(self, collage: str) -> dict[tuple[int, int], str]:
        """The public ID at each column and row."""
        return {(tile.col, tile.row): tile.public_id for tile in self.store.collages.manifest(CAMPAIGN, collage).tiles}

    def wall(self, collage: str) -> patches.Wall:
        grid = self.store.collages.manifest(CAMPAIGN, collage).layout
        seats = {place: index_of(public_id) for place, public_id in self.seats(collage).items()}
        return patches.Wall(grid.cols, grid.rows, seats)

    def forgotten(self) -> list[set[str]]:
        """What the CDN was to forget, the last first."""
        listed = self._cloudfront.list_invalidations(DistributionId=self._distribution)["InvalidationList"]
        found = []
        for entry in listed.get("Items", []):
            one = self._cloudfront.get_invalidation(DistributionId=self._distribution, Id=entry["Id"])["Invalidation"]
            found.append((one["CreateTime"], set(one["InvalidationBatch"]["Paths"]["Items"])))
        return [paths for _, paths in sorted(found, key=lambda entry: entry[0], reverse=True)]

    def forget(self, public_id: str) -> None:
        """As a campaign does it: the person's picture is in its folder."""
        shutil.copy(self.store.photos.archive_path(CAMPAIGN, public_id), self._directory / f"photos/{public_id}.jpg")
        self.say("forget", public_id, "--yes")


def note(name: str, value: object) -> None:
    """A line of the table."""
    print(f"{name:<50}{value:>8}", flush=True)


def tiles(paths: Collection[str]) -> dict[Place, set[str]]:
    """The tiles among these paths, by level, column and row."""
    found: dict[Place, set[str]] = {}
    for path in paths:
        if match := TILE.fullmatch(path):
            level, x, y = map(int, match.groups())
            found.setdefault((level, x, y), set()).add(path)
    return found


def compare(found: dict[str, bytes], wall: patches.Wall) -> int:
    """Every tile shows this wall and nothing else, person by person; returns how many parts were compared."""
    there, compared = tiles(found), 0
    assert there.keys() == set(wall.places())
    for place, paths in there.items():
        (path,) = paths
        tile, expected = patches.decoded(found[path]), wall.tile(*place)
        assert tile.shape == expected.shape, path
        for part in wall.parts(*place):
            left, top, right, bottom = part.target
            cut = (slice(top, bottom), slice(left, right))
            away = patches.distance(tile[cut], expected[cut])
            side = min(*part.size, right - left, bottom - top)
            most = next(most for least, most in ALIKE.items() if side >= least)
            assert away < most, f"{path}, {part}: {away:.1f}"
            compared += 1
    return compared


def run(show: Show, kills: int) -> None:
    """Everything in its order. Raises AssertionError where something is wrong."""
    first, second, third = (round(kills * share) for share in SHARES)
    third = kills - first - second
    show.say("collage", CAMPAIGN)
    wall = show.wall("0001")
    places = list(wall.places())

    began = time.monotonic()
    show.kill_until(len(places) + 20, first)  # and 20 pictures, style sheets and scripts
    show.publish()
    note("seconds of the first publication, with its kills", round(time.monotonic() - began))
    found = show.check_objects()
    note("objects", len(found))
    note("megabytes", round(sum(map(len, found.values())) / MEGABYTE))
    note("parts of tiles compared with the wall", compare(found, wall))
    again = show.publish()
    assert (again["sent"], again["erased"], again["removed"]) == ([], [], [])
    note("sent by a second run", len(again["sent"]))
    show.reader.whole_walk()

    swapped = [(1, 1), (wall.cols - 2, wall.rows - 2)]
    ids = show.seats("0001")
    pins = [f"--pin={ids[one]}={row + 1},{col + 1}" for one, (col, row) in zip(swapped, reversed(swapped), strict=True)]
    show.say("collage", CAMPAIGN, *pins)
    wall = show.wall("0002")
    differing = set().union(*map(wall.showing, swapped))
    planned = show.planned()
    show.kill_until(len(planned), second)
    show.publish()
    sent = show.objects() - found.keys()
    assert tiles(sent).keys() == differing
    assert not [path for path in sent if path.startswith("assets/") and not path.startswith("assets/tiles.")]
    note("sent for another collage: tiles", len(tiles(sent)))
    note("sent for another collage: pictures, script", len(sent) - len(tiles(sent)))
    assert set(planned) == sent | {names.INDEX, names.WALL, names.ALBUM}
    show.reader.whole_walk()
    show.later()
    before = show.check_objects()
    calm = len(show.reader.walks)
    missing = set().union(*(walk.missing for walk in show.reader.walks))
    assert not missing, missing

    seat = (wall.cols // 2, wall.rows // 2)
    public_id = show.seats("0002")[seat]
    told = len(show.forgotten())
    show.forget(public_id)
    erased = wall.showing(seat)
    showing = {path for place, paths in tiles(before).items() if place in erased for path in paths}
    showing |= {path for path in before if path.startswith("pictures/")}

    for moment in (1, 1)[:third]:  # once all of it was deleted, and once the CDN was told
        show.kill(moment)
        assert not showing & show.objects() or not show.objects() - before.keys()
    show.kill_until(len(show.planned()), max(0, third - 2))
    show.publish()
    invalidated = show.forgotten()[: len(show.forgotten()) - told]
    note("files that showed the person", len(showing))
    assert not showing & show.objects()
    named = set().union(*invalidated)
    assert "/*" in named or {f"/{path}" for path in showing} <= named, "the CDN was not told of all of them"
    note("of them named to the CDN", len({f"/{path}" for path in showing} & named) if "/*" not in named else "/*")
    show.reader.whole_walk()
    show.later()
    after = show.wall("0002")
    assert index_of(public_id) not in after.seats.values()
    note("parts compared after the person was forgotten", compare(show.check_objects(), after))
    assert show.publish()["sent"] == []
    assert not show.reader.whole_walk().missing
    # if the revision has another grid, there is no telling which tile showed whom: all of the former ones are erased,
    # also those that are made again with the same bytes
    check_walks(show, calm, {path for path in before if names.shows_faces(path)})


def check_walks(show: Show, calm: int, erased: set[str]) -> None:
    """What the reader saw. `calm`: so many walks were over before somebody was forgotten; `erased`: because of them."""
    walks = show.reader.walks
    numbers = {page: {one[page]: number for number, one in enumerate(show.published)} for page in PAGES}
    newer = 0
    for number, one in enumerate(walks):
        assert not one.wrong, one.wrong
        gone = one.missing - erased if number >= calm else one.missing
        assert not gone, gone
        for page, digest in one.pages.items():
            assert digest in numbers[page], f"{page} is of no publication"
        revisions = [numbers[page][digest] for page, digest in one.pages.items()]
        assert all(revision >= revisions[0] for revision in revisions)
        newer += len(set(revisions)) > 1
    note("kills", show.kills)
    note("walks of the reader", len(walks))
    note("files read by it", sum(one.read for one in walks))
    note("files missed before the person was forgotten", 0)
    note("erased pictures missed after that", len(set().union(*(one.missing for one in walks[calm:]))))
    note("walks that found a newer page than their index", newer)


def main() -> None:
    parser = argparse.ArgumentParser(prog="./scripts/publish-test", description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=999)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--keep", action="store_true", help="do not remove the store at the end")
    given = parser.parse_args()
    with workplace("publish-test-", keep=given.keep) as directory:
        began = time.monotonic()
        with AwsServer() as aws:
            show = Show(aws, directory, given.people)
            with show.reader:
                run(show, given.kills)
        note("seconds in all", round(time.monotonic() - began))


if __name__ == "__main__":
    main()
