"""styles.toml: 26 styles come with the program, an operator's file adds or replaces some."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import BadParameters, SettingError
from app.services.looks.recipes import load_looks
from app.services.looks.styles import load_styles

NAMED = {
    *("American_Comic", "American_Cartoon", "Anime", "Chinese_Ink", "Impressionism", "Cubism", "Van_Gogh", "Monet"),
    *("LEGO", "Clay_Animation", "Pixel_Art", "Watercolor"),
}
LOOK = '[starry]\n[[starry.steps]]\nstep = "style"\nstyle = "Van_Gogh"\n'
OWN = '[{name}]\nlora = "own.safetensors"\nprompt = "a painting of ours"\n{more}\n'


def test_26_styles_come_with_the_program(tmp_path: Path) -> None:
    found = load_styles(tmp_path / "styles.toml")
    assert len(found) == 26
    assert set(found) > NAMED
    assert len({style["prompt"] for style in found.values()}) == 26
    assert {(style["steps"], style["guidance"]) for style in found.values()} == {(24, 3.5)}
    assert all(style["lora"] == f"{name}.safetensors" for name, style in found.items())


def test_an_operators_file_adds_styles_and_replaces_whole_ones(tmp_path: Path) -> None:
    path = tmp_path / "styles.toml"
    path.write_text(OWN.format(name="Ours", more="") + OWN.format(name="Monet", more="strength = 0.3"))
    found = load_styles(path)
    assert len(found) == 27
    assert (found["Monet"]["lora"], found["Monet"]["strength"]) == ("own.safetensors", 0.3)
    assert (found["Ours"]["lora_scale"], found["Ours"]["negative_prompt"]) == (1.0, "")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ('colour = "red"', "unknown key 'colour'"),
        ("lora_scale = 4", r"Ours\]\.lora_scale must be a number from 0 to 3"),
        ("strength = 0", r"strength must be a number from 0\.01 to 1"),
        ("steps = 10\nstrength = 0.05", "must be at least 1"),
        ("steps = 1.5", "steps must be a whole number"),
        ('sha256 = "abc"', "sha256 must be a SHA-256 sum"),
        ("guidance = true", "guidance must be a number"),
    ],
)
def test_a_wrong_key_is_named_with_file_and_style(tmp_path: Path, more: str, reason: str) -> None:
    path = tmp_path / "styles.toml"
    path.write_text(OWN.format(name="Ours", more=more))
    with pytest.raises(SettingError, match=reason) as caught:
        load_styles(path)
    assert str(path) in str(caught.value)


def test_a_lora_is_a_plain_name_of_a_safetensors_file(tmp_path: Path) -> None:
    path = tmp_path / "styles.toml"
    for file in ("../a.safetensors", "/a.safetensors", "a.bin", ".safetensors", ".a.safetensors"):
        path.write_text(f'[Ours]\nlora = "{file}"\nprompt = "a"\n')
        with pytest.raises(SettingError, match=r"must be the name of a \.safetensors file"):
            load_styles(path)
    path.write_text('[Ours]\nlora = "a.safetensors"\n')
    with pytest.raises(SettingError, match=r"\[Ours\] needs prompt"):
        load_styles(path)


def test_what_styles_toml_says_of_a_style_is_part_of_the_recipe(tmp_path: Path) -> None:
    path = tmp_path / "looks.toml"
    path.write_text(LOOK)
    before = load_looks(path)["starry"]
    assert before.is_painted
    (tmp_path / "styles.toml").write_text(OWN.format(name="Monet", more=""))
    assert load_looks(path)["starry"].recipe == before.recipe
    recipes = {before.recipe}
    for more in ("", f'sha256 = "{"a" * 64}"', "strength = 0.5"):
        (tmp_path / "styles.toml").write_text(OWN.format(name="Van_Gogh", more=more))
        recipes.add(load_looks(path)["starry"].recipe)
    for option in ("seed = 7", "lora_scale = 0.5"):
        path.write_text(f"{LOOK}{option}\n")
        recipes.add(load_looks(path)["starry"].recipe)
    assert len(recipes) == 6


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ('style = "Rococo"', "there is no style 'Rococo'; python -m app styles lists them"),
        ("seed = 4294967296", "must be a whole number from 0 to 4294967295"),
        ("text_encoder_scale = 9", "must be a number from 0 to 3"),
        ("strength = 0.5", "unknown key 'strength'"),
        ("", "needs a style"),
    ],
)
def test_a_wrong_option_of_the_step_is_named(tmp_path: Path, more: str, reason: str) -> None:
    path = tmp_path / "looks.toml"
    given = more if more.startswith("style") or not more else f'style = "Monet"\n{more}'
    path.write_text(f'[starry]\n[[starry.steps]]\nstep = "style"\n{given}\n')
    with pytest.raises(SettingError, match=reason):
        load_looks(path)


def test_asking_for_a_seed_keeps_the_recipe_and_asks_for_a_result_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "looks.toml"
    path.write_text(LOOK + '[card]\n[[card.steps]]\nstep = "watermark"\ntext = "a"\n')
    looks = load_looks(path)
    made = looks["starry"].overridden({"seed": 7, "lora_scale": 0.5})
    assert (made.recipe, made.asked) == (looks["starry"].recipe, {"seed": "7", "lora_scale": "0.5"})
    assert (made.steps[0].options["seed"], made.steps[0].options["lora_scale"]) == (7, 0.5)
    assert looks["card"].overridden({}) == looks["card"]
    with pytest.raises(BadParameters, match="The look card has no step style"):
        looks["card"].overridden({"seed": 7})
