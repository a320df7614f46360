"""Is a library written in languages that a model was trained for?"""

from __future__ import annotations

from collections.abc import Mapping

from core.domain import OWN_MODEL, UNKNOWN_LANGUAGE, Language, Model

_SHARE = 0.01
"""Below this share of the passages a language may be a mistake of the detection, or a quotation."""


def uncovered(model: Model, passages: Mapping[Language, int]) -> tuple[Language, ...]:
    """The languages of a library (with the number of passages in each) that a model was not trained for.

    The most frequent first.
    """
    if model.languages is None or model.name == OWN_MODEL:  # it knows words in every language
        return ()
    told = {language: count for language, count in passages.items() if language != UNKNOWN_LANGUAGE}
    least = _SHARE * sum(told.values())
    lacking = (language for language in told if language not in model.languages and told[language] >= least)
    return tuple(sorted(lacking, key=lambda language: -told[language]))
