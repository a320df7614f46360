"""The start of training: the tokenizer is learnt, words are counted and aligned, the weights constructed."""

from __future__ import annotations

import shutil
from pathlib import Path

from own_model.construct import Ingredients, construct
from own_model.links import find_links
from own_model.sources import Sources
from own_model.statistics import rarities
from own_model.tokenizer import learn_tokenizer

START_CODE = (
    "start.py",
    "tokenizer.py",
    "alphabets.py",
    "scripts.py",
    "statistics.py",
    "identities.py",
    "links.py",
    "construct.py",
)
"""The modules that decide what is made."""


def write_start(sources: Sources, folder: Path) -> None:
    """A checkpoint in `folder`. Some ten minutes for all of the data."""
    making = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(making, ignore_errors=True)
    tokenizer = learn_tokenizer(sources)
    ingredients = Ingredients(
        tokenizer=tokenizer, rarities=rarities(tokenizer, sources), links=find_links(tokenizer, sources)
    )
    construct(ingredients, making)
    shutil.rmtree(folder, ignore_errors=True)
    making.rename(folder)
