"""X-MOD (ColBERT-XM): XLM-RoBERTa with an adapter for each language in every layer, through transformers.

Two thirds of its weights are adapters (7 million each, 81 of them), so only those that are needed are in
memory.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn
from transformers import XmodConfig, XmodModel
from transformers.models.xmod.modeling_xmod import XmodAdapter

from core.domain import UNKNOWN_LANGUAGE, Language
from core.encode.backbones.backbone import (
    check_names,
    on_meta,
    position_buffers,
    prefix_of,
    same_names,
    set_buffers,
    sizes,
)
from core.encode.checkpoint.family import Shape
from core.encode.checkpoint.files import PROJECTION
from core.encode.checkpoint.weights import Weights, load_strictly
from core.errors import ModelDamagedError

ADAPTERS_IN_MEMORY = 12
"""28 MB each at the published size; the one that was not used for longest makes room for the next."""

_PREFERRED = {"zh": "zh_CN"}
"""Where a language has several adapters; otherwise the first in config.json."""

_OTHER_CODES = {"nb": "no", "nn": "no", "fil": "tl", "iw": "he", "in": "id", "bs": "hr", "sh": "sr"}
"""Codes of languages that the checkpoint knows under another: the same language, or its nearest relative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    """Where the adapters are that are not in memory."""

    weights: Weights
    prefix: str


class XmodBackbone(nn.Module):
    """Implements Backbone, for one thread at a time. `adapters`: `de` and `de_de` -> `de_DE`."""

    def __init__(
        self, network: XmodModel, adapters: Mapping[Language, str], default: str, rest: _Rest
    ) -> None:
        super().__init__()
        self.network = network
        self.adapters = adapters
        self._default = default
        self._rest = rest
        self._used: OrderedDict[str, None] = OrderedDict()
        self._changing = threading.Lock()

    @classmethod
    def open(cls, weights: Weights, shape: Shape, dtype: torch.dtype, config: Mapping[str, Any]) -> Self:
        """`config` is config.json. Raises what load_strictly and check_names raise."""
        names = _adapter_names(config, weights.model)
        network = on_meta(lambda: XmodModel(_network_config(config, shape), add_pooling_layer=False))
        prefix = prefix_of(weights, "roberta.", "embeddings.word_embeddings.weight")
        parts = same_names(network, prefix)
        check_names(
            weights, parts, prefix, frozenset({PROJECTION}) | _adapter_tensors(network, prefix, names)
        )
        load_strictly(network, weights, parts, dtype)
        set_buffers(network, position_buffers(shape.positions + shape.padding + 1))
        default = config.get("default_language") or names[0]
        if default not in names:
            raise ModelDamagedError(
                weights.model, f"config.json: default_language {default!r} has no adapter"
            )
        return cls(network, _by_language(names), default, _Rest(weights=weights, prefix=prefix))

    def adapter_for(self, language: Language) -> str:
        """The adapter of a language (`zh`), or a region's own (`zh-TW`) if there is one; else the default."""
        return self._found(language) or self._default

    def has_adapter(self, language: Language) -> bool:
        """Whether `adapter_for` need not take the default one."""
        return self._found(language) is not None

    def _found(self, language: Language) -> str | None:
        exact = language.replace("-", "_").lower()
        base = exact.split("_")[0]
        names = (self.adapters.get(Language(key)) for key in (exact, base, _OTHER_CODES.get(base, base)))
        return next(filter(None, names), None)

    def forward(self, ids: Tensor, attention: Tensor | None, languages: Sequence[Language]) -> Tensor:
        wanted = [self.adapter_for(language) for language in languages]
        mask = torch.ones_like(ids) if attention is None else attention
        with self._changing:
            order = self._provide(wanted)
            numbers = torch.tensor([order[name] for name in wanted], device=ids.device)
            found: Tensor = self.network(
                input_ids=ids, attention_mask=mask, lang_ids=numbers
            ).last_hidden_state
        return found

    def _provide(self, wanted: Sequence[str]) -> dict[str, int]:
        """Have these adapters in memory; gives the number of each, which is its place in every layer."""
        for name in dict.fromkeys(wanted):
            if name not in self._used:
                self._load(name)
            self._used.move_to_end(name)
        while len(self._used) > max(ADAPTERS_IN_MEMORY, len(set(wanted))):
            self._drop(next(iter(self._used)))
        return {name: number for number, name in enumerate(self._layers[0].output.adapter_modules)}

    @property
    def _layers(self) -> Any:
        """Any: to torch a list of modules is a list of anything."""
        return self.network.encoder.layer

    def _load(self, name: str) -> None:
        reference = self.network.embeddings.word_embeddings.weight
        for number, layer in enumerate(self._layers):
            adapter = on_meta(lambda: XmodAdapter(self.network.config))
            where = f"{self._rest.prefix}encoder.layer.{number}.output.adapter_modules.{name}."
            parts = same_names(adapter, where)
            load_strictly(adapter, self._rest.weights, parts, reference.dtype)
            layer.output.adapter_modules[name] = adapter.to(reference.device)
        self._used[name] = None

    def _drop(self, name: str) -> None:
        for layer in self._layers:
            del layer.output.adapter_modules[name]
        del self._used[name]


def _adapter_names(config: Mapping[str, Any], model: str) -> list[str]:
    names = config.get("languages")
    valid = (
        isinstance(names, list)
        and names
        and all(isinstance(name, str) and name.isidentifier() for name in names)
    )
    if not valid:
        raise ModelDamagedError(model, "config.json names no languages")
    return list(names or ())


def _by_language(names: Sequence[str]) -> dict[Language, str]:
    found: dict[Language, str] = {}
    for name in names:
        base = Language(name.split("_")[0].lower())
        if base not in found or _PREFERRED.get(base) == name:
            found[base] = name
    found.pop(UNKNOWN_LANGUAGE, None)
    return found | {Language(name.lower()): name for name in names}


def _network_config(config: Mapping[str, Any], shape: Shape) -> XmodConfig:
    flags: dict[str, Any] = {
        "pre_norm": False,
        "adapter_reduction_factor": 2,
        "adapter_layer_norm": False,
        "adapter_reuse_layer_norm": True,
        "ln_before_adapter": True,
    }
    return XmodConfig(
        max_position_embeddings=shape.positions + shape.padding + 1,
        languages=[],
        **sizes(shape),
        **{name: type(value)(config.get(name, value)) for name, value in flags.items()},
    )


def _adapter_tensors(network: XmodModel, prefix: str, names: Sequence[str]) -> frozenset[str]:
    adapter = on_meta(lambda: XmodAdapter(network.config))
    return frozenset(
        f"{prefix}encoder.layer.{number}.output.adapter_modules.{name}.{key}"
        for number in range(len(network.encoder.layer))
        for name in names
        for key in adapter.state_dict()
    )
