"""Builds a toon-nano base: a CogVideoX pipeline folder with the MLLM in ``mllm/``, as real checkpoints would lie.

The weights are random but seeded; `models.animeshooter.base` loads the folder exactly as it loads CogVideoX-2B with
Qwen2.5-VL-7B beside it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import torch
from safetensors import SafetensorError

from models.animeshooter.base import MLLM_FOLDER, quiet_progress_bars
from models.nano.config import NanoConfig
from models.nano.vocabulary import byte_pairs, text_pieces
from pegbar.errors import DiskFullError
from pegbar.files import disk_errors

if TYPE_CHECKING:
    from diffusers import AutoencoderKLCogVideoX, CogVideoXDDIMScheduler, CogVideoXTransformer3DModel
    from transformers import Qwen2_5_VLForConditionalGeneration, Qwen2Tokenizer, T5EncoderModel, T5Tokenizer

Built = TypeVar("Built")
SPECIAL_TOKENS = ("<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
VISION_HEADS = 2
TEXT_HEADS = 4


def build_nano(config: NanoConfig, folder: Path) -> Path:
    """Write the base into an empty or missing `folder` and return it; same configuration, same bytes.

    Raises:
        DiskFullError, ReadOnlyError: the folder cannot be written.
    """
    quiet_progress_bars()
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            _save_generator(config, folder)
            _save_mllm(config, folder / MLLM_FOLDER)
        except SafetensorError as error:  # what safetensors makes of a disk error
            raise DiskFullError(
                f"cannot write the base model: {error}", remedy="free some disk space, then: pegbar resume"
            ) from error
        for path in sorted(folder.rglob("*.json")):
            _settle(path)
        for path in sorted(folder.rglob("*.safetensors")):
            path.chmod(0o644)
    return folder


def _settle(path: Path) -> None:
    """Rewrite JSON with sorted keys: some writers follow a set's order, which differs between processes."""
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content, indent=1, sort_keys=path.name != "tokenizer.json", ensure_ascii=False))


def _seeded(seed: int, build: Callable[[], Built]) -> Built:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build()


def _save_generator(config: NanoConfig, folder: Path) -> None:
    from diffusers import CogVideoXPipeline

    pipeline = CogVideoXPipeline(
        tokenizer=text_tokenizer(config),
        text_encoder=_seeded(config.seed, lambda: text_encoder(config)),
        vae=_seeded(config.seed + 1, lambda: video_autoencoder(config)),
        transformer=_seeded(config.seed + 2, lambda: video_transformer(config)),
        scheduler=noise_scheduler(),
    )
    pipeline.save_pretrained(folder, safe_serialization=True)


def _save_mllm(config: NanoConfig, folder: Path) -> None:
    from transformers import Qwen2VLImageProcessorPil

    tokenizer = mllm_tokenizer()
    model = _seeded(config.seed + 3, lambda: language_model(config, tokenizer))
    model.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)
    Qwen2VLImageProcessorPil().save_pretrained(folder)


def text_tokenizer(config: NanoConfig) -> "T5Tokenizer":
    """Return a T5 tokenizer over the small vocabulary."""
    from transformers import T5Tokenizer

    return T5Tokenizer(vocab=text_pieces(), extra_ids=0, model_max_length=config.condition_length)


def text_encoder(config: NanoConfig) -> "T5EncoderModel":
    """Return a T5 v1.1-like encoder (gated GELU, as T5-XXL has)."""
    from transformers import T5Config, T5EncoderModel

    settings = T5Config(
        vocab_size=len(text_pieces()),
        d_model=config.text_dim,
        d_kv=config.text_dim // TEXT_HEADS,
        d_ff=2 * config.text_dim,
        num_layers=config.text_layers,
        num_heads=TEXT_HEADS,
        feed_forward_proj="gated-gelu",
        relative_attention_num_buckets=8,
        is_encoder_decoder=False,
        use_cache=False,
    )
    return T5EncoderModel(settings).eval()


def video_autoencoder(config: NanoConfig) -> "AutoencoderKLCogVideoX":
    """Return a CogVideoX VAE: with four blocks 8x smaller in space, 4x in time, as the real one."""
    from diffusers import AutoencoderKLCogVideoX

    num_blocks = len(config.vae_channels)
    return AutoencoderKLCogVideoX(
        block_out_channels=config.vae_channels,
        down_block_types=("CogVideoXDownBlock3D",) * num_blocks,
        up_block_types=("CogVideoXUpBlock3D",) * num_blocks,
        latent_channels=config.latent_channels,
        layers_per_block=1,
        norm_num_groups=4,
        sample_height=config.video.height,
        sample_width=config.video.width,
    ).eval()


def video_transformer(config: NanoConfig) -> "CogVideoXTransformer3DModel":
    """Return a DiT of CogVideoX-2B's kind: sine-cosine positions, a fixed number of condition tokens."""
    from diffusers import CogVideoXTransformer3DModel

    downscale = 2 ** (len(config.vae_channels) - 1)
    return CogVideoXTransformer3DModel(
        num_attention_heads=config.transformer_heads,
        attention_head_dim=config.transformer_head_dim,
        in_channels=config.latent_channels,
        out_channels=config.latent_channels,
        time_embed_dim=4 * config.transformer_head_dim,
        text_embed_dim=config.text_dim,
        num_layers=config.transformer_layers,
        sample_height=config.video.height // downscale,
        sample_width=config.video.width // downscale,
        sample_frames=config.video.num_frames,
        max_text_seq_length=config.condition_length,
        use_rotary_positional_embeddings=False,
    ).eval()


def noise_scheduler() -> "CogVideoXDDIMScheduler":
    """Return CogVideoX-2B's schedule: v-prediction, zero terminal signal-to-noise, shift 3.0."""
    from diffusers import CogVideoXDDIMScheduler

    return CogVideoXDDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        snr_shift_scale=3.0,
        timestep_spacing="trailing",
        set_alpha_to_one=True,
        clip_sample=False,
    )


def mllm_tokenizer() -> "Qwen2Tokenizer":
    """Return a Qwen2 tokenizer over the small vocabulary, with the chat and vision marks of Qwen2.5-VL."""
    from transformers import Qwen2Tokenizer

    vocabulary, merges = byte_pairs()
    tokenizer = Qwen2Tokenizer(vocab=vocabulary, merges=merges)
    tokenizer.add_tokens(list(SPECIAL_TOKENS), special_tokens=True)
    return tokenizer


def language_model(config: NanoConfig, tokenizer: "Qwen2Tokenizer") -> "Qwen2_5_VLForConditionalGeneration":
    """Return a Qwen2.5-VL whose language model is causal and whose vision tower takes 14-pixel patches."""
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    ids = {name: tokenizer.convert_tokens_to_ids(name) for name in SPECIAL_TOKENS}
    half = config.mllm_hidden // config.mllm_heads // 2
    side = 3 * half // 8
    text = {
        "hidden_size": config.mllm_hidden,
        "intermediate_size": 2 * config.mllm_hidden,
        "num_hidden_layers": config.mllm_layers,
        "num_attention_heads": config.mllm_heads,
        "num_key_value_heads": max(1, config.mllm_heads // 2),
        "vocab_size": len(tokenizer),
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 1e6,
            "mrope_section": [half - 2 * side, side, side],
        },
        "bos_token_id": tokenizer.eos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "tie_word_embeddings": True,
    }
    vision = {
        "depth": config.vision_layers,
        "hidden_size": config.vision_hidden,
        "intermediate_size": 2 * config.vision_hidden,
        "num_heads": VISION_HEADS,
        "out_hidden_size": config.mllm_hidden,
        "window_size": 112,
        "fullatt_block_indexes": [config.vision_layers - 1],
    }
    settings = Qwen2_5_VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
        tie_word_embeddings=True,
    )
    return Qwen2_5_VLForConditionalGeneration(settings).eval()
