"""The stand-ins of these tests are like what they stand in for."""

from __future__ import annotations

import inspect

from core.collection import Collection
from tests.fakes import FakeCollection


def test_fake_and_real_collection_have_the_same_methods():
    """What the window is tested with has every method of the real thing, with the same parameters."""
    for name in (
        "sources",
        "add_source",
        "forget_source",
        "sync",
        "refresh",
        "maintain",
        "verify",
        "prepare",
        "search",
        "glance",
        "explain",
        "status",
        "documents",
        "document",
        "text",
        "render_page",
    ):
        real, fake = (inspect.signature(getattr(kind, name)) for kind in (Collection, FakeCollection))
        assert list(real.parameters) == list(fake.parameters), name
