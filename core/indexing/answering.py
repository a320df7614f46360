"""The model that answers, for whoever works in a library; and what happens when the one that comes with Mikke
cannot be opened: a file of it is damaged, or its run-time does not work on this machine.

Then the built-in encoder takes its place for good, as if a person had chosen it: it always opens. What the
other had encoded is stale then, as with any change of the model, and the next sync encodes it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from core.catalogue import models
from core.catalogue.catalogue import Catalogue
from core.catalogue.models import Choice
from core.domain import BUILT_IN_MODEL, OWN_MODEL, ModelName
from core.encode.encoder import Encoder, Encoders
from core.errors import ModelError
from core.indexing.garbage import delete_files
from core.indexing.lanes import Lane
from core.indexing.stages import Stages
from core.indexing.switching import choose_upcoming, take_over

_WAIT_S = 2.5
"""How long a question waits for a writer, who notices the same at once."""

_POLL_S = 0.05

AnswerT = TypeVar("AnswerT")


def choose_first_model(catalogue: Catalogue, name: ModelName) -> None:
    """Let this model answer in a library in which nothing has ever been."""
    if name == BUILT_IN_MODEL:  # which is what a library has where nothing is noted
        return
    with catalogue.read() as db:
        known = models.is_chosen(db)
    if not known:
        with catalogue.write() as db:
            models.choose_first(db, name)


class Answering:
    """Opens the model that answers. Thread-safe. `fell_back`: see Collection."""

    def __init__(self, stages: Stages, encoders: Encoders, writer: Lane) -> None:
        self._stages = stages
        self._encoders = encoders
        self._writer = writer
        self.fell_back: ModelError | None = None

    def for_writing(self) -> Encoder:
        """For a writer, in its lane: so no other model takes over. Raises what `Encoders.open` raises."""
        catalogue = self._stages.catalogue
        with catalogue.read() as db:
            noted = models.answering(db)
        try:
            encoder = self._encoders.open(noted.name)
        except ModelError as error:
            if noted.name != OWN_MODEL:
                raise
            return self._stand_in(error)
        if noted.digest != encoder.digest:
            with catalogue.write() as db:
                models.set_answering(db, Choice(name=noted.name, digest=encoder.digest))
        return encoder

    def for_asking(self, ask: Callable[[], AnswerT]) -> AnswerT:
        """What somebody asks. Raises what `ask` and `Encoders.open` raise."""
        try:
            return ask()
        except ModelError as error:
            if self._name() != OWN_MODEL or not self._stood_in(error):
                raise
        return ask()

    def _stand_in(self, error: ModelError) -> Encoder:
        """Needs the writer's lane. Raises the error where a switch to the built-in model is under way, which
        goes on.
        """
        encoder = self._encoders.open(BUILT_IN_MODEL)
        gone = choose_upcoming(self._stages.catalogue, BUILT_IN_MODEL)
        delete_files(self._stages.index / file for file in gone)
        if not take_over(self._stages, BUILT_IN_MODEL, encoder.digest, at_once=True):
            raise error
        self.fell_back = error
        return encoder

    def _stood_in(self, error: ModelError) -> bool:
        """Whether the built-in model answers now, through this program's doing or another's."""
        deadline = time.monotonic() + _WAIT_S
        while self._name() == OWN_MODEL:
            with self._writer.held_if_free() as free:
                if free:
                    self._stand_in(error)
                    return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_S)
        return True

    def _name(self) -> ModelName:
        with self._stages.catalogue.read() as db:
            return models.answering(db).name
