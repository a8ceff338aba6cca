"""A Qwen2.5-VL of the real classes, tiny and random, as `save_pretrained` leaves it."""

from pathlib import Path

import torch

from models.nano.config import NanoConfig
from models.nano.recipe import language_model, mllm_tokenizer


def write_tiny_vlm(folder: Path) -> Path:
    """Write model, tokenizer and image processor into `folder` and return it."""
    from transformers import Qwen2VLImageProcessorPil

    tokenizer = mllm_tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        language_model(NanoConfig(mllm_layers=1, vision_layers=1), tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    Qwen2VLImageProcessorPil().save_pretrained(folder)
    return folder
