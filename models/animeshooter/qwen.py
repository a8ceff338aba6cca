"""Qwen2.5-VL as the MLLM: inputs are laid out by hand, so neither torchvision nor a video processor is needed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from PIL import Image
from torch import Tensor, nn

from models.animeshooter.config import AnimeShooterConfig
from models.animeshooter.sequence import ShotSequence
from pegbar.errors import InputError

if TYPE_CHECKING:
    from models.animeshooter.backend import MLLMBackend
    from models.animeshooter.base import Base

MARKS = ("<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>")
PAD, TEXT, IMAGE, QUERY = -1, 0, 1, 2


@dataclass(frozen=True)
class TokenLayout:
    """Token ids and kinds of a batch (B, S), and its pictures' patches in order of appearance."""

    ids: Tensor
    kinds: Tensor
    pixel_values: Tensor
    image_grid_thw: Tensor


class QwenBackend(nn.Module):
    """A frozen `Qwen2_5_VLForConditionalGeneration` (LoRA may be added to its language model)."""

    lora_targets = r"model\.language_model\.layers\.\d+\.self_attn\.[qkvo]_proj"

    def __init__(self, base: "Base", config: AnimeShooterConfig) -> None:
        super().__init__()
        self.model = base.mllm
        self.tokenizer = base.mllm_tokenizer
        self.image_processor = base.image_processor
        self.image_size = {"shortest_edge": config.image_min_pixels, "longest_edge": config.image_max_pixels}
        self.caption_max_tokens = config.caption_max_tokens
        self.marks = [int(self.tokenizer.convert_tokens_to_ids(mark)) for mark in MARKS]

    @property
    def hidden_size(self) -> int:
        """Width of the language model."""
        return int(self.model.config.text_config.hidden_size)

    def encode(self, sequences: Sequence[ShotSequence], queries: Tensor) -> Tensor:
        """Return the last hidden states (B, n, Q, hidden) at the learnable queries' slots."""
        if len({sequence.num_shots for sequence in sequences}) != 1:
            raise InputError("a batch mixes sequences of different lengths", remedy="batch sequences of equal length")
        layout = self.layout(sequences, num_queries=len(queries))
        core = self.model.model
        embeds = core.get_input_embeddings()(layout.ids)
        is_image, is_query = layout.kinds == IMAGE, layout.kinds == QUERY
        is_real = (layout.kinds != PAD).long()
        embeds = embeds.masked_scatter(is_image.unsqueeze(-1), self._look(layout).to(embeds.dtype))
        num_shots = sequences[0].num_shots
        spliced = queries.to(embeds.dtype).repeat(len(sequences) * num_shots, 1)
        embeds = embeds.masked_scatter(is_query.unsqueeze(-1), spliced)
        positions, _ = core.get_rope_index(
            layout.ids, is_image.int(), image_grid_thw=layout.image_grid_thw, attention_mask=is_real
        )
        hidden = core.language_model(
            inputs_embeds=embeds, position_ids=positions, attention_mask=is_real, use_cache=False
        ).last_hidden_state
        found: Tensor = hidden[is_query]
        return found.view(len(sequences), num_shots, len(queries), -1)

    def layout(self, sequences: Sequence[ShotSequence], num_queries: int) -> TokenLayout:
        """Turn sequences into token ids padded on the right; queries and pictures get placeholders."""
        pictures = [slot.picture for sequence in sequences for slot in sequence.slots() if slot.picture is not None]
        patches = self.image_processor(
            [Image.fromarray(picture) for picture in pictures], size=self.image_size, return_tensors="pt"
        )
        counts = iter((patches["image_grid_thw"].prod(-1) // self.image_processor.merge_size**2).tolist())
        rows = [self._tokens(sequence, num_queries, counts) for sequence in sequences]
        width = max(len(row) for row in rows)
        filler = (int(self.tokenizer.pad_token_id), PAD)
        table = torch.tensor([row + [filler] * (width - len(row)) for row in rows], device=self.model.device)
        return TokenLayout(
            ids=table[..., 0],
            kinds=table[..., 1],
            pixel_values=patches["pixel_values"].to(self.model.device),
            image_grid_thw=patches["image_grid_thw"].to(self.model.device),
        )

    def _tokens(self, sequence: ShotSequence, num_queries: int, counts: Iterator[int]) -> list[tuple[int, int]]:
        """Return (token id, kind) for one sequence; a caption keeps its marks when it is empty."""
        row: list[tuple[int, int]] = []
        for slot in sequence.slots():
            if slot.kind == "queries":
                row += [(int(self.tokenizer.pad_token_id), QUERY)] * num_queries
            elif slot.caption is not None:
                row += [(token, TEXT) for token in (self.marks[0], *self._words(slot.caption), self.marks[1])]
            else:
                picture = [(int(self.model.config.image_token_id), IMAGE)] * next(counts)
                row += [(self.marks[2], TEXT), *picture, (self.marks[3], TEXT)]
        return row

    def _words(self, caption: str) -> list[int]:
        """Return a caption's tokens; a mark written in a caption is ordinary text, not a mark."""
        text = f" {caption.strip()}" if caption.strip() else ""
        tokens: list[int] = self.tokenizer(text, split_special_tokens=True, add_special_tokens=False).input_ids
        return tokens[: self.caption_max_tokens]

    def _look(self, layout: TokenLayout) -> Tensor:
        """Return the vision tower's features (image tokens, hidden); it is frozen and has no LoRA in any stage."""
        with torch.no_grad():
            features = self.model.get_image_features(layout.pixel_values, layout.image_grid_thw, return_dict=True)
        return torch.cat(list(features.pooler_output), dim=0)


if TYPE_CHECKING:
    _CONFORMS: type[MLLMBackend] = QwenBackend
