"""Runs batches on a device that may be too small for them, be wanted for a question, or vanish."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from core.domain import Float32Array, Language
from core.encode.colbert.batches import length_sorted, padded
from core.encode.colbert.inputs import Inputs
from core.encode.colbert.network import DeviceLostError, DeviceMemoryError, Network
from core.encode.colbert.turns import Turns
from core.progress import CancelToken

_LEAST_TOKENS = 256

NICENESS = 10
"""Of the threads that encode passages."""

_log = logging.getLogger(__name__)

OpenNetwork = Callable[[str], Network]
"""A device -> the network on it."""

Batch = list[int]
"""Numbers of texts."""


class Runner:
    """Thread-safe. `open_network` opens the network once more, on the processor, should a graphics card fail.

    Each thread takes a batch of its own where the network gains by it.
    """

    def __init__(self, network: Network, open_network: OpenNetwork, pad: int) -> None:
        self._network = network
        self._open_network = open_network
        self._pad = pad
        self._turns = Turns()
        self._threads = network.threads
        self._most_tokens = network.batch_tokens

    @property
    def device(self) -> str:
        return self._network.device

    @property
    def network(self) -> Network:
        return self._network

    def question(self, inputs: Inputs, language: Language) -> Float32Array:
        """The kept vectors `(kept, dim)`."""
        with self._turns.question():
            self._network.use_threads(self._threads)
            return self._computed([inputs], [language])[0]

    def passages(
        self, inputs: Sequence[Inputs], languages: Sequence[Language], cancel: CancelToken
    ) -> list[Float32Array]:
        """The kept vectors of each, in order. Raises CancelledError, after the batches that have begun."""
        results: dict[int, Float32Array] = {}
        batches = list(length_sorted([len(each.ids) for each in inputs], self._most_tokens))

        def compute(batch: Batch) -> list[Float32Array]:
            cancel.checkpoint()
            self._turns.let_questions_go_first()
            return self._computed([inputs[i] for i in batch], [languages[i] for i in batch])

        alone = self._threads == 1 or len(batches) == 1 or not self._network.concurrent
        for batch, found in (
            self._one_by_one(batches, inputs, compute) if alone else self._side_by_side(batches, compute)
        ):
            results.update(zip(batch, found, strict=True))
        return [results[number] for number in range(len(inputs))]

    def _side_by_side(
        self, batches: list[Batch], compute: Callable[[Batch], list[Float32Array]]
    ) -> Iterator[tuple[Batch, list[Float32Array]]]:
        with ThreadPoolExecutor(self._threads, "mikke-encoder", self._work_beside_others) as pool:
            yield from zip(batches, pool.map(compute, batches), strict=True)

    def _one_by_one(
        self, batches: list[Batch], inputs: Sequence[Inputs], compute: Callable[[Batch], list[Float32Array]]
    ) -> Iterator[tuple[Batch, list[Float32Array]]]:
        self._network.use_threads(self._threads)
        waiting = deque(batches)
        while waiting:
            batch = waiting.popleft()
            try:
                yield batch, compute(batch)
            except DeviceMemoryError:
                longest = len(inputs[batch[0]].ids)
                waiting.extendleft(reversed(self._halved(batch, len(batch) * longest)))

    def _halved(self, batch: Batch, tokens: int) -> list[Batch]:
        """The batch in two parts, and smaller ones from now on; a single text that is too large goes to the
        CPU.
        """
        self._network.release_memory()
        if len(batch) == 1:
            self._to_cpu("one text does not fit into its memory")
            return [batch]
        self._most_tokens = max(_LEAST_TOKENS, tokens // 2)
        middle = len(batch) // 2
        return [batch[:middle], batch[middle:]]

    def _computed(self, inputs: Sequence[Inputs], languages: Sequence[Language]) -> list[Float32Array]:
        ids, attention = padded(inputs, self._pad)
        try:
            vectors = self._network.embed(ids, attention, languages)
        except DeviceLostError as error:
            self._to_cpu(str(error))
            vectors = self._network.embed(ids, attention, languages)
        return [row[: len(each.ids)][each.keep] for row, each in zip(vectors, inputs, strict=True)]

    def _to_cpu(self, why: str) -> None:
        if self.device == "cpu":
            raise MemoryError("one text does not fit into the memory")
        _log.warning("The graphics card failed (%s): encoding goes on on the processor.", why)
        self._network = self._open_network("cpu")
        self._most_tokens = self._network.batch_tokens

    def _work_beside_others(self) -> None:
        """In a thread that encodes batches by itself, and gives way to whatever a person waits for. (Linux
        keeps a priority for each thread; elsewhere they are equal.)
        """
        self._network.use_threads(1)
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
