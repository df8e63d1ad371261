"""Kills processes that sync, handle notifications and build collages, at random; one sync must then repair everything.

`./scripts/kill-test` runs it with 1,000 kills, tests/scripts/test_kill_photos.py with few. Two processes always work on
one store, while photos are approved, rejected, moved, overwritten, renamed and deleted without a notification.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import multiprocessing.util
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store, scratch
from app.adapters.store.photos.reading import JPEG_END, PNG_END
from scripts.sandbox import mirror
from scripts.sandbox.commands import said
from scripts.sandbox.kills.photos_victim import FOLDERS, PHOTOS, work
from scripts.sandbox.kills.workplace import workplace
from scripts.sandbox.people import portrait
from scripts.sandbox.service import ROOT, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import PATIENCE

PEOPLE = 4
LONGEST_LIFE = 0.8  # seconds that a process works before it is killed
COMMANDS = (("sync",), ("sync", "--thumbnails"), ("collage", "sayno", "--width", "600", "--height", "400"))


@dataclass
class Victim:
    """A running process and its process group."""

    process: ForkServerProcess | subprocess.Popen[bytes]

    def kill(self, whole_group: bool) -> None:
        """Kills it: alone, so that a build it started goes on, or with everything it started."""
        assert self.process.pid is not None
        if whole_group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        if isinstance(self.process, subprocess.Popen):
            self.process.wait(PATIENCE)
        else:
            self.process.join()
            self.process.close()


class Kills:
    """Kills processes, then syncs and checks the store."""

    def __init__(self, standin: Standin, directory: Path, seed: int) -> None:
        self._standin = standin
        self._chance = random.Random(seed)
        self._people = [portrait(number) for number in range(PEOPLE)]
        self.store = Store(directory / "store")
        self.store.root.initialise()
        self._temporary = directory / "tmp"
        self._temporary.mkdir()
        multiprocessing.util.get_temp_dir()  # its own, so that it does not count as a leftover
        tempfile.tempdir = str(self._temporary)
        self._environ = environment(standin, self.store.root.path, TMPDIR=str(self._temporary))
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["scripts.sandbox.kills.photos_victim"])
        self.left: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        for number in range(PHOTOS):
            self._upload(f"p/{number}")

    def _upload(self, public_id: str) -> None:
        status = self._chance.choice(("approved", "approved", "pending"))
        self._standin.upload(
            self._chance.choice(self._people),
            public_id,
            folder=self._chance.choice(FOLDERS),
            email=f"p{self._chance.randrange(10**6)}@example.org",
            moderation=status,
            notify=False,
        )

    def _change(self) -> None:
        """Changes something in Cloudinary without a notification."""
        there = sorted(self._standin.state()["assets"])
        public_id = f"p/{self._chance.randrange(PHOTOS)}"
        if public_id not in there:
            self._upload(public_id)
            return
        change = self._chance.choice(("moderate", "moderate", "overwrite", "overwrite", "move", "email", "delete"))
        if change == "moderate":
            self._standin.moderate(public_id, self._chance.choice(("approved", "approved", "rejected")), notify=False)
        elif change == "overwrite":
            self._standin.overwrite(public_id, self._chance.choice(self._people), notify=False)
        elif change == "move":
            self._standin.move(public_id, self._chance.choice(FOLDERS), notify=False)
        elif change == "email":
            self._standin.set_email(public_id, f"n{self._chance.randrange(10**6)}@example.org", notify=False)
        else:
            self._standin.delete(public_id, notify=False)

    def _start(self) -> Victim:
        if self._chance.random() < 0.1:
            command = self._chance.choice(COMMANDS)
            self.kinds[command[0]] += 1
            environ = os.environ | self._environ
            quiet = subprocess.DEVNULL
            arguments = [sys.executable, "-m", "app", *command]
            return Victim(
                subprocess.Popen(arguments, cwd=ROOT, env=environ, stdout=quiet, stderr=quiet, start_new_session=True)
            )
        self.kinds["worker"] += 1
        process = self._context.Process(target=work, args=(self._environ, self._chance.randrange(2**32)))
        process.start()
        return Victim(process)

    def run(self, kills: int) -> None:
        victims = [self._start(), self._start()]
        try:
            for number in range(1, kills + 1):
                self._change()
                time.sleep(self._chance.uniform(0.02, LONGEST_LIFE))
                victims.pop(self._chance.randrange(2)).kill(self._chance.random() < 0.7)
                self._look()
                victims.append(self._start())
                if sys.stdout.isatty() or number % 100 == 0:
                    print(f"{number} kills; left behind so far: {dict(self.left)}", flush=True)
        finally:
            for victim in victims:
                victim.kill(True)
        for campaign in self.store.root.campaigns():
            with contextlib.ExitStack() as builds:  # builds whose parent was killed go on
                if (self.store.root.path / campaign / "collages").exists():
                    builds.enter_context(self.store.collages.turn(campaign, 300))

    def _look(self) -> None:
        """Checks what must hold at any instant, and counts what killed processes left so far."""
        for path in self.store.root.path.glob("*/*/*"):
            if path.suffix in (".jpg", ".png"):
                with contextlib.suppress(FileNotFoundError):
                    assert path.read_bytes().endswith(JPEG_END if path.suffix == ".jpg" else PNG_END), path
        for campaign in self.store.root.campaigns():
            for photo in self.store.photos.all(campaign):
                intermediate = self.store.photos.intermediate_path(campaign, photo.public_id)
                archive = self.store.photos.archive_path(campaign, photo.public_id)
                assert intermediate.exists() or not archive.exists(), archive
        with contextlib.suppress(FileNotFoundError):
            for path in self.store.sweep(remove=False):
                kind = "local" if path.name.startswith(scratch.PREFIX) else "draft" if path.is_dir() else "file"
                if path not in self._seen:
                    self._seen.add(path)
                    self.left[kind] += 1

    _seen: set[Path] = set()  # noqa: RUF012 -- one run in a process

    def finish(self) -> None:
        """Syncs once; then everything must be right. Raises AssertionError."""
        began = time.monotonic()
        self._command("sync")
        seconds = time.monotonic() - began
        exiftool = ExifTool()
        held, expected = mirror.held(self.store, exiftool), mirror.expected(self._standin)
        exiftool.close()
        assert held == expected, (held, expected)
        assert mirror.leftovers(self.store) == []
        # Wand asks a compiler, if there is one, for its library's name; killed, that leaves empty files
        left = [path for path in self._temporary.iterdir() if path.is_dir() or path.stat().st_size]
        assert left == []
        assert self.store.sweep() == []
        said = json.loads(self._command("check", "--json"))
        assert said["findings"] == [], said
        print(f"the sync took {seconds:.1f} s; {said['photos']} photos and {said['collages']} collages are right")

    def _command(self, *arguments: str) -> str:
        return said(self._environ, *arguments)


def main() -> None:
    parser = argparse.ArgumentParser(prog="./scripts/kill-test", description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="do not remove the store at the end")
    given = parser.parse_args()
    with workplace("kill-test-", keep=given.keep) as directory:
        began = time.monotonic()
        with Standin.start() as standin:
            kills = Kills(standin, directory, given.seed)
            kills.run(given.kills)
            print(f"{given.kills} kills in {time.monotonic() - began:.0f} s of {dict(kills.kinds)}")
            print(f"left behind by killed processes, and removed: {dict(kills.left)}")
            kills.finish()


if __name__ == "__main__":
    main()
