"""The adapter between MLLM and generator: a Q-Former with as many output queries as the generator takes tokens.

The paper does not say how 64 learnable queries become the 226 tokens CogVideoX-2B insists on; here the Q-Former's
own output queries, one per token, look at the 64 hidden states.
"""

import torch
from torch import Tensor, nn

from models.animeshooter.config import AnimeShooterConfig


class ConditionAdapter(nn.Module):
    """`Blip2QFormerModel` (transformers) with output queries and a linear layer to the generator's text width.

    Args:
        mllm_hidden: width of the hidden states it looks at.
        condition_length: tokens the generator takes.
        text_dim: width of such a token.
    """

    def __init__(self, config: AnimeShooterConfig, mllm_hidden: int, condition_length: int, text_dim: int) -> None:
        from transformers import Blip2QFormerConfig, Blip2QFormerModel

        super().__init__()
        settings = Blip2QFormerConfig(
            hidden_size=config.qformer_hidden,
            num_hidden_layers=config.qformer_layers,
            num_attention_heads=config.qformer_heads,
            intermediate_size=4 * config.qformer_hidden,
            hidden_dropout_prob=config.qformer_dropout,
            attention_probs_dropout_prob=config.qformer_dropout,
            cross_attention_frequency=config.cross_attention_frequency,
            encoder_hidden_size=mllm_hidden,
        )
        self.output_queries = nn.Parameter(0.02 * torch.randn(1, condition_length, config.qformer_hidden))
        self.qformer = Blip2QFormerModel(settings)
        self.projection = nn.Linear(config.qformer_hidden, text_dim)

    def forward(self, hidden: Tensor) -> Tensor:
        """Turn hidden states (N, Q, mllm_hidden) into conditions (N, condition_length, text_dim)."""
        read = self.qformer(
            query_embeds=self.output_queries.expand(len(hidden), -1, -1),
            encoder_hidden_states=hidden.to(self.output_queries.dtype),
        ).last_hidden_state
        condition: Tensor = self.projection(read)
        return condition
