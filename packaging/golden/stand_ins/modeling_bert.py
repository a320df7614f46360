"""Stands in for jinaai/jina-bert-implementation, whose code may not be copied here: JinaBERT, written by us
from its description, so that colbert-ai and PyLate can run on the fabricated checkpoints.

Plain and slow on purpose, and sharing nothing with core/encode/backbones.
"""

import math

import torch
from torch import nn
from transformers import PreTrainedModel

from .configuration_bert import JinaBertConfig


class JinaBertPreTrainedModel(PreTrainedModel):
    config_class = JinaBertConfig
    base_model_prefix = "bert"

    def _init_weights(self, module):
        """All of them come from the checkpoint."""


class JinaBertModel(JinaBertPreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.embeddings = Embeddings(config)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.pooler = nn.Module()
        self.pooler.dense = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, input_ids, attention_mask=None, token_type_ids=None, **_):
        hidden = self.embeddings(input_ids)
        length = input_ids.shape[1]
        distance = (torch.arange(length)[:, None] - torch.arange(length)[None]).abs()
        slopes = torch.tensor(head_slopes(self.config.num_attention_heads))
        bias = -slopes[:, None, None] * distance
        hidden_columns = torch.finfo(torch.float32).min * (1.0 - attention_mask.float())
        scores = bias[None] + hidden_columns[:, None, None, :]
        for layer in self.encoder.layer:
            hidden = layer(hidden, scores)
        return (hidden,)


def head_slopes(heads):
    """For 2^n heads a geometric series that ends with 2^-8; for others also every second of twice as many."""
    whole = 2 ** math.floor(math.log2(heads))
    slopes = [2 ** (-8 * (number + 1) / whole) for number in range(whole)]
    between = [2 ** (-8 * (number + 1) / (2 * whole)) for number in range(0, 2 * whole, 2)]
    return slopes + between[: heads - whole]


class Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, input_ids):
        return self.LayerNorm(self.word_embeddings(input_ids) + self.token_type_embeddings.weight[0])


class Layer(nn.Module):
    """Named as the tensors of the checkpoint are."""

    def __init__(self, config):
        super().__init__()
        width, inner = config.hidden_size, config.intermediate_size
        self.heads = config.num_attention_heads
        self.attention = nn.Module()
        self.attention.self = nn.Module()
        for name in ("query", "key", "value"):
            setattr(self.attention.self, name, nn.Linear(width, width))
        self.attention.output = nn.Module()
        self.attention.output.dense = nn.Linear(width, width)
        self.attention.output.LayerNorm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.mlp = nn.Module()
        self.mlp.gated_layers = nn.Linear(width, 2 * inner, bias=False)
        self.mlp.wo = nn.Linear(inner, width)
        self.mlp.layernorm = nn.LayerNorm(width, eps=config.layer_norm_eps)

    def forward(self, hidden, bias):
        batch, length, width = hidden.shape
        own = self.attention.self
        query, key, value = (
            projection(hidden).view(batch, length, self.heads, -1).transpose(1, 2)
            for projection in (own.query, own.key, own.value)
        )
        scores = query @ key.transpose(-1, -2) / math.sqrt(width // self.heads) + bias
        seen = (scores.softmax(-1) @ value).transpose(1, 2).reshape(batch, length, width)
        output = self.attention.output
        hidden = output.LayerNorm(output.dense(seen) + hidden)
        gate, other = self.mlp.gated_layers(hidden).chunk(2, dim=-1)
        return self.mlp.layernorm(self.mlp.wo(nn.functional.gelu(gate) * other) + hidden)
