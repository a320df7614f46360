"""What the tests of core share: a library in a temporary folder, and reading files without processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest

from core.collection import Collection
from core.domain import BUILT_IN_MODEL, ModelName
from core.encode.encoder import Encoder, Encoders
from core.encode.lexical.encoder import LexicalEncoder
from core.errors import ExtractionError
from core.extract.read import Extraction, extract_file
from core.index.kernels.arrays import Kernels
from core.index.kernels.choose import choose_kernels
from core.layout import RARITY_TABLE, LibraryLayout
from core.models.models import Models
from core.progress import CancelToken
from core.settings import ReadingLimits, Settings
from tests.core.encoders import FixedEncoders


class InlineExtraction:
    """Stands in for the ExtractionPool where a test is not about processes: reads in the calling thread."""

    def __init__(self, limits: ReadingLimits) -> None:
        self._limits = limits

    def submit(self, path: Path) -> Future[Extraction]:
        future: Future[Extraction] = Future()
        try:
            future.set_result(extract_file(path, self._limits))
        except ExtractionError as error:
            future.set_exception(error)
        return future

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture(scope="session")
def encoder() -> LexicalEncoder:
    return LexicalEncoder.open(RARITY_TABLE)


@cache
def _kernels() -> Kernels:
    """Chosen and compiled once, and not half a second for each library."""
    return choose_kernels()


@contextmanager
def inline_collection(
    library: Path,
    encoder: Encoder | Encoders,
    settings: Settings | None = None,
    first_model: ModelName = BUILT_IN_MODEL,
) -> Iterator[Collection]:
    """A collection that starts no process. An encoder alone is the built-in model."""
    encoders = encoder if isinstance(encoder, FixedEncoders | Models) else FixedEncoders.only(encoder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "core.collection.ExtractionPool.open", lambda _workers, limits: InlineExtraction(limits)
        )
        patch.setattr("core.search.searcher.load_kernels", lambda _remembered: _kernels())
        layout = LibraryLayout(library)
        with Collection.open(layout, settings or Settings(), encoders, first_model) as collection:
            yield collection


OpenCollection = Callable[[Path], Collection]


@pytest.fixture
def open_collection(encoder: LexicalEncoder) -> Iterator[OpenCollection]:
    """Opens inline collections and closes them after the test."""
    with ExitStack() as stack:
        yield lambda library: stack.enter_context(inline_collection(library, encoder))


def index(collection: Collection) -> None:
    """Run a sync to its end."""
    for _ in collection.sync(CancelToken()):
        pass


def maintain(collection: Collection) -> None:
    """Run the maintenance to its end."""
    for _ in collection.maintain(CancelToken()):
        pass
