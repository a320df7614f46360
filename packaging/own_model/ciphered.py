"""A language that no model was trained on: a set whose Latin letters are exchanged, vowels for vowels.

Questions and passages stay as hard to match as they were, but nearly no word is known, as in a language
without training text. What is lost against the set itself is what such languages lose.
"""

from __future__ import annotations

from dataclasses import replace

from own_model.sources import Passage, RetrievalSet

CIPHERED = " (ciphered)"
"""Behind the name of the set."""

_FROM, _TO = "aeioubdtpmnsrlvgk", "eiouadbptnmrslgvc"
_EXCHANGED = str.maketrans(_FROM + _FROM.upper(), _TO + _TO.upper())


def ciphered(full: RetrievalSet) -> RetrievalSet:
    return replace(
        full,
        name=full.name + CIPHERED,
        queries={name: text.translate(_EXCHANGED) for name, text in full.queries.items()},
        passages={
            name: Passage(title=passage.title.translate(_EXCHANGED), text=passage.text.translate(_EXCHANGED))
            for name, passage in full.passages.items()
        },
    )
