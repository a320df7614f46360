"""Runs batches on a device that may be too small for them, be wanted for a question, or vanish."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence

import torch

from core.domain import Float32Array, Language
from core.encode.colbert.batches import length_sorted, padded
from core.encode.colbert.inputs import Inputs
from core.encode.colbert.network import Network, collect
from core.encode.colbert.turns import Turns

BATCH_TOKENS = {"cpu": 512, "cuda": 65_536}
"""Tokens that go through the network together, padding included. On a CPU few are best, and let a question in
soon: BERT-base took 311 ms a passage of CPU time with 512, 329 with 1,024, 374 with 2,048, 432 with 4,096,
and in bfloat16 169, 174, 183, 217 (one thread of a Zen 4, 2026-11). The other number is not measured yet.
"""

_LEAST_TOKENS = 256

_log = logging.getLogger(__name__)

OpenNetwork = Callable[[str], Network]
"""A device -> the network on it."""


class Runner:
    """Thread-safe. `on_cpu` opens the network once more, there, should the device fail."""

    def __init__(self, network: Network, open_network: OpenNetwork, pad: int) -> None:
        self._network = network
        self._open_network = open_network
        self._pad = pad
        self._turns = Turns()
        self._most_tokens = BATCH_TOKENS[network.device.type]

    @property
    def device(self) -> str:
        return self._network.device.type

    @property
    def network(self) -> Network:
        return self._network

    def question(self, inputs: Inputs, language: Language) -> Float32Array:
        """The kept vectors `(kept, dim)`."""
        with self._turns.question():
            return self._computed([inputs], [language])[0]

    def passages(self, inputs: Sequence[Inputs], languages: Sequence[Language]) -> list[Float32Array]:
        """The kept vectors of each, in order."""
        results: list[Float32Array | None] = [None] * len(inputs)
        waiting = deque(length_sorted([len(each.ids) for each in inputs], self._most_tokens))
        while waiting:
            batch = waiting.popleft()
            try:
                with self._turns.passages():
                    found = self._computed([inputs[i] for i in batch], [languages[i] for i in batch])
            except torch.OutOfMemoryError:
                waiting.extendleft(reversed(self._halved(batch)))
                continue
            for number, vectors in zip(batch, found, strict=True):
                results[number] = vectors
        return [each for each in results if each is not None]

    def _halved(self, batch: list[int]) -> list[list[int]]:
        """The batch in two parts, and smaller ones from now on; a single text that is too large goes to the
        CPU.
        """
        if self._network.device.type != "cpu":
            torch.cuda.empty_cache()
        if len(batch) == 1:
            self._to_cpu("one text does not fit into its memory")
            return [batch]
        self._most_tokens = max(_LEAST_TOKENS, self._most_tokens // 2)
        middle = len(batch) // 2
        return [batch[:middle], batch[middle:]]

    def _computed(self, inputs: Sequence[Inputs], languages: Sequence[Language]) -> list[Float32Array]:
        """Holding a turn."""
        ids, attention = padded(inputs, self._pad)
        try:
            vectors = collect(self._network.launch(ids, attention, languages))
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:  # what torch raises when a card or its driver fails
            if self.device == "cpu":
                raise
            self._to_cpu(str(error).splitlines()[0])
            vectors = collect(self._network.launch(ids, attention, languages))
        return [row[: len(each.ids)][each.keep] for row, each in zip(vectors, inputs, strict=True)]

    def _to_cpu(self, why: str) -> None:
        if self.device == "cpu":
            raise MemoryError("one text does not fit into the memory")
        _log.warning("The graphics card failed (%s): encoding goes on on the processor.", why)
        self._network = self._open_network("cpu")
        self._most_tokens = BATCH_TOKENS["cpu"]
