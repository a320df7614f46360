"""Libraries that grow and shrink at random, with codebooks coming and going; a dict of texts is the oracle.

tests/core/test_history.py looks for short histories that break something; these are long and have everything
at once: exact segments, those of an old codebook and of a new one, other bits, faults in the middle.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from core.domain import BUILT_IN_MODEL, Mode, Query
from core.encode.encoder import Encoder
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import LibraryError
from core.index import merge
from core.indexing import switching
from core.progress import CancelToken, ModelChanged
from core.settings import Settings
from tests.core.conftest import index, inline_collection, maintain
from tests.core.crash import STEPS_OF_A_COMPRESSION, STEPS_OF_A_MERGE, at_step
from tests.core.encoders import OTHER, FixedEncoders, WordEncoder
from tests.core.oracle import Oracle, check_stored, check_whole
from tests.core.small import check_no_garbage, forms_of, small_codebooks

WORDS = [
    "kumquat",
    "obsidian",
    "thistle",
    "gondola",
    "abacus",
    "lantern",
    "朝顔",
    "蒸気機関",
    "夕立",
    "観覧車",
]
STEPS = 50
TOLERANCE = 0.4
"""Relative: here a token may be compressed anew at 2 bits five times, with few centroids; in a real library
it is twice. That the answers are those of what is stored is checked apart from this."""
FAULTS = (*STEPS_OF_A_COMPRESSION, *STEPS_OF_A_MERGE)


class FaultError(Exception):
    """Nothing that anybody expects."""


class Life:
    """One library. Every method but `check` is something that may happen to it."""

    def __init__(self, root: Path, seed: int, encoder: LexicalEncoder, stack: ExitStack) -> None:
        self.root, self.stack = root, stack
        self.random = random.Random(seed)
        self.encoders = FixedEncoders({BUILT_IN_MODEL: encoder, OTHER: WordEncoder()})
        self.oracles = {name: Oracle(each) for name, each in self.encoders.encoders.items()}
        self.texts: dict[Path, str] = {}
        self.ids: dict[int, str] = {}
        self.forms: set[frozenset[bytes]] = set()
        self.clock = 1_700_000_000
        self.switched = 0
        (root / "files").mkdir()
        self.open()
        self.collection.add_source(root / "files")

    def open(self) -> None:
        bits = self.random.choice((2, 4))
        opened = inline_collection(self.root / "library", self.encoders, Settings(residual_bits=bits))
        self.collection = self.stack.enter_context(opened)

    @property
    def oracle(self) -> Oracle:
        return self.oracles[self.collection.status().model]

    @property
    def encoder(self) -> Encoder:
        return self.oracle.encoder

    def save(self) -> None:
        """Files are new or changed, and are looked at; the library grows slowly."""
        path = self.root / "files" / f"{self.random.randrange(40)}.txt"
        words = [self.random.choice(WORDS) for _ in range(self.random.randint(1, 4))]
        self.texts[path] = " ".join(f"There is a {word} in it." for word in words)
        path.write_text(self.texts[path], encoding="utf-8")
        self.clock += 1
        os.utime(path, (self.clock, self.clock))
        list(self.collection.refresh([path], CancelToken()))

    def switch(self) -> None:
        """Some of a switch to the other model, or all of it."""
        answering = self.collection.status().model
        self.collection.use_model(OTHER if answering == BUILT_IN_MODEL else BUILT_IN_MODEL)
        events = self.collection.switch(CancelToken())
        for _, event in zip(range(self.random.randint(1, 8)), events, strict=False):
            self.switched += isinstance(event, ModelChanged)
        events.close()

    def delete(self) -> None:
        if self.texts:
            path = self.random.choice(sorted(self.texts))
            del self.texts[path]
            path.unlink()
            list(self.collection.refresh([path], CancelToken()))

    def maintain(self) -> None:
        maintain(self.collection)

    def drop_a_maintenance(self) -> None:
        events = self.collection.maintain(CancelToken())
        for _, _event in zip(range(self.random.randint(1, 4)), events, strict=False):
            pass
        events.close()

    def fail(self) -> None:
        """A maintenance ends with an error at any of its steps, if it comes to that."""

        def fault() -> None:
            raise FaultError

        function, moment = self.random.choice(FAULTS)
        with at_step(function, moment, fault), suppress(FaultError, LibraryError):
            maintain(self.collection)

    def damage(self) -> None:
        """A byte of any file of the index flips, and somebody verifies."""
        files = self.collection._layout.index.iterdir()
        path = self.random.choice([*sorted(files, key=lambda path: path.stat().st_size), None])
        if path is not None:
            content = bytearray(path.read_bytes())
            content[self.random.randrange(128)] ^= 0x10
            path.write_bytes(content)
            *_, verified = self.collection.verify(CancelToken())
            assert verified.unmended == ()

    def reopen(self) -> None:
        self.stack.close()
        self.open()

    def check(self) -> None:
        self.forms.add(frozenset(form.codebook for form in forms_of(self.collection)))
        word = self.random.choice(WORDS)
        check_stored(self.collection, self.encoder, word)
        self.check_word(word)
        for result in self.collection.search(Query(text=word, limit=100)).results:
            for hit in result.hits:
                assert self.ids.setdefault(hit.passage_id, hit.text) == hit.text

    def check_word(self, word: str) -> None:
        """All that have the word are found, first and about as well; at 2 bits others may be found too."""
        results = self.collection.search(Query(text=word, limit=100, mode=Mode.MAXSIM)).results
        expected = self.oracle.scores(sorted(self.texts), word)
        assert {path for path, text in self.texts.items() if word in text} == expected.keys()
        first = {result.document.path: result.score for result in results[: len(expected)]}
        assert first == pytest.approx(expected, rel=TOLERANCE)

    def end(self) -> None:
        """Afterwards all is as if it had been made at once."""
        index(self.collection)
        for _ in range(3):  # damage and faults may have left several things to do
            maintain(self.collection)
        check_whole(self.collection)
        check_no_garbage(self.collection)
        assert len({form.codebook for form in forms_of(self.collection)}) <= 1
        check_stored(self.collection, self.encoder, *WORDS)
        for word in WORDS:
            self.check_word(word)
        assert self.collection.status().passages == len(self.texts)


def happenings(life: Life) -> list[Callable[[], None]]:
    often = [life.save] * 12 + [life.maintain, life.drop_a_maintenance, life.fail] * 2
    return [*often, life.delete, life.damage, life.reopen, life.switch]


def test_random_lives(tmp_path, encoder):
    """At every moment the answers are those of the texts and of the stored vectors; no id ever changes."""
    seen: set[frozenset[bytes]] = set()
    switched = 0
    for seed in range(2):
        (tmp_path / str(seed)).mkdir()
        with small_codebooks(first=20, growth=2) as patch, ExitStack() as stack:
            patch.setattr(merge, "TIER_FACTOR", 4)
            patch.setattr(switching, "ENCODED_AT_ONCE", 5)
            patch.setattr(switching, "COMMIT_SECONDS", 0.0)
            life = Life(tmp_path / str(seed), seed, encoder, stack)
            for _ in range(STEPS):
                life.random.choice(happenings(life))()
                life.check()
            life.end()
            seen |= life.forms
            switched += life.switched
    assert switched
    assert any(b"" in forms and len(forms) > 1 for forms in seen)
    assert any(len(forms - {b""}) > 1 for forms in seen)
