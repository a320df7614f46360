"""Stands in for jinaai/xlm-roberta-flash-implementation, whose code may not be copied here: XLM-R with rotary
positions, written by us from its description, so that colbert-ai and PyLate can run on checkpoints of ours.

Plain and slow on purpose, and sharing nothing with core/encode/backbones.
"""

import math

import torch
from torch import nn
from transformers import PreTrainedModel

from .configuration_xlm_roberta import XLMRobertaFlashConfig


class XLMRobertaPreTrainedModel(PreTrainedModel):
    config_class = XLMRobertaFlashConfig
    base_model_prefix = "roberta"

    def _init_weights(self, module):
        """All of them come from the checkpoint."""


class XLMRobertaModel(XLMRobertaPreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        width = config.hidden_size
        self.embeddings = nn.Module()
        self.embeddings.word_embeddings = nn.Embedding(config.vocab_size, width)
        self.embeddings.token_type_embeddings = nn.Embedding(config.type_vocab_size, width)
        self.emb_ln = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.encoder = nn.Module()
        self.encoder.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.pooler = nn.Module()
        self.pooler.dense = nn.Linear(width, width)

    def forward(self, input_ids, attention_mask=None, token_type_ids=None, **_):
        words, types = self.embeddings.word_embeddings, self.embeddings.token_type_embeddings
        hidden = self.emb_ln(words(input_ids) + types.weight[0])
        for layer in self.encoder.layers:
            hidden = layer(hidden, attention_mask.bool())
        return (hidden,)


def rotated(vectors, base):
    """(batch, heads, length, size): the pair i, i + size/2 is turned by position · base^(-2i/size)."""
    length, size = vectors.shape[-2:]
    angles = torch.arange(length).float()[:, None] * base ** -(torch.arange(0, size, 2).float() / size)
    first, second = vectors.chunk(2, dim=-1)
    cosine, sine = angles.cos(), angles.sin()
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine], dim=-1)


class Layer(nn.Module):
    """Named as the tensors of the checkpoint are."""

    def __init__(self, config):
        super().__init__()
        width, inner = config.hidden_size, config.intermediate_size
        self.heads, self.base = config.num_attention_heads, config.rotary_emb_base
        self.mixer = nn.Module()
        self.mixer.Wqkv = nn.Linear(width, 3 * width)
        self.mixer.out_proj = nn.Linear(width, width)
        self.norm1 = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.mlp = nn.Module()
        self.mlp.fc1 = nn.Linear(width, inner)
        self.mlp.fc2 = nn.Linear(inner, width)
        self.norm2 = nn.LayerNorm(width, eps=config.layer_norm_eps)

    def forward(self, hidden, attended):
        batch, length, width = hidden.shape
        query, key, value = (
            part.view(batch, length, self.heads, -1).transpose(1, 2)
            for part in self.mixer.Wqkv(hidden).chunk(3, dim=-1)
        )
        scores = rotated(query, self.base) @ rotated(key, self.base).transpose(-1, -2)
        scores = scores / math.sqrt(width // self.heads)
        scores = scores.masked_fill(~attended[:, None, None, :], float("-inf"))
        seen = (scores.softmax(-1) @ value).transpose(1, 2).reshape(batch, length, width)
        hidden = self.norm1(self.mixer.out_proj(seen) + hidden)
        return self.norm2(self.mlp.fc2(nn.functional.gelu(self.mlp.fc1(hidden))) + hidden)
