"""What is known of the published models beyond what stands in their own folders.

`values` count where a folder says nothing (JaColBERTv2.5's may lack artifact.metadata). `Corrections` beat
what it says, for the one case in which that is known to be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.encode.checkpoint.family import Family
from core.encode.checkpoint.rules import QueryLengthRule

Values = Mapping[str, Any]


def _none(_: Values) -> Values:
    return {}


def _jina_v2(values: Values) -> Values:
    """Early snapshots said that masks are not attended to and lacked the markers (repository commit 6392a28
    and PyLate's pull request 55 put it right): the weights were always made for the values below.
    """
    right = {"attend_to_masks": True, "query_marker": "[QueryMarker]", "doc_marker": "[DocumentMarker]"}
    return {key: value for key, value in right.items() if values[key] != value}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """One published model: its network, and values of its profile by their names there."""

    family: Family
    values: Values = field(default_factory=dict)
    corrections: Callable[[Values], Values] = _none


_JACOLBERT = {
    "query_marker": "[unused0]",
    "doc_marker": "[unused1]",
    "query_length": 32,
    "attend_to_masks": False,
}
_JINA_V2 = {
    "query_marker": "[QueryMarker]",
    "doc_marker": "[DocumentMarker]",
    "query_length": 32,
    "doc_length": 300,
    "attend_to_masks": True,
}

KNOWN: Mapping[str, KnownModel] = {
    "jacolbert": KnownModel(family=Family.BERT, values=_JACOLBERT | {"doc_length": 228}),
    # The paper (arXiv 2407.20750) found the dynamic length best and reports all its results with it; no field
    # of the metadata says so.
    "jacolbert-v2.5": KnownModel(
        family=Family.BERT,
        values=_JACOLBERT | {"doc_length": 300, "query_length_rule": QueryLengthRule.DYNAMIC},
    ),
    "jina-colbert-v1-en": KnownModel(family=Family.JINA_BERT, values=_JACOLBERT | {"doc_length": 512}),
    "jina-colbert-v2": KnownModel(family=Family.ROTARY, values=_JINA_V2, corrections=_jina_v2),
    "jina-colbert-v2-96": KnownModel(family=Family.ROTARY, values=_JINA_V2, corrections=_jina_v2),
    "jina-colbert-v2-64": KnownModel(family=Family.ROTARY, values=_JINA_V2, corrections=_jina_v2),
    "colbert-xm": KnownModel(
        family=Family.XMOD, values=_JACOLBERT | {"doc_length": 256, "attend_to_masks": True}
    ),
}
"""By the names under which Mikke offers them. Sources: the model cards and configs of each repository."""
