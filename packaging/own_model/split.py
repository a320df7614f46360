"""What is kept back to choose by? A development split of the training data, cut by whole documents.

Nothing of one article, page or document is on both sides, in no language. Which side a document is on
depends on its name and the seed alone, so the split stays the same when other data are added.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from own_model.sources import COMMANDS, ParallelRow, Paraphrase, Passage, RetrievalSet, Sources

SEED = 6
"""Never changed: models chosen by one split cannot be compared with those of another."""

SHARE, LARGEST_SHARE, ENOUGH = 0.1, 0.25, 300
"""Of the documents of a source a tenth is kept back, and more from small ones, so that 300 passages are, but
at most a quarter."""

PARAPHRASES_FROM = 4.0
"""The score from which two sentences say the same (JSTS: 5 equivalent, 4 but for details)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """`development`: retrieval sets. Parallel rows and paraphrases became some, too."""

    train: Sources
    development: tuple[RetrievalSet, ...]


def split(sources: Sources) -> Split:
    """Cut the sources in two."""
    families = _families(sources.sets)
    kept = [_cut(each, families) for each in sources.sets]
    rows, dev_rows = _cut_rows(sources.parallel)
    pairs, dev_pairs = _cut_paraphrases(sources.paraphrases)
    development = [each[1] for each in kept if each[1].judgements]
    development += [
        *_across_languages(development),
        *_parallel_sets(dev_rows),
        *_paraphrase_sets(dev_pairs),
    ]
    train = replace(sources, sets=tuple(each[0] for each in kept), parallel=rows, paraphrases=pairs)
    return Split(train=train, development=tuple(development))


def document_of(retrieval_set: RetrievalSet, passage: str) -> str:
    """What the passage is a part of: never cut in two. A command's pages for several systems are one."""
    if retrieval_set.style == COMMANDS:
        return f"{retrieval_set.family}/{passage.rpartition('/')[2]}"
    if retrieval_set.family:
        return f"{retrieval_set.family}/{passage.partition('#')[0]}"
    title = retrieval_set.passages[passage].title
    return f"{retrieval_set.name}/{title or passage.rpartition('-')[0] or passage}"


def kept_back(document: str, share: float) -> bool:
    """Whether a document is on the side of development."""
    drawn = hashlib.sha256(f"{SEED}/{document}".encode()).digest()[:8]
    return int.from_bytes(drawn, "big") < share * 2**64


def share_of(passages: int) -> float:
    """How much of a source with so many passages is kept back."""
    return max(SHARE, min(LARGEST_SHARE, ENOUGH / max(1, passages)))


def _families(sets: Iterable[RetrievalSet]) -> dict[str, int]:
    """Of each family, the passages of its largest set: all languages are cut alike."""
    sizes: dict[str, int] = defaultdict(int)
    for each in sets:
        key = each.family or each.name
        sizes[key] = max(sizes[key], len(each.passages))
    return sizes


def _cut(full: RetrievalSet, sizes: dict[str, int]) -> tuple[RetrievalSet, RetrievalSet]:
    share = share_of(sizes[full.family or full.name])
    back = {name for name in full.passages if kept_back(document_of(full, name), share)}
    return _only(full, lambda name: name not in back), _only(full, lambda name: name in back)


def _only(full: RetrievalSet, wanted: Callable[[str], bool]) -> RetrievalSet:
    """The passages that are wanted, and the queries that all their answers are among."""
    passages = {name: passage for name, passage in full.passages.items() if wanted(name)}
    judgements = {
        query: grades for query, grades in full.judgements.items() if all(name in passages for name in grades)
    }
    queries = {query: full.queries[query] for query in judgements}
    return replace(full, passages=passages, judgements=judgements, queries=queries)


def _cut_rows(
    rows: tuple[ParallelRow, ...],
) -> tuple[tuple[ParallelRow, ...], tuple[ParallelRow, ...]]:
    """Sentences stand in several rows, so what says the same as a row kept back leaves the other side."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.source] += 1
    back = [kept_back(f"{row.source}/{row.document}", share_of(counts[row.source])) for row in rows]
    development = tuple(row for row, is_back in zip(rows, back, strict=True) if is_back)
    known = {text for row in development for text in row.texts.values()}
    train = tuple(
        row
        for row, is_back in zip(rows, back, strict=True)
        if not is_back and known.isdisjoint(row.texts.values())
    )
    return train, development


def _cut_paraphrases(
    pairs: tuple[Paraphrase, ...],
) -> tuple[tuple[Paraphrase, ...], tuple[Paraphrase, ...]]:
    """By the first sentence; pairs that share a sentence with one kept back leave the other side."""
    share = share_of(len(pairs))
    development = tuple(pair for pair in pairs if kept_back(f"paraphrases/{pair.a}", share))
    known = {text for pair in development for text in (pair.a, pair.b)}
    return tuple(pair for pair in pairs if known.isdisjoint((pair.a, pair.b))), development


def _across_languages(sets: Iterable[RetrievalSet]) -> Iterable[RetrievalSet]:
    """Of each family: headings in one language, sections in English; and English ones to each language."""
    families: dict[str, dict[str, RetrievalSet]] = defaultdict(dict)
    for each in sets:
        if each.family:
            families[each.family][each.language] = each
    for family, languages in families.items():
        english = languages.get("en")
        for language, other in languages.items():
            if english is None or language == "en":
                continue
            yield from (_across(family, *pair) for pair in ((other, english), (english, other)))


def _across(family: str, asked: RetrievalSet, answering: RetrievalSet) -> RetrievalSet:
    judgements = {
        query: kept
        for query, grades in asked.judgements.items()
        if (kept := {name: grade for name, grade in grades.items() if name in answering.passages})
    }
    return replace(
        answering,
        name=f"{family}/{asked.language}>{answering.language}",
        queries={query: asked.queries[query] for query in judgements},
        judgements=judgements,
    )


def _parallel_sets(rows: Iterable[ParallelRow]) -> Iterable[RetrievalSet]:
    """Of each source and language with English: sentences in the one for those in the other, both ways."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        for language, text in row.texts.items():
            if language != "en" and "en" in row.texts:
                found[row.source, language].append((text, row.texts["en"]))
    for (source, language), pairs in found.items():
        yield _sentences(f"{source}/{language}>en", "en", pairs)
        yield _sentences(f"{source}/en>{language}", language, [(b, a) for a, b in pairs])


def _paraphrase_sets(pairs: Iterable[Paraphrase]) -> Iterable[RetrievalSet]:
    alike = [(pair.a, pair.b) for pair in pairs if pair.score >= PARAPHRASES_FROM]
    if alike:
        yield _sentences("paraphrases", "ja", alike)


def _sentences(name: str, language: str, pairs: Iterable[tuple[str, str]]) -> RetrievalSet:
    """Each first sentence asks for the second ones that it stands with."""
    queries: dict[str, str] = {}
    passages: dict[str, Passage] = {}
    judgements: dict[str, dict[str, int]] = defaultdict(dict)
    numbers: dict[str, str] = {}
    for asked, answer in pairs:
        query = numbers.setdefault(f"q {asked}", f"q{len(queries)}")
        passage = numbers.setdefault(f"p {answer}", f"p{len(passages)}")
        queries[query], passages[passage] = asked, Passage(title="", text=answer)
        judgements[query][passage] = 1
    return RetrievalSet(
        name=name,
        language=language,
        family="",
        style="sentences",
        queries=queries,
        passages=passages,
        judgements=dict(judgements),
    )
