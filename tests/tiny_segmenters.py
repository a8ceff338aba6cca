"""SAM 3, SAM 2 and Grounding DINO of the real classes, tiny and random, as `save_pretrained` leaves them."""

from pathlib import Path
from typing import Any

import torch

SIDE = 64
SPREAD = 0.3
LETTERS = "abcdefghijklmnopqrstuvwxyz"
BERT_MARKS = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, ".": 1012, "?": 1029}  # the model knows these ids


def write_tiny_sam3(folder: Path) -> Path:
    """Write model and tokenizer into `folder` and return it."""
    from transformers import CLIPTokenizer, Sam3Config, Sam3Model

    marks = ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {piece: number for number, piece in enumerate([*LETTERS, *(f"{one}</w>" for one in LETTERS), *marks])}
    layer = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    backbone = {
        **layer,
        "model_type": "sam3_vit_model",
        "num_hidden_layers": 1,
        "image_size": 56,
        "pretrain_image_size": 28,
        "window_size": 2,
        "global_attn_indexes": [0],
    }
    text = {
        **layer,
        "model_type": "clip_text_model",
        "vocab_size": len(vocabulary),
        "num_hidden_layers": 1,
        "projection_dim": 8,
        "max_position_embeddings": 32,
        "bos_token_id": vocabulary[marks[0]],
        "eos_token_id": vocabulary[marks[1]],
    }
    config = Sam3Config(
        vision_config={
            "backbone_config": backbone,
            "fpn_hidden_size": 16,
            "backbone_feature_sizes": [[16, 16], [8, 8], [4, 4]],
        },
        text_config=text,
        geometry_encoder_config={**layer, "num_layers": 1},
        detr_encoder_config={**layer, "num_layers": 1},
        detr_decoder_config={**layer, "num_layers": 1, "num_queries": 5},
        mask_decoder_config={"hidden_size": 16, "num_attention_heads": 2, "num_upsampling_stages": 2},
    )
    _seeded(Sam3Model, config).save_pretrained(folder)
    CLIPTokenizer(vocab=vocabulary, merges=[]).save_pretrained(folder)
    return folder


def write_tiny_sam2(folder: Path) -> Path:
    """Write the model into `folder` and return it."""
    from transformers import Sam2Config, Sam2Model

    backbone = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": 4,
        "num_attention_heads": 1,
        "image_size": [SIDE, SIDE],
        "blocks_per_stage": [1, 1, 1, 1],
        "embed_dim_per_stage": [4, 8, 12, 16],
        "num_attention_heads_per_stage": [1, 1, 1, 1],
        "window_size_per_stage": [8, 4, 4, 2],
        "global_attention_blocks": [],
        "window_positional_embedding_background_size": [2, 2],
    }
    config = Sam2Config(
        vision_config={
            "backbone_config": backbone,
            "backbone_channel_list": [16, 12, 8, 4],
            "backbone_feature_sizes": [[16, 16], [8, 8], [4, 4]],
            "fpn_hidden_size": 16,
        },
        prompt_encoder_config={"hidden_size": 16, "image_size": SIDE, "patch_size": 16, "mask_input_channels": 4},
        mask_decoder_config={
            "hidden_size": 16,
            "mlp_dim": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "iou_head_hidden_dim": 16,
        },
    )
    _seeded(Sam2Model, config).save_pretrained(folder)
    return folder


def write_tiny_grounding_dino(folder: Path) -> Path:
    """Write model, tokenizer and image processor into `folder` and return it."""
    from transformers import (
        BertTokenizer,
        GroundingDinoConfig,
        GroundingDinoForObjectDetection,
        GroundingDinoImageProcessorPil,
    )

    backbone = {
        "model_type": "swin",
        "image_size": SIDE,
        "embed_dim": 8,
        "depths": [1, 1, 1, 1],
        "num_heads": [1, 1, 1, 1],
        "window_size": 2,
        "out_indices": [2, 3, 4],
    }
    num_tokens = max(BERT_MARKS.values()) + 1
    text = {
        "model_type": "bert",
        "vocab_size": num_tokens,
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "max_position_embeddings": 64,
    }
    config = GroundingDinoConfig(
        backbone_config=backbone,
        text_config=text,
        d_model=64,
        num_queries=6,
        encoder_layers=1,
        encoder_ffn_dim=16,
        encoder_attention_heads=2,
        encoder_n_points=2,
        decoder_layers=2,
        decoder_ffn_dim=16,
        decoder_attention_heads=2,
        decoder_n_points=2,
        max_text_len=64,
    )
    _seeded(GroundingDinoForObjectDetection, config).save_pretrained(folder)
    taken = set(BERT_MARKS.values())
    free = (number for number in range(num_tokens) if number not in taken)
    pieces = [*LETTERS, *(f"##{one}" for one in LETTERS)]
    vocabulary = {**BERT_MARKS, **{piece: next(free) for piece in pieces}}
    BertTokenizer(vocab={**vocabulary, **{f"[unused{number}]": number for number in free}}).save_pretrained(folder)
    GroundingDinoImageProcessorPil(size={"shortest_edge": SIDE, "longest_edge": 2 * SIDE}).save_pretrained(folder)
    return folder


def _seeded(kind: Any, config: Any) -> Any:
    """Return a model whose weights are so large that what goes in shows in what comes out."""
    model = kind(config)
    source = torch.Generator().manual_seed(0)
    for weight in model.parameters():
        if weight.ndim > 1:
            torch.nn.init.normal_(weight, std=SPREAD, generator=source)
    return model
