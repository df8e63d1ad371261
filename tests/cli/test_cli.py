"""The commands as people and scripts use them: in a separate process where a direct call would prove less."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from app import __version__
from app.adapters.store import Store
from app.adapters.store.root import MARKER
from app.cli import COMMANDS, Commands, main
from app.cli.options import CollageNumber
from scripts.sandbox.samples import prepared
from scripts.sandbox.service import CAMPAIGNS, ROOT
from scripts.sandbox.stored import distinct
from tests.support.command import run, run_alone


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "campaigns.toml").write_text(CAMPAIGNS)
    return {"COLLAGEN_STORE": str(tmp_path / "store"), "COLLAGEN_CAMPAIGNS": str(tmp_path / "campaigns.toml")}


def call(*arguments: str, environ: dict[str, str] | None = None) -> Result:
    """Runs a command in this process. Output and exit code work the same for all (`app.cli.Commands`)."""
    return CliRunner().invoke(main, arguments, env=environ, prog_name="python -m app")


def test_help_names_every_command_and_what_it_does() -> None:
    answer = run_alone("--help")
    assert answer.returncode == 0
    assert "..." not in answer.stdout.partition("Commands:")[2], "no sentence is cut"
    for command in COMMANDS:
        assert re.search(rf"^  {command} +[A-Z].*\.$", answer.stdout, re.M), command
    told = CliRunner()
    for command in COMMANDS:
        assert told.invoke(main, [command, "--help"]).exit_code == 0


def test_the_version_is_that_of_the_project() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert pyproject["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "app.__version__"}
    assert run("--version").stdout == f"collagen, version {__version__}\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [("collagen for", "forget"), ("collagen sync --dr", "--dry-run"), ("collagen completion b", "bash")],
)
def test_a_shell_completes_commands_and_options(words: str, expected: str) -> None:
    asked = {"_COLLAGEN_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    assert f"plain,{expected}" in run(environ=asked).stdout.split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_asks_the_installed_command(shell: str) -> None:
    script = CliRunner().invoke(main, ["completion", shell]).output
    assert f"_COLLAGEN_COMPLETE={shell}_complete" in script
    assert "_COLLAGEN_COMPLETE" in (ROOT / "deploy/collagen").read_text()


@pytest.mark.parametrize(
    ("typed", "right"), [("1", "0001"), ("0001", "0001"), ("12345", "12345"), ("x", None), ("-1", None)]
)
def test_a_collage_is_found_by_its_number_however_many_zeros_it_has(typed: str, right: str | None) -> None:
    if right is None:
        with pytest.raises(click.BadParameter, match="is not the number of a collage"):
            CollageNumber().convert(typed, None, None)
    else:
        assert CollageNumber().convert(typed, None, None) == right


def test_init_makes_a_store_once(environ: dict[str, str], tmp_path: Path) -> None:
    first, second = run_alone("init", environ=environ), call("init", environ=environ)
    assert (first.returncode, second.exit_code) == (0, 0)
    assert first.stdout.startswith("Made a new store")
    assert second.stdout.startswith("There already is a store")
    assert (tmp_path / "store" / MARKER).is_file()


@pytest.mark.parametrize(
    ("people", "grid", "cell", "spare", "total"),
    [
        (229, "17×13", "237×316", "horizontal pad 67, vertical clip 12", "6.55×8 + 1×67 + 2×12 = 143.40"),
        (500, "26×19", "159×212", "horizontal clip 38, vertical pad 68", "6.50×6 + 2×38 + 1×68 = 183.00"),
        (1000, "37×27", "111×148", "horizontal clip 11, vertical pad 100", "6.50×1 + 2×11 + 1×100 = 128.50"),
        (5000, "78×64", "48×64", "horizontal pad 352, vertical pad 0", "6.50×8 + 1×352 + 1×0 = 404.00"),
    ],
)
def test_layout_shows_the_owners_choices(people: int, grid: str, cell: str, spare: str, total: str) -> None:
    answer = call("layout", str(people))
    assert answer.exit_code == 0
    for part in (f"{grid} cells of {cell}", spare, f"cost {total}"):
        assert part in answer.stdout


def test_layout_as_json_has_the_keys_that_every_json_uses() -> None:
    answer = json.loads(call("layout", "229", "--json").stdout)
    assert answer == {
        "cols": 17, "rows": 13, "cell_width": 237, "cell_height": 316, "used": 221, "left_out": 8, "cost": 143.4,
    }  # fmt: skip


def test_a_report_lists_every_case_with_its_sum(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    assert call("layout", "229", "--report", str(report)).exit_code == 0
    head, *cases = report.read_text().splitlines()
    assert "used/n" in head
    assert len(cases) > 1000
    (chosen,) = [line for line in cases if line.endswith("6.55×8 + 1×67 + 2×12 = 143.40")]
    assert chosen.split()[:5] == ["17×13", "221/229", "237×316", "+33.5", "−6"]
    used = [int(line.split()[1].split("/")[0]) for line in cases]
    assert used == sorted(used, reverse=True)


def test_collage_builds_one_and_says_where_it_is(environ: dict[str, str]) -> None:
    store = Store(Path(environ["COLLAGEN_STORE"]))
    store.root.initialise()
    for number in range(3):
        files = prepared(number)
        store.photos.put("sayno", f"p{number}", files.archive, files.intermediate, number)
    answer = run(
        "collage", "sayno", "--width", "400", "--height", "300", "--exclude", "p1", "--pin", "p2=1,1", environ=environ
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("Collage 0001 of sayno: 2 people in 2×1 cells")
    assert lines[1].split()[0] == "400×300"
    assert all(Path(line.split()[-1]).is_file() for line in lines[1:])
    assert store.collages.manifest("sayno", "0001").shown == ("p2", "p0")
    small = ("--width", "300", "--height", "400")
    manifest = json.loads(call("collage", "sayno", "--photos", "1", *small, "--json", environ=environ).stdout)
    assert (manifest["id"], [tile["public_id"] for tile in manifest["tiles"]]) == ("0002", ["p1"])

    master = store.collages.file("sayno", "0001", "collage.png")
    card = master.parent.parent / "card.jpg"
    assert call("derive", str(master), str(card), "--longest", "300").exit_code == 0
    with Image.open(card) as image:
        assert max(image.size) == 300
    whole = card.read_bytes()
    refused = call("derive", str(master), str(card), "--longest", "200")
    assert (refused.exit_code, "card.jpg already; --force replaces it." in refused.stderr) == (1, True)
    assert card.read_bytes() == whole
    assert call("derive", str(master), str(card), "--longest", "200", "--force").exit_code == 0
    for ending, kind in {"jpeg": "JPEG", "webp": "WEBP", "avif": "AVIF", "png": "PNG", "JPG": "JPEG"}.items():
        other = card.with_name(f"other.{ending}")
        assert call("derive", str(master), str(other), "--longest", "200").exit_code == 0
        with Image.open(other) as image:
            assert (image.format, max(image.size)) == (kind, 200)


def test_collage_makes_prints_and_formats(environ: dict[str, str]) -> None:
    store = Store(Path(environ["COLLAGEN_STORE"]))
    store.root.initialise()
    for number in range(3):
        files = prepared(number)
        store.photos.put("sayno", f"p{number}", files.archive, files.intermediate, number)
    wish = ["--print", "60x40mm", "--dpi", "150", "--format", "tiff", "--format", "webp", "--background", "#FF9416"]
    answer = run("collage", "sayno", *wish, environ=environ)
    assert (answer.returncode, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert lines[1] == "  a print of 60×40 mm at 150 dpi: collage.tif"
    assert [line.split("/")[-1] for line in lines[2:]] == [
        "collage.tif", "collage-1920.jpg", "collage-1024.jpg", "collage-1920.webp", "collage-1024.webp",
    ]  # fmt: skip
    master = store.collages.file("sayno", "0001", "collage.tif")
    refused = call("derive", str(master), str(master.with_name("x.jpg")))
    assert (refused.exit_code, "Only the PNG of a collage can" in refused.stderr) == (1, True)


def test_collage_makes_a_mosaic_and_says_how_well_it_fits(environ: dict[str, str], tmp_path: Path) -> None:
    store = Store(Path(environ["COLLAGEN_STORE"]))
    store.root.initialise()
    for number in range(6):
        files = prepared(number)
        store.photos.put("sayno", f"p{number}", files.archive, files.intermediate, number)
    wanted = tmp_path / "wanted.webp"
    Image.linear_gradient("L").save(wanted)
    wish = ["--mosaic", str(wanted), "--repeat", "3", "--tint", "0.2", "--width", "360", "--height", "480"]
    answer = run("collage", "sayno", *wish, environ=environ)
    assert (answer.returncode, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("Collage 0001 of sayno: 6 people in ")
    assert re.fullmatch(
        r"  a mosaic: cells differ from the picture by ΔE [\d.]+ on average, seated at random by [\d.]+; "
        r"\d+ people would fill the next finer grid, \d+×\d+",
        lines[1],
    )
    said = store.collages.manifest("sayno", "0001").mosaic
    assert said is not None
    assert (said.repeat, said.tint) == (3, 0.2)
    refused = call("collage", "sayno", "--mosaic", environ["COLLAGEN_CAMPAIGNS"], environ=environ)
    assert (refused.exit_code, "No mosaic can be made of this picture" in refused.stderr) == (1, True)


def test_a_master_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    master = tmp_path / "print.png"
    with master.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (39_370).to_bytes(4, "big") + (19_685).to_bytes(4, "big"))
        file.truncate(10**12)  # more than any memory
    answer = call("derive", str(master), str(tmp_path / "card.jpg"))
    assert answer.exit_code == 1
    assert "The picture has 39370×19685 pixels; the limit is 50 megapixels." in answer.stderr
    assert not (tmp_path / "card.jpg").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("collage", "nope"), "There is no campaign 'nope'"),
        (("collage", "sayno"), "is no store: it has no file .collagen"),
        (("layout", "1", "--width", "4000", "--height", "20"), "No grid of 1 photo fits"),
        (("derive", str(ROOT / "README.md"), "/nonexistent/x.jpg"), "This is not a complete PNG"),
        (("derive", str(ROOT / "README.md"), "x.gif"), "x.gif must end in one of .jpg, .jpeg, .webp, .avif, .png"),
        (("collage", "sayno", "--print", "3x2m"), "such as 3000x2000mm, not '3x2m'."),
        (("collage", "sayno", "--print", "20000x1000mm", "--format", "jpeg"), "Choose png, tiff or pdf"),
        (("collage", "sayno", "--format", "pdf"), "The format pdf is that of a print"),
    ],
)
def test_what_is_refused_is_one_line_and_exit_code_1(
    environ: dict[str, str], arguments: tuple[str, ...], sentence: str
) -> None:
    answer = call(*arguments, environ=environ)
    assert answer.exit_code == 1
    (line,) = answer.stderr.splitlines()
    assert line.startswith("Error: ")
    assert sentence in line


def test_a_process_ends_with_the_code_of_its_command(environ: dict[str, str]) -> None:
    answer = run("collage", "nope", environ=environ)
    assert (answer.returncode, answer.stdout, answer.stderr.startswith("Error: There is no")) == (1, "", True)
    answer = run("fly")
    assert (answer.returncode, answer.stdout) == (2, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("layout", "none"),
        ("layout", "0"),
        ("collage",),
        ("fly",),
        ("layout", "5", "-x"),
        ("collage", "sayno", "--print", "30x20mm", "--width", "300"),
        ("collage", "sayno", "--format", "gif"),
        ("collage", "sayno", "--rebuild", "1", "--background", "#FF9416"),
        ("collage", "sayno", "--rebuild", "1", "--mosaic", __file__),
        ("collage", "sayno", "--mosaic", "/nowhere.jpg"),
        ("collage", "sayno", "--mosaic", __file__, "--tint", "0.5"),
        ("collage", "sayno", "--repeat", "2"),
        ("collage", "sayno", "--pin", "p1"),
        ("collage", "sayno", "--pin", "p1=middle", "--pin", "p1=1,1"),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    assert call(*arguments).exit_code == 2


def test_a_file_error_of_the_system_is_one_line_and_exit_code_1() -> None:
    group = Commands()
    group.command("write")(lambda: Path("/dev/null/mail.eml").write_text(""))
    answer = CliRunner().invoke(group, ["write"])
    assert (answer.exit_code, answer.output) == (1, "Error: /dev/null/mail.eml: Not a directory.\n")


def test_layout_and_collage_say_who_would_be_left_out_and_offer_the_canvas_that_seats_everyone(
    environ: dict[str, str],
) -> None:
    said = call("layout", "10").stdout
    assert "4096×4096 seats 6 of 10 people." in said
    assert "4095×2184 seats all of them, in 5×2 cells of 819×1092, cost 150.00×0 + 1×0 + 1×0 = 0.00" in said
    assert "python -m app layout 10 --width 4095 --height 2184" in said
    [offer] = json.loads(call("layout", "10", "--json").stdout)["offers"]
    assert (offer["width"], offer["height"], offer["used"], offer["left_out"]) == (4095, 2184, 10, 0)
    store = Store(Path(environ["COLLAGEN_STORE"]))
    store.root.initialise()
    files = prepared(0)
    for number in range(4):
        picture = distinct(files.intermediate, number)
        store.photos.put("sayno", f"p{number}", files.archive, picture, number)
    answer = call("collage", "sayno", "--width", "400", "--height", "400", "--exclude", "p0", environ=environ)
    assert answer.stderr.splitlines() == [
        "400×400 seats 2 of 3 people. Leave out fewer on another canvas:",
        "  396×176 seats all of them, in 3×1 cells of 132×176, cost 500.00×0 + 1×0 + 1×0 = 0.00",
        "    python -m app collage sayno --exclude p0 --width 396 --height 176",
    ]


def test_a_collage_that_is_to_exclude_somebody_who_is_not_there_is_not_built(
    environ: dict[str, str], tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    store.root.initialise()
    store.photos.put("sayno", "selfie-1", prepared(1).archive, prepared(1).intermediate, 1)
    answer = call("collage", "sayno", "--exclude", "selfie-7", environ=environ)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "selfie-7 is not in the campaign sayno" in answer.stderr
    assert store.collages.ids("sayno") == []
