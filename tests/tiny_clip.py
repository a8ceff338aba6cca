"""A CLIP of the real class, tiny and random."""

from pathlib import Path

import torch

WIDTH = 8


def write_tiny_clip(folder: Path) -> Path:
    """Write model and image processor into `folder` and return it."""
    from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPTextConfig, CLIPVisionConfig

    tower = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = CLIPTextConfig(
        **tower, vocab_size=8, max_position_embeddings=8, bos_token_id=0, eos_token_id=1, pad_token_id=2
    )
    vision = CLIPVisionConfig(**tower, image_size=32, patch_size=16)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=WIDTH))
    model.save_pretrained(folder)
    size = {"height": 32, "width": 32}
    CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size=size).save_pretrained(folder)
    return folder
