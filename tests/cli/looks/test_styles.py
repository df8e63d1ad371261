"""The command `styles`: what can be painted, and what is missing for it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command import run

KEYS = [
    "name",
    "prompt",
    "negative_prompt",
    "lora",
    "lora_scale",
    "text_encoder_scale",
    "steps",
    "guidance",
    "strength",
    "installed",
]


def test_styles_are_listed_for_people_and_for_programs(tmp_path: Path) -> None:
    (tmp_path / "styles.toml").write_text('[Ours]\nlora = "ours.safetensors"\nprompt = "a painting of ours"\n')
    environ = {
        "COLLAGEN_LOOKS": str(tmp_path / "looks.toml"),
        "COLLAGEN_MODELS": str(tmp_path / "models"),
        "COLLAGEN_DIFFUSION": str(tmp_path / "flux"),
    }
    answer = run("styles", "--json", environ=environ, bare=True)
    listed = json.loads(answer.stdout)
    assert [list(one) for one in listed] == [KEYS] * 27
    assert (listed[-1]["name"], listed[-1]["prompt"]) == ("Ours", "a painting of ours")
    assert {one["installed"] for one in listed} == {False}
    lines = run("styles", environ=environ, bare=True).stdout.splitlines()
    assert len(lines) == 27
    assert all("scripts/setup --styles" in line or "COLLAGEN_DIFFUSION" in line for line in lines)
