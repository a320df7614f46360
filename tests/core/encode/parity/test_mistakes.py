"""The comparison notices: every plausible mistake fails the very same comparison that our encoder passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.core.encode.parity.conftest import Checkpoints
from tests.core.encode.parity.golden import NAMES, Encoded, Golden, differences, load
from tests.core.encode.parity.reference import Mistakes, Reference

pytestmark = pytest.mark.parity

IN_STANFORDS_LAYOUT = [
    name for name in NAMES if name not in ("jacolbert-pylate.pylate", "jina-v2-bf16.colbert-ai")
]
"""What the reference reads: it has no bfloat16."""

SOME = ("english sentence", "japanese sentence", "german", "mixed scripts", "long")

ADAPTED = "colbert-xm-en_XX.colbert-ai"


def by_reference(
    golden: Golden, checkpoint: Checkpoints, mistakes: Mistakes | None = None, language: str | None = None
) -> tuple[list[Encoded], list[Encoded]]:
    """The texts of a golden file, its tokens through the reference."""
    adapter = golden.about.get("language", "") if language is None else language
    reference = Reference.open(checkpoint(golden.about["kind"]), mistakes or Mistakes(), adapter)
    return (
        [through(reference, question) for question in golden.questions],
        [through(reference, passage) for passage in golden.passages],
    )


def through(reference: Reference, text: Encoded) -> Encoded:
    return replace(text, vectors=reference.vectors(text.ids, text.attention)[text.keep])


@pytest.mark.parametrize("name", IN_STANFORDS_LAYOUT)
def test_reference_agrees(name: str, checkpoint: Checkpoints):
    """A second implementation, in NumPy, gives what the golden file says: so does each network by itself."""
    golden = load(name)
    assert differences(golden, *by_reference(golden, checkpoint)) == []


@pytest.mark.parametrize(
    ("name", "mistakes"),
    [
        ("jina-v2.colbert-ai", Mistakes(rotary_base=20000.0)),
        ("jina-v2-no-base.colbert-ai", Mistakes(rotary_base=20000.0)),
        ("jina-v2.colbert-ai", Mistakes(interleaved=True)),
        ("jina-v2.colbert-ai", Mistakes(tanh_gelu=True)),
        ("jina-v2.colbert-ai", Mistakes(no_biases=True)),
        ("jina-v2.colbert-ai", Mistakes(not_normalised=True)),
        ("jina-v2.colbert-ai", Mistakes(new_projection=True)),
        ("jina-v1.colbert-ai", Mistakes(swapped_gate=True)),
        ("jina-v1.colbert-ai", Mistakes(tanh_gelu=True)),
        ("jina-v1.colbert-ai", Mistakes(pre_norm=True)),
        ("jina-v1-12.colbert-ai", Mistakes(first_slopes=True)),
        ("jacolbert.colbert-ai", Mistakes(tanh_gelu=True)),
        ("jacolbert.colbert-ai", Mistakes(positions_from=1)),
        ("jacolbert.colbert-ai", Mistakes(not_normalised=True)),
        ("jacolbert.colbert-ai", Mistakes(new_projection=True)),
        (ADAPTED, Mistakes(positions_from=0)),
        (ADAPTED, Mistakes(tanh_gelu=True)),
    ],
    ids=str,
)
def test_a_wrong_network_is_noticed(name: str, mistakes: Mistakes, checkpoint: Checkpoints):
    """Vectors of a network with one mistake are not those of the golden file."""
    golden = load(name).only(SOME)
    found = differences(golden, *by_reference(golden, checkpoint, mistakes))
    assert any("vectors differ" in each for each in found)


@pytest.mark.parametrize("adapter", ["ja_XX", "de_DE", "ar_AR"])
def test_another_adapter_is_noticed(adapter: str, checkpoint: Checkpoints):
    """The adapter of another language gives other vectors."""
    golden = load(ADAPTED).only(SOME)
    found = differences(golden, *by_reference(golden, checkpoint, language=adapter))
    assert any("vectors differ" in each for each in found)


def _marker_missing(text: Encoded) -> Encoded:
    return _chosen(text, np.arange(len(text.ids)) != 1)


def _marker_first(text: Encoded) -> Encoded:
    ids = text.ids.copy()
    ids[[0, 1]] = ids[[1, 0]]
    return replace(text, ids=ids)


def _marker_other(text: Encoded) -> Encoded:
    ids = text.ids.copy()
    ids[1] += 1
    return replace(text, ids=ids)


def _attention_flipped(text: Encoded) -> Encoded:
    """All masks are attended to; where they were, none is."""
    real = np.ones(len(text.ids), dtype=bool)
    if not text.attention.all():
        return replace(text, attention=real)
    ends = np.flatnonzero(text.ids == text.ids[-1])
    real[ends[0] + 1 :] = False
    return replace(text, attention=real)


def _padded(text: Encoded) -> Encoded:
    """The pad token where the mask token belongs."""
    return replace(text, ids=np.where(text.attention, text.ids, 0))


def _unfilled(text: Encoded) -> Encoded:
    """No masks behind the question."""
    return _chosen(text, text.attention)


def _no_end(text: Encoded) -> Encoded:
    last = int(text.attention.sum()) - 1
    return _chosen(text, np.arange(len(text.ids)) != last)


def _chosen(text: Encoded, which: np.ndarray) -> Encoded:
    return replace(text, ids=text.ids[which], attention=text.attention[which], keep=text.keep[which])


@pytest.mark.parametrize(
    "change",
    [_marker_missing, _marker_first, _marker_other, _attention_flipped, _padded, _unfilled, _no_end],
)
def test_wrong_questions_are_noticed(change: Callable[[Encoded], Encoded], checkpoint: Checkpoints):
    """A question that is put together otherwise is noticed, and not by its ids alone: by vectors too."""
    golden = load("jacolbert.colbert-ai").only(SOME)
    reference = Reference.open(checkpoint("jacolbert"))
    questions = [through(reference, change(question)) for question in golden.questions]
    passages = [*golden.passages]
    assert differences(golden, golden.questions, passages) == []
    assert differences(golden, questions, passages) != []
    for ours, theirs in zip(questions, golden.questions, strict=True):
        alike = ours.vectors.shape == theirs.vectors.shape
        assert not alike or np.abs(ours.vectors - theirs.vectors).max() > 1e-3


def test_the_skiplists_rule_is_noticed(encoder_with):
    """PyLate's rule keeps other vectors of ColBERT-XM's and Jina v2's passages than colbert-ai's."""
    for name in (ADAPTED, "jina-v2.colbert-ai"):
        golden = load(name).only(SOME)
        found = differences(golden, *encoder_with(golden, skiplist_rule="pylate"))
        assert any("other keep" in each for each in found)


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("jacolbert.colbert-ai", "attend_to_masks", "true"),
        ("jina-v2.colbert-ai", "attend_to_masks", "false"),
        ("jacolbert.colbert-ai", "query_length", 31),
        ("jacolbert.colbert-ai", "doc_length", 12),
        ("jacolbert.colbert-ai", "skiplist_rule", "none"),
        ("jacolbert-v2.5-dynamic.colbert-ai", "query_length_rule", "fixed"),
        ("jina-v2.colbert-ai", "marker_rule", "legacy"),
        ("colbert-xm-ja_XX.colbert-ai", "language", "en"),
    ],
)
def test_another_setting_is_noticed(name: str, setting: str, value: object, encoder_with):
    """Our own encoder with one value of its profile changed fails the comparison that it passes."""
    golden = load(name)
    assert differences(golden, *encoder_with(golden)) == []
    assert differences(golden, *encoder_with(golden, **{setting: value})) != []
