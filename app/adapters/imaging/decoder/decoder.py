"""Prepares photos in a process of its own, so that a picture that crashes the decoder, hangs in it or fills its memory
takes nothing else with it. `python -m app.adapters.imaging.decoder` is that process.

It is started at first use, serves one photo after the other, and is started again after it died or was ended.
To it: an order in JSON, a picture. From it: a byte that says how it went, then the cut in JSON, the archive, the
intermediate and each variant (nothing for one that could not be made), or a preview, or a sentence. Each has its length
in 8 bytes before it.
"""

import contextlib
import functools
import json
import math
import resource
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import IO, TypeVar

from app.adapters.imaging import faces, policy
from app.adapters.imaging.canvas import sample
from app.adapters.imaging.photo import Prepared, prepare, preview
from app.adapters.imaging.saving import derive
from app.adapters.imaging.variants import VARIANTS
from app.adapters.jobs import environment
from app.core import limits
from app.core.cropping import Cut
from app.core.errors import DecoderFailed, PictureError
from app.core.project import ROOT

T = TypeVar("T")

DONE, REFUSED = b"+", b"-"
MOST = 2 * limits.PICTURE_BYTES  # bytes of one part of a message; an archive is seldom larger than its picture
# No more of ImageMagick's memory than one picture needs, and no files instead of it; what is freed is given back.
SMALLER = {
    "MAGICK_MEMORY_LIMIT": "256MiB",
    "MAGICK_MAP_LIMIT": "0",
    "MAGICK_DISK_LIMIT": "0",
    "MALLOC_MMAP_THRESHOLD_": "1000000",
    # pictures in pages of 2 MB, where the system has them to give: in pages of 4 KB, getting them takes a third longer
    # than decoding https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "OPENBLAS_NUM_THREADS": "1",  # of numpy, which would take memory for each core
}
COMMAND = (sys.executable, "-m", "app.adapters.imaging.decoder")
# How a process ends of what it does itself. Anything else ended it from outside, or it was never there.
CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT)


class Decoder:
    """`prepare` in another process. Threads take turns, so that the memory in use is that of one picture.

    What condemns a picture is what it does to the decoder: the processor time it takes, a crash. That the decoder
    waits, is stopped or is killed says nothing of the picture.
    """

    def __init__(self, command: Sequence[str] = COMMAND, patience: float = limits.DECODER_SECONDS) -> None:
        """`patience`: seconds to wait for one picture, whatever the decoder does."""
        # setpriv: it must end with whoever started it, however that ends
        self._command = ["setpriv", "--pdeathsig", "KILL", *command]
        self._patience = patience
        self._turn = threading.Lock()
        # Linux ends the child with the thread that started it, so that must be one that lasts as long as this object.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="decoder")
        self._process: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[[subprocess.Popen[bytes]], Decoder] | None = None

    def prepare(self, picture: bytes, place: float | None = None) -> Prepared:
        """As `app.adapters.imaging.prepare`, all variants.

        Raises PictureError, also for a picture that takes too much processor time, or that crashes the decoder twice;
        DecoderFailed where the decoder cannot be started, is ended by something else, or does not answer.
        """
        if len(picture) > limits.PICTURE_BYTES:
            prepare(picture)  # which says so, and reads nothing
        return self._asked({"do": "prepare", "place": place}, picture, _prepared)

    def preview(self, picture: bytes) -> bytes:
        """As `app.adapters.imaging.photo.preview`. Raises as `prepare` does."""
        return self._asked({"do": "preview"}, picture, _receive)

    def check(self, patience: float = limits.HEALTH_SECONDS) -> None:
        """Raises DecoderFailed unless a small picture comes back decoded, within `patience` seconds.

        While a photo is being decoded it is only looked whether the process has been stopped.
        """
        if not self._turn.acquire(blocking=False):
            if self._is_stopped():
                raise DecoderFailed("The process that decodes pictures is stopped.")
            return
        try:
            self._answered({"do": "preview"}, _sample(), _receive, patience)
        except PictureError as error:
            raise DecoderFailed(f"The process that decodes pictures refuses a sound one: {error}") from error
        finally:
            self._turn.release()

    def _is_stopped(self) -> bool:
        process = self._process
        try:
            return process is not None and Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2][1] in "Tt"
        except OSError:  # it has ended, which whoever waits for it is about to find out
            return False

    def _asked(self, order: dict[str, object], picture: bytes, answer: Callable[[IO[bytes]], T]) -> T:
        with self._turn:
            return self._answered(order, picture, answer, self._patience)

    def _answered(
        self, order: dict[str, object], picture: bytes, answer: Callable[[IO[bytes]], T], patience: float
    ) -> T:
        """`patience`: seconds. Whoever calls this has the turn."""
        ended = 0
        for _ in range(2):
            try:
                return self._ask(order, picture, answer, patience)
            except (OSError, EOFError):  # it may have died while it was idle
                ended = self._status()
                self._stop()
                if ended == -signal.SIGXCPU:
                    raise PictureError(
                        f"The picture takes over {limits.DECODER_CPU_SECONDS} seconds of processor time to decode."
                    ) from None
            except (PictureError, DecoderFailed):
                raise
            except BaseException:
                self._stop()  # in the middle of an answer: the next photo would get the rest of it
                raise
        if -ended in CRASHES:
            raise PictureError("The decoder crashes on the picture.")
        raise DecoderFailed(f"The process that decodes pictures ends without an answer (status {ended}).")

    def close(self) -> None:
        """Ends the process, if one runs."""
        with self._turn:
            self._stop()

    def _ask(self, order: dict[str, object], picture: bytes, answer: Callable[[IO[bytes]], T], patience: float) -> T:
        process = self._running()
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        watch = threading.Timer(patience, end)
        watch.daemon = True
        watch.start()
        try:
            return _exchange(process, order, picture, answer)
        except (OSError, EOFError):
            if late.is_set():
                self._stop()
                raise DecoderFailed(
                    f"The process that decodes pictures has not answered for {patience:g} seconds;"
                    " the machine may be too busy."
                ) from None
            raise
        finally:
            watch.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            try:
                self._process = self._starter.submit(self._start).result()
            except OSError as error:
                raise DecoderFailed(f"No process can be started to decode a picture: {error}.") from error
            self._end = weakref.finalize(self, _kill, self._process)
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 -- a fixed command
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment.environment(limits.IMAGEMAGICK | SMALLER),
        )

    def _status(self) -> int:
        """How the process has ended, which is known a little later than that its pipes are closed; 0 if it has not."""
        if self._process is None:
            return 0
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        return self._process.returncode or 0

    def _stop(self) -> None:
        if self._end is not None:
            self._end()
        self._process = self._end = None


@functools.cache
def _sample() -> bytes:
    """A JPEG of 3×4 pixels."""
    return derive(sample()[0], 4, 90)


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _exchange(
    process: subprocess.Popen[bytes], order: dict[str, object], picture: bytes, answer: Callable[[IO[bytes]], T]
) -> T:
    if process.stdin is None or process.stdout is None:
        raise OSError("it was started without pipes")
    _send(process.stdin, json.dumps(order).encode())
    _send(process.stdin, picture)
    how = _exactly(process.stdout, 1)
    if how == DONE:
        return answer(process.stdout)
    if how == REFUSED:
        raise PictureError(_receive(process.stdout).decode())
    raise EOFError("it answers nonsense")


def _prepared(pipe: IO[bytes]) -> Prepared:
    cut, archive, intermediate = _receive(pipe), _receive(pipe), _receive(pipe)
    variants = {name: _receive(pipe) for name in VARIANTS}
    made = {name: data for name, data in variants.items() if data}
    return Prepared(archive, intermediate, made, Cut(**json.loads(cut)) if cut else None)


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """The decoding process: answers every picture that comes in, until there are no more."""
    policy.require()
    # a decoder that asks for more gets none, and says so or dies
    most = limits.DECODER_BYTES + (limits.FACES_BYTES if faces.why_not() is None else 0)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            order, picture = json.loads(_receive(requests)), _receive(requests)
        except EOFError:
            return
        _limit_processor_time()
        try:
            parts = _done(order, picture)
        except PictureError as error:
            answers.write(REFUSED)
            _send(answers, str(error).encode())
        except MemoryError:
            answers.write(REFUSED)
            _send(answers, b"The picture takes more memory than a picture may.")
        else:
            answers.write(DONE)
            for part in parts:
                _send(answers, part)
            del parts
        del picture


def _limit_processor_time() -> None:
    """Has the system end this process (SIGXCPU) where the next picture takes too much. Waiting does not count."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime) + limits.DECODER_CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _done(order: dict[str, object], picture: bytes) -> list[bytes]:
    if order["do"] == "preview":
        return [preview(picture)]
    place = order["place"]
    prepared = prepare(picture, place=place if isinstance(place, float) else None)
    cut = json.dumps(asdict(prepared.cut)).encode() if prepared.cut else b""
    return [cut, prepared.archive, prepared.intermediate, *(prepared.variants.get(name, b"") for name in VARIANTS)]


def _send(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(len(data).to_bytes(8, "big"))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    length = int.from_bytes(_exactly(pipe, 8), "big")
    if length > MOST:
        raise EOFError("it answers nonsense")
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError("the other process has ended")
    return data
