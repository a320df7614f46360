"""The published checkpoints that Mikke can install: who made them, what they may be used for, what they cost.

Sources: the cards and file lists of the repositories. A revision stands here where a public page of the
repository shows that commit together with all the files; where none is known to us, an installation asks for
the newest commit, records it, and fetches exactly that one.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain import Language, ModelName


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What one token costs: `layers` of `hidden` numbers, `feed_forward` between, so many `heads`.

    `gated`: the feed-forward network has two inner matrices, one of which gates the other. `adapter`: the
    width of a layer's language adapter, 0: none. `parameters` are all that the file holds.
    """

    layers: int
    hidden: int
    feed_forward: int
    heads: int
    parameters: int
    gated: bool = False
    adapter: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A checkpoint as its publisher ships it.

    `bytes` is about what is fetched. `dim` is the length of its vectors. `parts` are the extras of
    pyproject.toml that it needs. `restriction`: see core.domain.Model.
    """

    name: ModelName
    title: str
    languages: frozenset[Language]
    licence: str
    repository: str
    bytes: int
    shape: Shape
    dim: int = 128
    revision: str | None = None
    restriction: str = ""
    parts: tuple[str, ...] = ("models",)


def _languages(codes: str) -> frozenset[Language]:
    return frozenset(Language(code) for code in codes.split())


_BERT = Shape(layers=12, hidden=768, feed_forward=3072, heads=12, parameters=111_000_000)
_JINA_BERT = Shape(layers=12, hidden=768, feed_forward=3072, heads=12, parameters=137_000_000, gated=True)
_JINA_ROBERTA = Shape(layers=24, hidden=1024, feed_forward=4096, heads=16, parameters=559_000_000)
_XMOD = Shape(layers=12, hidden=768, feed_forward=3072, heads=12, parameters=853_000_000, adapter=384)

_JAPANESE = _languages("ja")

_JINA_V2_LANGUAGES = _languages(
    "af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he hi hr "
    "hu hy id is it ja jv ka kk km kn ko ku ky la lo lt lv mg mk ml mn mr ms my ne nl no om or pa pl ps "
    "pt ro ru sa sd si sk sl so sq sr su sv sw ta te th tl tr ug uk ur uz vi xh yi zh"
)
"""As the card lists them: those of XLM-R. (The text of the card counts 89 that it was trained with further,
without naming them.)"""

_XM_LANGUAGES = _languages(
    "en id vi ru fa sv ja fr de ro ko hu es fi uk da pt no th pl bg nl zh he el it sk hr tr ar cs lt hi "
    "ca ms sl lv ta bn et az sq sr kk ka tl ur is hy ml mk be la te eu gl mn kn ne sw si mr af gu cy eo "
    "km ky uz ps pa ga ha am lo ku so my or sa"
)
"""Of its 81 adapters; Chinese has two of them."""

_NON_COMMERCIAL = "not for commercial use"


def _jina_v2(name: str, title: str, dim: int, revision: str | None = None) -> Published:
    return Published(
        name=ModelName(name),
        title=title,
        languages=_JINA_V2_LANGUAGES,
        licence="CC-BY-NC-4.0",
        restriction=_NON_COMMERCIAL,
        repository=f"jinaai/{name}",
        revision=revision,
        bytes=1_137_000_000,
        shape=_JINA_ROBERTA,
        dim=dim,
    )


PUBLISHED: tuple[Published, ...] = (
    Published(
        name=ModelName("jacolbert-v2.5"),
        title="JaColBERTv2.5",
        languages=_JAPANESE,
        licence="MIT",
        repository="answerdotai/JaColBERTv2.5",
        bytes=445_000_000,
        shape=_BERT,
        parts=("models", "japanese"),
    ),
    Published(
        name=ModelName("jacolbert"),
        title="JaColBERT v1",
        languages=_JAPANESE,
        licence="MIT",
        repository="bclavie/JaColBERT",
        bytes=445_000_000,
        shape=_BERT,
        parts=("models", "japanese"),
    ),
    Published(
        name=ModelName("jina-colbert-v1-en"),
        title="Jina-ColBERT v1 (English)",
        languages=_languages("en"),
        licence="Apache-2.0",
        repository="jinaai/jina-colbert-v1-en",
        revision="c7ba4e1a885f40d640b533b605a58c83ef107105",
        bytes=551_000_000,
        shape=_JINA_BERT,
    ),
    _jina_v2(
        "jina-colbert-v2",
        "Jina-ColBERT v2",
        128,
        "4552c4dc1ffd7d7a635b6a41a1077fe9c9cdd974",
    ),
    _jina_v2("jina-colbert-v2-96", "Jina-ColBERT v2, 96 dimensions", 96),
    _jina_v2("jina-colbert-v2-64", "Jina-ColBERT v2, 64 dimensions", 64),
    Published(
        name=ModelName("colbert-xm"),
        title="ColBERT-XM",
        languages=_XM_LANGUAGES,
        licence="MIT",
        repository="antoinelouis/colbert-xm",
        revision="27038d22e9010a2497f339903afda44479b62b56",
        bytes=3_430_000_000,
        shape=_XMOD,
    ),
)
"""The better of two for the same languages first."""

BY_NAME = {published.name: published for published in PUBLISHED}
