"""By which model does a benchmark answer? Mikke's own, unless another one is named."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.domain import BUILT_IN_MODEL, OWN_MODEL
from core.encode.colbert.encoder import ColbertEncoder, Options
from core.encode.encoder import Encoder
from core.encode.lexical.encoder import LexicalEncoder
from core.layout import OWN_MODEL_FOLDER, RARITY_TABLE
from core.models.own import companion_of, open_own
from tests.core.encoders import FixedEncoders


def add_words(parser: argparse.ArgumentParser) -> None:
    """`--lexical`, `--checkpoint`."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--lexical", action="store_true", help="the built-in encoder of words and parts of words"
    )
    which.add_argument("--checkpoint", type=Path, metavar="FOLDER", help="a model's files as published")


def opened(arguments: argparse.Namespace) -> Encoder:
    """What add_words asked for, encoding as in a library."""
    if arguments.lexical:
        return LexicalEncoder.open(RARITY_TABLE)
    if arguments.checkpoint:
        return ColbertEncoder.open(arguments.checkpoint, Options(windows=True))
    return open_own(OWN_MODEL_FOLDER)


def only(encoder: Encoder) -> FixedEncoders:
    """A machine that has no other model, by whatever name a library asks for it."""
    encoders = FixedEncoders({BUILT_IN_MODEL: encoder, OWN_MODEL: encoder})
    encoders.companions[encoder.digest] = companion_of(OWN_MODEL_FOLDER, encoder.digest)
    return encoders
