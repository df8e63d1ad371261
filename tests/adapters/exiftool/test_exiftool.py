"""The real exiftool: it reads what it wrote, keeps nothing else, and always returns."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms

from app.adapters.exiftool import ExifTool, Tags, is_writable
from app.adapters.exiftool.exiftool import LONGEST_VALUE
from app.core import limits
from app.core.errors import ExifToolFailed, SettingError
from scripts.sandbox.waiting import has_ended, wait_for
from tests.support import hostile

ROOT = Path(__file__).parents[3]
TAGS = Tags("user@example.com", "test_prototype/bs8psp5f", "0123456789abcdef", 1_700_000_000)
# visible characters, and the invisible marks that emoji and right-to-left text need
TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["C", "Zl", "Zp"]),
        st.sampled_from("\u200d\u200e\u200f\u202b\u202c\ufe0f😀שלוםмир中文"),
    ),
    min_size=1,
    max_size=100,
).filter(lambda text: text == text.strip(" "))
HOSTILE = [
    "-o",
    "-o/tmp/x",
    "@/etc/passwd",
    "-@/etc/passwd",
    "#x",
    "#[CSTR]\\n-all=",
    "<photo.jpg",
    "=",
    "$FileName",
    "${FileName}",
    "a'b\"c`d",
    "\\n",
    "\\",
    "&amp;<x>&#65;",
    "]]>",
    "a, b; c",
    "{ready1}",
    "-execute",
    "-stay_open",
    "007",
    "1e5",
    "0x10",
    "1.0",
    "true",
    "False",
    "null",
    "base64:aGk=",
    "%d%f%e",
    "|id|",
    "שלום@דוגמה.קום",
    "مرحبا",
    "👩‍👩‍👧‍👦😀",
    "\u0130\u0230",
    "\u0f00\u1000\u1100",
    "\ufeffbom",
    "e\u0301",
    "\xa0around\xa0",
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JPEG without metadata, to be copied."""
    path = tmp_path_factory.mktemp("exif") / "small.jpg"
    Image.new("RGB", (8, 8), "tomato").save(path)
    return path


@pytest.fixture
def photo(small: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(small, tmp_path / "photo.jpg"))


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., ExifTool]]:
    """Makes an ExifTool of a script, which gets exiftool's arguments as "$@"."""
    made: list[ExifTool] = []

    def tool(script: str, patience: float = 300) -> ExifTool:
        path = tmp_path / f"tool{len(made)}"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        made.append(ExifTool([str(path)], patience))
        return made[-1]

    yield tool
    for one in made:
        one.close()


def recording(tmp_path: Path) -> str:
    """A script that is exiftool and adds its process ID to a file."""
    return f'echo $$ >> "{tmp_path}/pids"\nexec exiftool "$@"'


def pids(tmp_path: Path) -> list[int]:
    return [int(pid) for pid in (tmp_path / "pids").read_text().split()]


# Tags


def test_what_is_written_is_read(exiftool: ExifTool, photo: Path) -> None:
    exiftool.write(photo, TAGS)
    assert exiftool.read([photo]) == {photo: TAGS}
    exiftool.write(photo, replace(TAGS, email=None))
    assert exiftool.read([photo]) == {photo: replace(TAGS, email=None)}, "what is not given goes"
    exiftool.write(photo, Tags())
    assert exiftool.read([photo]) == {photo: Tags()}


@given(TEXT, TEXT, TEXT, st.integers(0, 10**15))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back(
    exiftool: ExifTool, photo: Path, email: str, public_id: str, asset_id: str, version: int
) -> None:
    tags = Tags(email, public_id, asset_id, version)
    exiftool.write(photo, tags)
    assert exiftool.read([photo]) == {photo: tags}


@pytest.mark.parametrize("value", HOSTILE)
def test_text_that_means_something_to_exiftool_is_text(
    exiftool: ExifTool, photo: Path, tmp_path: Path, value: str
) -> None:
    tags = Tags(value, value, value, 1)
    exiftool.write(photo, tags)
    assert exiftool.read([photo]) == {photo: tags}
    assert {path.name for path in tmp_path.iterdir()} == {"photo.jpg"}


@given(st.text(max_size=30), st.characters(categories=["Cc"]), st.text(max_size=30))
@example("a", "\n", "-all=")
@example("a", "\r", "")
@example("", "\0", "")
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_control_characters_are_refused_and_nothing_is_written(
    exiftool: ExifTool, photo: Path, before: str, control: str, after: str
) -> None:
    whole = photo.read_bytes()
    value = before + control + after
    assert not is_writable(value)
    for tags in (Tags(email=value), Tags(public_id=value), Tags(asset_id=value)):
        with pytest.raises(ExifToolFailed, match="control characters") as caught:
            exiftool.write(photo, tags)
        assert control not in str(caught.value)
    assert photo.read_bytes() == whole


def test_a_value_of_the_greatest_length_is_taken_and_a_longer_one_is_refused(exiftool: ExifTool, photo: Path) -> None:
    for letter in "aé😀":
        longest = Tags(letter * LONGEST_VALUE, letter * LONGEST_VALUE)
        exiftool.write(photo, longest)
        assert exiftool.read([photo]) == {photo: longest}
        with pytest.raises(ExifToolFailed, match="too long"):
            exiftool.write(photo, Tags(letter * (LONGEST_VALUE + 1)))
    for value in (" a", "a ", "a" * (LONGEST_VALUE + 1), "\ud800"):
        assert not is_writable(value)


def test_other_programs_read_the_same(exiftool: ExifTool, photo: Path) -> None:
    exiftool.write(photo, TAGS)
    with Image.open(photo) as image:
        assert image.getexif().get_ifd(0x8769)[0x9286] == b"ASCII\0\0\0user@example.com"
    exiftool.write(photo, Tags("ш@пример.рф"))
    with Image.open(photo) as image:
        comment = image.getexif().get_ifd(0x8769)[0x9286]
    assert comment[:8] == b"UNICODE\0"
    assert comment[8:].decode("utf-16") == "ш@пример.рф"


def test_the_tags_are_the_only_metadata(exiftool: ExifTool, photo: Path, tmp_path: Path) -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with Image.open(photo) as image:
        image.save(photo, icc_profile=icc, comment=b"SecretComment")
    thumbnail = tmp_path / "thumbnail.jpg"
    Image.new("RGB", (16, 16), "blue").save(thumbnail)
    private = ["-GPSLatitude=48.1", "-GPSLatitudeRef=N", "-Make=SecretCamera", "-SerialNumber=SecretNumber"]
    private += ["-EXIF:UserComment=SecretBefore", "-Artist=SecretArtist", "-IPTC:Keywords=SecretWord", "-Orientation=6"]
    private += [
        "-XMP-dc:Creator=SecretCreator",
        f"-ThumbnailImage<={thumbnail}",
        "-DateTimeOriginal=2024:01:01 00:00:00",
    ]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *private, photo], check=True)
    assert photo.read_bytes().count(b"Secret") >= 5
    exiftool.write(photo, TAGS)

    assert b"Secret" not in photo.read_bytes()
    assert photo.read_bytes().count(b"\xff\xd8\xff") == 1, "no picture inside the picture"
    shown = subprocess.run(["exiftool", "-j", "-G1", "-a", "-u", photo], check=True, capture_output=True).stdout
    tags = set(json.loads(shown)[0])
    ours = {"ExifIFD:UserComment", "XMP-dc:Identifier", "XMP-dc:Source", "XMP-xmpMM:VersionID"}
    assert ours <= tags
    technical = {"ExifIFD:ExifVersion", "ExifIFD:ComponentsConfiguration", "ExifIFD:FlashpixVersion"}
    technical |= {"ExifIFD:ColorSpace", "IFD0:XResolution", "IFD0:YResolution", "IFD0:ResolutionUnit"}
    technical |= {"IFD0:YCbCrPositioning", "XMP-x:XMPToolkit", "SourceFile"}
    groups = ("ExifTool:", "System:", "File:", "JFIF:", "Composite:", "ICC")
    assert {tag for tag in tags - ours - technical if not tag.startswith(groups)} == set()
    with Image.open(photo) as image:
        assert image.info["icc_profile"] == icc
        assert image.getexif().get(274) is None, "the orientation is not ours to keep"


@pytest.mark.parametrize(("mode", "options"), [("RGB", {"keep_rgb": True}), ("CMYK", {}), ("L", {})])
def test_the_picture_stays_as_it_is(exiftool: ExifTool, tmp_path: Path, mode: str, options: dict[str, bool]) -> None:
    path = tmp_path / "photo.jpg"
    Image.linear_gradient("L").convert(mode).save(path, "JPEG", **options)
    with Image.open(path) as image:
        before = image.copy()
    exiftool.write(path, TAGS)
    with Image.open(path) as image:
        assert image.mode == before.mode
        assert ImageChops.difference(image, before).getbbox() is None


# Files


def test_only_files_that_can_be_read_are_answered(exiftool: ExifTool, photo: Path, small: Path, tmp_path: Path) -> None:
    exiftool.write(photo, TAGS)
    (tmp_path / "broken.jpg").write_bytes(b"")
    found = exiftool.read([tmp_path / "missing.jpg", photo, tmp_path / "broken.jpg", small])
    assert found.pop(tmp_path / "broken.jpg", Tags()) == Tags()
    assert found == {photo: TAGS, small: Tags()}
    assert exiftool.read([]) == {}
    assert exiftool.read([tmp_path / "missing.jpg"]) == {}


@pytest.mark.parametrize("name", ["-o.jpg", "@list.jpg", "#x.jpg", "a b%d.jpg", "id|", "é😀.jpg", "a'\".jpg", "$x.jpg"])
def test_files_with_hostile_names_are_files(exiftool: ExifTool, small: Path, tmp_path: Path, name: str) -> None:
    path = Path(shutil.copy(small, tmp_path / name))
    exiftool.write(path, TAGS)
    assert exiftool.read([path]) == {path: TAGS}
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_with_a_line_break_is_refused(exiftool: ExifTool, tmp_path: Path) -> None:
    with pytest.raises(ExifToolFailed, match="line break"):
        exiftool.read([tmp_path / "a\n-all=.jpg"])
    exiftool.check()


def test_relative_paths_are_read_as_they_were_given(exiftool: ExifTool, photo: Path) -> None:
    relative = Path(os.path.relpath(photo))
    exiftool.write(relative, TAGS)
    assert exiftool.read([relative]) == {relative: TAGS}


def test_only_a_jpeg_can_be_written(exiftool: ExifTool, tmp_path: Path) -> None:
    page = tmp_path / "photo.jpg"
    page.write_text("<html></html>")
    for path in (page, tmp_path / "missing.jpg"):
        with pytest.raises(ExifToolFailed, match=f"could not write {path.name}"):
            exiftool.write(path, TAGS)
    assert page.read_text() == "<html></html>"


def test_more_is_asked_and_answered_than_fits_into_a_pipe(exiftool: ExifTool, photo: Path, tmp_path: Path) -> None:
    exiftool.write(photo, TAGS)
    links = []
    for number in range(200):
        links.append(tmp_path / f"{'x' * 200}{number}.jpg")
        links[-1].symlink_to(photo)
    missing = [tmp_path / f"{'y' * 200}{number}" for number in range(700)]
    assert exiftool.read([*missing, *links]) == dict.fromkeys(links, TAGS)


# The process


def test_one_process_serves_many_files(make: Callable[..., ExifTool], photo: Path, tmp_path: Path) -> None:
    tool = make(recording(tmp_path))
    for number in range(20):
        tool.write(photo, replace(TAGS, version=number))
        assert tool.read([photo])[photo].version == number
    assert len(pids(tmp_path)) == 1


def test_threads_share_one_process_and_it_outlives_them(
    make: Callable[..., ExifTool], small: Path, tmp_path: Path
) -> None:
    tool = make(recording(tmp_path))
    found: dict[int, bool] = {}

    def work(number: int) -> None:
        path = Path(shutil.copy(small, tmp_path / f"{number}.jpg"))
        tags = replace(TAGS, public_id=f"photo {number}")
        for _ in range(5):
            tool.write(path, tags)
            found[number] = tool.read([path]) == {path: tags} and found.get(number, True)

    for turn in range(2):  # the second time, none of those who started it is left
        threads = [threading.Thread(target=work, args=(turn * 4 + number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == dict.fromkeys(range(8), True)
    [pid] = pids(tmp_path)
    tool.close()
    wait_for(lambda: has_ended(pid), "it had ended")


def test_a_killed_exiftool_is_started_again(make: Callable[..., ExifTool], photo: Path, tmp_path: Path) -> None:
    tool = make(recording(tmp_path))
    tool.write(photo, TAGS)
    [pid] = pids(tmp_path)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: has_ended(pid), "it had ended")
    assert tool.read([photo]) == {photo: TAGS}
    assert len(pids(tmp_path)) == 2


def test_one_that_dies_at_work_fails_and_the_next_call_is_served(
    make: Callable[..., ExifTool], photo: Path, tmp_path: Path
) -> None:
    once = tmp_path / "once"
    tool = make(
        f'if [ ! -e "{once}" ]; then touch "{once}"; read line; echo half an answer; exit; fi; exec exiftool "$@"'
    )
    with pytest.raises(ExifToolFailed, match="it will be restarted"):
        tool.write(photo, TAGS)
    tool.write(photo, TAGS)
    assert tool.read([photo]) == {photo: TAGS}


def test_one_that_hangs_is_ended_and_fails(make: Callable[..., ExifTool], tmp_path: Path) -> None:
    tool = make(f'echo $$ >> "{tmp_path}/pids"\nexec sleep 1000', patience=0.3)
    with pytest.raises(ExifToolFailed, match=r"did not answer \(within 0.3 s\)"):
        tool.check()
    wait_for(lambda: all(map(has_ended, pids(tmp_path))), "they had ended")


def test_one_that_never_stops_talking_is_ended_and_fails(make: Callable[..., ExifTool]) -> None:
    tool = make("while :; do echo more; done", patience=0.3)
    with pytest.raises(ExifToolFailed):
        tool.check()


def test_one_that_fills_the_memory_is_ended_and_the_next_call_is_served(
    make: Callable[..., ExifTool], photo: Path, tmp_path: Path
) -> None:
    once = tmp_path / "once"
    greedy = """perl -e 'my $all = "x" x 400_000_000; print "it was given"; sleep 60'"""
    tool = make(f'if [ ! -e "{once}" ]; then touch "{once}"; read line; exec {greedy}; fi; exec exiftool "$@"')
    with pytest.raises(ExifToolFailed, match="it ended"):
        tool.write(photo, TAGS)
    tool.write(photo, TAGS)
    assert tool.read([photo]) == {photo: TAGS}


@pytest.mark.parametrize(
    "name",
    [
        *("a large profile that makes no sense", "directories in a circle", "hundreds of large segments"),
        "30 MB behind its end",
    ],
)
def test_hostile_metadata_costs_it_little(make: Callable[..., ExifTool], tmp_path: Path, name: str) -> None:
    """Archives have no metadata, so exiftool never sees any; but if it did, it would neither hang nor grow."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(hostile.TAKEN[name]())
    tool = make(recording(tmp_path))
    tool.write(photo, TAGS)
    assert tool.read([photo]) == {photo: TAGS}
    [pid] = pids(tmp_path)
    status = Path(f"/proc/{pid}/status").read_text()
    assert int(status.partition("VmPeak:")[2].split()[0]) * 1024 < limits.EXIFTOOL_BYTES / 2


def test_an_error_of_exiftool_is_said_in_its_words(make: Callable[..., ExifTool], photo: Path) -> None:
    # a write that was killed leaves such a file, and exiftool then refuses to write
    photo.with_name("photo.jpg_exiftool_tmp").write_bytes(b"")
    with pytest.raises(ExifToolFailed, match=r"could not write photo.jpg: .*[Tt]emporary file already exists"):
        make('exec exiftool "$@"').write(photo, TAGS)


def test_a_configuration_file_is_not_run(tmp_path: Path, photo: Path) -> None:
    (tmp_path / ".ExifTool_config").write_text(f'open(my $file, ">", "{tmp_path}/was-run");\n1;\n')
    code = "from app.adapters.exiftool import ExifTool; tool = ExifTool(); "
    code += "tool.version(); tool.check(); tool.close()"
    environ = os.environ | {"HOME": str(tmp_path), "EXIFTOOL_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environ, cwd=ROOT, check=True)
    assert not (tmp_path / "was-run").exists()


def test_it_ends_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "tool"
    script.write_text(f"#!/bin/sh\n{recording(tmp_path)}\n")
    script.chmod(0o755)
    code = """
import sys, threading
from app.adapters.exiftool import ExifTool
tool = ExifTool([sys.argv[1]])
thread = threading.Thread(target=tool.check)
thread.start()
thread.join()
tool.check()
print("runs", flush=True)
sys.stdin.read()
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code, script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "runs\n"
    [pid] = pids(tmp_path)
    parent.kill()
    parent.communicate(timeout=300)
    wait_for(lambda: has_ended(pid), "it had ended")


def test_it_does_not_keep_a_program_from_ending(tmp_path: Path) -> None:
    script = tmp_path / "tool"
    script.write_text(f"#!/bin/sh\n{recording(tmp_path)}\n")
    script.chmod(0o755)
    code = "import sys; from app.adapters.exiftool import ExifTool; tool = ExifTool([sys.argv[1]]); tool.check()"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code, script], cwd=ROOT, check=True, timeout=300)
    [pid] = pids(tmp_path)
    wait_for(lambda: has_ended(pid), "it had ended")


# The version


def test_the_installed_one_is_new_enough(exiftool: ExifTool) -> None:
    assert float(exiftool.version()) >= 12.38
    exiftool.check()


@pytest.mark.parametrize("version", ["12.37", "11.99", "9.00", "12.8"])
def test_one_that_is_too_old_is_a_wrong_setting(make: Callable[..., ExifTool], version: str) -> None:
    with pytest.raises(SettingError, match=f"exiftool {version} is too old: 12.38 or later"):
        make(f"echo {version}").version()


@pytest.mark.parametrize("version", ["12.38", "12.40", "13.00"])
def test_one_that_is_new_enough_is_taken(make: Callable[..., ExifTool], version: str) -> None:
    assert make(f"echo {version}").version() == version


@pytest.mark.parametrize("script", ["echo what", "exit 1", "echo", "kill -9 $$"])
def test_one_that_cannot_say_its_version_is_a_wrong_setting(make: Callable[..., ExifTool], script: str) -> None:
    with pytest.raises(SettingError, match="libimage-exiftool-perl"):
        make(script).version()


def test_a_missing_one_is_a_wrong_setting_and_fails_at_work(photo: Path) -> None:
    tool = ExifTool(["/nonexistent/exiftool"])
    with pytest.raises(SettingError, match="libimage-exiftool-perl"):
        tool.version()
    with pytest.raises(ExifToolFailed):
        tool.write(photo, TAGS)
    tool.close()


def test_closing_twice_or_before_the_first_use_is_harmless(photo: Path) -> None:
    tool = ExifTool()
    tool.close()
    tool.write(photo, TAGS)
    tool.close()
    tool.close()
    assert tool.read([photo]) == {photo: TAGS}, "and it can be used again"
    tool.close()


def test_what_is_written_is_no_thicker_than_it_must_be(exiftool: ExifTool, photo: Path) -> None:
    before = photo.stat().st_size
    exiftool.write(photo, TAGS)
    assert photo.stat().st_size - before < 5000
    with Image.open(io.BytesIO(photo.read_bytes())) as image:
        image.load()
