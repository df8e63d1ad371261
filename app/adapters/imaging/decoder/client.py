"""Our side of the decoding process, which is started at first use and again after it has ended."""

import contextlib
import functools
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TypeVar

from app.adapters.imaging.decoder import protocol
from app.adapters.imaging.photo import PREVIEW_SIDE, Prepared, prepare
from app.adapters.imaging.saving import derive, sample
from app.adapters.jobs.helper import Helper, Process
from app.core import limits
from app.core.errors import DecoderFailed, PictureError
from app.core.sources import Original

T = TypeVar("T")

# No more of ImageMagick's memory than one picture needs, and no files in place of memory; freed memory goes back.
SMALLER = {
    "MAGICK_MEMORY_LIMIT": "256MiB",
    "MAGICK_MAP_LIMIT": "0",
    "MAGICK_DISK_LIMIT": "0",
    "MALLOC_MMAP_THRESHOLD_": "1000000",
    # pages of 2 MB, if the system has them: getting memory in pages of 4 KB takes a third longer than decoding
    # https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "OPENBLAS_NUM_THREADS": "1",  # numpy would take memory for each core
}
COMMAND = (sys.executable, "-m", "app.adapters.imaging.decoder")
# Signals that a process gets for what it does itself; any other end came from outside, or it never started.
CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT)


class Decoder:
    """`prepare` in another process. Threads take turns, so memory holds one picture at a time.

    A picture is condemned for what it does to the decoder: the processor time it takes, a crash. That the decoder
    waits, is stopped or is killed says nothing about the picture.
    """

    def __init__(self, command: Sequence[str] = COMMAND, patience: float = limits.DECODER_SECONDS) -> None:
        """`patience`: seconds to wait for one picture, whatever the decoder does."""
        self._helper = Helper("decoder", command, limits.IMAGEMAGICK | SMALLER)
        self._patience = patience

    def prepare(
        self, picture: bytes, place: float | None = None, *, any_format: bool = False, original: bool = False
    ) -> Prepared:
        """As `app.adapters.imaging.prepare`, all variants.

        `any_format`: accept every format of `app.adapters.imaging.foreign`, and look for the address in its metadata.
        `original`: also say what such a picture was like.

        Raises PictureError, also for a picture that takes too much processor time or crashes the decoder twice;
        DecoderFailed if the decoder cannot be started, is ended by something else, or does not answer.
        """
        if len(picture) > limits.PICTURE_BYTES:
            prepare(picture)  # which refuses it unread
        with self._helper.turn:
            order: dict[str, object] = {"do": "prepare", "place": place, "any": any_format, "original": original}
            return self._answer(order, picture, protocol.read_prepared, self._patience)

    def preview(self, picture: bytes, *, any_format: bool = False, side: int = PREVIEW_SIDE) -> bytes:
        """As `app.adapters.imaging.photo.preview`; `any_format` as in `prepare`. Raises as `prepare` does."""
        with self._helper.turn:
            order: dict[str, object] = {"do": "preview", "any": any_format, "side": side}
            return self._answer(order, picture, protocol.read_part, self._patience)

    def address(self, picture: bytes) -> str | None:
        """The address in the metadata of a picture of any format. Raises as `prepare` does."""
        with self._helper.turn:
            found = self._answer({"do": "address"}, picture, protocol.read_part, self._patience)
        return found.decode("utf-8", "replace") or None

    def original(self, picture: bytes) -> Original:
        """What a picture of any format was like when it was sent; decodes no pixels. Raises as `prepare` does."""
        with self._helper.turn:
            return self._answer({"do": "original"}, picture, protocol.read_original, self._patience)

    def check(self, patience: float = limits.HEALTH_SECONDS) -> None:
        """Raises DecoderFailed unless a small picture comes back decoded within `patience` seconds.

        While a photo is being decoded, it only checks that the process has not been stopped.
        """
        if not self._helper.turn.acquire(blocking=False):
            if self._is_stopped():
                raise DecoderFailed("The process that decodes pictures is stopped.")
            return
        try:
            self._answer({"do": "preview", "any": False}, _sample(), protocol.read_part, patience)
        except PictureError as error:
            raise DecoderFailed(f"The process that decodes pictures refuses a sound one: {error}") from error
        finally:
            self._helper.turn.release()

    def close(self) -> None:
        """Ends the process, if one runs."""
        with self._helper.turn:
            self._helper.stop()

    def _is_stopped(self) -> bool:
        process = self._helper.process
        try:
            return process is not None and Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2][1] in "Tt"
        except OSError:  # it has ended, as the thread that waits for it is about to find out
            return False

    def _answer(self, order: dict[str, object], picture: bytes, read: Callable[[IO[bytes]], T], patience: float) -> T:
        """The answer to one request, asked again once if the process ends. The caller has the turn."""
        ended = 0
        for _ in range(2):
            process = self._running()
            try:
                with _watched(process, patience):
                    return _exchange(process, order, picture, read)
            except (OSError, EOFError):  # it may have died while it was idle
                ended = _status(process)
                self._helper.stop()
                if ended == -signal.SIGXCPU:
                    raise PictureError(
                        f"The picture takes over {limits.DECODER_CPU_SECONDS} seconds of processor time to decode."
                    ) from None
            except PictureError:
                raise
            except BaseException:
                self._helper.stop()  # in the middle of an answer: the next photo would get the rest of it
                raise
        if -ended in CRASHES:
            raise PictureError("The decoder crashes on the picture.")
        raise DecoderFailed(f"The process that decodes pictures ends without an answer (status {ended}).")

    def _running(self) -> Process:
        try:
            return self._helper.running()
        except OSError as error:
            raise DecoderFailed(f"No process can be started to decode a picture: {error}.") from error


@contextlib.contextmanager
def _watched(process: Process, patience: float) -> Iterator[None]:
    """Kills the process after `patience` seconds and raises DecoderFailed."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    watch = threading.Timer(patience, end)
    watch.daemon = True
    watch.start()
    try:
        yield
    except (OSError, EOFError):
        if late.is_set():
            raise DecoderFailed(
                f"The process that decodes pictures has not answered for {patience:g} seconds;"
                " the machine may be too busy."
            ) from None
        raise
    finally:
        watch.cancel()


def _exchange(process: Process, order: dict[str, object], picture: bytes, read: Callable[[IO[bytes]], T]) -> T:
    if process.stdin is None or process.stdout is None:
        raise OSError("it was started without pipes")
    protocol.write_request(process.stdin, order, picture)
    if protocol.read_status(process.stdout) == protocol.REFUSED:
        raise PictureError(protocol.read_part(process.stdout).decode())
    return read(process.stdout)


def _status(process: Process) -> int:
    """How the process has ended, known a little later than that its pipes are closed; 0 if it has not."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(1)
    return process.returncode or 0


@functools.cache
def _sample() -> bytes:
    """A JPEG of 3×4 pixels."""
    return derive(sample()[0], 4, 90)
