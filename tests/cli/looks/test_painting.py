"""Looks with a style, from the command to a collage and the gallery, by models with random weights.

All tests with torch are in this file, and only a few processes load it: that takes ten seconds each time.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from app.adapters.diffusion.pipeline import Pipeline, Refused
from app.adapters.diffusion.protocol import Wish
from app.adapters.imaging.looks import xmp
from app.adapters.sqs import Message
from app.adapters.store import Store
from app.core.config import load_settings
from app.queue.looks import Handler
from app.services.looks import records
from app.services.looks.orders import Order
from app.services.looks.recipes import load_looks
from app.services.looks.standing import UsedLook
from app.services.looks.steps.style import seed_of
from app.services.looks.styles import load_styles
from scripts.sandbox import stored
from scripts.sandbox.service import ROOT
from scripts.sandbox.waiting import wait_for
from tests.support import diffusion
from tests.support.command import run
from tests.support.tiers import sampled
from tests.support.web import ADMIN, application

pytestmark = [pytest.mark.styles, pytest.mark.filterwarnings("ignore")]  # torch and its company warn of each other

PEOPLE = 2
SIZE = (96, 128)  # small enough that a processor paints it in a quarter of a second
STYLES = tuple(load_styles(Path("/nonexistent")))
PASSWORD = "correct horse battery"
RULES = '[sayno]\ntitle = "Say No"\ngallery_password = "{password}"\nlooks = {looks}\n'


@dataclass(frozen=True)
class Models:
    """A directory as COLLAGEN_MODELS, and the base models beside it."""

    flux: Path
    sdxl: Path
    directory: Path

    def lora(self, name: str) -> Path:
        return self.directory / "loras" / f"{name}.safetensors"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    import torch

    torch.set_num_threads(1)  # others want the processor, too; waiting threads would only burn it
    place = tmp_path_factory.mktemp("models")
    made = Models(diffusion.make_flux(place / "flux"), diffusion.make_sdxl(place / "sdxl"), place / "models")
    for number, style in enumerate(STYLES):
        diffusion.make_flux_lora(made.lora(style), number)
    diffusion.make_sdxl_lora(made.lora("sdxl"))
    diffusion.make_wide_lora(made.lora("wide"))
    diffusion.make_deep_lora(made.lora("deep"))
    made.lora("garbage").write_bytes(bytes(1000))
    return made


def campaign(place: Path, models: Models, styles: tuple[str, ...] = STYLES) -> dict[str, str]:
    """The settings of a new store with small photos, and a look for each of these styles."""
    store = Store(place / "store")
    store.root.initialise()
    picture = Image.radial_gradient("L").resize(SIZE)
    photos = [Image.merge("RGB", (picture, picture.point(lambda one: 255 - one), picture))]
    photos.append(photos[0].rotate(180))
    stored.put(store, range(PEOPLE), archive=lambda index: stored.as_jpeg(photos[index]))
    names = [name.lower() for name in styles]
    (place / "campaigns.toml").write_text(RULES.format(password=PASSWORD, looks=json.dumps(names)))
    tables = (f'[{name.lower()}]\n[[{name.lower()}.steps]]\nstep = "style"\nstyle = "{name}"\n' for name in styles)
    (place / "looks.toml").write_text("".join(tables))
    return {
        "COLLAGEN_STORE": str(store.path),
        "COLLAGEN_CAMPAIGNS": str(place / "campaigns.toml"),
        "COLLAGEN_LOOKS": str(place / "looks.toml"),
        "COLLAGEN_MODELS": str(models.directory),
        "COLLAGEN_DIFFUSION": str(models.flux),
        "COLLAGEN_SECRET_KEY": "a key of the tests",
        "OMP_NUM_THREADS": "1",
    }


@dataclass(frozen=True)
class Painted:
    """A campaign where all styles were painted by one command, and what that said."""

    environ: dict[str, str]
    place: Path
    said: str
    log: str

    @property
    def store(self) -> Store:
        return Store(self.place / "store")

    def result(self, look: str, public_id: str) -> bytes:
        found = self.store.looks.result("sayno", look, public_id)
        assert found is not None
        return found[0]


@pytest.fixture(scope="module")
def painted(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Painted:
    place = tmp_path_factory.mktemp("painted")
    environ = campaign(place, models)
    answer = run("look", "sayno", environ=environ, bare=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return Painted(environ, place, answer.stdout, answer.stderr)


def test_a_batch_of_all_styles_loads_the_model_once_and_each_photo_has_its_own_seed(painted: Painted) -> None:
    assert painted.said.count(f": {PEOPLE} photos made, 0 had it already\n") == len(STYLES) == 26
    assert painted.log.count(" is loaded: cpu, fp32.") == 1, "52 pictures with 26 LoRAs"
    lines = (painted.place / "store/sayno/logs/looks.jsonl").read_text().splitlines()
    logged = {(one["look"], one["public_id"]): one for one in map(json.loads, lines)}
    assert len(logged) == len(lines) == PEOPLE * len(STYLES)
    for style, rules in load_styles(Path("/nonexistent")).items():
        for index in range(PEOPLE):
            public_id, look = stored.name(index), style.lower()
            record = records.of_file(painted.result(look, public_id)[: xmp.HEAD])
            line = logged[look, public_id]
            assert record is not None
            notes = record.notes
            assert notes == {key: line[key] for key in notes}
            assert notes["seed"] == str(seed_of(public_id, 0, style))
            assert (notes["lora_scale"], notes["diffusion"], notes["style"]) == (
                f"{rules['lora_scale']:g}",
                "flux",
                style,
            )
            assert {"torch", "diffusers"} <= {one.partition("-")[0] for one in notes["versions"].split()}
            assert len(notes["lora"]) == 64
            assert line["seconds"] > 0
    assert len({one["seed"] for one in logged.values()}) == len(logged)
    assert len({painted.result(style.lower(), stored.name(0)) for style in STYLES}) == len(STYLES)


def test_every_style_becomes_a_collage_and_a_gallery(painted: Painted) -> None:
    looks = load_looks(painted.place / "looks.toml")
    more = {"CLOUDINARY_URL": "cloudinary://key:of-the-tests@cloud", "COLLAGEN_ADMIN_PASSWORD": ADMIN[1]}
    app = application(painted.environ | more)
    member = app.test_client()
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert member.post("/campaigns/sayno/login", data={"password": PASSWORD}, headers=headers).status_code == 303
    for style in STYLES:
        look = looks[style.lower()]
        made = stored.built(painted.store, width=192, height=128, look=UsedLook(look.name, look.recipe))
        assert (sorted(stored.seated(made)), made["look"]) == (sorted(map(stored.name, range(PEOPLE))), look.name)
        page = member.get(f"/campaigns/sayno/photos?look={look.name}")
        assert page.status_code == 200
        for index in range(PEOPLE):
            address = f"/campaigns/sayno/photos/{stored.name(index)}/full.jpg?look={look.name}"
            assert address.partition("?")[0] in page.text
            shown = stored.decoded(member.get(address, buffered=True).data)
            assert (shown == stored.decoded(painted.result(look.name, stored.name(index)))).all()
    said = member.get("/admin/campaigns/sayno/looks", auth=ADMIN).get_json()["looks"]
    assert [one["photos"]["current"] for one in said] == [PEOPLE] * len(STYLES)
    page = member.get("/admin/campaigns/sayno/finishes/", auth=ADMIN)
    assert (page.status_code, "Claude Monet" in page.text, "None" in page.text) == (200, True, False)
    app.extensions["collagen"].close()


@pytest.mark.parametrize("moment", sampled(range(10), every=10))
def test_killed_at_any_moment_it_goes_on_and_paints_the_same_bytes_as_another_process(
    painted: Painted, models: Models, tmp_path: Path, moment: int
) -> None:
    styles = STYLES[3:6]
    environ = campaign(tmp_path, models, styles)
    room, chance = tmp_path / "store/sayno/looks", random.Random(moment)
    wanted = {f"{style.lower()}/{stored.name(index)}.jpg" for style in styles for index in range(PEOPLE)}

    def there() -> set[str]:
        return {str(path.relative_to(room)) for path in room.glob("*/*") if "300x400" not in path.name}

    process = subprocess.Popen(
        [sys.executable, "-m", "app", "look", "sayno"],
        cwd=ROOT,
        env=os.environ | environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: there() or process.poll() is not None, "it has begun to write a picture", every=0.01)
    time.sleep(chance.uniform(0, 1.5))
    process.kill()
    process.wait()
    before = there() & wanted
    answer = run("look", "sayno", environ=environ, bare=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    made = sum(int(line.split()[1]) for line in answer.stdout.splitlines())
    assert made == len(wanted - before), "what was there is not made again"
    assert there() == wanted
    for name in wanted:
        look, _, file = name.partition("/")
        assert (room / name).read_bytes() == painted.result(look, file.removesuffix(".jpg")), name


def test_what_does_not_go_together_is_refused_by_name_before_a_batch_begins(models: Models, tmp_path: Path) -> None:
    environ = campaign(tmp_path, models, ("Anime",))
    lora = f"{models.directory}/loras"

    def refused(style: str = "", **more: str) -> str:
        (tmp_path / "styles.toml").write_text(f'[Anime]\nprompt = "an anime portrait"\n{style}\n')
        answer = run("look", "sayno", "anime", environ=environ | more, bare=True)
        assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (1, "", 1), answer.stderr
        return answer.stderr

    assert f"{lora}/sdxl.safetensors was made for SDXL, and the model is FLUX" in refused('lora = "sdxl.safetensors"')
    assert f"{lora}/garbage.safetensors is no safetensors file" in refused('lora = "garbage.safetensors"')
    assert f"{lora}/none.safetensors is not there" in refused('lora = "none.safetensors"')
    assert "its sum is wrong" in refused(f'lora = "Anime.safetensors"\nsha256 = "{"0" * 64}"')
    good = 'lora = "Anime.safetensors"'
    assert f"{tmp_path}/none is not there (COLLAGEN_DIFFUSION)" in refused(good, COLLAGEN_DIFFUSION=f"{tmp_path}/none")
    cached = refused(good, COLLAGEN_DIFFUSION="nobody/nothing", HF_HOME=str(tmp_path))
    assert f"the model nobody/nothing is neither a directory nor in {tmp_path}/hub" in cached
    assert "must be one of auto, cuda, mps, cpu" in refused(good, COLLAGEN_DIFFUSION_DEVICE="tpu")
    assert not (tmp_path / "store/sayno/looks").exists()


def test_a_seed_or_a_strength_paints_photos_again_and_stays(painted: Painted, tmp_path: Path) -> None:
    """Only what is due: painting with other seeds is shown by the bytes of each photo's own."""

    def said(*options: str) -> str:
        answer = run("look", "sayno", "anime", "--dry-run", *options, environ=painted.environ, bare=True)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    own = str(seed_of(stored.name(0), 0, "Anime"))
    assert said() == "anime would be made of 0 photos; 2 have it"
    assert said("--seed", own) == "anime would be made of 1 photo; 1 have it"
    assert said("--lora-scale", "0.9") == "anime would be made of 0 photos; 2 have it", "as styles.toml has it"
    assert said("--lora-scale", "0.5", "--text-encoder-scale", "0") == "anime would be made of 2 photos; 0 have it"
    answer = run("look", "sayno", "--seed", "7", environ=painted.environ, bare=True)
    assert (answer.returncode, "need a CAMPAIGN and a LOOK" in answer.stderr) == (2, True)


def pixels() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (SIZE[1], SIZE[0], 3)).astype(np.uint8)


def wish(lora: Path) -> Wish:
    return Wish("a painting", "a photo", str(lora), 1.0, 0.7, 8, 3.5, 0.6, 7)


@pytest.fixture(scope="module")
def flux(models: Models) -> Pipeline:
    return Pipeline(str(models.flux), "cpu", "auto")


def without_lora(model: Path, given: Wish) -> NDArray[np.uint8]:
    """What the library itself paints."""
    import diffusers
    import torch

    is_flux = model.name == "flux"
    kind = diffusers.FluxImg2ImgPipeline if is_flux else diffusers.StableDiffusionXLImg2ImgPipeline
    more = {"max_sequence_length": 256} if is_flux else {"negative_prompt": given.negative_prompt}
    painted = kind.from_pretrained(model)(
        prompt=given.prompt,
        image=Image.fromarray(pixels()),
        width=SIZE[0],
        height=SIZE[1],
        strength=given.strength,
        num_inference_steps=given.steps,
        guidance_scale=given.guidance,
        generator=torch.Generator("cpu").manual_seed(given.seed),
        **more,
    )
    return np.asarray(painted.images[0])


@pytest.mark.parametrize("family", ["flux", "sdxl"])
def test_a_lora_of_strength_0_paints_what_the_model_paints_without_it(models: Models, family: str) -> None:
    directory = models.flux if family == "flux" else models.sdxl
    model, given = Pipeline(str(directory), "cpu", "auto"), wish(models.lora("Anime" if family == "flux" else "sdxl"))
    strong = model.painted(given, pixels())
    none = model.painted(replace(given, lora_scale=0, text_encoder_scale=0), pixels())
    assert (none == without_lora(directory, given)).all()
    assert (strong != none).mean() > 0.5
    assert (model.painted(given, pixels()) == strong).all(), "the same seed, the same picture"
    assert (model.painted(replace(given, seed=8), pixels()) != strong).mean() > 0.5


def test_a_lora_that_the_model_takes_in_part_or_not_at_all_is_refused_and_leaves_nothing(
    models: Models, flux: Pipeline
) -> None:
    given = wish(models.lora("Monet"))
    before = flux.painted(given, pixels())
    for name, reason in (
        ("sdxl", "the model has no unet"),
        ("deep", r"the model has no transformer\.transformer_blocks\.7\.attn\.to_q"),
        ("wide", "size mismatch"),
        ("garbage", "header"),
    ):
        with pytest.raises(Refused, match=rf"{name}\.safetensors does not fit FLUX: .*{reason}"):
            flux.painted(wish(models.lora(name)), pixels())
    assert (flux.painted(given, pixels()) == before).all()


def test_a_lora_that_was_replaced_is_read_again(models: Models, flux: Pipeline, tmp_path: Path) -> None:
    given = wish(diffusion.make_flux_lora(tmp_path / "own.safetensors", 100))
    before = flux.painted(given, pixels())
    diffusion.make_flux_lora(tmp_path / "own.safetensors", 200)
    assert (flux.painted(given, pixels()) != before).mean() > 0.5


def test_a_model_that_is_too_large_for_the_memory_is_not_loaded(models: Models, tmp_path: Path) -> None:
    shutil.copytree(models.flux, tmp_path / "huge")
    huge = {"a": {"dtype": "F32", "shape": [10**7, 10**6], "data_offsets": [0, 0]}}
    header = json.dumps(huge).encode()
    (weights,) = (tmp_path / "huge/transformer").glob("*.safetensors")
    weights.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(Refused, match=r"huge in bf16 cannot be loaded: it needs 2000\d\.\d GB of memory, .* are free"):
        Pipeline(str(tmp_path / "huge"), "cpu", "bf16")


@pytest.mark.thorough
def test_a_worker_paints_what_is_ordered(
    painted: Painted, models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = campaign(tmp_path, models, ("Anime",))
    monkeypatch.setenv("OMP_NUM_THREADS", environ["OMP_NUM_THREADS"])  # another number rounds differently
    handler = Handler.of(load_settings(environ, Path("/nonexistent")), painted=True)
    order = Order("sayno", "anime", stored.name(0), 0).written()
    assert handler.handle(Message("1", "1", order, 0.0)).word == "done"
    handler.close()
    made = Store(tmp_path / "store").looks.result("sayno", "anime", stored.name(0))
    assert made is not None
    assert made[0] == painted.result("anime", stored.name(0))
