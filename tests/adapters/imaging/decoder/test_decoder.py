"""The decoding process: gives the same pictures, and its failures harm nothing else."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from app.adapters import imaging
from app.adapters.imaging import Decoder
from app.core import limits
from app.core.errors import DecoderFailed, PictureError
from scripts.sandbox.pictures import jpeg, scene
from scripts.sandbox.waiting import wait_for
from tests.support import hostile
from tests.support.child import python

PICTURE = jpeg(scene(1500, 2000))  # the size that is quickest to prepare
SMALL = jpeg(scene(60, 80))


@pytest.fixture
def make() -> Iterator[Callable[..., Decoder]]:
    made = []

    def decoder(*options: object, **more: object) -> Decoder:
        made.append(Decoder(*options, **more))  # type: ignore[arg-type]
        return made[-1]

    yield decoder
    for one in made:
        one.close()


def test_it_returns_what_the_function_returns(make: Callable[..., Decoder]) -> None:
    decoder = make()
    for picture in (PICTURE, jpeg(scene(300, 300), progressive=True)):
        assert decoder.prepare(picture) == imaging.prepare(picture)


def test_a_refusal_has_the_same_message_and_the_process_goes_on(make: Callable[..., Decoder]) -> None:
    decoder = make()
    decoder.prepare(PICTURE)
    pid = decoder._helper.process and decoder._helper.process.pid
    for picture in (b"", b"<svg/>", PICTURE[:-200], bytes(limits.PICTURE_BYTES + 1), hostile.many_scans(200)):
        with pytest.raises(PictureError) as here:
            imaging.prepare(picture)
        with pytest.raises(PictureError) as there:
            decoder.prepare(picture)
        assert str(there.value) == str(here.value)
    assert decoder.prepare(PICTURE).intermediate
    assert decoder._helper.process is not None
    assert decoder._helper.process.pid == pid


def test_a_picture_that_takes_too_much_processor_time_is_refused_and_the_next_one_is_served(
    make: Callable[..., Decoder], tmp_path: Path
) -> None:
    once = tmp_path / "once"
    code = f"""
import app.adapters.imaging.decoder.server as module
from app.core import limits
limits.DECODER_CPU_SECONDS = 1
real_prepare = module.prepare
def busy(*options, **more):
    if os.path.exists({str(once)!r}):
        return real_prepare(*options, **more)
    open({str(once)!r}, "w").close()
    while True: pass
module.prepare = busy
serve()"""
    decoder = make(python(code))
    with pytest.raises(PictureError, match="seconds of processor time"):
        decoder.prepare(PICTURE)
    assert decoder.prepare(PICTURE) == imaging.prepare(PICTURE)


def test_each_picture_has_processor_time_of_its_own(make: Callable[..., Decoder]) -> None:
    decoder = make()
    left = []
    for _ in range(2):
        decoder.prepare(PICTURE)
        assert decoder._helper.process is not None
        most, _ = resource.prlimit(decoder._helper.process.pid, resource.RLIMIT_CPU)
        used = sum(
            map(int, Path(f"/proc/{decoder._helper.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13])
        )
        left.append(most - used / os.sysconf("SC_CLK_TCK"))
    assert min(left) > limits.DECODER_CPU_SECONDS - 5


def test_a_picture_that_crashes_it_twice_is_refused(make: Callable[..., Decoder], tmp_path: Path) -> None:
    deaths = tmp_path / "deaths"
    code = f"sys.stdin.buffer.read(100)\nopen({str(deaths)!r}, 'a').write('x')\nos.kill(os.getpid(), 11)"
    with pytest.raises(PictureError, match="The decoder crashes on the picture"):
        make(python(code)).prepare(PICTURE)
    assert deaths.read_text() == "xx"


@pytest.mark.parametrize(
    "code",
    [
        "os.kill(os.getpid(), 9)",
        "os.kill(os.getpid(), 15)",
        "sys.exit(1)",
        "print('x' * 100000)",
        "sys.stdin.buffer.read(100); os.kill(os.getpid(), 9)",
    ],
)
def test_a_decoder_that_is_ended_or_talks_nonsense_condemns_no_picture(make: Callable[..., Decoder], code: str) -> None:
    with pytest.raises(DecoderFailed):
        make(python(code)).prepare(SMALL)  # which a pipe takes although nothing reads it


def test_a_decoder_that_is_stopped_condemns_no_picture_and_another_takes_its_place(
    make: Callable[..., Decoder],
) -> None:
    decoder = make(patience=60)
    decoder.prepare(PICTURE)
    assert decoder._helper.process is not None
    stopped = decoder._helper.process
    os.kill(stopped.pid, signal.SIGSTOP)
    decoder._patience = 0.5
    with pytest.raises(DecoderFailed, match=r"has not answered for 0\.5 seconds"):
        decoder.prepare(PICTURE)
    assert stopped.poll() is not None
    decoder._patience = 60
    assert decoder.prepare(PICTURE) == imaging.prepare(PICTURE)


def test_one_whose_setpriv_fails_condemns_no_picture(make: Callable[..., Decoder]) -> None:
    decoder = make()
    decoder._helper.command = ["setpriv", "--no-such-option", *decoder._helper.command[1:]]
    with pytest.raises(DecoderFailed, match=r"ends without an answer \(status 1\)"):
        decoder.prepare(PICTURE)


def test_a_killed_decoder_is_restarted_silently(make: Callable[..., Decoder]) -> None:
    decoder = make()
    for _ in range(2):
        assert decoder.prepare(PICTURE).intermediate
        assert decoder._helper.process is not None
        os.kill(decoder._helper.process.pid, signal.SIGKILL)
    assert decoder.prepare(PICTURE).intermediate


def test_one_that_cannot_be_started_may_be_tried_again(tmp_path: Path, make: Callable[..., Decoder]) -> None:
    decoder = make()
    decoder._helper.command = ["/nonexistent/setpriv"]
    with pytest.raises(DecoderFailed, match="No process can be started") as caught:
        decoder.prepare(PICTURE)
    assert "/" not in caught.value.public


def test_memory_above_its_limit_is_refused(make: Callable[..., Decoder]) -> None:
    code = f"""
import app.adapters.imaging.decoder.server as module
def greedy(picture, place):
    data = bytearray({limits.DECODER_BYTES + limits.FACES_BYTES})
module.prepare = greedy
serve()"""
    with pytest.raises(PictureError, match="takes more memory than a picture may"):
        make(python(code)).prepare(PICTURE)


def test_threads_take_turns(make: Callable[..., Decoder]) -> None:
    decoder = make()
    pictures = [jpeg(Image.new("RGB", (1500, 2000), (80 * number, 0, 0))) for number in range(3)]
    found: dict[int, imaging.Prepared] = {}
    threads = [
        threading.Thread(target=lambda number=number: found.update({number: decoder.prepare(pictures[number])}))
        for number in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: imaging.prepare(picture) for number, picture in enumerate(pictures)}


def test_it_ends_with_its_owner() -> None:
    decoder = Decoder()
    decoder.prepare(PICTURE)
    process = decoder._helper.process
    assert process is not None
    del decoder
    assert process.poll() is not None


def test_a_check_decodes_a_picture_in_the_real_process(make: Callable[..., Decoder]) -> None:
    decoder = make()
    decoder.check()
    assert decoder._helper.process is not None


def test_a_check_finds_one_that_is_stopped_and_another_takes_its_place(make: Callable[..., Decoder]) -> None:
    decoder = make()
    decoder.check()
    assert decoder._helper.process is not None
    os.kill(decoder._helper.process.pid, signal.SIGSTOP)
    with pytest.raises(DecoderFailed, match="has not answered"):
        decoder.check(0.5)
    decoder.check()


def test_a_check_finds_one_that_was_stopped_at_work_and_waits_for_none_that_works(
    make: Callable[..., Decoder],
) -> None:
    decoder = make(python("time.sleep(300)"))

    def prepare() -> None:
        with pytest.raises(DecoderFailed):
            decoder.prepare(SMALL)

    waiting = threading.Thread(target=prepare)
    waiting.start()
    process = wait_for(lambda: decoder._helper.process, "it was started")
    assert process is not None
    decoder.check()  # it is at work, as far as anyone can tell
    os.kill(process.pid, signal.SIGSTOP)
    stat = Path(f"/proc/{process.pid}/stat")
    wait_for(lambda: " T " in stat.read_text(), "it was stopped")
    with pytest.raises(DecoderFailed, match="is stopped"):
        decoder.check()
    process.kill()
    second = wait_for(
        lambda: decoder._helper.process if decoder._helper.process is not process else None, "it was tried once more"
    )
    assert second is not None
    second.kill()
    waiting.join(300)
    assert not waiting.is_alive()


@pytest.mark.parametrize("code", ["", "print('nonsense', flush=True); time.sleep(300)", "sys.exit(3)"])
def test_a_check_notices_a_process_that_is_no_decoder(make: Callable[..., Decoder], code: str) -> None:
    with pytest.raises(DecoderFailed):
        make(python(code)).check()
    with pytest.raises(DecoderFailed):
        make(["/nonexistent"]).check()
