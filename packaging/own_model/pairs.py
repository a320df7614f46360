"""Which texts should find which? Training pairs of every kind, from the sources.

Passages stay whole: a passage that is cut may lose the very sentence that answers (windows.py makes windows
of those that are too long for a network, and takes the one that answers).
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from own_model.sources import COMMANDS, QUESTIONS, ParallelRow, Paraphrase, RetrievalSet, Sources
from own_model.split import PARAPHRASES_FROM

QUESTION, HEADING, TITLE, CLOZE = "question", "heading", "title", "cloze"
TRANSLATION, ACROSS, PARAPHRASE = "translation", "across", "paraphrase"
KINDS = (QUESTION, HEADING, TITLE, CLOZE, TRANSLATION, ACROSS, PARAPHRASE)

_SENTENCE = re.compile(r".+?(?:[。!?!?]+[」』）)]*|[.!?؟।]+(?=\s)|\n|$)|.+$", re.DOTALL)
_SPACES = re.compile(r"\s+")

_LEAST_WEIGHT, _MOST_CHARACTERS = 24, 240
"""Of a sentence that is taken out: shorter ones say too little to find anything by."""

_MOST_TARGETS = 2
"""Of each heading so many other languages, drawn anew for each; of eleven, all would be ten pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """`group`: what the pair is drawn together with, so that the others in a batch are no easy answers.
    `origin`: what the passage is, or is a part or a translation of: nothing of the same origin is a wrong
    answer. `within`: the set that wrong answers are looked for in (empty: nowhere).
    """

    kind: str
    group: str
    query: str
    passage: str
    origin: str
    within: str = ""


def all_pairs(sources: Sources, *, seed: int, removed: float = 0.5) -> Iterator[Pair]:
    """Every kind, in an order that depends on the sources alone. `removed`: how often a sentence that asks
    for its passage is taken out of it.
    """
    for each in sources.sets:
        yield from question_pairs(each)
        yield from title_pairs(each)
        yield from cloze_pairs(each, seed=seed, removed=removed)
    yield from across_pairs(sources.sets, seed=seed)
    yield from translation_pairs(sources.parallel, seed=seed)
    yield from paraphrase_pairs(sources.paraphrases, seed=seed)


def origin_of(retrieval_set: RetrievalSet, passage: str) -> str:
    """The same in all languages of a family."""
    return f"{retrieval_set.family or retrieval_set.name}/{passage}"


def question_pairs(each: RetrievalSet) -> Iterator[Pair]:
    """As people judged: question and passage, heading and section, description and command."""
    kind = QUESTION if each.style == QUESTIONS else HEADING
    for query, grades in each.judgements.items():
        for passage in grades:
            yield Pair(
                kind=kind,
                group=f"{kind}/{each.name}",
                query=each.queries[query],
                passage=each.passages[passage].text,
                origin=origin_of(each, passage),
                within=each.name,
            )


def title_pairs(each: RetrievalSet) -> Iterator[Pair]:
    """The title of an article and its first passage, which says what it is; the name of a command and its
    page. Headings of sections have their page's title already.
    """
    if each.style not in (QUESTIONS, COMMANDS):
        return
    seen: set[str] = set()
    for name, passage in each.passages.items():
        if not passage.title or (each.style == QUESTIONS and passage.title in seen):
            continue
        seen.add(passage.title)
        yield Pair(
            kind=TITLE,
            group=f"{TITLE}/{each.name}",
            query=passage.title,
            passage=passage.text,
            origin=origin_of(each, name),
            within=each.name,
        )


def cloze_pairs(each: RetrievalSet, *, seed: int, removed: float) -> Iterator[Pair]:
    """A sentence of a passage and the passage, at times without it (Lee et al., ACL 2019, 1906.00300)."""
    if each.style == COMMANDS:
        return
    for name, passage in each.passages.items():
        origin = origin_of(each, name)
        drawn = random.Random(f"{seed}/{each.name}/{name}")  # noqa: S311 - not for secrets
        found = [found for found in sentences(passage.text) if _says_enough(found.group())]
        if not found:
            continue
        chosen = drawn.choice(found)
        rest = passage.text[: chosen.start()] + passage.text[chosen.end() :]
        if len(rest.strip()) < len(chosen.group()):
            continue
        yield Pair(
            kind=CLOZE,
            group=f"{CLOZE}/{each.name}",
            query=_SPACES.sub(" ", chosen.group()).strip(),
            passage=rest.strip() if drawn.random() < removed else passage.text,
            origin=origin,
            within=each.name,
        )


def sentences(text: str) -> Iterator[re.Match[str]]:
    """The sentences of a text, in any script; together they are the text."""
    return _SENTENCE.finditer(text)


def across_pairs(sets: Iterable[RetrievalSet], *, seed: int) -> Iterator[Pair]:
    """A heading in one language and its section in another."""
    families: dict[str, list[RetrievalSet]] = defaultdict(list)
    for each in sets:
        if each.family:
            families[each.family].append(each)
    for family, members in families.items():
        for asked in members:
            for query, grades in asked.judgements.items():
                drawn = random.Random(f"{seed}/{asked.name}/{query}")  # noqa: S311 - not for secrets
                (passage, *_) = grades
                others = [other for other in members if other is not asked and passage in other.passages]
                for other in drawn.sample(others, min(_MOST_TARGETS, len(others))):
                    yield Pair(
                        kind=ACROSS,
                        group=f"{ACROSS}/{family}/{other.language}",
                        query=asked.queries[query],
                        passage=other.passages[passage].text,
                        origin=origin_of(asked, passage),
                        within=other.name,
                    )


def translation_pairs(rows: Iterable[ParallelRow], *, seed: int) -> Iterator[Pair]:
    """A sentence and its translation: each language with English, and two others; either may ask."""
    for number, row in enumerate(rows):
        drawn = random.Random(f"{seed}/{row.source}/{number}")  # noqa: S311 - not for secrets
        others = [language for language in row.texts if language != "en"]
        two = [(language, "en") for language in others] if "en" in row.texts else []
        if len(others) > 1:
            two.append(tuple(drawn.sample(others, 2)))  # type: ignore[arg-type]
        for pair in two:
            asked, answering = drawn.sample(pair, 2)
            between = f"{pair[0]}-en" if pair[1] == "en" else "others"
            yield Pair(
                kind=TRANSLATION,
                group=f"{TRANSLATION}/{row.source}/{between}",
                query=row.texts[asked],
                passage=row.texts[answering],
                origin=f"{row.source}/{number}",
            )


def paraphrase_pairs(pairs: Iterable[Paraphrase], *, seed: int) -> Iterator[Pair]:
    """Two sentences that say the same; either may ask."""
    for number, pair in enumerate(pairs):
        if pair.score < PARAPHRASES_FROM:
            continue
        drawn = random.Random(f"{seed}/paraphrase/{number}")  # noqa: S311 - not for secrets
        asked, answering = drawn.sample((pair.a, pair.b), 2)
        yield Pair(
            kind=PARAPHRASE,
            group=PARAPHRASE,
            query=asked,
            passage=answering,
            origin=f"paraphrase/{answering}",
        )


def _says_enough(sentence: str) -> bool:
    """A character of Chinese or Japanese weighs about as much as two letters, a Hangul syllable too."""
    plain = sentence.strip()
    weight = sum(2 if character > "\u2e80" else 1 for character in plain)
    return weight >= _LEAST_WEIGHT and len(plain) <= _MOST_CHARACTERS
