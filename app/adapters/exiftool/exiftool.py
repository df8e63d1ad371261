"""Runs exiftool: one process kept open costs 5 ms a photo instead of 115.

No value can break out: `-stay_open` takes one argument a line, so control characters are refused; every value follows
`-TAG=`, so it is never an option or a file; paths are absolute. exiftool only sees archives, whose metadata Collagen
alone has written (`app.adapters.imaging` keeps none from outside).
"""

import functools
import json
import os
import selectors
import subprocess
import time
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.adapters.exiftool.tags import EMAIL, READ, Tags, of, values
from app.adapters.jobs import environment
from app.adapters.jobs.helper import Helper, Process
from app.core import limits
from app.core.errors import ExifToolFailed, SettingError

# 12.38 is the first without CVE-2021-22204, and the first that does not run file names ending in "|" as commands.
OLDEST = (12, 38)
MARK = "="
AT_ONCE = 200  # files read in one run
LONGEST_VALUE = 1000  # characters; public IDs have at most 255, addresses 254


def is_writable(value: str) -> bool:
    """Whether exiftool gives a value back unchanged: no control characters, no outer spaces, not too long."""
    return (
        len(value) <= LONGEST_VALUE
        and value == value.strip(" ")
        and not any(unicodedata.category(character) in ("Cc", "Cs") for character in value)
    )


class ExifTool:
    """A running exiftool, started at first use and again whenever it dies or hangs. Threads take turns."""

    def __init__(self, command: Sequence[str] = ("exiftool",), patience: float = limits.EXIFTOOL_SECONDS) -> None:
        """`patience`: seconds that one call may take before exiftool is killed and ExifToolFailed raised."""
        # -config "" keeps exiftool from running a configuration file, which is Perl code.
        options = ["-config", "", "-stay_open", "True", "-@", "-"]
        self._helper = Helper(
            "exiftool",
            [*command, *options],
            stderr=subprocess.PIPE,
            address_space=limits.EXIFTOOL_BYTES,  # a file that would fill the memory ends exiftool instead
        )
        self._version_command = [*command, "-config", "", "-ver"]
        self._patience = patience
        self._number = 0

    def version(self) -> str:
        """exiftool's version. Raises SettingError if it is missing or too old."""
        return _version(tuple(self._version_command), os.environ.get("PATH"), self._patience)

    def check(self) -> None:
        """Raises ExifToolFailed unless the running exiftool answers within seconds."""
        self._call(["-ver"], min(self._patience, limits.HEALTH_SECONDS))

    def write(self, path: Path, tags: Tags) -> None:
        """Makes `tags` the only metadata of the JPEG at `path` (its ICC profile and colour transform stay).

        `path` should be on a local disk: exiftool writes beside it. Raises ExifToolFailed; the file may then hold
        anything, so discard it.
        """
        written = values(tags)
        for tag, value in written.items():
            if value is not None and not is_writable(value):
                raise ExifToolFailed(
                    f"{tag} cannot be written: the value has control characters or outer spaces, or is too long."
                )
        if tags.email is not None and not tags.email.isascii():
            # without a BOM exiftool guesses the byte order of such a comment, sometimes wrongly
            written[EMAIL] = f"\ufeff{tags.email}"
        new = [f"-{tag}={value}" for tag, value in written.items() if value is not None]
        keep = ["-all=", "--ICC_Profile:all", "--Adobe:all"]
        out, err = self._call([*keep, *new, "-overwrite_original", str(path.absolute())])
        if "1 image files updated" not in out:
            raise ExifToolFailed(f"exiftool could not write {path.name}: {(err or out).strip()[:200]}")

    def read(self, paths: Iterable[Path]) -> dict[Path, Tags]:
        """The tags of each file; files that are missing or cannot be read are left out.

        Reads at most 200 in one run, so that other threads get their turn in between.
        """
        wanted = list(paths)
        tags: dict[Path, Tags] = {}
        for start in range(0, len(wanted), AT_ONCE):
            tags |= self._read(wanted[start : start + AT_ONCE])
        return tags

    def _read(self, paths: Sequence[Path]) -> dict[Path, Tags]:
        wanted = {str(path.absolute()): path for path in paths}
        names = [f"-{name}" for name in READ]
        # exiftool writes what looks like a number or a boolean as one; with a mark in front, everything is text
        out, _ = self._call(["-j", "-api", f'Filter=$_ = "{MARK}$_"', *names, *wanted])
        rows = json.loads(out) if out.strip() else []
        return {
            wanted[row["SourceFile"]]: of({tag: value.removeprefix(MARK) for tag, value in row.items()}) for row in rows
        }

    def close(self) -> None:
        """Ends the process, if one runs."""
        self._helper.stop()

    def _call(self, arguments: Sequence[str], patience: float | None = None) -> tuple[str, str]:
        """Runs one command; returns what it wrote to stdout and stderr. A call that fails ends the process.

        `patience`: seconds, including the wait for other threads; by default these may take any time.
        """
        if any("\n" in argument or "\r" in argument for argument in arguments):
            raise ExifToolFailed("A value with a line break cannot be passed to exiftool.")
        seconds = self._patience if patience is None else patience
        if not self._helper.turn.acquire(timeout=-1 if patience is None else patience):
            raise ExifToolFailed(f"exiftool has been busy for {seconds:g} seconds.")
        try:
            self._number += 1
            end = f"{{ready{self._number}}}"
            lines = [*arguments, "-echo4", end, f"-execute{self._number}", ""]
            try:
                return _exchange(self._helper.running(), "\n".join(lines).encode("utf-8"), end.encode(), seconds)
            except (OSError, TimeoutError) as error:
                self.close()
                raise ExifToolFailed(f"exiftool did not answer ({error}); it will be restarted.") from error
            except BaseException:
                self.close()  # in the middle of an answer: the next call would read the rest of it
                raise
        finally:
            self._helper.turn.release()


def _exchange(process: Process, request: bytes, end: bytes, patience: float) -> tuple[str, str]:
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise OSError("it was started without pipes")
    deadline = time.monotonic() + patience
    answers = {process.stdout: b"", process.stderr: b""}
    with selectors.DefaultSelector() as selector:
        os.set_blocking(process.stdin.fileno(), False)
        selector.register(process.stdin, selectors.EVENT_WRITE)
        for pipe in answers:
            selector.register(pipe, selectors.EVENT_READ)
        while not all(answer.rstrip().endswith(end) for answer in answers.values()):
            ready = selector.select(deadline - time.monotonic())
            if not ready or time.monotonic() > deadline:
                raise TimeoutError(f"within {patience:g} s")
            for key, _ in ready:
                if key.fileobj is process.stdin:
                    request = request[os.write(key.fd, request[:65536]) :]
                    if not request:
                        selector.unregister(process.stdin)
                    continue
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    raise OSError("it ended")
                answers[key.fileobj] += chunk  # type: ignore[index]
    out, err = (answer.rstrip().removesuffix(end).decode("utf-8", "replace") for answer in answers.values())
    return out, err


@functools.lru_cache(maxsize=4)  # perl takes a tenth of a second to start
def _version(command: tuple[str, ...], path: str | None, patience: float) -> str:
    """`path`: the search path, which is part of the cache's key."""
    try:
        answer = subprocess.run(  # noqa: S603 -- a fixed command
            command, capture_output=True, timeout=patience, check=True, text=True, env=environment.bare()
        )
        version = answer.stdout.strip()
        numbers = tuple(int(part) for part in version.split("."))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise SettingError("exiftool cannot be run; install the package libimage-exiftool-perl.") from error
    if numbers < OLDEST:
        raise SettingError(f"exiftool {version} is too old: {'.'.join(map(str, OLDEST))} or later is needed.")
    return version
