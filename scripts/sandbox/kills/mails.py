"""Kills mail runs at random moments and restarts them: nobody gets two mails, and doubtful mails are reported.

`./scripts/mail-test` runs it with 500 people and 50 kills, tests/scripts/test_kill_mails.py with fewer.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.adapters.store import Store
from scripts.sandbox.kills.crowd import address, environment, gather
from scripts.sandbox.kills.mails_victim import work
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.service import ROOT
from scripts.sandbox.stored import CAMPAIGN
from scripts.sandbox.waiting import wait_for

EARLY = 0.2  # of the kills also come before the first mail may have left
SLOWED = 0.005  # seconds that the server takes for a mail, so that kills come while one is on its way
PER_MAIL = 0.012  # seconds, about


class Kills:
    """A crowd of people, mailed by runs that are killed."""

    def __init__(self, server: MailServer, directory: Path, people: int, seed: int) -> None:
        self._server = server
        self._chance = random.Random(seed)
        self.everyone = [address(index) for index in range(people)]
        self.store = Store(directory / "store")
        self.store.root.initialise()
        gather(self.store, people)
        server.refuse(delay=SLOWED)
        self._environ = environment(server, self.store.root.path)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["scripts.sandbox.kills.mails_victim"])

    def run(self, kills: int) -> None:
        most = round(2 * len(self.everyone) / (kills + 1))  # records, two for each mail, so that some are left
        for number in range(1, kills + 1):
            start = len(self._log())
            victim = self._context.Process(target=work, args=(self._environ,))
            victim.start()
            if self._chance.random() < EARLY:
                time.sleep(self._chance.uniform(0, 0.5))
            else:
                wanted = self._chance.randint(1, max(most, 1))
                wait_for(
                    lambda: self._log()[start:].count(b"\n") >= wanted or not victim.is_alive(),  # noqa: B023
                    f"{wanted} lines were in the log of mails",
                    every=0.0005,
                )
                time.sleep(self._chance.uniform(0, PER_MAIL))
            victim.kill()
            victim.join()
            assert victim.exitcode in (0, -signal.SIGKILL), "it ended by itself"
            victim.close()
            self._look()
            if sys.stdout.isatty():
                print(f"{number} kills; {len(self._server.told())} told, {len(self.uncertain())} uncertain", flush=True)

    def _log(self) -> bytes:
        path = self.store.root.path / CAMPAIGN / "logs" / "sends.jsonl"
        return path.read_bytes() if path.exists() else b""

    def _records(self) -> list[dict[str, str]]:
        """The log's records, read in the simplest way."""
        return [json.loads(line) for line in self._log().split(b"\n")[:-1]]

    def uncertain(self) -> set[str]:
        """Whose mail was intended, with no result in the log."""
        last = {record["address"]: record["state"] for record in self._records()}
        assert set(last.values()) <= {"intended", "sent"}
        return {address for address, state in last.items() if state == "intended"}

    def _look(self) -> None:
        """Checks what must hold at any instant: nobody got two mails, or one that the log does not know."""
        told = self._server.told()
        assert all(times == 1 for times in told.values()), told
        assert set(told) <= {record["address"] for record in self._records()}

    def finish(self) -> None:
        """Runs once more, and once for the uncertain. Raises AssertionError if anything is wrong."""
        uncertain = self.uncertain()
        began = time.monotonic()
        code, report = self._notify()
        seconds = time.monotonic() - began
        told = self._server.told()
        assert set(report["uncertain"]) == uncertain == self.uncertain()
        assert code == (1 if uncertain else 0)
        assert all(times == 1 for times in told.values()), told
        assert set(told) | uncertain == set(self.everyone)
        arrived = uncertain & set(told)
        print(f"{len(self.everyone)} people; {len(uncertain)} uncertain, of whom {len(arrived)} have the mail")
        print(f"the last run sent {len(report['sent'])} mails in {seconds:.1f} s")
        code, report = self._notify("--retry-uncertain")
        assert (code, set(report["sent"])) == (0, uncertain)
        again = self._server.told()
        assert set(again) == set(self.everyone)
        assert {address for address, times in again.items() if times > 1} == arrived
        code, report = self._notify("--retry-uncertain")
        assert (code, report["sent"]) == (0, [])

    def _notify(self, *options: str) -> tuple[int, dict[str, list[str]]]:
        command = [sys.executable, "-m", "app", "notify", CAMPAIGN, "0001", "--json", *options]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | self._environ, capture_output=True, text=True)
        assert done.stderr == "", done.stderr
        return done.returncode, json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(prog="./scripts/mail-test", description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=500, choices=(6, 8, 12, 20, 60, 500))
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    with MailServer() as server, tempfile.TemporaryDirectory(prefix="mail-test-") as directory:
        kills = Kills(server, Path(directory), given.people, given.seed)
        kills.run(given.kills)
        kills.finish()
    print(f"{given.kills} kills in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
