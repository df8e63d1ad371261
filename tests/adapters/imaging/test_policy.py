"""ImageMagick runs under our policy in every process that decodes, or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.adapters import imaging
from app.adapters.imaging import policy
from app.adapters.store import Store
from app.core import limits
from app.core.errors import PictureError
from scripts.sandbox.pictures import jpeg, png, scene
from scripts.sandbox.service import ROOT
from tests.support import hostile

# Reads a picture as ImageMagick by default would: by its content, or by its name, which can contain more than a path.
READ = """
import json, sys
from wand.image import Image
from wand.exceptions import WandException
said = {}
for name, how in json.load(sys.stdin).items():
    try:
        with Image(**({"filename": how} if isinstance(how, str) else {"blob": bytes(how)})) as image:
            said[name] = f"read: {image.format} {image.size}"
    except WandException as error:
        said[name] = f"{type(error).__name__}: {error}"
print(json.dumps(said))
"""

NAMES = [
    *("xc:red", "canvas:red", "gradient:", "plasma:", "pattern:checkerboard", "rose:", "logo:", "null:"),
    *("label:hello", "label:@/etc/passwd", "caption:@/etc/passwd", "text:/etc/passwd", "text:@/etc/passwd"),
    *("txt:/etc/passwd", "@/etc/passwd", "url:http://127.0.0.1:1/a.png", "http://127.0.0.1:1/a.png"),
    *("https://127.0.0.1:1/a.png", "ftp://127.0.0.1/a.png", "file:///etc/passwd", "inline:data:image/png;base64,aGk="),
    *("fd:0", "msl:/etc/passwd", "mvg:/etc/passwd", "svg:/etc/passwd", "ps:/etc/passwd", "pdf:/etc/passwd", "x:", "-"),
    *("pango:@/etc/passwd", "vid:/etc/*", "mpr:x", "histogram:/etc/passwd", "show:/etc/passwd", "raw:/etc/passwd"),
]


def child(code: str, given: object = None, **environ: str) -> str:
    """The output of a Python process that has our policy and nothing else of this environment."""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(given),
        cwd=ROOT,
        env=os.environ | limits.IMAGEMAGICK | environ,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_it_is_in_force_here() -> None:
    assert policy.violations() == []
    policy.require()
    imaging.check()


def test_nothing_but_jpeg_and_png_is_read_by_its_content() -> None:
    samples = {name: list(data) for name, data in hostile.NO_PICTURES.items() if name != "PNG"}
    said = json.loads(child(READ, samples | {"a JPEG": list(jpeg(scene(30, 40)))}))
    assert said.pop("a JPEG") == "read: JPEG (30, 40)"
    assert {name for name, answer in said.items() if answer.startswith("read")} == set()
    assert {name for name in ("SVG", "PostScript", "GIF", "PDF") if "security policy" not in said[name]} == set()


def test_no_name_means_more_than_a_name(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("still here")
    said = json.loads(child(READ, {name: name for name in [*NAMES, f"ephemeral:{kept}", f"mask:{kept}"]}))
    assert {name for name, answer in said.items() if answer.startswith("read")} == set()
    assert kept.read_text() == "still here"


def test_only_our_formats_of_all_that_imagemagick_knows_can_be_read_or_written() -> None:
    code = """
import json
from wand.version import formats
from app.adapters.imaging import policy
from app.adapters.store import Store
policy.require()
print(json.dumps([name for name in formats("*") if policy._may(1, 1, name) or policy._may(1, 2, name)]))
"""
    permitted = set(json.loads(child(code)))
    assert permitted <= {"JPEG", "JPG", "PNG", "RGB"}, permitted


@pytest.mark.parametrize("name", hostile.NO_PICTURES)
@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_what_is_no_picture_fails_through_imaging_whatever_it_is_said_to_be(name: str, kind: imaging.Format) -> None:
    data = hostile.NO_PICTURES[name]
    if (name, kind) == ("PNG", "png"):
        return
    for act in (lambda: imaging.size(data, kind), lambda: imaging.cell(data, kind, 3, 4)):
        with pytest.raises(PictureError, match=f"This is not a complete {kind.upper()}"):
            act()
    with pytest.raises(PictureError, match="This is not a complete JPEG"):
        imaging.prepare(data)


@pytest.mark.parametrize("name", ["SVG", "MVG", "MSL", "PostScript", "a label", "GIF"])
def test_the_decoding_process_refuses_them_too(name: str) -> None:
    decoder = imaging.Decoder()
    with pytest.raises(PictureError, match="This is not a complete JPEG"):
        decoder.prepare(hostile.NO_PICTURES[name])
    decoder.close()


STARTS = {
    "the command line": """
import subprocess, sys
command = [sys.executable, "-m", "app", "derive", sys.argv[1] + "/picture.png", sys.argv[1] + "/derived.jpg"]
subprocess.run(command, check=True)
""",
    "a build": """
import sys
from pathlib import Path
from app.services.collage import job as process
from app.services.collage.build import Parameters
from app.adapters.store import Store
store = Store(Path(sys.argv[1]) / "store")
build = process.start(store, "sayno", Parameters(width=300, height=400))
build.wait(300)
store.collages.manifest("sayno", build.id)
""",
    "a decoder": """
import sys
from pathlib import Path
from app.adapters import imaging
imaging.Decoder().prepare((Path(sys.argv[1]) / "picture.jpg").read_bytes())
""",
}


@pytest.mark.parametrize("start", STARTS)
def test_what_collagen_starts_has_it_wherever_it_is_started_from(start: str, store: Store, tmp_path: Path) -> None:
    """Without the policy each would refuse to decode; tests/test_hostile.py checks gunicorn's workers."""
    (tmp_path / "picture.png").write_bytes(png(scene(30, 40)))
    (tmp_path / "picture.jpg").write_bytes(jpeg(scene(30, 40)))
    files = imaging.prepare(jpeg(scene(30, 40)))
    store.photos.put("sayno", "p", files.archive, files.intermediate, 1_700_000_000, 1)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAGICK")}
    command = [sys.executable, "-c", STARTS[start], str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("where", ["", "/nonexistent"])
def test_without_it_nothing_is_decoded(where: str) -> None:
    code = """
from app.adapters import imaging
from app.core.errors import SettingError
for act in (imaging.check, lambda: imaging.size(b"", "png"), lambda: imaging.cell(b"", "png", 3, 4)):
    try:
        act()
        print("it was done")
    except SettingError as error:
        print(error)
"""
    said = child(code, MAGICK_CONFIGURE_PATH=where).splitlines()
    assert len(said) == 3
    for line in said:
        assert line.startswith("ImageMagick's policy is not in force (")
        assert "MAGICK_CONFIGURE_PATH" in line


def test_a_policy_that_allows_more_is_not_ours(tmp_path: Path) -> None:
    ours = (ROOT / "deploy/imagemagick/policy.xml").read_text()
    for change, said in (
        (("{JPEG,JPG,PNG,RGB}", "{JPEG,JPG,PNG,RGB,SVG}"), "SVG may be read"),
        (('domain="delegate" rights="none"', 'domain="delegate" rights="all"'), "programs may be called"),
        (('"memory" value="512MiB"', '"memory" value="8GiB"'), "the limit of memory"),
        (("{JPEG,JPG,PNG,RGB}", "{JPEG,JPG,RGB}"), "PNG may not be read"),
    ):
        assert change[0] in ours
        (tmp_path / "policy.xml").write_text(ours.replace(*change))
        code = "from app.adapters.imaging import policy; print(policy.violations())"
        assert said in child(code, MAGICK_CONFIGURE_PATH=str(tmp_path))


def test_it_works_from_wherever_the_program_lies(tmp_path: Path) -> None:
    home = tmp_path / "some where else" / "collagen"
    home.mkdir(parents=True)
    for part in ("app", "deploy"):
        shutil.copytree(ROOT / part, home / part, ignore=shutil.ignore_patterns("__pycache__"))
    code = "import os; from app.core import limits; os.environ |= limits.IMAGEMAGICK; print(limits.IMAGEMAGICK)"
    code += "; from app.adapters import imaging; imaging.check(); imaging.Decoder().close()"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAGICK")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=home, env=environ, check=True, capture_output=True, text=True, timeout=300)
    assert str(home) in done.stdout
