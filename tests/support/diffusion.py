"""Diffusion models with random weights, so small that a processor paints in a tenth of a second, and LoRAs for them.

They are made once for all tests and processes: making them loads torch, which takes ten seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

WIDE = 32  # numbers of a token


def make_flux(directory: Path) -> Path:
    """A FLUX: 0.2 million numbers instead of 12,000."""
    import diffusers
    import torch
    import transformers

    torch.manual_seed(1)
    transformer = diffusers.FluxTransformer2DModel(
        patch_size=1,
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=WIDE,
        pooled_projection_dim=WIDE,
        axes_dims_rope=(4, 4, 8),
        guidance_embeds=True,
    )
    t5 = transformers.T5Config(vocab_size=300, d_model=WIDE, d_kv=16, d_ff=37, num_layers=2, num_heads=2)
    pipe = diffusers.FluxImg2ImgPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
        vae=_vae(latent_channels=4, use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.0609),
        text_encoder=transformers.CLIPTextModel(_clip()).eval(),
        tokenizer=_tokenizer(),
        text_encoder_2=transformers.T5EncoderModel(t5).eval(),
        tokenizer_2=transformers.T5TokenizerFast(
            vocab=[("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((letter, -3.0) for letter in _letters())],
            extra_ids=0,
        ),
        transformer=transformer,
    )
    pipe.save_pretrained(directory)
    return directory


def make_sdxl(directory: Path) -> Path:
    """An SDXL."""
    import diffusers
    import torch
    import transformers

    torch.manual_seed(2)
    unet = diffusers.UNet2DConditionModel(
        block_out_channels=(32, 64),
        layers_per_block=1,
        sample_size=32,
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(2, 4),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        transformer_layers_per_block=(1, 1),
        projection_class_embeddings_input_dim=48 + WIDE,
        cross_attention_dim=2 * WIDE,
        norm_num_groups=1,
    )
    pipe = diffusers.StableDiffusionXLImg2ImgPipeline(
        scheduler=diffusers.EulerDiscreteScheduler(),
        vae=_vae(latent_channels=4),
        text_encoder=transformers.CLIPTextModel(_clip()).eval(),
        tokenizer=_tokenizer(),
        text_encoder_2=transformers.CLIPTextModelWithProjection(_clip()).eval(),
        tokenizer_2=_tokenizer(),
        unet=unet,
    )
    pipe.save_pretrained(directory)
    return directory


def make_flux_lora(path: Path, seed: int = 0) -> Path:
    """A LoRA for the small FLUX: its transformer and its first text encoder."""
    weights = _low_rank("transformer.transformer_blocks.0.attn.to_q", WIDE, WIDE, seed)
    weights |= _low_rank("transformer.single_transformer_blocks.0.attn.to_v", WIDE, WIDE, seed + 1)
    weights |= _low_rank("text_encoder.text_model.encoder.layers.0.self_attn.q_proj", WIDE, WIDE, seed + 2)
    return _saved(path, weights)


def make_sdxl_lora(path: Path, seed: int = 0) -> Path:
    """A LoRA for the small SDXL."""
    block = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1"
    weights = _low_rank(f"{block}.to_q", 64, 64, seed) | _low_rank(f"{block}.to_v", 64, 64, seed + 1)
    return _saved(path, weights)


def make_wide_lora(path: Path) -> Path:
    """A LoRA for a FLUX with the same modules and other shapes."""
    return _saved(path, _low_rank("transformer.transformer_blocks.0.attn.to_q", 2 * WIDE, 2 * WIDE, 0))


def make_deep_lora(path: Path) -> Path:
    """A LoRA for a FLUX with more layers."""
    weights = _low_rank("transformer.transformer_blocks.0.attn.to_q", WIDE, WIDE, 0)
    return _saved(path, weights | _low_rank("transformer.transformer_blocks.7.attn.to_q", WIDE, WIDE, 0))


def _low_rank(module: str, wide: int, high: int, seed: int, rank: int = 4) -> dict[str, Any]:
    import numpy as np

    random = np.random.default_rng(seed)
    return {
        f"{module}.lora_A.weight": random.normal(size=(rank, wide)).astype(np.float32),
        f"{module}.lora_B.weight": random.normal(size=(high, rank)).astype(np.float32),
    }


def _saved(path: Path, weights: Mapping[str, Any]) -> Path:
    from safetensors.numpy import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(dict(weights), path)
    return path


def _vae(**options: Any) -> Any:
    import diffusers

    return diffusers.AutoencoderKL(
        block_out_channels=(8,) * 4,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        norm_num_groups=1,
        scaling_factor=1.5035,
        **options,
    )


def _clip() -> Any:
    import transformers

    return transformers.CLIPTextConfig(
        vocab_size=600,
        hidden_size=WIDE,
        intermediate_size=37,
        num_hidden_layers=2,
        num_attention_heads=4,
        projection_dim=WIDE,
        bos_token_id=0,
        eos_token_id=1,
    )


def _tokenizer() -> Any:
    """One token a letter."""
    import transformers

    words = ["<|startoftext|>", "<|endoftext|>", *_letters(), *(f"{letter}</w>" for letter in _letters())]
    return transformers.CLIPTokenizer(
        vocab={word: number for number, word in enumerate(words)}, merges=[], model_max_length=77
    )


def _letters() -> list[str]:
    return [chr(number) for number in range(33, 127)]
