"""Is the trained network better than the one it began as? Counted on the development split, by question.

What is not clearly better is not taken: the start finds equal words in every language, those too that
nothing was trained on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from own_model.development import DEPTHS, Ranks, compare

CLEARLY = 1.645
"""Standard deviations of a fair coin: once in twenty trials a network that is no better looks so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`gain`: questions won less those lost, as a share, mean over depths and sets, each set alike.
    `deviations`: the same at depth 1 over all questions together, in standard deviations of a fair coin.
    """

    won: int
    lost: int
    gain: float
    deviations: float

    @property
    def better(self) -> bool:
        return self.gain > 0 and self.deviations > CLEARLY


def judge(new: Mapping[str, Ranks], old: Mapping[str, Ranks]) -> Verdict:
    """The new network against the old one, on the sets of both."""
    compared = compare(new, old)
    gains = [(each.won - each.lost) / len(old[name]) for name, depths in compared.items() for each in depths]
    first = [each for depths in compared.values() for each in depths if each.depth == DEPTHS[0]]
    won, lost = sum(each.won for each in first), sum(each.lost for each in first)
    deviations = (won - lost) / math.sqrt(won + lost) if won + lost else 0.0
    return Verdict(won=won, lost=lost, gain=float(np.mean(gains)) if gains else 0.0, deviations=deviations)


def choose(candidates: Mapping[str, Mapping[str, Ranks]], start: str) -> tuple[str, dict[str, Verdict]]:
    """The name of the best candidate: of those that are clearly better than the start, the one that gains
    most; the start if there is none. And every verdict.
    """
    verdicts = {name: judge(ranks, candidates[start]) for name, ranks in candidates.items() if name != start}
    better = [name for name, verdict in verdicts.items() if verdict.better]
    return max(better, key=lambda name: verdicts[name].gain, default=start), verdicts
