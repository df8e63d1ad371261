"""The only code that runs exiftool: one process kept open, which costs 5 ms a photo instead of 115.

What goes in is safe against anything in a value: `-stay_open` takes one argument a line, so control characters are
refused; every value stands behind `-TAG=`, so it is never an option or a file; paths are absolute. What it reads and
writes are archives, whose metadata nobody but Collagen has written (`app.adapters.imaging` leaves none from outside).
"""

import contextlib
import functools
import json
import os
import resource
import selectors
import subprocess
import threading
import time
import unicodedata
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.adapters.exiftool.tags import EMAIL, READ, Tags, of, values
from app.adapters.jobs import environment
from app.core import limits
from app.core.errors import ExifToolFailed, SettingError

__all__ = ["ExifTool", "Tags", "is_writable"]

# 12.38 is the first without CVE-2021-22204 and without commands in names that end in "|".
OLDEST = (12, 38)
MARK = "="
AT_ONCE = 200  # files that are read in one run
LONGEST_VALUE = 1000  # characters; public IDs have at most 255, addresses 254


def is_writable(value: str) -> bool:
    """Whether a value can be handed to exiftool and come back as it was.

    That is: no control characters, no spaces around it, not too long.
    """
    return (
        len(value) <= LONGEST_VALUE
        and value == value.strip(" ")
        and not any(unicodedata.category(character) in ("Cc", "Cs") for character in value)
    )


class ExifTool:
    """A running exiftool, started at first use and again whenever it dies or hangs. Threads take turns."""

    def __init__(self, command: Sequence[str] = ("exiftool",), patience: float = limits.EXIFTOOL_SECONDS) -> None:
        """`patience`: seconds that one call may take before exiftool is ended and ExifToolFailed raised."""
        # -config "" keeps a configuration file, which is Perl code, from being run. setpriv: at the end of its input
        # a kept-open exiftool waits for more for ever, so it must be ended with whoever started it.
        options = ["-config", "", "-stay_open", "True", "-@", "-"]
        self._command = ["setpriv", "--pdeathsig", "KILL", "--no-new-privs", *command, *options]
        self._version_command = [*command, "-config", "", "-ver"]
        self._patience = patience
        self._turn = threading.Lock()
        # Linux ends the child with the thread that started it, so that must be one that lasts as long as this object.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="exiftool")
        self._process: subprocess.Popen[bytes] | None = None
        self._number = 0

    def version(self) -> str:
        """exiftool's version. Raises SettingError where it is missing or too old."""
        return _version(tuple(self._version_command), os.environ.get("PATH"), self._patience)

    def check(self) -> None:
        """Raises ExifToolFailed unless the running exiftool answers within seconds."""
        self._call(["-ver"], min(self._patience, limits.HEALTH_SECONDS))

    def write(self, path: Path, tags: Tags) -> None:
        """Makes `tags` the only metadata of the JPEG at `path` (its ICC profile and colour transform stay).

        `path` should be on a local disk: exiftool writes beside it. Raises ExifToolFailed; the file may then be
        anything and should be thrown away.
        """
        told = values(tags)
        for tag, value in told.items():
            if value is not None and not is_writable(value):
                raise ExifToolFailed(
                    f"{tag} cannot be written: the value has control characters or outer spaces, or is too long."
                )
        if tags.email is not None and not tags.email.isascii():
            # exiftool guesses the byte order of such a comment, and not always well, unless a BOM says it
            told[EMAIL] = f"\ufeff{tags.email}"
        new = [f"-{tag}={value}" for tag, value in told.items() if value is not None]
        keep = ["-all=", "--ICC_Profile:all", "--Adobe:all"]
        out, err = self._call([*keep, *new, "-overwrite_original", str(path.absolute())])
        if "1 image files updated" not in out:
            raise ExifToolFailed(f"exiftool could not write {path.name}: {(err or out).strip()[:200]}")

    def read(self, paths: Iterable[Path]) -> dict[Path, Tags]:
        """The tags of each file; files that are missing or cannot be read are left out.

        At most 200 in one run, so that no run takes long and whoever else wants one has a turn in between.
        """
        wanted = list(paths)
        tags: dict[Path, Tags] = {}
        for start in range(0, len(wanted), AT_ONCE):
            tags |= self._read(wanted[start : start + AT_ONCE])
        return tags

    def _read(self, paths: Sequence[Path]) -> dict[Path, Tags]:
        wanted = {str(path.absolute()): path for path in paths}
        names = [f"-{name}" for name in READ]
        # Exiftool writes what looks like a number or a boolean as one; with a mark in front everything is a text.
        out, _ = self._call(["-j", "-api", f'Filter=$_ = "{MARK}$_"', *names, *wanted])
        rows = json.loads(out) if out.strip() else []
        return {
            wanted[row["SourceFile"]]: of({tag: value.removeprefix(MARK) for tag, value in row.items()}) for row in rows
        }

    def close(self) -> None:
        """Ends the process, if one runs."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def _call(self, arguments: Sequence[str], patience: float | None = None) -> tuple[str, str]:
        """Runs one command; returns what it wrote to stdout and stderr. A call that fails ends the process.

        `patience`: seconds, also for others to be done.
        """
        if any("\n" in argument or "\r" in argument for argument in arguments):
            raise ExifToolFailed("A value with a line break was kept from exiftool.")
        seconds = self._patience if patience is None else patience
        if not self._turn.acquire(timeout=-1 if patience is None else patience):
            raise ExifToolFailed(f"exiftool has been busy for {seconds:g} seconds.")
        try:
            self._number += 1
            end = f"{{ready{self._number}}}"
            lines = [*arguments, "-echo4", end, f"-execute{self._number}", ""]
            try:
                process = self._running()
                return self._exchange(process, "\n".join(lines).encode("utf-8"), end.encode(), seconds)
            except (OSError, TimeoutError) as error:
                self.close()
                raise ExifToolFailed(f"exiftool did not answer ({error}); it will be started anew.") from error
            except BaseException:
                self.close()  # in the middle of an answer: the next call would read the rest of it
                raise
        finally:
            self._turn.release()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = self._starter.submit(self._start).result()
            # a file that would fill the memory ends exiftool instead
            resource.prlimit(self._process.pid, resource.RLIMIT_AS, (limits.EXIFTOOL_BYTES, limits.EXIFTOOL_BYTES))
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        return subprocess.Popen(  # noqa: S603 -- a fixed command
            self._command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, env=environment.environment()
        )

    def _exchange(
        self, process: subprocess.Popen[bytes], request: bytes, end: bytes, patience: float
    ) -> tuple[str, str]:
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
    """`path`: where the system looks for the command."""
    try:
        answer = subprocess.run(  # noqa: S603 -- a fixed command
            command, capture_output=True, timeout=patience, check=True, text=True, env=environment.environment()
        )
        version = answer.stdout.strip()
        numbers = tuple(int(part) for part in version.split("."))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise SettingError("exiftool cannot be run; install the package libimage-exiftool-perl.") from error
    if numbers < OLDEST:
        raise SettingError(f"exiftool {version} is too old: {'.'.join(map(str, OLDEST))} or later is needed.")
    return version
