"""Is the trained network better than the one it began as? Counted on the development split, by question.

What is not clearly better is not taken: the start finds equal words in every language, those too that
nothing was trained on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from own_model.development import DEPTHS, Ranks, compare

CLEARLY = 1.645
"""Standard deviations of a fair coin: once in twenty trials a network that is no better looks so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`won` and `lost` count questions at depth 1. `gain`: those won less those lost, as a share of all, mean
    over the depths. `deviations`: how far the count at depth 1 is from that of a fair coin, in its standard
    deviations. Questions count alike, not sets: the smallest have forty, and chance would choose.
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
    every = [each for depths in compared.values() for each in depths]
    asked = len(DEPTHS) * sum(len(old[name]) for name in compared)
    gain = sum(each.won - each.lost for each in every) / max(1, asked)
    first = [each for each in every if each.depth == DEPTHS[0]]
    won, lost = sum(each.won for each in first), sum(each.lost for each in first)
    deviations = (won - lost) / math.sqrt(won + lost) if won + lost else 0.0
    return Verdict(won=won, lost=lost, gain=gain, deviations=deviations)


def choose(candidates: Mapping[str, Mapping[str, Ranks]], start: str) -> tuple[str, dict[str, Verdict]]:
    """The name of the best candidate: of those that are clearly better than the start, the one that gains
    most; the start if there is none. And every verdict.
    """
    verdicts = {name: judge(ranks, candidates[start]) for name, ranks in candidates.items() if name != start}
    better = [name for name, verdict in verdicts.items() if verdict.better]
    return max(better, key=lambda name: verdicts[name].gain, default=start), verdicts
