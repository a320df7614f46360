"""A small library that changes its model."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from core.collection import Collection
from core.domain import BUILT_IN_MODEL, ModelName, Query
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import CancelledError
from core.progress import CancelToken
from tests.core.conftest import index, inline_collection, maintain
from tests.core.encoders import OTHER, FixedEncoders, WordEncoder
from tests.core.oracle import Oracle, check_stored, check_whole

THIRD = ModelName("third")
WORDS = ("kumquat", "zeppelin", "marzipan", "obsidian", "thistle", "gondola", "朝顔", "蒸気機関")


class Library:
    """Some files, each about a word of its own, read with the built-in model; `open` is another program."""

    def __init__(self, root, encoder: LexicalEncoder, stack: ExitStack) -> None:
        self.root, self.stack = root, stack
        self.files = root / "files"
        self.encoders = FixedEncoders(
            {BUILT_IN_MODEL: encoder, OTHER: WordEncoder(), THIRD: WordEncoder("third")}
        )
        self.files.mkdir()
        for word in WORDS:
            self.write(word)
        self.collection = self.open()
        self.collection.add_source(self.files)
        index(self.collection)

    def open(self) -> Collection:
        return self.stack.enter_context(inline_collection(self.root / "library", self.encoders))

    def write(self, word: str, copies: int = 30) -> None:
        (self.files / f"{word}.txt").write_text(f"The word is {word} . " * copies, encoding="utf-8")

    def check(self, name: ModelName) -> None:
        """Check that this model answers, with what is on the disk and nothing else."""
        collection, encoder = self.collection, self.encoders.encoders[name]
        assert collection.status().model == name
        paths = sorted(self.files.iterdir())
        oracle = Oracle(encoder)
        for word in (*WORDS, "hydrant"):
            oracle.check(collection, paths, word)
        check_stored(collection, encoder, *WORDS)
        check_whole(collection)

    def half(self) -> None:
        """On the way to OTHER."""
        self.collection.use_model(OTHER)
        events = self.collection.switch(ImpatientToken(1))
        with pytest.raises(CancelledError):
            list(events)
        switch = self.collection.status().switch
        assert switch is not None
        assert 0 < switch.done < switch.total


class ImpatientToken(CancelToken):
    """Cancels at a checkpoint."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.left = steps

    def checkpoint(self) -> None:
        self.left -= 1
        if self.left < 0:
            self.cancel()
        super().checkpoint()


def switch(collection: Collection) -> list[object]:
    return list(collection.switch(CancelToken()))


class Everybody:
    """What four threads do to a library until `ended`, three of them in another program."""

    def __init__(self, library: Library) -> None:
        self.library, self.other = library, library.open()
        self.ended = threading.Event()
        self.changed = self.asked = 0

    def write(self) -> None:
        for copies in range(1, 13):
            for word in ("hydrant", WORDS[0]):
                self.library.write(word, copies * 3)
                list(self.other.refresh([self.library.files / f"{word}.txt"], CancelToken()))

    def change_models(self) -> None:
        while not self.ended.is_set():
            answering = self.other.status().model
            self.other.use_model(OTHER if answering == BUILT_IN_MODEL else BUILT_IN_MODEL)
            self.changed += switch(self.other)[-1:] != []

    def tidy_up(self) -> None:
        while not self.ended.is_set():
            maintain(self.other)

    def ask(self) -> None:
        while not self.ended.is_set():
            for word in WORDS[1:]:
                (result,) = self.library.collection.search(Query(text=word)).results
                assert result.document.path.stem == word
                self.asked += 1
