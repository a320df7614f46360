"""The start of training, in three steps: the tokenizer is learnt, words are counted and aligned, the weights
constructed. The first takes ten minutes of all of the data, the second three, the last seconds.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from own_model.construct import Ingredients, construct
from own_model.links import Strengths, find_links
from own_model.sources import read_sources
from own_model.statistics import rarities
from own_model.steps import Steps, code_digest
from own_model.tokenizer import learn_tokenizer

START = "start"


def make_start(steps: Steps, data: Path, done: str) -> tuple[Path, str]:
    """The folder of a checkpoint, and the digest that stands for it; `done` is that of `data`."""
    tokenizer, words, start = (steps.work / name for name in ("tokenizer.json", "words.npz", START))
    code = code_digest("tokenizer.py", "alphabets.py", "scripts.py", "../../core/folding/characters.py")
    learnt = steps.do("tokenizer", [done, code], tokenizer, lambda: _learn(data, tokenizer))
    code = code_digest("statistics.py", "links.py", "scripts.py")
    counted = steps.do("words", [learnt, code], words, lambda: _count(data, tokenizer, words))
    code = code_digest("start.py", "construct.py", "identities.py", "scripts.py", "tokenizer.py")
    made = steps.do(START, [counted, code], start, lambda: _construct(tokenizer, words, start))
    return start, made


def _learn(data: Path, path: Path) -> None:
    learn_tokenizer(read_sources(data)).save(str(path), pretty=False)


def _count(data: Path, tokenizer: Path, path: Path) -> None:
    sources, opened = read_sources(data), Tokenizer.from_file(str(tokenizer))
    links = find_links(opened, sources)
    rows = [(token, hub, strength) for token, hubs in links.items() for hub, strength in hubs.items()]
    pairs = np.array([row[:2] for row in rows], dtype=np.int32).reshape(-1, 2)
    strengths = np.array([row[2] for row in rows], dtype=np.float32)
    np.savez(path, rarities=rarities(opened, sources), pairs=pairs, strengths=strengths)


def _construct(tokenizer: Path, words: Path, folder: Path) -> None:
    with np.load(words) as counted:
        links: Strengths = defaultdict(dict)
        for (token, hub), strength in zip(
            counted["pairs"].tolist(), counted["strengths"].tolist(), strict=True
        ):
            links[token][hub] = strength
        ingredients = Ingredients(
            tokenizer=Tokenizer.from_file(str(tokenizer)), rarities=counted["rarities"], links=dict(links)
        )
    making = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(making, ignore_errors=True)
    construct(ingredients, making)
    shutil.rmtree(folder, ignore_errors=True)
    making.rename(folder)
