"""What base models and LoRAs say of themselves, without torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.adapters.diffusion import models
from app.adapters.diffusion.loras import Lora, fit


def weights(path: Path, names: Sequence[str], shape: tuple[int, ...] = (2, 3)) -> Path:
    """A safetensors file with weights of these names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = json.dumps({name: {"dtype": "F32", "shape": shape, "data_offsets": [0, 0]} for name in names}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    return path


def model(path: Path, name: str) -> Path:
    path.mkdir(parents=True)
    (path / models.INDEX).write_text(json.dumps({"_class_name": name}))
    return path


def test_a_model_is_found_by_its_directory_or_in_the_cache(tmp_path: Path) -> None:
    assert models.directory(str(tmp_path)) == tmp_path
    cached = tmp_path / "hub/models--someone--FLUX"
    (cached / "refs").mkdir(parents=True)
    (cached / "refs/main").write_text("abc\n")
    assert models.directory("someone/FLUX", {"HF_HOME": str(tmp_path)}) == cached / "snapshots/abc"
    for missing, reason in (("someone/other", "neither a directory nor in"), (f"{tmp_path}/none", "is not there")):
        with pytest.raises(models.NoModel, match=reason):
            models.directory(missing, {"HF_HOME": str(tmp_path)})


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    assert models.family(model(tmp_path / "a", "FluxPipeline")) == "FLUX"
    assert models.family(model(tmp_path / "b", "StableDiffusionXLPipeline")) == "SDXL"
    with pytest.raises(models.NoModel, match="c is a SanaPipeline; styles need FLUX or SDXL"):
        models.family(model(tmp_path / "c", "SanaPipeline"))
    with pytest.raises(models.NoModel, match=r"no model_index\.json"):
        models.family(tmp_path)


def test_the_numbers_of_each_part_are_counted_in_the_precision_that_is_loaded(tmp_path: Path) -> None:
    weights(tmp_path / "unet/a.fp16.safetensors", ["x", "y"])
    assert (models.numbers(tmp_path), models.variant(tmp_path)) == ({"unet": 12}, "fp16")
    weights(tmp_path / "unet/a-1.safetensors", ["x"])
    weights(tmp_path / "unet/a-2.safetensors", ["y", "z"])
    weights(tmp_path / "vae/b.safetensors", ["x"])
    assert (models.numbers(tmp_path), models.variant(tmp_path)) == ({"unet": 18, "vae": 6}, None)
    (tmp_path / "vae/b.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(models.NoModel, match=r"b\.safetensors is damaged"):
        models.numbers(tmp_path)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight", "FLUX"),
        ("lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight", "FLUX"),
        ("diffusion_model.single_blocks.7.linear1.lora_A.weight", "FLUX"),
        ("unet.down_blocks.1.attentions.0.proj_in.lora_A.weight", "SDXL"),
        ("lora_unet_input_blocks_4_1_proj_in.lora_down.weight", "SDXL"),
        ("lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", "SDXL"),
        ("lora_te1_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", "unknown"),
    ],
)
def test_the_names_of_its_weights_tell_what_a_lora_is_for(name: str, family: str) -> None:
    assert fit(["alpha", name]) == family


def test_a_lora_that_cannot_be_used_is_named_with_the_reason(tmp_path: Path) -> None:
    path = weights(tmp_path / "a.safetensors", ["unet.x.lora_A.weight"])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert Lora("a.safetensors").why_not(tmp_path, "SDXL") is None
    assert Lora("a.safetensors", digest).why_not(tmp_path, "SDXL") is None
    assert Lora("a.safetensors").sum(tmp_path) == digest
    assert Lora("a.safetensors").why_not(tmp_path, "FLUX") == f"{path} was made for SDXL, and the model is FLUX"
    assert "its sum is wrong" in (Lora("a.safetensors", "0" * 64).why_not(tmp_path, "SDXL") or "")
    assert "is not there" in (Lora("b.safetensors").why_not(tmp_path, "SDXL") or "")
    for garbage in (
        b"",
        b"short",
        b"\xff" * 100,
        (2).to_bytes(8, "little") + b"[]",
        (4).to_bytes(8, "little") + b"nope",
    ):
        path.write_bytes(garbage)
        assert Lora("a.safetensors").why_not(tmp_path, "SDXL") == f"{path} is no safetensors file"
