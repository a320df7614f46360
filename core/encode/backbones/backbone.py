"""What a backbone is: token ids in, hidden states out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

from core.domain import Language
from core.encode.checkpoint.family import Shape
from core.encode.checkpoint.weights import Part, Weights

M = TypeVar("M", bound=nn.Module)


class Backbone(Protocol):
    """`ids`: `(texts, tokens)` int64, padded on the right. `attention`: the same shape, bool, False where a
    token is not looked at; None: all are. `languages`: of each text, which only some networks need. Gives
    `(texts, tokens, hidden)` in the dtype of the weights.
    """

    def __call__(self, ids: Tensor, attention: Tensor | None, languages: Sequence[Language]) -> Tensor: ...

    def to(self, device: torch.device) -> Backbone: ...


def sizes(shape: Shape) -> dict[str, Any]:
    """What transformers' configurations of all three networks are told alike."""
    return {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.inner,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": shape.epsilon,
        "pad_token_id": shape.padding,
    }


def on_meta(make: Callable[[], M]) -> M:
    """A network without memory for its weights, in evaluation mode: they come from the checkpoint."""
    with torch.device("meta"):
        return make().eval()


def set_buffers(module: nn.Module, values: dict[str, Tensor]) -> None:
    """Give every buffer its value. They are in no checkpoint, and a library that leaves them empty gives
    garbage without an error (transformers issue 45902), so what is forgotten is an error here.
    """
    for name, buffer in dict(module.named_buffers()).items():
        owner, _, attribute = name.rpartition(".")
        value = values.pop(name)
        if value.shape != buffer.shape:
            raise AssertionError(f"{name} has the shape {tuple(buffer.shape)}, not {tuple(value.shape)}")
        setattr(module.get_submodule(owner), attribute, value)
    left = [name for name, tensor in module.state_dict().items() if tensor.is_meta]
    if values or left:
        raise AssertionError(f"buffers {sorted(values)} are unknown, {left} without a value")


def position_buffers(count: int) -> dict[str, Tensor]:
    """What the embeddings of transformers' three networks keep beside their weights."""
    positions = torch.arange(count).expand(1, -1)
    return {"embeddings.position_ids": positions, "embeddings.token_type_ids": torch.zeros_like(positions)}


def prefix_of(weights: Weights, prefix: str, probe: str) -> str:
    """Stanford's layout has the class's prefix before every name of the backbone, PyLate's has none."""
    return prefix if prefix + probe in weights.names else ""


def same_names(module: nn.Module, prefix: str) -> dict[str, Part]:
    """The parameters of a network that is named as its checkpoints are."""
    return {key: Part(name=prefix + key) for key in module.state_dict()}


def check_names(weights: Weights, parts: dict[str, Part], prefix: str, others: frozenset[str]) -> None:
    """Raises ModelUnsupportedError for tensors that belong to no part of the model. Left over by training,
    and harmless: the pooler, heads for language modelling, position ids that were once kept.
    """
    leftovers = (f"{prefix}pooler.", f"{prefix}embeddings.position_ids", "cls.", "lm_head.")
    used = {part.name for part in parts.values()} | others
    weights.refuse_unknown(used, lambda name: name.startswith(leftovers))
