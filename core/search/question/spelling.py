"""What was probably meant: the nearest of some words."""

from __future__ import annotations

from collections.abc import Iterable


def distance(one: str, other: str) -> int:
    """How many letters were typed wrongly, left out, put in or exchanged with the next one.

    (Optimal string alignment: Levenshtein's distance in which an exchange of neighbours counts once.)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one):
        further = [i + 1]
        for j, right in enumerate(other):
            cost = min(further[j] + 1, row[j + 1] + 1, row[j] + (left != right))
            if i and j and left == other[j - 1] and one[i - 1] == right:
                cost = min(cost, before[j - 1] + 1)
            further.append(cost)
        before, row = row, further
    return row[-1]


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The candidate that `word` begins, or else is a slip of the pen of (a third of its letters at most);
    the earlier one of equals. Empty if there is none.
    """
    at_most = max(1, len(word) // 3)
    letters = set(word)
    best, least = "", at_most + 1
    begun = ""
    for candidate in candidates:
        if candidate.startswith(word) and (not begun or len(candidate) < len(begun)):
            begun = candidate
        if begun or abs(len(candidate) - len(word)) >= least or len(letters ^ set(candidate)) > 2 * at_most:
            continue  # it cannot be near; most end here
        found = distance(word, candidate)
        if found < least:
            best, least = candidate, found
    return begun or best
