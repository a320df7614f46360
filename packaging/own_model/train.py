"""Training: a checkpoint and examples in, better weights out.

What is stopped goes on where it was and ends with the weights that it would have had: the order of examples
is a plan, and everything else is in one file that is replaced whole. A log says how it goes, one JSON object
a line.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from own_model.batches import Batch, Collator, Step, Texts, plan
from own_model.checkpoint import DTYPES, Checkpoint, write_tensors
from own_model.development import Prepared, Ranks, summary
from own_model.examples import Examples
from own_model.losses import both_ways, contrast, distillation
from own_model.maxsim import maxsim
from own_model.network import Tensors
from own_model.recipe import Group, Recipe

STATE, LOG, BEST, LAST, SNAPSHOTS = (
    "state.pt",
    "log.jsonl",
    "best.safetensors",
    "last.safetensors",
    "snapshots",
)

_LOG_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trained:
    """What a run left in its folder. `snapshots`: the last ones, to be averaged; `best`: the weights that
    found most of the development sets (the start, if nothing was better); `last`: those of the last step.
    """

    last: Path
    best: Path
    best_step: int
    best_summary: dict[str, float]
    snapshots: tuple[Path, ...]


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What a line of the log tells, since the line before."""

    since: float
    tokens: int = 0
    losses: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    right: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


class Trainer:
    """One run. `folder` holds its state: another recipe or other examples need another folder.

    `run` raises ValueError for a folder of another recipe, and for examples of none of its kinds.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        recipe: Recipe,
        examples: Examples,
        development: Prepared | None,
        folder: Path,
        device: str = "cpu",
    ) -> None:
        self._recipe = recipe
        self._development = development
        self._folder = folder
        self._examples = examples
        self._collator = Collator(recipe, examples, Texts(checkpoint, examples.texts))
        self._network = checkpoint.network(device, DTYPES[recipe.layers_in])
        self._temperature = torch.tensor(math.log(recipe.temperature), device=device)
        self._start = {
            name: tensor.clone()
            for name, tensor in self._network.tensors.items()
            if recipe.group_of(name).anchor and recipe.group_of(name).rate
        }
        self._optimizer = _optimizer(self._network.tensors, self._temperature, recipe)
        self._step = 0
        self._best: tuple[float, int, dict[str, float]] = (-1.0, -1, {})
        self._seconds = 0.0

    def run(self, until: int | None = None) -> Trained:
        """Train to the end, or to step `until`. Goes on from the state in the folder, if there is one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        torch.set_flush_denormal(True)  # else a step takes several times as long
        if self._recipe.threads:
            torch.set_num_threads(self._recipe.threads)
        self._resume()
        end = min(until or self._recipe.steps, self._recipe.steps)
        if self._step == 0 and self._best[1] < 0:
            self._evaluate()
        began = saved = time.monotonic()
        tally = _Tally(since=began)
        for step in islice(plan(self._recipe, self._examples.examples), self._step, end):
            self._train(step, tally)
            self._step += 1
            now = time.monotonic()
            if now - tally.since > _LOG_SECONDS or self._step == end:
                self._log(_told(tally, now) | {"rate": self._recipe.rate_at(step.number)})
                tally = _Tally(since=now)
                _give_memory_back()
            self._snapshot()
            if self._step == self._recipe.steps or self._due(self._recipe.evaluate_every):
                self._evaluate()
            if now - saved > 60 * self._recipe.save_minutes:
                self._seconds, began = self._seconds + now - began, now
                self._save()
                saved = now
        self._seconds += time.monotonic() - began
        self._save()
        write_tensors(self._network.tensors, self._folder / LAST)
        return self._trained()

    def _train(self, step: Step, tally: _Tally) -> None:
        batch = self._collator.batch(step)
        rate = self._recipe.rate_at(step.number)
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["times"]
        self._optimizer.zero_grad(set_to_none=True)
        loss, right = self._loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        if self._recipe.clip:
            parameters = [each for group in self._optimizer.param_groups for each in group["params"]]
            torch.nn.utils.clip_grad_norm_(parameters, self._recipe.clip)
        self._optimizer.step()
        self._anchor(rate)
        tally.tokens += sum(len(each.ids) for each in (*batch.queries, *batch.passages))
        tally.losses[step.kind].append(float(loss.detach()))
        tally.right[step.kind].append(right)

    def _loss(self, batch: Batch) -> tuple[Tensor, float]:
        kind = self._recipe.kinds[batch.kind]
        device = self._network.device
        queries, passages = self._network.embed(batch.queries), self._network.embed(batch.passages)
        scores = maxsim(queries, passages)
        right, ignored = batch.right.to(device), batch.ignored.to(device)
        loss = scores.new_zeros(())
        divisor = self._temperature.exp() * kind.temperature
        if kind.contrast and kind.symmetric:
            back = maxsim(passages, queries)
            loss = loss + kind.contrast * both_ways(scores / divisor, back / divisor, right, ignored)
        elif kind.contrast:
            loss = loss + kind.contrast * contrast(scores / divisor, right, ignored)
        if kind.distil and len(batch.taught_rows):
            listed = scores[batch.taught_rows.to(device)].gather(1, batch.listed.to(device))
            taught = batch.taught.to(device)
            loss = loss + kind.distil * distillation(listed, taught, self._recipe.distil_scale)
        first = scores.detach().masked_fill(ignored, -torch.inf).argmax(1)
        return loss, float((first == right).float().mean())

    @torch.no_grad()
    def _anchor(self, rate: float) -> None:
        """Decoupled, as AdamW's decay: how strong it is does not depend on the size of the gradients."""
        for name, start in self._start.items():
            group = self._recipe.group_of(name)
            self._network.tensors[name].lerp_(start, min(1.0, rate * group.rate * group.anchor))

    def _due(self, every: int) -> bool:
        return every > 0 and self._step % every == 0

    def _snapshot(self) -> None:
        if self._step > self._recipe.snapshots_from * self._recipe.steps and self._due(
            self._recipe.snapshot_every
        ):
            (self._folder / SNAPSHOTS).mkdir(exist_ok=True)
            write_tensors(self._network.tensors, self._folder / SNAPSHOTS / f"{self._step:07}.safetensors")

    def _evaluate(self) -> None:
        if self._development is None:
            return
        began = time.monotonic()
        ranks = self._development.ranks(self._network)
        found = summary(ranks)
        mean = sum(found.values()) / len(found)
        if mean > self._best[0]:
            self._best = (mean, self._step, found)
            write_tensors(self._network.tensors, self._folder / BEST)
        self._log(
            {"development": found, "sets": _by_set(ranks), "seconds": round(time.monotonic() - began, 1)}
        )

    def _log(self, line: dict[str, Any]) -> None:
        with (self._folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": self._step} | line, ensure_ascii=False) + "\n")

    def _save(self) -> None:
        making = self._folder / f"{STATE}.unfinished"
        content = {
            "recipe": repr(self._recipe),
            "step": self._step,
            "tensors": self._network.tensors,
            "start": self._start,
            "temperature": self._temperature,
            "optimizer": self._optimizer.state_dict(),
            "best": self._best,
            "seconds": self._seconds,
        }
        with making.open("wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        making.replace(self._folder / STATE)

    @torch.no_grad()
    def _resume(self) -> None:
        path = self._folder / STATE
        if not path.exists():
            return
        content = torch.load(path, map_location=self._network.device, weights_only=True)
        if content["recipe"] != repr(self._recipe):
            raise ValueError(f"{path} is of another recipe; another one needs another folder")
        for name, tensor in self._network.tensors.items():
            tensor.copy_(content["tensors"][name])
        self._temperature.copy_(content["temperature"])
        self._optimizer.load_state_dict(content["optimizer"])
        self._start = content["start"]
        self._step, self._best, self._seconds = content["step"], tuple(content["best"]), content["seconds"]

    def _trained(self) -> Trained:
        _, step, found = self._best
        return Trained(
            last=self._folder / LAST,
            best=self._folder / (BEST if step >= 0 else LAST),
            best_step=step,
            best_summary=found,
            snapshots=tuple(sorted((self._folder / SNAPSHOTS).glob("*.safetensors"))),
        )


def _optimizer(tensors: Tensors, temperature: Tensor, recipe: Recipe) -> torch.optim.Optimizer:
    """One group of parameters for each rate; what is frozen has no gradient."""
    groups: dict[Group, list[Tensor]] = defaultdict(list)
    for name, tensor in tensors.items():
        group = recipe.group_of(name)
        tensor.requires_grad_(group.rate > 0)
        if group.rate > 0:
            groups[group].append(tensor)
    made: list[dict[str, Any]] = [
        {"params": params, "times": group.rate, "weight_decay": recipe.weight_decay}
        for group, params in groups.items()
    ]
    if recipe.temperature_rate:
        temperature.requires_grad_()
        times = recipe.temperature_rate / max(recipe.learning_rate, 1e-12)
        made.append({"params": [temperature], "times": times, "weight_decay": 0.0})
    if not made:
        raise ValueError("the recipe freezes every parameter")
    return torch.optim.AdamW(made, lr=recipe.learning_rate, betas=recipe.betas, fused=True)


def _give_memory_back() -> None:
    """Batches of ever other sizes leave holes in the heap: glibc kept 1.2 GB where 0.9 were used."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have none
        if trim is not None:
            trim(0)


def _told(tally: _Tally, now: float) -> dict[str, Any]:
    means = {kind: round(sum(some) / len(some), 4) for kind, some in sorted(tally.losses.items())}
    right = {kind: round(sum(some) / len(some), 3) for kind, some in sorted(tally.right.items())}
    speed = tally.tokens / max(now - tally.since, 1e-9)
    return {"loss": means, "right": right, "tokens_per_second": round(speed)}


def _by_set(ranks: dict[str, Ranks]) -> dict[str, list[float]]:
    return {name: list(summary({name: found}).values()) for name, found in ranks.items()}
